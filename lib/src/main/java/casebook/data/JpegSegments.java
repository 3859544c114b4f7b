package casebook.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A JPEG file is a row of segments, each with a marker of two bytes and, mostly, a length (ITU-T T.81, annex B). They are gone over before
 * the file is decoded, and those that a picture doesn't need are taken out: thumbnails, a camera's notes, texts. A reader would go
 * through all of them.
 */
final class JpegSegments {

    static final byte[] START = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

    /** A reader keeps a note of each. A profile of colours has 255 at most. */
    private static final int MOST_SEGMENTS = 5000;

    private static final int SCAN = 0xda;
    private static final int END = 0xd9;
    private static final int TEXT = 0xfe;
    /** Applications' segments: 0 to 15. */
    private static final int APPLICATION = 0xe0;
    private static final byte[] EXIF = "Exif\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] COLOURS = "ICC_PROFILE\0".getBytes(StandardCharsets.ISO_8859_1);

    private final Path file;
    private final byte[] jpeg;
    private int length = 2;
    private int kept;
    private int scans;
    private long scanBytes;
    private boolean blocks;
    private int height;
    private int width;
    private double samples;
    private boolean progressive;
    private int components;
    private int bits;
    private int orientation = 1;

    private JpegSegments(Path file, byte[] jpeg) {
        this.file = file;
        this.jpeg = jpeg;
    }

    /**
     * Goes over a file, and moves the segments that matter to its front.
     *
     * @throws DataException if it is damaged, cut off or larger than a photo may be
     */
    static JpegSegments of(Path file, byte[] jpeg) {
        JpegSegments segments = new JpegSegments(file, jpeg);
        segments.read();
        Frame frame = segments.frame();
        frame.check(file, jpeg.length);
        if (segments.blocks) {
            // A block of 8×8 takes a bit for its mean and, where that is not in another scan, one for the rest.
            double most = 8.0 * 64 * segments.scanBytes / segments.samples / (segments.progressive ? 1 : 2);
            frame.checkHeld(file, segments.scanBytes, most);
        }
        return segments;
    }

    /** How many bytes at the front of the array are a JPEG file with nothing but the picture. */
    int length() {
        return length;
    }

    /** Which way up it is, as Exif has it. */
    int orientation() {
        return orientation;
    }

    /** A progressive file is decoded in its coefficients, two bytes each, before there is a pixel. Four channels become three others. */
    Frame frame() {
        int each = components * (bits > 8 ? 2 : 1) + (components > 3 ? 3 : 0);
        return new Frame(height, width, each + (scans > 1 || progressive ? 2 * samples : 0), Math.max(1, scans));
    }

    private void read() {
        int at = 2;
        while (true) {
            int marker = marker(at);
            int code = jpeg[marker + 1] & 0xff;
            // Markers without a segment: the end, the start of another picture, restarts.
            boolean alone = code >= 0xd0 && code <= END || code == 1;
            int end = marker + 2;
            if (!alone) {
                int size = jpeg.length - end < 2 ? 0 : (jpeg[end] & 0xff) << 8 | jpeg[end + 1] & 0xff;
                if (size < 2 || size > jpeg.length - end) {
                    throw cutOff();
                }
                look(code, ByteBuffer.wrap(jpeg, end + 2, size - 2).slice());
                end += size;
                int scan = code == SCAN ? endOfScan(end) : end;
                scanBytes += scan - end;
                end = scan;
            }
            if (alone || needed(code, marker)) {
                if (++kept > MOST_SEGMENTS) {
                    throw new DataException(file + " is a JPEG file of more than " + MOST_SEGMENTS
                            + " parts, and a photo has about 30: it is damaged");
                }
                System.arraycopy(jpeg, marker, jpeg, length, end - marker);
                length += end - marker;
            }
            if (code == END) {
                break;
            }
            at = end;
        }
        if (scans == 0 || components == 0) {
            throw new DataException(file + " is a JPEG file of " + jpeg.length + " bytes, but it is damaged: there is no picture in it");
        }
    }

    /** Where the next marker is: 255 and what is neither 0 nor 255. What lies before it is left out, as readers do. */
    private int marker(int from) {
        for (int i = from; i < jpeg.length - 1; i++) {
            if (jpeg[i] == -1 && jpeg[i + 1] != 0 && jpeg[i + 1] != -1) {
                return i;
            }
        }
        throw cutOff();
    }

    /** The numbers of a scan end at the next marker that is not a restart. */
    private int endOfScan(int from) {
        int marker = marker(from);
        while ((jpeg[marker + 1] & 0xf8) == 0xd0) {
            marker = marker(marker + 2);
        }
        return marker;
    }

    private DataException cutOff() {
        return new DataException(file + " is a JPEG file of " + jpeg.length + " bytes, but it is damaged or cut off: its end is missing");
    }

    private boolean needed(int code, int marker) {
        // 0 and 14 say how the channels are to be understood, 2 with its colours' profile.
        return code != TEXT && (code < APPLICATION || code > APPLICATION + 15 || code == APPLICATION || code == APPLICATION + 14
                || code == APPLICATION + 2 && begins(marker + 4, COLOURS));
    }

    private boolean begins(int at, byte[] start) {
        return at + start.length <= jpeg.length && Arrays.equals(jpeg, at, at + start.length, start, 0, start.length);
    }

    private void look(int code, ByteBuffer data) {
        boolean start = code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
        if (start && data.remaining() >= 6) {
            frame(code, data);
        } else if (code == SCAN) {
            scans++;
        } else if (code == APPLICATION + 1 && orientation == 1 && data.remaining() > EXIF.length
                && Arrays.equals(data.array(), data.arrayOffset(), data.arrayOffset() + EXIF.length, EXIF, 0, EXIF.length)) {
            // A zero byte stands between the identifier and the notes.
            orientation = Exif.orientation(data.slice(EXIF.length + 1, data.remaining() - EXIF.length - 1));
        }
    }

    /** How large the picture is (section B.2.2). */
    private void frame(int code, ByteBuffer data) {
        if (components > 0) {
            throw new DataException(file + " is a JPEG file of " + jpeg.length
                    + " bytes, but it is damaged: it says twice how large it is");
        }
        bits = data.get();
        height = data.getShort() & 0xffff;
        width = data.getShort() & 0xffff;
        components = data.get() & 0xff;
        blocks = code <= 0xc2;
        progressive = code == 0xc2 || code == 0xc6 || code == 0xca || code == 0xce;
        double most = 1;
        for (int i = 0; i < components && data.remaining() >= 3; i++) {
            data.get();
            int factors = data.get() & 0xff;
            data.get();
            samples += (factors >> 4) * (factors & 15);
            most = Math.max(most, (factors >> 4) * (factors & 15));
        }
        // Of each channel there may be fewer than there are pixels.
        samples = samples / most;
    }
}
