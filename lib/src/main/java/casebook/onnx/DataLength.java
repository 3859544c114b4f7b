package casebook.onnx;

import java.util.Arrays;
import java.util.Map;
import onnx.Onnx;
import onnx.Onnx.TensorProto.DataType;

/**
 * Holds the sides of a tensor against the data that the file has of it: where there are more or fewer, the file is damaged, and what is
 * counted by the sides would be nothing that anybody trained. A tensor without data is taken as it is: they may lie in another file, or
 * have been left out.
 */
final class DataLength {

    private DataLength() {}

    /**
     * Checks a tensor.
     *
     * @param tensor what was kept of it
     * @param left the bytes of the fields that were not kept, by the fields' numbers
     * @throws IllegalArgumentException if its sides and its data do not fit
     */
    static void check(Onnx.TensorProto tensor, Map<Integer, Long> left) {
        long[] sides = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        if (Arrays.stream(sides).anyMatch(side -> side < 0)) {
            return;  // Constant says so.
        }
        long wanted;
        try {
            wanted = Constant.count(sides);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("is said to have the sides " + Layout.text(sides) + ", too large to be counted", e);
        }
        long raw = left.getOrDefault(Onnx.TensorProto.RAW_DATA_FIELD_NUMBER, (long) tensor.getRawData().size());
        int bits = bits(tensor.getDataType());
        if (raw > 0 && bits > 0 && (raw != bytes(wanted, bits))) {
            throw new IllegalArgumentException("is said to have the sides " + Layout.text(sides) + ", " + wanted + " numbers of " + bits
                    + " bits; the file has " + raw + " bytes of it: it is damaged, or was made by a program with a fault");
        }
        long[] range = listed(tensor, left);
        if (range[1] > 0 && (wanted < range[0] || wanted > range[1])) {
            throw new IllegalArgumentException("is said to have the sides " + Layout.text(sides) + ", " + wanted + " numbers; the file has "
                    + (range[0] == range[1] ? "" : "at most ") + range[1] + " of it: it is damaged, or was made by a program with a fault");
        }
    }

    /** −1 if there can't be so many. */
    private static long bytes(long numbers, int bits) {
        return numbers > Long.MAX_VALUE / 128 ? -1 : (numbers * bits + 7) / 8;
    }

    /** The least and the most numbers that a list has, which says them one by one; none if there is no such list. */
    private static long[] listed(Onnx.TensorProto tensor, Map<Integer, Long> left) {
        return switch (tensor.getDataType()) {
            case DataType.FLOAT_VALUE -> numbers(tensor.getFloatDataCount(), left.get(Onnx.TensorProto.FLOAT_DATA_FIELD_NUMBER),
                    Float.BYTES, Float.BYTES);
            case DataType.DOUBLE_VALUE -> numbers(tensor.getDoubleDataCount(), left.get(Onnx.TensorProto.DOUBLE_DATA_FIELD_NUMBER),
                    Double.BYTES,
                    Double.BYTES);
            // A whole number takes one to ten bytes.
            case DataType.INT32_VALUE -> numbers(tensor.getInt32DataCount(), left.get(Onnx.TensorProto.INT32_DATA_FIELD_NUMBER), 1, 10);
            case DataType.INT64_VALUE -> numbers(tensor.getInt64DataCount(), left.get(Onnx.TensorProto.INT64_DATA_FIELD_NUMBER), 1, 10);
            default -> new long[] {0, 0};
        };
    }

    private static long[] numbers(long kept, Long left, int shortest, int longest) {
        long bytes = left == null ? 0 : left;
        return new long[] {kept + bytes / longest, kept + bytes / shortest};
    }

    /** Bits of a number in a list of bytes; 0 where that is not known. */
    static int bits(int type) {
        return switch (type) {
            case DataType.FLOAT_VALUE, DataType.INT32_VALUE, DataType.UINT32_VALUE -> 32;
            case DataType.DOUBLE_VALUE, DataType.INT64_VALUE, DataType.UINT64_VALUE, DataType.COMPLEX64_VALUE -> 64;
            case DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE, DataType.INT16_VALUE, DataType.UINT16_VALUE -> 16;
            case DataType.INT8_VALUE, DataType.UINT8_VALUE, DataType.BOOL_VALUE -> 8;
            case DataType.COMPLEX128_VALUE -> 128;
            default -> 0;
        };
    }
}
