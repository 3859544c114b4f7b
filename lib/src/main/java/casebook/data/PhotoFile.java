package casebook.data;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads PNG and JPEG files of all kinds into three channels of bytes. Nothing in a file is believed: what decoding will take is worked out
 * first ({@link Frame}), and what a picture doesn't need is not decoded at all ({@link PngChunks}, {@link JpegSegments}).
 */
final class PhotoFile {

    private static final JPEGImageReaderSpi JPEG_READERS = new JPEGImageReaderSpi();

    static {
        // ImageIO finds plug-ins through the thread's class loader, and in a notebook that is not always ours.
        IIORegistry.getDefaultInstance().registerServiceProvider(JPEG_READERS, ImageReaderSpi.class);
    }

    /**
     * The pixels of a photo, upright.
     *
     * @param values red, green and blue, one behind the other, each row by row
     */
    record Pixels(int height, int width, byte[] values) {}

    private PhotoFile() {}

    /** @throws DataException if it can't be read; the message says what is wrong with the file */
    static Pixels read(Path file) {
        try {
            byte[] bytes = bytes(file);
            if (begins(bytes, 0, JpegSegments.START)) {
                JpegSegments segments = JpegSegments.of(file, bytes);
                return decode(file, bytes, segments.length(), segments.frame(), segments.orientation(), true);
            }
            if (begins(bytes, 0, PngChunks.START)) {
                PngChunks chunks = PngChunks.of(file, bytes);
                return decode(file, bytes, chunks.length(), chunks.frame(), chunks.orientation(), false);
            }
            throw new DataException(file + " is neither a PNG nor a JPEG file: " + looksLike(bytes));
        } catch (OutOfMemoryError e) {
            throw new DataException(file + " is too large for the memory that Java may take here, "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MB: make it smaller first", e);
        }
    }

    private static byte[] bytes(Path file) {
        if (Files.isDirectory(file)) {
            throw new DataException(file + " is a folder, not a photo");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A pipe or a device may never end.
            throw new DataException(file + " is not an ordinary file, but a pipe, a device or something else");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = Files.size(file) > Frame.MOST_BYTES ? null : in.readNBytes((int) Frame.MOST_BYTES + 1);
            if (bytes == null || bytes.length > Frame.MOST_BYTES) {
                throw new DataException(file + " has more than " + (Frame.MOST_BYTES >> 20)
                        + " MB: no photo has, or it has to be made smaller first");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new DataException("there is no file " + file.toAbsolutePath(), e);
        } catch (IOException e) {
            throw new DataException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static boolean begins(byte[] bytes, int at, byte[] start) {
        return bytes.length >= at + start.length && Arrays.equals(bytes, at, at + start.length, start, 0, start.length);
    }

    private static boolean begins(byte[] bytes, int at, String start) {
        return begins(bytes, at, start.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What learners most often have instead. */
    private static String looksLike(byte[] bytes) {
        if (bytes.length == 0) {
            return "it is empty";
        }
        String again = "; save it as PNG or JPEG";
        if (begins(bytes, 4, "ftyphei") || begins(bytes, 4, "ftypmif1") || begins(bytes, 4, "ftyphev")) {
            return "it looks like HEIC, the format of many phones" + again;
        }
        if (begins(bytes, 4, "ftypavi")) {
            return "it looks like AVIF" + again;
        }
        if (begins(bytes, 0, "RIFF") && begins(bytes, 8, "WEBP")) {
            return "it looks like WebP" + again;
        }
        if (begins(bytes, 0, "GIF8")) {
            return "it looks like GIF" + again;
        }
        if (begins(bytes, 0, "BM")) {
            return "it looks like BMP" + again;
        }
        if (begins(bytes, 0, "II*\0") || begins(bytes, 0, "MM\0*")) {
            return "it looks like TIFF or a camera's raw format" + again;
        }
        String text = new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.ISO_8859_1).strip().toLowerCase(java.util.Locale.ROOT);
        if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
            return "it is a web page; was the page saved instead of the picture?";
        }
        if (text.startsWith("<svg") || text.startsWith("<?xml")) {
            return "it looks like SVG, a drawing without pixels" + again;
        }
        return "it begins with the bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(8, bytes.length));
    }

    private static Pixels decode(Path file, byte[] bytes, int length, Frame frame, int orientation, boolean jpeg) {
        ImageReader reader = null;
        List<String> warnings = new ArrayList<>();
        try (ImageInputStream in = new ByteArrayImageInputStream(bytes, 0, length)) {
            reader = jpeg ? JPEG_READERS.createReaderInstance() : ImageIO.getImageReadersByFormatName("png").next();
            reader.setInput(in, true, false);
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            if (reader.getHeight(0) != frame.height() || reader.getWidth(0) != frame.width()) {
                throw new DataException(file + " is damaged: it says in two ways how large it is");
            }
            BufferedImage image = reader.read(0);
            // The reader fills up with grey what is missing and only warns.
            if (jpeg && warnings.stream().anyMatch(warning -> warning.matches("(?i).*(premature|truncated|end of file).*"))) {
                throw new DataException(file + " is cut off after " + bytes.length + " bytes: the lower part of the photo is missing");
            }
            return Channels.of(image, orientation);
        } catch (IOException | RuntimeException e) {
            if (e instanceof DataException known) {
                throw known;
            }
            throw new DataException(file + " is a " + (jpeg ? "JPEG" : "PNG") + " file of " + bytes.length
                    + " bytes, but it is damaged or cut off" + (e.getMessage() == null ? "" : ": " + e.getMessage()), e);
        } finally {
            if (reader != null) {
                reader.dispose();
            }
        }
    }
}
