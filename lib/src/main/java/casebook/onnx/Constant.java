package casebook.onnx;

import casebook.text.Printable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import onnx.Onnx;
import onnx.Onnx.TensorProto.DataType;

/**
 * A tensor that does not depend on the image: weights, of which only the sizes are known, or a few numbers that say how an
 * operator works.
 *
 * @param origin the name that it has in the file: two layers with weights of the same origin share them
 * @param sizes the lengths of its sides
 * @param values its numbers, in order; null if they were too many to be read
 * @param whole true if they are whole numbers by their type
 */
record Constant(String origin, long[] sizes, double[] values, boolean whole) {

    private static final int MOST_SIDES = 32;
    private static final Set<Integer> WHOLE = Set.of(DataType.INT64_VALUE, DataType.INT32_VALUE);

    /** @throws IllegalArgumentException if a side is negative, or there are more numbers than can be counted */
    Constant {
        if (Arrays.stream(sizes).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("\"" + Printable.name(origin) + "\" is said to have the sides " + Layout.text(sizes)
                    + ", and none can be negative");
        }
        count(sizes);
    }

    /** A list of whole numbers. */
    static Constant of(String origin, long... values) {
        return new Constant(origin, new long[] {values.length}, Arrays.stream(values).asDoubleStream().toArray(), true);
    }

    /** A tensor of the file. */
    static Constant of(String origin, Onnx.TensorProto tensor) {
        long[] sizes = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        double[] values = values(tensor);
        boolean all = values != null && Arrays.stream(sizes).allMatch(size -> size >= 0) && values.length == count(sizes);
        return new Constant(origin, sizes, all ? values : null, WHOLE.contains(tensor.getDataType()));
    }

    private static double[] values(Onnx.TensorProto tensor) {
        ByteBuffer raw = ByteBuffer.wrap(tensor.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        return switch (tensor.getDataType()) {
            case DataType.FLOAT_VALUE -> raw.hasRemaining() ? each(raw, Float.BYTES, raw::getFloat)
                    : numbers(tensor.getFloatDataList());
            case DataType.DOUBLE_VALUE -> raw.hasRemaining() ? each(raw, Double.BYTES, raw::getDouble)
                    : numbers(tensor.getDoubleDataList());
            case DataType.INT64_VALUE -> raw.hasRemaining() ? each(raw, Long.BYTES, raw::getLong)
                    : numbers(tensor.getInt64DataList());
            case DataType.INT32_VALUE -> raw.hasRemaining() ? each(raw, Integer.BYTES, raw::getInt)
                    : numbers(tensor.getInt32DataList());
            default -> null;
        };
    }

    private static double[] numbers(List<? extends Number> numbers) {
        return numbers.stream().mapToDouble(Number::doubleValue).toArray();
    }

    private static double[] each(ByteBuffer bytes, int width, IntToDoubleFunction read) {
        double[] values = new double[bytes.remaining() / width];
        Arrays.setAll(values, i -> read.applyAsDouble(width * i));
        return values;
    }

    /**
     * How many numbers a tensor with these sides holds.
     *
     * @throws IllegalArgumentException if it has more sides than any tensor
     */
    static long count(long... sizes) {
        checkRank(sizes.length);
        return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    }

    /** @throws IllegalArgumentException if a tensor of so many sides is not read */
    static void checkRank(int sides) {
        if (sides > MOST_SIDES) {
            throw new IllegalArgumentException("a tensor of " + sides + " sides can't be read; no classifier needs more than "
                    + MOST_SIDES);
        }
    }

    /** The same numbers with other sides. */
    Constant reshaped(long... others) {
        if (count(others) != count(sizes)) {
            throw new IllegalArgumentException("the " + count(sizes) + " numbers of \"" + Printable.name(origin)
                    + "\" can't be laid out as "
                    + Layout.text(others));
        }
        return new Constant(origin, others, values, whole);
    }

    /** The same as another type: from an ONNX type's number. */
    Constant as(long type) {
        boolean cut = WHOLE.contains((int) type) && !whole && values != null;
        return new Constant(origin, sizes, cut ? Arrays.stream(values).map(value -> (long) value).toArray() : values,
                WHOLE.contains((int) type));
    }

    /** True if all its numbers are the same. Programs that write ONNX merge such tensors, which does not mean that layers share them. */
    boolean uniform() {
        return values != null && Arrays.stream(values).distinct().count() <= 1;
    }

    /** Its only number. */
    double number() {
        if (count(sizes) != 1) {
            throw new IllegalArgumentException("\"" + Printable.name(origin) + "\" has to be one number, it has the sides "
                    + Layout.text(sizes));
        }
        return known()[0];
    }

    /** Its numbers, which are whole. */
    long[] integers() {
        return Arrays.stream(known()).mapToLong(value -> (long) value).toArray();
    }

    /**
     * Its numbers.
     *
     * @throws IllegalArgumentException if they were not read
     */
    double[] known() {
        if (values == null) {
            throw new IllegalArgumentException("the numbers of \"" + Printable.name(origin)
                    + "\" are needed, and they are too many or not in the file");
        }
        return values;
    }

    @Override
    public String toString() {
        return Layout.text(sizes);
    }
}
