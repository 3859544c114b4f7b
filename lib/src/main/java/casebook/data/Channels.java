package casebook.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;

/** Makes three channels of bytes of a decoded image: red, green and blue, upright, what is transparent laid on white. */
final class Channels {

    /** Rows whose colours are converted at a time: for a whole photo there would have to be room twice. */
    private static final int STRIPE = 64;

    private final int height;
    private final int width;
    private final int orientation;
    private final byte[] values;

    private Channels(BufferedImage image, int orientation) {
        this.height = image.getHeight();
        this.width = image.getWidth();
        this.orientation = orientation;
        this.values = new byte[Math.multiplyExact(Photo.CHANNELS, Math.multiplyExact(height, width))];
    }

    /**
     * The channels of an image.
     *
     * @param orientation how the camera was held, as Exif has it: 1 to 8
     */
    static PhotoFile.Pixels of(BufferedImage image, int orientation) {
        Channels channels = new Channels(image, orientation);
        ColorModel colours = image.getColorModel();
        boolean grey = colours.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        if (colours instanceof ComponentColorModel && !colours.isAlphaPremultiplied() && (grey || colours.getColorSpace().isCS_sRGB())) {
            channels.fromSamples(image, grey);
        } else if (!colours.getColorSpace().isCS_sRGB() && !(colours instanceof IndexColorModel)) {
            ColorConvertOp conversion = new ColorConvertOp(null);
            for (int top = 0; top < channels.height; top += STRIPE) {
                BufferedImage stripe = image.getSubimage(0, top, channels.width, Math.min(STRIPE, channels.height - top));
                channels.fromPixels(conversion.filter(stripe, new BufferedImage(stripe.getWidth(), stripe.getHeight(),
                        BufferedImage.TYPE_INT_ARGB)),
                        top);
            }
        } else {
            channels.fromPixels(image, 0);
        }
        boolean turned = orientation >= 5;
        return new PhotoFile.Pixels(turned ? channels.width : channels.height, turned ? channels.height : channels.width, channels.values);
    }

    /** The file's own numbers: Java would brighten grey ones, because it takes them for linear, and cut 16 bits without rounding. */
    private void fromSamples(BufferedImage image, boolean grey) {
        Raster raster = image.getRaster();
        boolean alpha = image.getColorModel().hasAlpha();
        int bands = raster.getNumBands();
        int[] most = new int[bands];
        Arrays.setAll(most, band -> (1 << image.getColorModel().getComponentSize(band)) - 1);
        boolean bytes = !alpha && Arrays.stream(most).allMatch(value -> value == 255);
        int[] row = new int[width * bands];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            int place = first(y);
            for (int x = 0, at = 0; x < width; x++, at += bands, place += step()) {
                double opaque = alpha ? row[at + bands - 1] / (double) most[bands - 1] : 1;
                for (int channel = 0; channel < Photo.CHANNELS; channel++) {
                    int band = grey ? 0 : channel;
                    int value = row[at + band];
                    values[channel * height * width + place] = bytes ? (byte) value : onWhite(value / (double) most[band], opaque);
                }
            }
        }
    }

    private void fromPixels(BufferedImage image, int top) {
        int[] row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            if (image.getColorModel() instanceof IndexColorModel palette) {
                // Several times as fast as the image's own method.
                image.getRaster().getSamples(0, y, width, 1, 0, row);
                Arrays.setAll(row, x -> palette.getRGB(row[x]));
            } else {
                image.getRGB(0, y, width, 1, row, 0, width);
            }
            int place = first(top + y);
            for (int x = 0; x < width; x++, place += step()) {
                int opaque = row[x] >>> 24;
                for (int channel = 0; channel < Photo.CHANNELS; channel++) {
                    int value = row[x] >> 16 - 8 * channel & 255;
                    values[channel * height * width + place] = opaque == 255 ? (byte) value : onWhite(value / 255.0, opaque / 255.0);
                }
            }
        }
    }

    private static byte onWhite(double value, double opaque) {
        return (byte) Math.round(255 * (value * opaque + 1 - opaque));
    }

    // ---- which way up (CIPA DC-008, tag 274) ----

    // 3 is upside down, 6 has its top at the right, 8 at the left; 2, 4, 5 and 7 are mirrored.

    /** The place in a channel of the first pixel of a row. */
    private int first(int y) {
        int right = width - 1;
        int below = height - 1 - y;
        return switch (orientation) {
            case 2 -> y * width + right;
            case 3 -> below * width + right;
            case 4 -> below * width;
            case 5 -> y;
            case 6 -> below;
            case 7 -> right * height + below;
            case 8 -> right * height + y;
            default -> y * width;
        };
    }

    /** How far behind a pixel the next one of its row has its place. */
    private int step() {
        return switch (orientation) {
            case 2, 3 -> -1;
            case 5, 6 -> height;
            case 7, 8 -> -height;
            default -> 1;
        };
    }
}
