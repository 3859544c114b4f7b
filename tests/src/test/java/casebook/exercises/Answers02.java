package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.layers.Activation;
import casebook.layers.Layer;
import casebook.layers.Pass;
import casebook.layers.Relu;
import casebook.layers.Tanh;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.LeNet5;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

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
                    new Built(lenet(net -> net.tanh(), net -> net.softmax(), true), ""),
                    new Built(lenet(net -> net.tanh(), net -> net, true), "a layer is missing"),
                    new Built(lenet(net -> net, net -> net.softmax(), true), "a layer is missing"),
                    new Built(lenet(net -> net.relu(), net -> net.softmax(), true), "Is it this kind of layer"),
                    new Built(lenet(net -> net.tanh(), net -> net.softmax(), false), "Is it this kind of layer"),
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
                    new Built(new Squash(dy -> dy.muli(2), false), "gradient changes dy itself"),
                    new Built(new Squash(dy -> null, false), "gradient returns null"),
                    new Built(new Squash(dy -> dy.dup(), true), "forward changes x itself"),
                    new Built(3, "wants a layer")),
            "02.5", List.of(
                    new Built(mine(12, 24, 3, 20), ""),
                    new Built(mine(8, 16, 5, 30), ""),
                    new Built(mine(12, 24, 3, 200), "parameters, and 30,000 are allowed. Most of them are in fc1"),
                    new Built(mine(32, 24, 5, 6), "multiplications, and 1,000,000 are allowed"),
                    new Built(image().conv(4, 5).relu().maxPool(2).conv(8, 5).relu().maxPool(2).dense(10).softmax().build(),
                            "lets 4 channels through"),
                    new Built(image().conv(8, 5).maxPool(2).conv(8, 5).relu().maxPool(2).dense(10).softmax().build(),
                            "stands no activation"),
                    new Built(image().conv(8, 3, stride(6)).relu().conv(8, 3).relu().dense(10).softmax().build(), "make a difference"),
                    new Built(image().dense(20).relu().dense(10).softmax().build(), "convolutions that look at neighbours"),
                    new Built(image().conv(8, 5).relu().conv(8, 5).relu().dense(10).build(), "Probabilities should come out"),
                    new Built(LeNet5.taught(10), "28×28 with one channel"),
                    new Built(7, "wants a network"))));

    private static NetworkBuilder image() {
        return Network.named("mine").input(28, 28, 1);
    }

    private static Network mine(int first, int second, int size, int outputs) {
        return image().conv(first, 5, padding(2)).relu().maxPool(2).conv(second, size, same()).relu().maxPool(2).dense(outputs).relu()
                .dense(10).softmax().build();
    }

    /** LeNet-5 with other activations, another end, or its first pooling by maxima. */
    private static Network lenet(Block activation, Block end, boolean averages) {
        NetworkBuilder net = Network.named("mended").input(32, 32, 1).conv(6, 5).tanh();
        return (averages ? net.averagePool(2) : net.maxPool(2)).conv(16, 5).then(activation).averagePool(2).dense(120).tanh().dense(84)
                .tanh().dense(10).then(end).build();
    }

    /** The right forward pass, and a gradient of one's own. */
    record Squash(UnaryOperator<INDArray> back, boolean inPlace) implements Activation {
        @Override
        public String kind() {
            return "squash";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return inPlace ? x.muli(2) : new Tanh(1.7159, 2.0 / 3).forward(pass, x);
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return back.apply(dy);
        }
    }
}
