package casebook.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A photo: three channels, red, green and blue, of values from 0, none, to 255, most. It never changes; {@link #crop},
 * {@link #middle} and {@link #scaled} give new photos.
 *
 * <pre>{@code
 * Photo cat = Photo.of("chelsea");                                   // one that comes with the project
 * Photo mine = Photo.read(Path.of("holiday.jpg")).shorterSide(256).middle(224, 224);
 * INDArray input = mine.array();                                     // [1, 3, 224, 224]
 * }</pre>
 */
public final class Photo {

    /** Red, green and blue. */
    public static final int CHANNELS = 3;

    /** Of a photo that is made larger: as many as one that is read may have. */
    private static final long MOST_PIXELS = 50_000_000;

    private final String name;
    private final int height;
    private final int width;
    private final byte[] values;

    private Photo(String name, int height, int width, byte[] values) {
        this.name = name;
        this.height = height;
        this.width = width;
        this.values = values;
    }

    /**
     * A photo that comes with the project: {@code Photo.of("chelsea")}. Its origin and licence stand in
     * {@code datasets/README.md}.
     *
     * @throws DataException if there is none of this name; the message lists those there are
     */
    public static Photo of(String name) {
        for (Path file : files()) {
            if (nameOf(file).equals(name)) {
                return read(file);
            }
        }
        throw new DataException("there is no photo called " + name + "; there are " + String.join(", ", names())
                + ". A file of your own is read with Photo.read(Path.of(\"…\"))");
    }

    /** The names of the photos that come with the project, in alphabetical order. */
    public static List<String> names() {
        return files().stream().map(Photo::nameOf).toList();
    }

    private static List<Path> files() {
        Path folder = Datasets.file("photos");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".png") || file.toString().endsWith(".jpg")).sorted()
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new DataException(folder + " can't be read; it comes with the project", e);
        }
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    }

    /**
     * Reads a PNG or JPEG file of any kind: grey ones get three equal channels, 16 bits a value become 8, what is
     * transparent is laid on white, CMYK and other colour spaces become sRGB, and a photo that was taken with the camera
     * turned is put upright (its Exif orientation). The file, what is decoded and the photo take 300 MB together at most: about
     * 50 million pixels.
     *
     * @throws DataException if the file is missing, damaged, cut off, too large or of another kind; the message says which
     */
    public static Photo read(Path file) {
        PhotoFile.Pixels pixels = PhotoFile.read(file);
        return new Photo(nameOf(file), pixels.height(), pixels.width(), pixels.values());
    }

    /** A photo of an image. What is transparent is laid on white. */
    public static Photo of(String name, BufferedImage image) {
        return new Photo(name, image.getHeight(), image.getWidth(), Channels.of(image, 1).values());
    }

    /**
     * A grey picture of numbers.
     *
     * @param grey rows of numbers, 0 for black and 1 for white; what is beyond is cut off
     * @throws IllegalArgumentException if the rows are not all as long, or there are none
     */
    public static Photo grey(String name, float[][] grey) {
        int height = grey.length;
        int width = height == 0 ? 0 : grey[0].length;
        if (width == 0 || Arrays.stream(grey).anyMatch(row -> row.length != width)) {
            throw new IllegalArgumentException(name + ": a picture needs rows of the same length and at least one pixel, these have "
                    + Arrays.stream(grey).map(row -> row.length).distinct().toList());
        }
        byte[] values = new byte[CHANNELS * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = rounded(255 * grey[i / width % height][i % width]);
        }
        return new Photo(name, height, width, values);
    }

    private static byte rounded(float value) {
        return (byte) Math.round(Math.max(0, Math.min(255, value)));
    }

    /** Its file's name without the ending: {@code chelsea}. */
    public String name() {
        return name;
    }

    /** Rows of pixels. */
    public int height() {
        return height;
    }

    /** Columns of pixels. */
    public int width() {
        return width;
    }

    /**
     * One value, from 0 to 255.
     *
     * @param channel 0 for red, 1 for green, 2 for blue
     */
    public int value(int channel, int row, int column) {
        if (channel < 0 || channel >= CHANNELS || row < 0 || row >= height || column < 0 || column >= width) {
            throw new IndexOutOfBoundsException(this + ": there is no channel " + channel + ", row " + row + ", column " + column);
        }
        return values[(channel * height + row) * width + column] & 255;
    }

    /** All values as numbers from 0 to 1: {@code [channel][row][column]}. */
    public float[][][] values() {
        float[][][] all = new float[CHANNELS][height][width];
        for (int i = 0; i < values.length; i++) {
            all[i / (height * width)][i / width % height][i % width] = (values[i] & 255) / 255f;
        }
        return all;
    }

    /**
     * How bright each pixel is, from 0 to 1: {@code 0.299 R + 0.587 G + 0.114 B}, as the eye weighs the colours (ITU-R
     * BT.601, section 2.5.1).
     */
    public float[][] brightness() {
        float[][] grey = new float[height][width];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                grey[row][column] = (299 * value(0, row, column) + 587 * value(1, row, column) + 114 * value(2, row, column)) / 255_000f;
            }
        }
        return grey;
    }

    /** The photo as a batch of one, {@code [1, 3, height, width]}, values from 0 to 1. */
    public INDArray array() {
        float[] numbers = new float[values.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (values[i] & 255) / 255f;
        }
        return Nd4j.create(numbers, new long[] {1, CHANNELS, height, width}, 'c');
    }

    /** The photo as an image to look at. */
    public BufferedImage image() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int area = height * width;
        int[] pixels = new int[area];
        for (int i = 0; i < area; i++) {
            pixels[i] = (values[i] & 255) << 16 | (values[area + i] & 255) << 8 | values[2 * area + i] & 255;
        }
        image.setRGB(0, 0, width, height, pixels, 0, width);
        return image;
    }

    /**
     * A part of the photo.
     *
     * @param top the first row, from 0
     * @param left the first column, from 0
     * @throws IllegalArgumentException if it reaches beyond the photo
     */
    public Photo crop(int top, int left, int height, int width) {
        if (top < 0 || left < 0 || height < 1 || width < 1 || top > this.height - height || left > this.width - width) {
            throw new IllegalArgumentException(this + " has no part of " + height + "×" + width + " pixels that begins in row " + top
                    + ", column " + left);
        }
        byte[] part = new byte[CHANNELS * height * width];
        for (int row = 0; row < CHANNELS * height; row++) {
            int from = (row / height * this.height + top + row % height) * this.width + left;
            System.arraycopy(values, from, part, row * width, width);
        }
        return new Photo(name, height, width, part);
    }

    /**
     * The middle of the photo.
     *
     * @throws IllegalArgumentException if the photo is smaller; {@link #shorterSide} makes it larger
     */
    public Photo middle(int height, int width) {
        if (height > this.height || width > this.width) {
            throw new IllegalArgumentException(this + " is smaller than " + height + "×" + width + "; shorterSide("
                    + Math.max(height, width) + ") makes it large enough");
        }
        return crop((this.height - height) / 2, (this.width - width) / 2, height, width);
    }

    /**
     * The photo with a shorter side of so many pixels, and the other side in proportion.
     *
     * @throws IllegalArgumentException if the other side becomes too long; {@link #shorterSideMiddle} works out less
     */
    public Photo shorterSide(int side) {
        long longer = longerSide(side);
        if (side > 0 && longer > MOST_PIXELS / side) {
            throw new IllegalArgumentException(this + " is too large or too thin for a shorter side of " + side
                    + ": the other one would have "
                    + longer + " pixels. crop() takes a part of it, shorterSideMiddle(" + side + ", " + side + ", " + side
                    + ") its middle");
        }
        return height < width ? scaled(side, (int) longer) : scaled((int) longer, side);
    }

    /**
     * The middle of the photo with a shorter side of so many pixels: what {@code shorterSide(side).middle(height, width)} gives, however
     * long and thin the photo is.
     *
     * @throws IllegalArgumentException if the photo is smaller with this shorter side
     */
    public Photo shorterSideMiddle(int side, int height, int width) {
        long longer = longerSide(side);
        long allRows = this.height < this.width ? side : longer;
        long allColumns = this.height < this.width ? longer : side;
        if (height < 1 || width < 1 || height > allRows || width > allColumns) {
            throw new IllegalArgumentException(this + " has no middle of " + height + "×" + width + " pixels with a shorter side of "
                    + side);
        }
        return scaled(Scaling.of(this.height, allRows, (allRows - height) / 2, height), Scaling.of(this.width, allColumns,
                (allColumns - width) / 2, width));
    }

    private long longerSide(int side) {
        return Math.max(1, Math.round((double) side * Math.max(height, width) / Math.min(height, width)));
    }

    /**
     * The photo in another size. Each new pixel is a mean of the pixels around its place, with weights that fall off in
     * a straight line: over two pixels where the photo grows, over two <em>new</em> pixels where it shrinks, so that no
     * pixel is left out.
     *
     * @throws IllegalArgumentException if a side is zero or negative, or there would be more than 50 million pixels
     */
    public Photo scaled(int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(name + ": a photo needs at least one pixel, it can't be scaled to " + height + "×" + width);
        }
        if ((long) height * width > MOST_PIXELS) {
            throw new IllegalArgumentException(this + " can't be scaled to " + height + "×" + width + ", which are more than " + MOST_PIXELS
                    + " pixels");
        }
        return scaled(Scaling.of(this.height, height, 0, height), Scaling.of(this.width, width, 0, width));
    }

    /** Along the rows first: of those alone that are needed. */
    private Photo scaled(Scaling down, Scaling across) {
        int newHeight = down.first.length;
        int newWidth = across.first.length;
        byte[] scaled = new byte[CHANNELS * newHeight * newWidth];
        int top = down.first[0];
        float[][] rows = new float[down.first[newHeight - 1] + down.weights[newHeight - 1].length - top][newWidth];
        for (int channel = 0; channel < CHANNELS; channel++) {
            for (int row = 0; row < rows.length; row++) {
                for (int column = 0; column < newWidth; column++) {
                    float sum = 0;
                    for (int k = 0; k < across.weights[column].length; k++) {
                        sum += across.weights[column][k] * value(channel, top + row, across.first[column] + k);
                    }
                    rows[row][column] = sum;
                }
            }
            for (int row = 0; row < newHeight; row++) {
                for (int column = 0; column < newWidth; column++) {
                    float sum = 0;
                    for (int k = 0; k < down.weights[row].length; k++) {
                        sum += down.weights[row][k] * rows[down.first[row] - top + k][column];
                    }
                    scaled[(channel * newHeight + row) * newWidth + column] = rounded(sum);
                }
            }
        }
        return new Photo(name, newHeight, newWidth, scaled);
    }

    /** For each new place along one side: the first old place that counts, and the weights from there on. */
    private record Scaling(int[] first, float[][] weights) {

        /** The new places from {@code start} on, {@code count} of them, of a side that grows or shrinks from one length to another. */
        static Scaling of(int from, long to, long start, int count) {
            int[] first = new int[count];
            float[][] weights = new float[count][];
            double step = (double) from / to;
            double reach = Math.max(1, step);
            for (int i = 0; i < count; i++) {
                double centre = (start + i + 0.5) * step;
                int begin = (int) Math.max(0, Math.round(centre - reach));
                int end = (int) Math.min(from, Math.round(centre + reach));
                double[] triangle = new double[end - begin];
                Arrays.setAll(triangle, k -> Math.max(0, 1 - Math.abs(begin + k + 0.5 - centre) / reach));
                double sum = Arrays.stream(triangle).sum();
                first[i] = begin;
                weights[i] = new float[triangle.length];
                for (int k = 0; k < triangle.length; k++) {
                    weights[i][k] = (float) (triangle[k] / sum);
                }
            }
            return new Scaling(first, weights);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Photo photo && height == photo.height && width == photo.width && Arrays.equals(values, photo.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * height + width) + Arrays.hashCode(values);
    }

    /** {@code chelsea, 300×451×3}: in the lecture's order. */
    @Override
    public String toString() {
        return name + ", " + height + "×" + width + "×" + CHANNELS;
    }
}
