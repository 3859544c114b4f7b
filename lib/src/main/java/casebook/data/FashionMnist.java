package casebook.data;

import java.util.List;

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28×28 pixels, ten classes (Xiao, Rasul and Vollgraf
 * 2017). It has the form of MNIST and is harder.
 */
public final class FashionMnist {

    /** The names of the ten classes. */
    public static final List<String> CLASSES = List.of("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt",
            "sneaker", "bag", "ankle boot");

    /** Of the training pixels, where 0 is black and 1 is white. */
    private static final double MEAN = 0.28604;
    private static final double DEVIATION = 0.35302;

    private FashionMnist() {}

    /** The 60,000 training images. */
    public static ImageSet training() {
        return read("training", "train");
    }

    /** The 10,000 test images. */
    public static ImageSet test() {
        return read("test", "t10k");
    }

    private static ImageSet read(String part, String file) {
        return ImageSet.read("Fashion-MNIST, " + part, Datasets.file("fashion-mnist/" + file + "-images-idx3-ubyte.gz"),
                Datasets.file("fashion-mnist/" + file + "-labels-idx1-ubyte.gz"), CLASSES, MEAN, DEVIATION);
    }
}
