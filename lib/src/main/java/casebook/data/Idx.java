package casebook.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files, the format of MNIST: two zero bytes, the type of the values (8 is an unsigned byte), the number of sides,
 * each side as four bytes, most significant first, and then the values in row-major order. Files may be packed with gzip.
 *
 * @param sides the sides of the array: images, rows, columns
 * @param values the values in row-major order, one unsigned byte each
 */
record Idx(int[] sides, byte[] values) {

    private static final int UNSIGNED_BYTE = 8;
    private static final long LARGEST = 1L << 30;
    /** A small packed file can hold any number of zeros. */
    private static final long LARGEST_PACKED = 1L << 27;
    private static final int PIECE = 1 << 20;

    /** @throws DataException if the file is missing, cut off, damaged or of another kind */
    static Idx read(Path file, int numberOfSides) {
        try (InputStream in = unpacked(file)) {
            byte[] start = bytes(in, 4, file, 0, "the start of an IDX file");
            if (start[0] != 0 || start[1] != 0 || start[2] != UNSIGNED_BYTE || start[3] != numberOfSides) {
                boolean swapped = start[0] == 0 && start[1] == 0 && start[2] == UNSIGNED_BYTE && (start[3] == 1 || start[3] == 3);
                throw new DataException(file + ": bytes 0 to 3 are " + Arrays.toString(start) + ", an IDX file of unsigned bytes with "
                        + numberOfSides + " sides starts with [0, 0, " + UNSIGNED_BYTE + ", " + numberOfSides + "]: "
                        + (!swapped ? "it is another kind of file" : numberOfSides == 3 ? "these are labels, where images should be"
                                : "these are images, where labels should be"));
            }
            int[] sides = new int[numberOfSides];
            long count = 1;
            for (int i = 0; i < numberOfSides; i++) {
                int at = 4 + 4 * i;
                byte[] side = bytes(in, 4, file, at, "side " + (i + 1) + " of " + numberOfSides);
                sides[i] = (side[0] & 255) << 24 | (side[1] & 255) << 16 | (side[2] & 255) << 8 | side[3] & 255;
                if (sides[i] == 0) {
                    throw new DataException(file + ": bytes " + at + " to " + (at + 3) + " say that side " + (i + 1) + " of "
                            + numberOfSides + " is 0, so it holds nothing");
                }
                count = sides[i] < 0 ? Long.MAX_VALUE : count * sides[i];
                if (count > LARGEST) {
                    throw new DataException(file + ": bytes " + at + " to " + (at + 3) + " give a side that makes the file larger than "
                            + LARGEST + " values: it is damaged");
                }
            }
            int header = 4 + 4 * numberOfSides;
            if (packed(file) && count > LARGEST_PACKED) {
                throw new DataException(file + ": its sides " + Arrays.toString(sides) + " are " + count + " values, and " + LARGEST_PACKED
                        + " are the most that are unpacked here: it is damaged, or has to be unpacked first (gunzip)");
            }
            if (!packed(file) && Files.size(file) < header + count) {
                throw cutOff(file, Files.size(file), header + count, count + " values");
            }
            byte[] values = bytes(in, (int) count, file, header, count + " values");
            if (in.read() != -1) {
                throw new DataException(file + ": there are more bytes after byte " + (header + count)
                        + ", where its sides " + Arrays.toString(sides) + " say that it ends");
            }
            return new Idx(sides, values);
        } catch (NoSuchFileException e) {
            throw new DataException(file + " is missing; it comes with the project, in the folder datasets", e);
        } catch (IOException e) {
            throw new DataException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static boolean packed(Path file) {
        return file.toString().endsWith(".gz");
    }

    private static InputStream unpacked(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        if (!packed(file)) {
            return in;
        }
        try {
            return new GZIPInputStream(in, 1 << 16);
        } catch (ZipException | EOFException e) {
            in.close();
            throw new DataException(file + ": byte 0 does not start a gzip file: it is damaged, or not packed", e);
        }
    }

    private static byte[] bytes(InputStream in, int count, Path file, int at, String what) throws IOException {
        // It grows with what is there: the file may be shorter than it says.
        byte[] bytes = new byte[Math.min(count, PIECE)];
        int got = 0;
        try {
            while (got < count) {
                bytes = got < bytes.length ? bytes : Arrays.copyOf(bytes, (int) Math.min(count, 2L * got));
                int more = in.readNBytes(bytes, got, bytes.length - got);
                if (more == 0) {
                    throw cutOff(file, at + got, (long) at + count, what);
                }
                got += more;
            }
        } catch (EOFException e) {
            throw new DataException(file + " is cut off: its gzip data end before byte " + (at + count) + " of the unpacked file, where "
                    + what + " should end", e);
        } catch (ZipException e) {
            throw new DataException(file + " is damaged: its gzip data are wrong (" + e.getMessage() + ") somewhere in bytes " + at + " to "
                    + (at + count - 1) + " of the unpacked file, where " + what + " should be", e);
        }
        return bytes;
    }

    private static DataException cutOff(Path file, long end, long wanted, String what) {
        return new DataException(file + " is cut off: it ends at byte " + end + ", but " + what + " should reach to byte " + (wanted - 1));
    }
}
