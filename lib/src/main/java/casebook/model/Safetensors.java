package casebook.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Reads and writes safetensors files: eight bytes with the length of a header, the header in JSON with the type, shape and
 * place of each tensor, and then the numbers, little-endian and in row-major order. Python's libraries read them too.
 *
 * @param tensors the tensors by name
 * @param metadata short texts that came with them
 */
public record Safetensors(Map<String, INDArray> tensors, Map<String, String> metadata) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_HEADER = 100_000_000;

    /**
     * Writes a file. It appears whole or not at all: the numbers go to a file beside it first, which then takes its name.
     *
     * @throws ModelFileException if it can't be written
     */
    public static void write(Path file, Map<String, INDArray> tensors, Map<String, String> metadata) {
        Path partial = null;
        try {
            Path target = file.toAbsolutePath();
            Files.createDirectories(target.getParent());
            partial = target.resolveSibling(target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer header = header(tensors, metadata);
                while (header.hasRemaining()) {
                    out.write(header);
                }
                for (INDArray tensor : tensors.values()) {
                    ByteBuffer bytes = bytes(tensor);
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                }
                out.force(true);
            }
            try {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFileException(file + " could not be written (" + e.getMessage() + "); nothing was changed", e);
        } finally {
            try {
                if (partial != null) {
                    Files.deleteIfExists(partial);
                }
            } catch (IOException e) {
                // What is left is a file that ends in .part, which nobody reads.
            }
        }
    }

    private static ByteBuffer header(Map<String, INDArray> tensors, Map<String, String> metadata) throws JsonProcessingException {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = root.putObject("__metadata__");
            metadata.forEach(texts::put);
        }
        long at = 0;
        for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
            INDArray tensor = entry.getValue();
            ObjectNode node = root.putObject(entry.getKey());
            node.put("dtype", tensor.dataType() == DataType.DOUBLE ? "F64" : "F32");
            org.nd4j.shade.jackson.databind.node.ArrayNode shape = node.putArray("shape");
            for (long side : tensor.shape()) {
                shape.add(side);
            }
            long end = at + tensor.length() * (tensor.dataType() == DataType.DOUBLE ? 8 : 4);
            node.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        StringBuilder text = new StringBuilder(JSON.writeValueAsString(root));
        while (text.toString().getBytes(StandardCharsets.UTF_8).length % 8 != 0) {
            text.append(' ');
        }
        byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).flip();
    }

    private static ByteBuffer bytes(INDArray tensor) {
        INDArray flat = tensor.dup('c').reshape(tensor.length());
        if (tensor.dataType() == DataType.DOUBLE) {
            double[] values = flat.toDoubleVector();
            ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asDoubleBuffer().put(values);
            return bytes;
        }
        float[] values = flat.toFloatVector();
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /** A tensor's entry in the header. */
    private record Entry(String name, String type, long[] shape, long start, long end) {}

    /**
     * Reads a file.
     *
     * @throws ModelFileException if it is missing, cut off, damaged or of another kind
     */
    public static Safetensors read(Path file) {
        try (FileChannel in = FileChannel.open(file)) {
            long size = in.size();
            if (size < 8) {
                throw new ModelFileException(file + " has only " + size + " bytes: it is cut off, or not a safetensors file");
            }
            long headerLength = read(in, 0, 8).getLong();
            if (headerLength < 2 || headerLength > LARGEST_HEADER || headerLength > size - 8) {
                throw new ModelFileException(file + ": bytes 0 to 7 say that the header has " + Long.toUnsignedString(headerLength)
                        + " bytes, in a file of " + size + ": it is cut off, or not a safetensors file");
            }
            long start = 8 + headerLength;
            JsonNode root = JSON.readTree(read(in, 8, (int) headerLength).array());
            Map<String, String> metadata = new LinkedHashMap<>();
            Map<String, INDArray> tensors = new LinkedHashMap<>();
            for (Entry entry : entries(file, root, size - start, metadata)) {
                tensors.put(entry.name(), tensor(in, start, entry));
            }
            return new Safetensors(tensors, metadata);
        } catch (NoSuchFileException e) {
            throw new ModelFileException(file + " does not exist", e);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file + ": its header is not JSON (" + e.getOriginalMessage() + "): it is damaged, or not a safetensors file", e);
        } catch (IOException e) {
            throw new ModelFileException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static List<Entry> entries(Path file, JsonNode root, long dataLength, Map<String, String> metadata) {
        if (root == null || !root.isObject()) {
            throw new ModelFileException(file + ": its header is not a JSON object: it is damaged, or not a safetensors file");
        }
        List<Entry> entries = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> fields = root.fields(); fields.hasNext();) {
            Map.Entry<String, JsonNode> field = fields.next();
            JsonNode node = field.getValue();
            if (field.getKey().equals("__metadata__")) {
                node.fields().forEachRemaining(text -> metadata.put(text.getKey(), text.getValue().asText()));
                continue;
            }
            String type = node.path("dtype").asText();
            int width = switch (type) {
                case "F64" -> 8;
                case "F32" -> 4;
                case "F16" -> 2;
                default -> throw new ModelFileException(file + ": " + field.getKey() + " is of type \"" + type + "\"; F16, F32 and F64 can be read");
            };
            JsonNode sides = node.path("shape");
            long[] shape = new long[sides.size()];
            long length = width;
            for (int i = 0; i < shape.length; i++) {
                shape[i] = sides.get(i).asLong(-1);
                length = shape[i] < 0 || shape[i] > Integer.MAX_VALUE || length > dataLength ? Long.MAX_VALUE / 4 : length * shape[i];
            }
            long start = node.path("data_offsets").path(0).asLong(-1);
            long end = node.path("data_offsets").path(1).asLong(-1);
            if (start < 0 || end < start || end > dataLength || end - start != length) {
                throw new ModelFileException(file + ": " + field.getKey() + " of shape " + java.util.Arrays.toString(shape) + " and type " + type
                        + " is said to lie in bytes " + start + " to " + end + " of " + dataLength + " bytes of data: the file is cut off or damaged");
            }
            entries.add(new Entry(field.getKey(), type, shape, start, end));
        }
        return entries;
    }

    private static INDArray tensor(FileChannel in, long dataStart, Entry entry) throws IOException {
        ByteBuffer bytes = read(in, dataStart + entry.start(), Math.toIntExact(entry.end() - entry.start()));
        if (entry.type().equals("F64")) {
            double[] values = new double[bytes.remaining() / 8];
            bytes.asDoubleBuffer().get(values);
            return Nd4j.create(values, entry.shape(), 'c');
        }
        float[] values;
        if (entry.type().equals("F32")) {
            values = new float[bytes.remaining() / 4];
            bytes.asFloatBuffer().get(values);
        } else {
            values = new float[bytes.remaining() / 2];
            for (int i = 0; i < values.length; i++) {
                values[i] = halfToFloat(bytes.getShort(2 * i));
            }
        }
        return Nd4j.create(values, entry.shape(), 'c');
    }

    /** A float16 as a float32 (IEEE 754): sign, five bits of exponent, ten bits of fraction. */
    private static float halfToFloat(short half) {
        int sign = half >> 15 & 1;
        int exponent = half >> 10 & 31;
        int fraction = half & 1023;
        double value = exponent == 0 ? fraction * Math.pow(2, -24)
                : exponent == 31 ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
        return (float) (sign == 0 ? value : -value);
    }

    private static ByteBuffer read(FileChannel in, long at, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (in.read(bytes, at + bytes.position()) < 0) {
                throw new IOException("the file ends before byte " + (at + count));
            }
        }
        return bytes.flip();
    }
}
