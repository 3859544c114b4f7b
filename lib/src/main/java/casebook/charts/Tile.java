package casebook.charts;

import java.awt.Color;
import java.awt.image.BufferedImage;

/**
 * A small image with a line below it.
 *
 * @param caption the line; long ones are wrapped
 * @param image the image, shown without smoothing so that its pixels can be counted
 */
public record Tile(String caption, BufferedImage image) {

    /**
     * A grey image.
     *
     * @param caption the line below it
     * @param pixels rows of pixels, 0 for black and 1 for white; values beyond are cut off
     * @return the image with its line
     */
    public static Tile grey(String caption, float[][] pixels) {
        return new Tile(caption, image(pixels, value -> Look.mix(Color.BLACK, Color.WHITE, Math.min(1, Math.max(0, value)))));
    }

    /** Gives a value its colour. */
    interface Colours {
        Color of(float value);
    }

    static BufferedImage image(float[][] values, Colours colours) {
        if (values.length == 0 || values[0].length == 0) {
            throw new IllegalArgumentException("an image needs at least one pixel");
        }
        BufferedImage image = new BufferedImage(values[0].length, values.length, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < values.length; y++) {
            for (int x = 0; x < values[y].length; x++) {
                image.setRGB(x, y, colours.of(values[y][x]).getRGB());
            }
        }
        return image;
    }
}
