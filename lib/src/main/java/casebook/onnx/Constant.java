package casebook.onnx;

import casebook.text.Printable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import onnx.Onnx;
import onnx.Onnx.TensorProto.DataType;

/**
 * A tensor that does not depend on the image: weights, of which only the sizes are known, or a few numbers that say how an
 * operator works.
 *
 * @param origin the name that it has in the file: two layers with weights of the same origin share them
 * @param parts the tensors of the file that it is made of, and how many numbers each has: what counts as parameters where it is a weight
 * @param sizes the lengths of its sides
 * @param values its numbers, in order, or one that stands for all; null if they were too many to be read
 * @param whole true if they are whole numbers by their type
 * @param written true if it was written into the graph as a constant, and is not one of the file's trained tensors
 */
record Constant(String origin, Map<String, Long> parts, long[] sizes, double[] values, boolean whole, boolean written) {

    /** Lists of sizes are short; more numbers than these are not worked out. */
    static final int MOST_VALUES = 4096;

    private static final int MOST_SIDES = 32;
    private static final Set<Integer> WHOLE = Set.of(DataType.INT64_VALUE, DataType.INT32_VALUE, DataType.BOOL_VALUE, DataType.UINT8_VALUE,
            DataType.INT8_VALUE, DataType.UINT16_VALUE, DataType.INT16_VALUE, DataType.UINT32_VALUE, DataType.UINT64_VALUE);

    /** @throws IllegalArgumentException if a side is negative, or there are more numbers than can be counted */
    Constant {
        if (Arrays.stream(sizes).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("\"" + Printable.name(origin) + "\" is said to have the sides " + Layout.text(sizes)
                    + ", and none can be negative");
        }
        count(sizes);
    }

    /** Numbers that belong to no tensor of the file. */
    Constant(String origin, long[] sizes, double[] values, boolean whole) {
        this(origin, Map.of(), sizes, values, whole, true);
    }

    /** A list of whole numbers. */
    static Constant of(String origin, long... values) {
        return new Constant(origin, new long[] {values.length}, Arrays.stream(values).asDoubleStream().toArray(), true);
    }

    /** A tensor of the file. */
    static Constant of(String origin, Onnx.TensorProto tensor) {
        return of(origin, tensor, false);
    }

    /** A tensor that is written into the graph. */
    static Constant written(String origin, Onnx.TensorProto tensor) {
        return of(origin, tensor, true);
    }

    private static Constant of(String origin, Onnx.TensorProto tensor, boolean written) {
        long[] sizes = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        boolean fits = Arrays.stream(sizes).allMatch(size -> size >= 0);
        long count = fits ? count(sizes) : 0;
        double[] values = values(tensor);
        boolean all = fits && values != null && (values.length == count || values.length == 1);
        return new Constant(origin, Map.of(origin, count), sizes, all ? values : null, WHOLE.contains(tensor.getDataType()), written);
    }

    private static double[] values(Onnx.TensorProto tensor) {
        ByteBuffer raw = ByteBuffer.wrap(tensor.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        boolean asBytes = raw.hasRemaining();
        List<Integer> small = tensor.getInt32DataList();
        return switch (tensor.getDataType()) {
            case DataType.FLOAT_VALUE -> asBytes ? each(raw, Float.BYTES, raw::getFloat) : numbers(tensor.getFloatDataList());
            case DataType.DOUBLE_VALUE -> asBytes ? each(raw, Double.BYTES, raw::getDouble) : numbers(tensor.getDoubleDataList());
            case DataType.INT64_VALUE -> asBytes ? each(raw, Long.BYTES, raw::getLong) : numbers(tensor.getInt64DataList());
            case DataType.INT32_VALUE -> asBytes ? each(raw, Integer.BYTES, raw::getInt) : numbers(small);
            case DataType.INT16_VALUE -> asBytes ? each(raw, Short.BYTES, raw::getShort) : numbers(small);
            case DataType.UINT16_VALUE -> asBytes ? each(raw, Short.BYTES, at -> raw.getShort(at) & 0xFFFF) : numbers(small);
            case DataType.INT8_VALUE -> asBytes ? each(raw, 1, raw::get) : numbers(small);
            case DataType.UINT8_VALUE, DataType.BOOL_VALUE -> asBytes ? each(raw, 1, at -> raw.get(at) & 0xFF) : numbers(small);
            case DataType.UINT32_VALUE -> asBytes ? each(raw, Integer.BYTES, at -> raw.getInt(at) & 0xFFFF_FFFFL)
                    : numbers(tensor.getUint64DataList());
            case DataType.UINT64_VALUE -> asBytes ? each(raw, Long.BYTES, raw::getLong) : numbers(tensor.getUint64DataList());
            // As whole numbers in the list: their bits.
            case DataType.FLOAT16_VALUE -> asBytes ? each(raw, Short.BYTES, at -> half(raw.getShort(at)))
                    : small.stream().mapToDouble(Constant::half).toArray();
            case DataType.BFLOAT16_VALUE -> asBytes ? each(raw, Short.BYTES, at -> brain(raw.getShort(at)))
                    : small.stream().mapToDouble(Constant::brain).toArray();
            default -> null;
        };
    }

    /** Half precision (IEEE 754): one bit for the sign, five for the exponent, ten for the fraction. */
    private static double half(int bits) {
        int exponent = bits >> 10 & 0x1F;
        double fraction = (bits & 0x3FF) / 1024.0;
        double size = exponent == 0 ? Math.scalb(fraction, -14)
                : exponent < 31 ? Math.scalb(1 + fraction, exponent - 15) : fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        return (bits & 0x8000) == 0 ? size : -size;
    }

    /** The upper half of single precision. */
    private static double brain(int bits) {
        return Float.intBitsToFloat(bits << 16);
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
        return new Constant(origin, parts, others, values, whole, written);
    }

    /** The same numbers, which are no parameters. */
    Constant given() {
        return new Constant(origin, Map.of(), sizes, values, whole, written);
    }

    /** The same as another type: from an ONNX type's number. */
    Constant as(long type) {
        boolean cut = WHOLE.contains((int) type) && !whole && values != null;
        return new Constant(origin, parts, sizes, cut ? Arrays.stream(values).map(value -> (long) value).toArray() : values,
                WHOLE.contains((int) type), written);
    }

    /** True if all its numbers are the same. Programs that write ONNX merge such tensors, which does not mean that layers share them. */
    boolean uniform() {
        return values != null && Arrays.stream(values).distinct().count() <= 1;
    }

    /** True if all its numbers are this one. */
    boolean all(double number) {
        return uniform() && values.length > 0 && values[0] == number;
    }

    /** True if its numbers are known, and not too many to work with. */
    boolean few() {
        return values != null && count(sizes) <= MOST_VALUES;
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
        long count = count(sizes);
        if (values == null || values.length != count && count > MOST_VALUES) {
            throw new IllegalArgumentException("the numbers of \"" + Printable.name(origin)
                    + "\" are needed, and they are too many or not in the file (weights in a file of their own have to lie beside it)");
        }
        if (values.length == count) {
            return values;
        }
        double[] all = new double[(int) count];
        Arrays.fill(all, values[0]);
        return all;
    }

    @Override
    public String toString() {
        return Layout.text(sizes);
    }
}
