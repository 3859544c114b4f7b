package casebook.onnx;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import onnx.Onnx;
import org.nd4j.shade.protobuf.ByteString;

/**
 * Tensors whose numbers lie in a file beside the ONNX file. Few are needed to count: lists of sizes, and whether a tensor is the same
 * number everywhere. Where that file is missing, a tensor is taken as it is. A path that leads out of the folder is not followed.
 */
final class ExternalData {

    private ExternalData() {}

    /**
     * A tensor's numbers.
     *
     * @param largest of more bytes only the number that is repeated is kept
     * @return null if they are not to be had, or are many
     */
    static Onnx.TensorProto of(Path file, Onnx.TensorProto tensor, int largest) throws IOException {
        Map<String, String> where = new HashMap<>();
        tensor.getExternalDataList().forEach(entry -> where.put(entry.getKey(), entry.getValue()));
        long count = Constant.count(tensor.getDimsList().stream().mapToLong(Long::longValue).toArray());
        int bits = DataLength.bits(tensor.getDataType());
        Path data = beside(file, where.getOrDefault("location", ""));
        long offset = number(where.getOrDefault("offset", "0"));
        if (data == null || bits == 0 || count <= 0 || offset < 0 || count > Integer.MAX_VALUE / bits) {
            return null;
        }
        int length = (int) (count * bits / Byte.SIZE);
        if (offset > Files.size(data) - length) {
            throw new IllegalArgumentException("is said to lie at byte " + offset + " of " + data.getFileName() + ", " + length
                    + " bytes long; that file ends before: it is another one, or cut off");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(data))) {
            in.skipNBytes(offset);
            if (length <= largest) {
                return Onnx.TensorProto.newBuilder().setRawData(ByteString.copyFrom(in.readNBytes(length))).build();
            }
            return Repetition.of(Onnx.TensorProto.RAW_DATA_FIELD_NUMBER, length, in::readNBytes).number(tensor);
        }
    }

    /** The file with this name in the same folder, or below it; null if there is none. */
    private static Path beside(Path file, String location) throws IOException {
        try {
            Path folder = file.toAbsolutePath().normalize().getParent();
            Path data = folder.resolve(location).normalize();
            boolean inside = !location.isEmpty() && data.startsWith(folder) && Files.isRegularFile(data)
                    && data.toRealPath().startsWith(folder.toRealPath());
            return inside ? data : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
