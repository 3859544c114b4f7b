package casebook.data;

import java.util.List;

/**
 * Handwritten digits: 4,000 images to train with and 1,000 to check with, the same number of each digit. All come from the
 * training part of MNIST (LeCun, Cortes and Burges), so that results are not to be compared with published ones.
 */
public final class Digits {

    /** The names of the ten classes. */
    public static final List<String> CLASSES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    /** Of the 4,000 training images' pixels, where 0 is black and 1 is white. */
    private static final double MEAN = 0.13086;
    private static final double DEVIATION = 0.30802;

    private Digits() {}

    /** 4,000 images to train with. */
    public static ImageSet training() {
        return read("training", "train-4000");
    }

    /** 1,000 images to check with. */
    public static ImageSet checking() {
        return read("checking", "test-1000");
    }

    private static ImageSet read(String part, String file) {
        return ImageSet.read("MNIST digits, " + part, Datasets.file("mnist/" + file + "-images-idx3-ubyte.gz"),
                Datasets.file("mnist/" + file + "-labels-idx1-ubyte.gz"), CLASSES, MEAN, DEVIATION);
    }
}
