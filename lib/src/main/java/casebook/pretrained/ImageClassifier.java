package casebook.pretrained;

import casebook.data.Datasets;
import casebook.data.Photo;
import casebook.model.Model;
import casebook.zoo.SqueezeNet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained network that says what is on a photo: SqueezeNet 1.1 with weights that its authors trained on ImageNet's 1,000
 * classes. The weights come with the project, in {@code datasets/squeezenet}.
 */
public final class ImageClassifier {

    /** Side of the photos that the network takes. */
    public static final int SIDE = 227;

    /** What is subtracted from the values 0 to 255, blue, green and red: their means over ImageNet. */
    private static final double[] MEANS = {104.006, 116.669, 122.679};

    private final Model model;
    private final List<String> labels;

    private ImageClassifier(Model model, List<String> labels) {
        this.model = model;
        this.labels = labels;
    }

    /**
     * Reads weights and class names.
     *
     * @throws casebook.data.DataException if the folder {@code datasets} is not found
     * @throws casebook.model.ModelFileException if the weights are missing or damaged
     */
    public static ImageClassifier squeezeNet() {
        Model model = Model.load(SqueezeNet.v11(), Datasets.file("squeezenet/squeezenet-1.1.safetensors"));
        try {
            return new ImageClassifier(model, Files.readAllLines(Datasets.file("squeezenet/classes.txt")));
        } catch (IOException e) {
            throw new UncheckedIOException("the names of the classes can't be read: " + e.getMessage(), e);
        }
    }

    /** The network with its weights. */
    public Model model() {
        return model;
    }

    /** The names of the 1,000 classes, in the order of the network's outputs. */
    public List<String> labels() {
        return labels;
    }

    /**
     * What the network sees of a photo: the shorter side scaled to 256 pixels and the middle 227×227 of that. A photo of
     * 227×227 is taken as it is.
     */
    public static Photo seen(Photo photo) {
        return photo.height() == SIDE && photo.width() == SIDE ? photo : photo.shorterSideMiddle(256, SIDE, SIDE);
    }

    /** The input for a photo, {@code [1, 3, 227, 227]}: blue, green, red, each minus its mean. */
    public static INDArray input(Photo photo) {
        INDArray rgb = seen(photo).array();
        INDArray input = rgb.ulike();
        for (int channel = 0; channel < 3; channel++) {
            input.tensorAlongDimension(channel, 2, 3).assign(rgb.tensorAlongDimension(2 - channel, 2, 3).mul(255).subi(MEANS[channel]));
        }
        return input;
    }

    /**
     * One answer.
     *
     * @param index the class, from 0
     * @param label its name
     * @param probability from 0 to 1
     */
    public record Guess(int index, String label, double probability) {}

    /**
     * The most probable classes, the best first.
     *
     * @param count how many
     */
    public List<Guess> classify(Photo photo, int count) {
        float[] probabilities = model.predict(input(photo)).toFloatVector();
        return IntStream.range(0, probabilities.length).boxed()
                .sorted(Comparator.comparing((Integer index) -> -probabilities[index])).limit(count)
                .map(index -> new Guess(index, labels.get(index), probabilities[index])).toList();
    }
}
