package casebook.onnx;

import java.io.IOException;
import org.nd4j.shade.protobuf.ByteString;
import onnx.Onnx;

/**
 * The data of a large tensor, looked through for one thing: whether the same number is repeated from its start to its end. A program that
 * writes ONNX merges such tensors of a network that is not trained yet, and then they say nothing about sharing.
 *
 * @param field the field of the tensor that the data are in
 * @param length how many bytes they are
 * @param read how many of them were read to find out
 * @param start the first bytes
 * @param period after how many bytes they begin again; 0 if they do not
 */
record Repetition(int field, long length, int read, byte[] start, int period) {

    /** Bytes of a number: a whole number of a half's bits takes one to three in protobuf's lists. */
    private static final int[] PERIODS = {1, 2, 3, 4, 8};
    private static final int START = 16;
    private static final int CHUNK = 1 << 13;

    /** Reads the next bytes. */
    interface Source {
        byte[] next(int length) throws IOException;
    }

    /** Reads on until it is sure. */
    static Repetition of(int field, int length, Source source) throws IOException {
        byte[] start = source.next(Math.min(length, START));
        int read = start.length;
        int period = 0;
        for (int i = 0; i < PERIODS.length && period == 0; i++) {
            period = repeats(start, start, 0, PERIODS[i]) ? PERIODS[i] : 0;
        }
        while (period > 0 && read < length) {
            byte[] chunk = source.next(Math.min(length - read, CHUNK));
            period = repeats(chunk, start, read, period) ? period : 0;
            read += chunk.length;
        }
        return new Repetition(field, length, read, start, period);
    }

    private static boolean repeats(byte[] bytes, byte[] start, int from, int period) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != start[(from + i) % period]) {
                return false;
            }
        }
        return true;
    }

    /** The number that is repeated, as the tensor's data; null if there is none. */
    Onnx.TensorProto number(Onnx.TensorProto tensor) throws IOException {
        int width = DataLength.bits(tensor.getDataType()) / Byte.SIZE;
        if (period == 0 || width == 0 || width > START) {
            return null;
        }
        return switch (field) {
            case Onnx.TensorProto.INT32_DATA_FIELD_NUMBER, Onnx.TensorProto.INT64_DATA_FIELD_NUMBER,
                 Onnx.TensorProto.UINT64_DATA_FIELD_NUMBER -> listed(tensor);
            default -> width % period != 0 ? null
                    : Onnx.TensorProto.newBuilder().setRawData(ByteString.copyFrom(start, 0, width)).build();
        };
    }

    /** Numbers in a list take as many bytes as they need, so that the period is one number's only if it gives their count. */
    private Onnx.TensorProto listed(Onnx.TensorProto tensor) throws IOException {
        long count = Constant.count(tensor.getDimsList().stream().mapToLong(Long::longValue).toArray());
        if (count * period != length) {
            return null;
        }
        long number = ByteString.copyFrom(start, 0, period).newCodedInput().readRawVarint64();
        return switch (field) {
            case Onnx.TensorProto.INT32_DATA_FIELD_NUMBER -> Onnx.TensorProto.newBuilder().addInt32Data((int) number).build();
            case Onnx.TensorProto.INT64_DATA_FIELD_NUMBER -> Onnx.TensorProto.newBuilder().addInt64Data(number).build();
            default -> Onnx.TensorProto.newBuilder().addUint64Data(number).build();
        };
    }
}
