package casebook.data;

import casebook.layers.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Grey images with labels. Pixels are kept as bytes, and become numbers with mean 0 and standard deviation 1 (over the
 * training images) when a batch is made. It never changes; {@link #first} and {@link #padded} give new sets.
 */
public final class ImageSet {

    private final String name;
    private final List<String> classes;
    private final int height;
    private final int width;
    private final byte[] pixels;
    private final byte[] labels;
    private final int[] order;
    private final int padding;
    private final double mean;
    private final double deviation;

    private ImageSet(String name, List<String> classes, int height, int width, byte[] pixels, byte[] labels, int[] order,
            int padding, double mean, double deviation) {
        this.name = name;
        this.classes = classes;
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.labels = labels;
        this.order = order;
        this.padding = padding;
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * Reads images and labels from two IDX files.
     *
     * @param mean mean of the training pixels, where 0 is black and 1 is white
     * @param deviation standard deviation of the training pixels
     * @throws DataException if a file is missing or damaged, or the two do not belong together
     */
    public static ImageSet read(String name, java.nio.file.Path images, java.nio.file.Path labels, List<String> classes,
            double mean, double deviation) {
        Idx pixels = Idx.read(images, 3);
        Idx answers = Idx.read(labels, 1);
        int count = pixels.sides()[0];
        if (answers.sides()[0] != count) {
            throw new DataException(images + " has " + count + " images, but " + labels + " has " + answers.sides()[0] + " labels");
        }
        for (int i = 0; i < count; i++) {
            if ((answers.values()[i] & 255) >= classes.size()) {
                throw new DataException(labels + ": byte " + (8 + i) + " is the label " + (answers.values()[i] & 255) + ", but there are only "
                        + classes.size() + " classes");
            }
        }
        return new ImageSet(name, List.copyOf(classes), pixels.sides()[1], pixels.sides()[2], pixels.values(), answers.values(),
                IntStream.range(0, count).toArray(), 0, mean, deviation);
    }

    /** What it is: {@code Fashion-MNIST, training}. */
    public String name() {
        return name;
    }

    /** The names of the classes; a label is a place in this list. */
    public List<String> classes() {
        return classes;
    }

    /** How many images it has. */
    public int size() {
        return order.length;
    }

    /** The shape of one image, padding included. */
    public Shape shape() {
        return Shape.volume(height + 2 * padding, width + 2 * padding, 1);
    }

    /** The first {@code count} images. */
    public ImageSet first(int count) {
        if (count < 1 || count > size()) {
            throw new IllegalArgumentException(name + " has " + size() + " images, so the first " + count + " can't be taken");
        }
        return with(Arrays.copyOf(order, count), padding);
    }

    /** The images with so many black rows and columns on each side: 28×28 becomes 32×32 with 2. */
    public ImageSet padded(int padding) {
        if (padding < 0) {
            throw new IllegalArgumentException("padding can't be negative, this one is " + padding);
        }
        return with(order, padding);
    }

    /** The images with this label. */
    public ImageSet labelled(int label) {
        return with(Arrays.stream(order).filter(i -> labels[i] == label).toArray(), padding);
    }

    private ImageSet with(int[] order, int padding) {
        return new ImageSet(name, classes, height, width, pixels, labels, order, padding, mean, deviation);
    }

    /** The label of one image. */
    public int label(int index) {
        return labels[order[index]] & 255;
    }

    /** One image as grey values from 0, black, to 255, white: {@code [row][column]}, without padding. */
    public int[][] pixels(int index) {
        int[][] grey = new int[height][width];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                grey[row][column] = pixels[(order[index] * height + row) * width + column] & 255;
            }
        }
        return grey;
    }

    /** One image for a picture, from 0, black, to 1, white: {@code [row][column]}, without padding. */
    public float[][] grey(int index) {
        int[][] pixels = pixels(index);
        float[][] grey = new float[height][width];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                grey[row][column] = pixels[row][column] / 255f;
            }
        }
        return grey;
    }

    /** All images as one batch; for small sets. */
    public Batch all() {
        return batch(IntStream.range(0, size()).toArray());
    }

    /** One image as a batch of one, {@code [1, 1, height, width]}. */
    public INDArray image(int index) {
        return batch(index).images();
    }

    /** These images, in this order. */
    public Batch batch(int... indices) {
        int rows = height + 2 * padding;
        int columns = width + 2 * padding;
        float[] values = new float[Math.multiplyExact(indices.length, rows * columns)];
        Arrays.fill(values, (float) (-mean / deviation));
        int[] answers = new int[indices.length];
        float[] grey = new float[256];
        for (int value = 0; value < 256; value++) {
            grey[value] = (float) ((value / 255.0 - mean) / deviation);
        }
        for (int n = 0; n < indices.length; n++) {
            answers[n] = label(indices[n]);
            int from = order[indices[n]] * height * width;
            int to = n * rows * columns + padding * columns + padding;
            for (int row = 0; row < height; row++) {
                for (int column = 0; column < width; column++) {
                    values[to + row * columns + column] = grey[pixels[from + row * width + column] & 255];
                }
            }
        }
        INDArray images = Nd4j.create(values, new long[] {indices.length, 1, rows, columns}, 'c');
        return new Batch(images, answers);
    }

    @Override
    public String toString() {
        return name + ": " + size() + " images of " + shape() + ", " + classes.size() + " classes";
    }
}
