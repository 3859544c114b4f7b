package casebook.data;

import com.twelvemonkeys.imageio.metadata.CompoundDirectory;
import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEG;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegment;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegmentUtil;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/** Reads PNG and JPEG files of all kinds into three channels of bytes. */
final class PhotoFile {

    /** About as many pixels as the largest cameras make; beyond, Java's memory would not do. */
    private static final long LARGEST = 100_000_000;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] JPEG_START = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

    private static final JPEGImageReaderSpi JPEG_READERS = new JPEGImageReaderSpi();

    static {
        // ImageIO finds plug-ins through the thread's class loader, and in a notebook that is not always ours.
        IIORegistry.getDefaultInstance().registerServiceProvider(JPEG_READERS, ImageReaderSpi.class);
    }

    private PhotoFile() {}

    /** @throws DataException if it can't be read; the message says what is wrong with the file */
    static BufferedImage read(Path file) {
        byte[] bytes = bytes(file);
        boolean jpeg = begins(bytes, 0, JPEG_START);
        if (!jpeg && !begins(bytes, 0, PNG)) {
            throw new DataException(file + " is neither a PNG nor a JPEG file: " + looksLike(bytes));
        }
        if (!jpeg) {
            checkChunks(file, bytes);
        }
        BufferedImage image = decode(file, bytes, jpeg);
        return jpeg ? upright(image, orientation(bytes)) : image;
    }

    private static byte[] bytes(Path file) {
        if (Files.isDirectory(file)) {
            throw new DataException(file + " is a folder, not a photo");
        }
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new DataException("there is no file " + file.toAbsolutePath(), e);
        } catch (IOException e) {
            throw new DataException(file + " can't be read: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new DataException(file + " is too large for a photo", e);
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

    /**
     * A PNG file is a row of chunks: length, four letters, data, and a checksum (ISO/IEC 15948, section 5.3). Java's reader does
     * not look at the checksums. A damaged photo would come out as noise, so they are looked at here.
     */
    private static void checkChunks(Path file, byte[] png) {
        ByteBuffer chunks = ByteBuffer.wrap(png);
        chunks.position(PNG.length);
        String letters = "";
        while (!letters.equals("IEND")) {
            int at = chunks.position();
            int length = chunks.remaining() < 8 ? -1 : chunks.getInt();
            if (length < 0 || length > chunks.remaining() - 8) {
                throw new DataException(file + " is damaged or cut off: the file ends at byte " + png.length + ", within the part of the PNG "
                        + "format that begins at byte " + at);
            }
            letters = new String(png, at + 4, 4, StandardCharsets.ISO_8859_1);
            CRC32 sum = new CRC32();
            sum.update(png, at + 4, 4 + length);
            chunks.position(at + 8 + length);
            // A capital letter says that the photo can't be shown without it.
            if (chunks.getInt() != (int) sum.getValue() && Character.isUpperCase(letters.charAt(0))) {
                throw new DataException(file + " is damaged: the checksum of bytes " + at + " to " + (at + 7 + length) + " ("
                        + letters + ") is wrong");
            }
        }
    }

    private static BufferedImage decode(Path file, byte[] bytes, boolean jpeg) {
        ImageReader reader = null;
        List<String> warnings = new ArrayList<>();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            reader = jpeg ? JPEG_READERS.createReaderInstance() : ImageIO.getImageReadersByFormatName("png").next();
            reader.setInput(in, true, false);
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            long height = reader.getHeight(0);
            long width = reader.getWidth(0);
            if (height * width > LARGEST) {
                throw new DataException(String.format(java.util.Locale.ROOT, "%s has %d×%d pixels, more than %,d: make it smaller first",
                        file, height, width, LARGEST));
            }
            BufferedImage image = reader.read(0);
            // The reader fills up with grey what is missing and only warns.
            if (jpeg && warnings.stream().anyMatch(warning -> warning.matches("(?i).*(premature|truncated|end of file).*"))) {
                throw new DataException(file + " is cut off after " + bytes.length + " bytes: the lower part of the photo is missing");
            }
            return image;
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

    // ---- which way up ----

    /** The Exif orientation, 1 to 8; 1, upright, where the file says nothing. */
    private static int orientation(byte[] jpeg) {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(jpeg))) {
            for (JPEGSegment segment : JPEGSegmentUtil.readSegments(in, JPEG.APP1, "Exif")) {
                byte[] exif = segment.data().readAllBytes();
                // A zero byte stands between the identifier and the TIFF data.
                try (ImageInputStream tiff = ImageIO.createImageInputStream(new ByteArrayInputStream(exif, 1, exif.length - 1))) {
                    Directory all = new TIFFReader().read(tiff);
                    Directory first = all instanceof CompoundDirectory compound ? compound.getDirectory(0) : all;
                    Entry entry = first.getEntryById(TIFF.TAG_ORIENTATION);
                    if (entry != null && entry.getValue() instanceof Number number && number.intValue() >= 1 && number.intValue() <= 8) {
                        return number.intValue();
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            // The photo itself was readable: broken notes of the camera are no reason to refuse it.
        }
        return 1;
    }

    /**
     * Turns and mirrors an image as its Exif orientation asks (CIPA DC-008, tag 274): 3 is upside down, 6 has its top at the
     * right, 8 at the left; 2, 4, 5 and 7 are mirrored.
     */
    static BufferedImage upright(BufferedImage image, int orientation) {
        if (orientation == 1) {
            return image;
        }
        int height = image.getHeight();
        int width = image.getWidth();
        boolean turned = orientation >= 5;
        ColorModel colours = image.getColorModel();
        var raster = colours.createCompatibleWritableRaster(turned ? height : width, turned ? width : height);
        Object pixel = null;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int right = width - 1 - x;
                int below = height - 1 - y;
                pixel = image.getRaster().getDataElements(x, y, pixel);
                switch (orientation) {
                    case 2 -> raster.setDataElements(right, y, pixel);
                    case 3 -> raster.setDataElements(right, below, pixel);
                    case 4 -> raster.setDataElements(x, below, pixel);
                    case 5 -> raster.setDataElements(y, x, pixel);
                    case 6 -> raster.setDataElements(below, x, pixel);
                    case 7 -> raster.setDataElements(below, right, pixel);
                    default -> raster.setDataElements(y, right, pixel);
                }
            }
        }
        return new BufferedImage(colours, raster, colours.isAlphaPremultiplied(), null);
    }

    // ---- channels ----

    /** Red, green and blue, one behind the other; what is transparent is laid on white. */
    static byte[] channels(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        boolean grey = colours.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        if (colours instanceof ComponentColorModel && !colours.isAlphaPremultiplied() && (grey || colours.getColorSpace().isCS_sRGB())) {
            return fromSamples(image, grey);
        }
        if (!colours.getColorSpace().isCS_sRGB() && !(colours instanceof java.awt.image.IndexColorModel)) {
            BufferedImage converted = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
            return fromPixels(new ColorConvertOp(null).filter(image, converted));
        }
        return fromPixels(image);
    }

    /** The file's own numbers: Java would brighten grey ones, because it takes them for linear, and cut 16 bits without rounding. */
    private static byte[] fromSamples(BufferedImage image, boolean grey) {
        int height = image.getHeight();
        int width = image.getWidth();
        int area = height * width;
        Raster raster = image.getRaster();
        boolean alpha = image.getColorModel().hasAlpha();
        int bands = raster.getNumBands();
        double[] most = new double[bands];
        Arrays.setAll(most, band -> Math.pow(2, image.getColorModel().getComponentSize(band)) - 1);
        byte[] values = new byte[3 * area];
        int[] row = new int[width * bands];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                double opaque = alpha ? row[x * bands + bands - 1] / most[bands - 1] : 1;
                for (int channel = 0; channel < 3; channel++) {
                    int band = grey ? 0 : channel;
                    values[channel * area + y * width + x] = onWhite(row[x * bands + band] / most[band], opaque);
                }
            }
        }
        return values;
    }

    private static byte[] fromPixels(BufferedImage image) {
        int height = image.getHeight();
        int width = image.getWidth();
        int area = height * width;
        byte[] values = new byte[3 * area];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                double opaque = (row[x] >>> 24) / 255.0;
                for (int channel = 0; channel < 3; channel++) {
                    values[channel * area + y * width + x] = onWhite((row[x] >> 16 - 8 * channel & 255) / 255.0, opaque);
                }
            }
        }
        return values;
    }

    private static byte onWhite(double value, double opaque) {
        return (byte) Math.round(255 * (value * opaque + 1 - opaque));
    }
}
