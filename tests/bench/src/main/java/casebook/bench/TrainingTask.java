package casebook.bench;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code bench training}: one training step against PyTorch's, and DL4J's beside them, from the same weights with the same images. */
@Command(name = "training", mixinStandardHelpOptions = true, description = "One training step (forward, backward, the weights move), against PyTorch's. DL4J's stands in "
        + "the table beside them: it is never the peer that the ratios are taken to. The losses of the first steps are compared. A peer that is missing is a failure.")
final class TrainingTask extends SpeedTask {

    TrainingTask() {
        super("training");
    }

    @Override
    List<Cell> cells() {
        return List.of(new Cell("lenet-5", 128), new Cell("cifar-resnet-20", 64));
    }

    @Override
    List<String> peers(String network) {
        return List.of("pytorch");
    }

    @Override
    Map<String, Class<?>> beside() {
        return Map.of("dl4j", DeeplearningTraining.class);
    }

    @Override
    Class<?> ours() {
        return OurTraining.class;
    }

    /** Five losses in float32, each after one more step. */
    @Override
    double tolerance() {
        return 1e-3;
    }

    /** A backward pass multiplies twice as often as a forward pass. */
    @Override
    double passes() {
        return 3;
    }
}
