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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads and writes safetensors files: eight bytes with the length of a header, the header in JSON with the type, shape and
 * place of each tensor, and then the numbers, little-endian and in row-major order. Python's libraries read them too.
 *
 * @param tensors the tensors by name
 * @param metadata short texts that came with them
 */
public record Safetensors(Map<String, INDArray> tensors, Map<String, String> metadata) {

    private static final int PIECE = 1 << 20;

    /**
     * Writes a file, whole or not at all. A thread that is interrupted meanwhile writes to the end.
     *
     * @throws ModelFileException if it can't be written
     */
    public static void write(Path file, Map<String, INDArray> tensors, Map<String, String> metadata) {
        WholeFile.write(file, out -> {
            out.seek(SafetensorsHeader.bytes(file, tensors, metadata, 0).length);
            CRC32 checksum = new CRC32();
            for (INDArray tensor : tensors.values()) {
                write(out, tensor, checksum);
            }
            out.seek(0);
            out.write(SafetensorsHeader.bytes(file, tensors, metadata, checksum.getValue()));
        });
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
            if (headerLength < 2 || headerLength > size - 8) {
                throw new ModelFileException(file + ": bytes 0 to 7 say that the header has " + Long.toUnsignedString(headerLength)
                        + " bytes, in a file of " + size + ": it is cut off, or not a safetensors file");
            }
            if (headerLength > SafetensorsHeader.LARGEST) {
                throw new ModelFileException(file + ": its header has " + headerLength + " bytes; " + SafetensorsHeader.LARGEST
                        + " are the most that is read here");
            }
            long start = 8 + headerLength;
            SafetensorsHeader header = SafetensorsHeader.read(file, read(in, 8, (int) headerLength), size - start);
            if (header.checksum() != null && !header.checksum().equals(checksum(in, start, size))) {
                throw new ModelFileException(file + " is damaged: its numbers are not those that were written (their checksum differs)");
            }
            Map<String, INDArray> tensors = new LinkedHashMap<>();
            for (SafetensorsHeader.Entry entry : header.entries()) {
                tensors.put(entry.name(), tensor(in, start, entry));
            }
            return new Safetensors(tensors, header.metadata());
        } catch (FileNotFoundException e) {
            throw new ModelFileException(Files.exists(file) ? file + " can't be read: " + e.getMessage() : file + " does not exist", e);
        } catch (IOException e) {
            throw new ModelFileException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static String checksum(RandomAccessFile in, long start, long end) throws IOException {
        CRC32 checksum = new CRC32();
        for (long at = start; at < end; at += PIECE) {
            checksum.update(read(in, at, (int) Math.min(PIECE, end - at)));
        }
        return SafetensorsHeader.digits(checksum.getValue());
    }

    private static INDArray tensor(RandomAccessFile in, long dataStart, SafetensorsHeader.Entry entry) throws IOException {
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
