package casebook.charts;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.Table;

/** Galleries of arrays: filters and feature maps, all images of a gallery on one scale. */
final class Weights {

    private static final Color NEGATIVE = new Color(0xB2182B);
    private static final Color POSITIVE = new Color(0x084081);

    private Weights() {}

    static Picture filters(String title, INDArray weights) {
        boolean single = weights.rank() == 4 && weights.size(1) == 1;
        if (weights.rank() == 4 && weights.size(1) == 3) {
            return colourFilters(title, weights);
        }
        if (weights.rank() != 3 && !single) {
            throw new IllegalArgumentException("filters are an array [filters, height, width] or [filters, channels, height, width] with "
                    + "1 or 3 channels, this one is " + Arrays.toString(weights.shape())
                    + "; one channel of it is weights.get(NDArrayIndex.all(), NDArrayIndex.point(0))");
        }
        float[][][] all = values(single ? weights.reshape(weights.size(0), weights.size(2), weights.size(3)) : weights);
        float most = largest(all);
        return gallery(title, "filter", all, new Gallery.Key(-most, most, colours(most)),
                "Weights, the same scale for all: blue is positive, white is zero, red is negative");
    }

    static Picture featureMaps(String title, INDArray channels) {
        boolean single = channels.rank() == 4 && channels.size(0) == 1;
        if (channels.rank() != 3 && !single) {
            throw new IllegalArgumentException("feature maps are an array [channels, height, width] of one image, this one is "
                    + Arrays.toString(channels.shape()));
        }
        float[][][] all = values(single ? channels.reshape(channels.size(1), channels.size(2), channels.size(3)) : channels);
        float most = 0;
        float least = 0;
        for (float[][] map : all) {
            for (float[] row : map) {
                for (float value : row) {
                    most = Math.max(most, value);
                    least = Math.min(least, value);
                }
            }
        }
        String note = "Activations, the same scale for all: white is zero, dark blue the largest" + (least < 0 ? ", red is negative" : "");
        return gallery(title, "channel", all, new Gallery.Key(least, most, colours(Math.max(most, -least))), note);
    }

    /** White for zero, the stronger the farther from it. */
    private static Tile.Colours colours(float strongest) {
        return value -> Look.mix(Color.WHITE, value < 0 ? NEGATIVE : POSITIVE, strongest == 0 ? 0 : Math.abs(value) / strongest);
    }

    /** Filters over red, green and blue: a colour is as far from grey as its weight is from zero. */
    private static Picture colourFilters(String title, INDArray weights) {
        int filters = (int) weights.size(0);
        int height = (int) weights.size(2);
        int width = (int) weights.size(3);
        float[][][] all = values(weights.reshape('c', 3L * filters, height, width));
        float most = Math.max(largest(all), Float.MIN_NORMAL);
        List<Tile> tiles = new ArrayList<>();
        for (int f = 0; f < filters; f++) {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int rgb = 0;
                    for (int c = 0; c < 3; c++) {
                        rgb = rgb << 8 | Math.round(127.5f + 127.5f * all[3 * f + c][y][x] / most);
                    }
                    image.setRGB(x, y, rgb);
                }
            }
            tiles.add(new Tile(Integer.toString(f + 1), image));
        }
        String note = "Weights for red, green and blue: grey is zero, full colour is " + Look.digits(most);
        Table data = table(title, "filter and colour", all);
        return new Gallery(new Sheet.Words(title, note, alt(title, note, filters, "filter", height, width), data), tiles, null);
    }

    private static Picture gallery(String title, String one, float[][][] all, Gallery.Key key, String note) {
        List<Tile> tiles = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            tiles.add(new Tile(Integer.toString(i + 1), Tile.image(all[i], key.colours())));
        }
        String range = " The values go from " + Look.digits(key.least()) + " to " + Look.digits(key.most()) + ".";
        return new Gallery(new Sheet.Words(title, note, alt(title, note, all.length, one, all[0].length, all[0][0].length) + range,
                table(title, one, all)), tiles, key);
    }

    private static String alt(String title, String note, int count, String one, int height, int width) {
        return title + ". " + Look.plural(count, one) + " of " + height + "×" + width + ". " + note + ".";
    }

    private static Table table(String title, String one, float[][][] all) {
        LongColumn number = LongColumn.create(Look.capital(one));
        LongColumn row = LongColumn.create("Row");
        LongColumn column = LongColumn.create("Column");
        DoubleColumn value = DoubleColumn.create("Value");
        for (int i = 0; i < all.length; i++) {
            for (int y = 0; y < all[i].length; y++) {
                for (int x = 0; x < all[i][y].length; x++) {
                    number.append(i + 1L);
                    row.append(y + 1L);
                    column.append(x + 1L);
                    value.append(all[i][y][x]);
                }
            }
        }
        return Table.create(title, number, row, column, value);
    }

    private static float[][][] values(INDArray array) {
        float[] flat = array.dup('c').castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT).data().asFloat();
        int height = (int) array.size(1);
        int width = (int) array.size(2);
        float[][][] all = new float[(int) array.size(0)][height][width];
        for (int i = 0; i < flat.length; i++) {
            all[i / (height * width)][i / width % height][i % width] = flat[i];
        }
        return all;
    }

    private static float largest(float[][][] all) {
        float largest = 0;
        for (float[][] image : all) {
            for (float[] row : image) {
                for (float value : row) {
                    largest = Math.max(largest, Math.abs(value));
                }
            }
        }
        return largest;
    }
}
