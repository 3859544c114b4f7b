package casebook.compute;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A batch as a row of planes, one for each channel of each image, to be read and written plane by plane. Java's compiler makes
 * fast code of loops over its own arrays, not of loops over native memory, so each plane is copied to and fro.
 */
final class Planes {

    /** A buffer of Java's holds 2 GB at most, a batch may be larger. */
    private static final int LARGEST_PIECE = 1 << 27;

    private final INDArray array;
    private final int channels;
    private final int count;
    private final int size;
    private final int planesInPiece;
    private final FloatBuffer[] floats;
    private final DoubleBuffer[] doubles;

    /** The planes of this batch, {@code [images, channels, height, width]}; of {@code [images, numbers]} each row counts as one. */
    Planes(INDArray x) {
        array = Tensors.rowMajor(x);
        channels = x.rank() == 4 ? Math.toIntExact(x.size(1)) : 1;
        count = Math.toIntExact(x.size(0) * channels);
        size = Math.toIntExact(x.length() / count);
        planesInPiece = Math.max(1, LARGEST_PIECE / size);
        boolean single = array.dataType() == DataType.FLOAT;
        int pieces = (count + planesInPiece - 1) / planesInPiece;
        floats = single ? new FloatBuffer[pieces] : null;
        doubles = single ? null : new DoubleBuffer[pieces];
        Pointer memory = array.data().addressPointer();
        for (int i = 0; i < pieces; i++) {
            long from = (long) i * planesInPiece * size;
            long to = Math.min(array.length(), from + (long) planesInPiece * size);
            if (single) {
                floats[i] = new FloatPointer(memory).capacity(array.length()).position(from).limit(to).asBuffer();
            } else {
                doubles[i] = new DoublePointer(memory).capacity(array.length()).position(from).limit(to).asBuffer();
            }
        }
    }

    /** Planes to be written, for a batch of the type of {@code like}. */
    static Planes empty(INDArray like, long... shape) {
        return new Planes(Nd4j.createUninitialized(like.dataType(), shape, 'c'));
    }

    /** The batch. */
    INDArray array() {
        return array;
    }

    int channels() {
        return channels;
    }

    /** How many planes there are: images times channels. */
    int count() {
        return count;
    }

    /** How many numbers a plane has. */
    int size() {
        return size;
    }

    /** How many numbers there are in all. */
    long length() {
        return array.length();
    }

    /** Copies a plane, widened if the batch is of float32. */
    void read(int plane, double[] into) {
        if (doubles != null) {
            doubles[plane / planesInPiece].get(plane % planesInPiece * size, into, 0, size);
            return;
        }
        float[] values = ThreadBuffers.floats(ThreadBuffers.Slot.LINE, size);
        read(plane, values);
        for (int i = 0; i < size; i++) {
            into[i] = values[i];
        }
    }

    /** Copies a plane back, rounded if the batch is of float32. */
    void write(int plane, double[] from) {
        if (doubles != null) {
            doubles[plane / planesInPiece].put(plane % planesInPiece * size, from, 0, size);
            return;
        }
        float[] values = ThreadBuffers.floats(ThreadBuffers.Slot.LINE, size);
        for (int i = 0; i < size; i++) {
            values[i] = (float) from[i];
        }
        write(plane, values);
    }

    /** Copies a plane of a batch of float32. */
    void read(int plane, float[] into) {
        floats[plane / planesInPiece].get(plane % planesInPiece * size, into, 0, size);
    }

    /** Copies a plane of a batch of float32 back. */
    void write(int plane, float[] from) {
        floats[plane / planesInPiece].put(plane % planesInPiece * size, from, 0, size);
    }
}
