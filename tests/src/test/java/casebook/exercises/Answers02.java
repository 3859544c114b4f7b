package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.layers.Activation;
import casebook.layers.Layer;
import casebook.layers.Pass;
import casebook.layers.Relu;
import casebook.layers.Tanh;
import casebook.network.Network;
import casebook.zoo.LeNet5;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Answers to the exercises of notebook 02. */
final class Answers02 {

    private Answers02() {}

    /** Forward as in the paper, and a factor forgotten on the way back. */
    record WrongGradient() implements Activation {
        private static final Layer RIGHT_ONE = new Tanh(1.7159, 2.0 / 3);

        @Override
        public String kind() {
            return "squash";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return RIGHT_ONE.forward(pass, List.of(x));
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return RIGHT_ONE.backward(pass, dy).get(0).mul(1.5);
        }
    }

    static final Answers ALL = new Answers("02", Map.of("02.1", 30_840, "02.2", List.of("e", "a", "c")), Map.of(
            "02.3", List.of(
                    new Built(LeNet5.taught(10), ""),
                    new Built("61706", "wants a network"),
                    new Built(Network.named("x").input(28, 28, 1).flatten().dense(10).build(), "input was right"),
                    new Built(LeNet5.taught(12), "ten classes"),
                    new Built(Network.named("x").input(32, 32, 1).conv(6, 5).averagePool(2).conv(16, 5).dense(120).dense(84).dense(10).build(), "the layer with the most"),
                    new Built(Network.named("x").input(32, 32, 1).averagePool(2).dense(120).dense(84).dense(10).build(), "two of them"),
                    new Built(Network.named("x").input(32, 32, 1).conv(6, 5).averagePool(4).conv(16, 5).dense(120).dense(84).dense(10).build(), "layer by layer")),
            "02.4", List.of(
                    new Built(new Tanh(1.7159, 2.0 / 3), ""),
                    new Built(new Tanh(), "plain tanh"),
                    new Built(new Tanh(1.7159, 1), "before the tanh"),
                    new Built(new Tanh(1, 2.0 / 3), "result of the tanh"),
                    new Built(new Relu(), "other numbers"),
                    new Built(new WrongGradient(), "gradient is not"),
                    new Built(3, "wants a layer"))));
}
