package casebook.model;

import casebook.compute.Tensors;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
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
    private static final int PIECE = 1 << 20;

    /** In the metadata: a checksum of all numbers. Files of others have none. */
    private static final String CHECKSUM = "crc32";

    /**
     * Writes a file, whole or not at all. A thread that is interrupted meanwhile writes to the end.
     *
     * @throws ModelFileException if it can't be written
     */
    public static void write(Path file, Map<String, INDArray> tensors, Map<String, String> metadata) {
        WholeFile.write(file, out -> {
            out.seek(header(tensors, metadata, 0).length);
            CRC32 checksum = new CRC32();
            for (INDArray tensor : tensors.values()) {
                write(out, tensor, checksum);
            }
            out.seek(0);
            out.write(header(tensors, metadata, checksum.getValue()));
        });
    }

    private static byte[] header(Map<String, INDArray> tensors, Map<String, String> metadata, long checksum) throws JsonProcessingException {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode texts = root.putObject("__metadata__");
        metadata.forEach(texts::put);
        texts.put(CHECKSUM, String.format("%08x", checksum));
        long at = 0;
        for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
            INDArray tensor = entry.getValue();
            ObjectNode node = root.putObject(entry.getKey());
            node.put("dtype", tensor.dataType() == DataType.DOUBLE ? "F64" : "F32");
            ArrayNode shape = node.putArray("shape");
            for (long side : tensor.shape()) {
                shape.add(side);
            }
            long end = at + tensor.length() * (tensor.dataType() == DataType.DOUBLE ? 8 : 4);
            node.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] json = JSON.writeValueAsBytes(root);
        // The numbers start at a multiple of eight.
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return ByteBuffer.allocate(8 + padded.length).order(ByteOrder.LITTLE_ENDIAN).putLong(padded.length).put(padded).array();
    }

    private static void write(RandomAccessFile out, INDArray tensor, CRC32 checksum) throws IOException {
        INDArray numbers = Tensors.rowMajor(tensor.dataType() == DataType.DOUBLE ? tensor : tensor.castTo(DataType.FLOAT));
        ByteBuffer bytes = Tensors.bytes(numbers);
        byte[] piece = new byte[PIECE];
        while (bytes.hasRemaining()) {
            int count = Math.min(piece.length, bytes.remaining());
            bytes.get(piece, 0, count);
            checksum.update(piece, 0, count);
            out.write(piece, 0, count);
        }
    }

    /** A tensor's entry in the header. */
    private record Entry(String name, String type, long[] shape, long start, long end) {}

    /**
     * Reads a file.
     *
     * @throws ModelFileException if it is missing, cut off, damaged or of another kind
     */
    public static Safetensors read(Path file) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long size = in.length();
            if (size < 8) {
                throw new ModelFileException(file + " has only " + size + " bytes: it is cut off, or not a safetensors file");
            }
            long headerLength = ByteBuffer.wrap(read(in, 0, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (headerLength < 2 || headerLength > LARGEST_HEADER || headerLength > size - 8) {
                throw new ModelFileException(file + ": bytes 0 to 7 say that the header has " + Long.toUnsignedString(headerLength)
                        + " bytes, in a file of " + size + ": it is cut off, or not a safetensors file");
            }
            long start = 8 + headerLength;
            JsonNode root = JSON.readTree(read(in, 8, (int) headerLength));
            Map<String, String> metadata = new LinkedHashMap<>();
            List<Entry> entries = entries(file, root, size - start, metadata);
            String checksum = metadata.remove(CHECKSUM);
            if (checksum != null && !checksum.equals(checksum(in, start, size))) {
                throw new ModelFileException(file + " is damaged: its numbers are not those that were written (their checksum differs)");
            }
            Map<String, INDArray> tensors = new LinkedHashMap<>();
            for (Entry entry : entries) {
                tensors.put(entry.name(), tensor(in, start, entry));
            }
            return new Safetensors(tensors, metadata);
        } catch (FileNotFoundException e) {
            throw new ModelFileException(Files.exists(file) ? file + " can't be read: " + e.getMessage() : file + " does not exist", e);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file + ": its header is not JSON (" + e.getOriginalMessage() + "): it is damaged, or not a safetensors file", e);
        } catch (IOException e) {
            throw new ModelFileException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static String checksum(RandomAccessFile in, long start, long end) throws IOException {
        CRC32 checksum = new CRC32();
        for (long at = start; at < end; at += PIECE) {
            checksum.update(read(in, at, (int) Math.min(PIECE, end - at)));
        }
        return String.format("%08x", checksum.getValue());
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
                throw new ModelFileException(file + ": " + field.getKey() + " of shape " + Arrays.toString(shape) + " and type " + type
                        + " is said to lie in bytes " + start + " to " + end + " of " + dataLength + " bytes of data: the file is cut off or damaged");
            }
            if (length == 0 || length > Integer.MAX_VALUE) {
                throw new ModelFileException(file + ": " + field.getKey() + " of shape " + Arrays.toString(shape) + (length == 0
                        ? " has no numbers" : " is too large to be read here, where 2 GB are the most for one array"));
            }
            entries.add(new Entry(field.getKey(), type, shape, start, end));
        }
        return entries;
    }

    private static INDArray tensor(RandomAccessFile in, long dataStart, Entry entry) throws IOException {
        DataType type = entry.type().equals("F64") ? DataType.DOUBLE : DataType.FLOAT;
        INDArray tensor = Nd4j.createUninitialized(type, entry.shape(), 'c');
        ByteBuffer numbers = Tensors.bytes(tensor).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = entry.start(); at < entry.end(); at += PIECE) {
            byte[] piece = read(in, dataStart + at, (int) Math.min(PIECE, entry.end() - at));
            if (!entry.type().equals("F16")) {
                numbers.put(piece);
                continue;
            }
            ByteBuffer halves = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
            while (halves.hasRemaining()) {
                numbers.putFloat(halfToFloat(halves.getShort()));
            }
        }
        return tensor;
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

    private static byte[] read(RandomAccessFile in, long at, int count) throws IOException {
        byte[] bytes = new byte[count];
        in.seek(at);
        try {
            in.readFully(bytes);
        } catch (EOFException e) {
            throw new IOException("the file ends before byte " + (at + count), e);
        }
        return bytes;
    }
}
