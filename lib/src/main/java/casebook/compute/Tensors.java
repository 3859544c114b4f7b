package casebook.compute;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Small operations on arrays {@code [images, channels, height, width]}. */
public final class Tensors {

    private Tensors() {}

    /** Runs one of ND4J's operations by its name. */
    static INDArray[] run(String operation, int[] arguments, INDArray... inputs) {
        return Nd4j.exec(DynamicCustomOp.builder(operation).addInputs(inputs).addIntegerArguments(arguments).build());
    }

    /** An array of zeros of the type of {@code like}, in row-major order. */
    public static INDArray zeros(INDArray like, long... shape) {
        return Nd4j.create(like.dataType(), shape, 'c');
    }

    /** The array itself if it lies in row-major order without gaps, otherwise a copy that does. */
    public static INDArray rowMajor(INDArray x) {
        return x.ordering() == 'c' && !x.isView() && Arrays.equals(x.stride(), Nd4j.getStrides(x.shape(), 'c')) ? x : x.dup('c');
    }

    /** Puts rows and columns of {@code value} around each channel. */
    public static INDArray pad(INDArray x, int[] zeros, double value) {
        if (Arrays.stream(zeros).allMatch(n -> n == 0)) {
            return x;
        }
        INDArray padded = Nd4j.createUninitialized(x.dataType(), new long[] {x.size(0), x.size(1),
            x.size(2) + zeros[0] + zeros[2], x.size(3) + zeros[1] + zeros[3]}, 'c').assign(value);
        inside(padded, zeros).assign(x);
        return padded;
    }

    /** Takes the same rows and columns off again. */
    public static INDArray crop(INDArray x, int[] zeros) {
        return Arrays.stream(zeros).allMatch(n -> n == 0) ? x : inside(x, zeros).dup('c');
    }

    private static INDArray inside(INDArray x, int[] zeros) {
        return x.get(NDArrayIndex.all(), NDArrayIndex.all(),
                NDArrayIndex.interval(zeros[0], x.size(2) - zeros[2]), NDArrayIndex.interval(zeros[1], x.size(3) - zeros[3]));
    }

    /** The channels from {@code from} up to, not including, {@code to}: a view. */
    public static INDArray channels(INDArray x, long from, long to) {
        return x.rank() == 4
                ? x.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all())
                : x.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
    }

    /** One number a channel, shaped so that it is broadcast over images and positions of {@code like}. */
    public static INDArray perChannel(INDArray values, INDArray like) {
        return values.reshape(like.rank() == 4 ? new long[] {1, values.length(), 1, 1} : new long[] {1, values.length()});
    }

    /** The sum over images and positions: one number a channel. */
    public static INDArray sumPerChannel(INDArray x) {
        // Positions first, because they lie side by side in memory.
        return x.rank() == 4 ? x.reshape(x.size(0), x.size(1), x.size(2) * x.size(3)).sum(2).sum(0) : x.sum(0);
    }

    /** Values from Java, in row-major order. */
    public static INDArray of(DataType type, double[] values, long... shape) {
        return Nd4j.create(values, shape, 'c').castTo(type);
    }

    /**
     * An array of these values, in row-major order. Row by row, so that even a hundred million of them take no room twice.
     *
     * @throws Stopped if this thread is interrupted
     */
    public static INDArray filled(DataType type, DoubleSupplier values, long... shape) {
        Planes planes = new Planes(Nd4j.createUninitialized(type, shape, 'c'));
        double[] row = new double[planes.size()];
        for (int plane = 0; plane < planes.count(); plane++) {
            Stopped.check();
            for (int i = 0; i < row.length; i++) {
                row[i] = values.getAsDouble();
            }
            planes.write(plane, row);
        }
        return planes.array();
    }

    /** The numbers of an array in row-major order without gaps, as bytes in the machine's order: the memory itself, not a copy. */
    public static ByteBuffer bytes(INDArray x) {
        if (rowMajor(x) != x) {
            throw new IllegalArgumentException("this array lies in memory with gaps or in another order, copy it first: rowMajor(x)");
        }
        long bytes = Math.multiplyExact(x.length(), x.dataType().width());
        return new BytePointer(x.data().addressPointer()).capacity(bytes).position(0).limit(bytes).asByteBuffer();
    }

    /** The numbers of a vector. */
    public static double[] values(INDArray vector) {
        double[] values = new double[Math.toIntExact(vector.length())];
        Arrays.setAll(values, vector::getDouble);
        return values;
    }

    /**
     * The product of two matrices. ND4J's {@code mmul} leads to OpenBLAS, whose threads wait for one another by running in
     * circles; this leads to oneDNN where it is there.
     *
     * @param turnA true for the transpose of a
     * @param turnB true for the transpose of b
     */
    public static INDArray product(INDArray a, boolean turnA, INDArray b, boolean turnB) {
        return run("matmul", new int[] {turnA ? 1 : 0, turnB ? 1 : 0}, rowMajor(a), rowMajor(b))[0];
    }
}
