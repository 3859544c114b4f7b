package casebook.notebook;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** PNG files that are small enough to be saved in a notebook. */
final class Png {

    private static final int PALETTE = 256;

    /** So many of a palette's colours are chosen because they are frequent. */
    private static final int FREQUENT = 128;

    /** An image with more colours than these is a photo: it would lose by a palette. */
    private static final int MOST_COLOURS = 4096;

    private Png() {}

    /** The image as PNG in base64. A chart gets a palette, which halves it. */
    static String base64(BufferedImage image) {
        return Base64.getEncoder().encodeToString(bytes(image.getColorModel().hasAlpha() ? image : withPalette(image)));
    }

    private static byte[] bytes(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam smallest = writer.getDefaultWriteParam();
            smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            smallest.setCompressionQuality(0);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), smallest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The image in 256 of its colours, each other colour replaced by the nearest of them. */
    static BufferedImage withPalette(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        Map<Integer, Integer> counts = new HashMap<>();
        for (int pixel : pixels) {
            counts.merge(pixel, 1, Integer::sum);
            if (counts.size() > MOST_COLOURS) {
                return image;
            }
        }
        int[] palette = palette(counts);
        Map<Integer, Integer> places = new HashMap<>();
        counts.keySet().forEach(colour -> places.put(colour, nearest(palette, colour)));
        IndexColorModel colours = new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage indexed = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, colours);
        WritableRaster raster = indexed.getRaster();
        for (int i = 0; i < pixels.length; i++) {
            raster.setSample(i % width, i / width, 0, places.get(pixels[i]));
        }
        return indexed;
    }

    /**
     * All colours, if there are few. Otherwise the most frequent ones, which are ground, lines and text, and then, again and
     * again, the colour that is farthest from all chosen ones: each colour of a scale may be rare.
     */
    private static int[] palette(Map<Integer, Integer> counts) {
        int[] colours = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .mapToInt(Map.Entry::getKey).toArray();
        if (colours.length <= PALETTE) {
            return colours;
        }
        int[] palette = Arrays.copyOf(colours, PALETTE);
        int[] distances = new int[colours.length];
        Arrays.fill(distances, Integer.MAX_VALUE);
        for (int chosen = 0; chosen < PALETTE; chosen++) {
            if (chosen >= FREQUENT) {
                int farthest = 0;
                for (int i = 1; i < colours.length; i++) {
                    farthest = distances[i] > distances[farthest] ? i : farthest;
                }
                palette[chosen] = colours[farthest];
            }
            for (int i = 0; i < colours.length; i++) {
                distances[i] = Math.min(distances[i], distance(palette[chosen], colours[i]));
            }
        }
        return palette;
    }

    private static int nearest(int[] palette, int colour) {
        int nearest = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < palette.length && least > 0; i++) {
            int distance = distance(palette[i], colour);
            if (distance < least) {
                least = distance;
                nearest = i;
            }
        }
        return nearest;
    }

    private static int distance(int a, int b) {
        return square(a >> 16, b >> 16) + square(a >> 8, b >> 8) + square(a, b);
    }

    private static int square(int a, int b) {
        int difference = (a & 0xff) - (b & 0xff);
        return difference * difference;
    }
}
