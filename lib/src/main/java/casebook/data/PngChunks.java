package casebook.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A PNG file is a row of chunks: length, four letters, data, and a checksum (ISO/IEC 15948, section 5.3). They are gone over before
 * the file is decoded, and those that a picture doesn't need are taken out: texts for people can be gigabytes long once they are
 * unpacked, and
 * Java's reader unpacks them. Nor does it look at the checksums; a damaged photo would come out as noise.
 */
final class PngChunks {

    static final byte[] START = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    /** Length, letters and checksum. */
    private static final int AROUND = 12;
    /** Bytes that one byte of packed data becomes at most (the format of zlib). */
    private static final int MOST_UNPACKED = 1032;

    private final Path file;
    private final byte[] png;
    private int length = START.length;
    private Frame frame;
    private int orientation = 1;
    private int bitsPerPixel;
    private long pixelBytes;

    private PngChunks(Path file, byte[] png) {
        this.file = file;
        this.png = png;
    }

    /**
     * Goes over a file, and moves the chunks that matter to its front.
     *
     * @throws DataException if it is damaged, cut off or larger than a photo may be
     */
    static PngChunks of(Path file, byte[] png) {
        PngChunks chunks = new PngChunks(file, png);
        chunks.read();
        return chunks;
    }

    /** How many bytes at the front of the array are a PNG file with nothing but the picture. */
    int length() {
        return length;
    }

    Frame frame() {
        return frame;
    }

    /** Which way up it is, as Exif has it. */
    int orientation() {
        return orientation;
    }

    private void read() {
        ByteBuffer chunks = ByteBuffer.wrap(png);
        Set<String> once = new HashSet<>();
        int at = START.length;
        String letters = "";
        while (!letters.equals("IEND")) {
            int data = png.length - at < 8 ? -1 : chunks.getInt(at);
            if (data < 0 || data > png.length - at - AROUND) {
                throw new DataException(file + " is damaged or cut off: the file ends at byte " + png.length
                        + ", within the part of the PNG format that begins at byte " + at);
            }
            int end = at + AROUND + data;
            letters = new String(png, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (frame == null) {
                header(letters, at + 8, data);
            }
            // A capital letter says that the photo can't be shown without it. Of the others, one says what is transparent.
            boolean needed = Character.isUpperCase(letters.charAt(0)) || letters.equals("tRNS");
            boolean exif = letters.equals("eXIf");
            if (needed || exif) {
                CRC32 sum = new CRC32();
                sum.update(png, at + 4, 4 + data);
                boolean right = chunks.getInt(end - 4) == (int) sum.getValue();
                if (needed && !right) {
                    throw new DataException(file + " is damaged: the checksum of bytes " + at + " to " + (end - 1) + " (" + letters
                            + ") is wrong");
                }
                orientation = exif && right ? Exif.orientation(chunks.slice(at + 8, data)) : orientation;
            }
            if (needed) {
                if (!letters.equals("IDAT") && !once.add(letters)) {
                    throw new DataException(file + " is damaged: it has the part " + letters + " twice, the second time at byte " + at);
                }
                pixelBytes += letters.equals("IDAT") ? data : 0;
                // The picture's data may come in any number of parts, also of empty ones.
                if (data > 0 || !letters.equals("IDAT")) {
                    System.arraycopy(png, at, png, length, end - at);
                    length += end - at;
                }
            }
            at = end;
        }
        frame.checkHeld(file, pixelBytes, 8.0 * MOST_UNPACKED * pixelBytes / bitsPerPixel);
    }

    /** The first chunk says how large the picture is (section 11.2.2). */
    private void header(String letters, int at, int data) {
        if (!letters.equals("IHDR") || data != 13) {
            throw new DataException(file + " is damaged: a PNG file begins with its size (IHDR, 13 bytes), this one with " + letters
                    + ", " + data
                    + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(png, at, data);
        int width = header.getInt();
        int height = header.getInt();
        int bits = header.get();
        int samples = switch (header.get()) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
        bitsPerPixel = Math.max(1, bits * samples);
        frame = new Frame(height, width, Math.max(1, bits / 8) * samples, 1);
        frame.check(file, png.length);
    }
}
