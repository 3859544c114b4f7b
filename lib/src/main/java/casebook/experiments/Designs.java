package casebook.experiments;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.layers.Dropout;
import casebook.model.Model;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import casebook.training.Trainer;
import casebook.zoo.GoogLeNet;
import casebook.zoo.ResNet;
import java.util.Arrays;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * The networks of the exercises in which a learner designs one: for each notebook the reference that has to be beaten, and a design that
 * keeps to the budget. All read 28×28×1 and answer with ten classes.
 */
public final class Designs {

    private Designs() {}

    /**
     * What a design is compared with.
     *
     * @param notebook its number: 2, 3, 4, 5, 9 or 10
     */
    public static Network reference(int notebook) {
        NetworkBuilder net = Network.named("reference of notebook " + notebook).input(28, 28, 1);
        return switch (notebook) {
            case 2 -> net.conv(6, 5, padding(2)).tanh().averagePool(2).conv(16, 5).tanh().averagePool(2)
                    .dense(120).tanh().dense(84).tanh().dense(10).softmax().build();
            case 3 -> net.then(alexNet()).dense(256).relu().dense(256).relu().dense(10).softmax().build();
            case 4 -> net.then(threes(1)).maxPool(2).maxPool(2).globalAveragePool().dense(10).softmax().build();
            case 5 -> ResNet.small(32, ResNet.Shortcut.NONE);
            case 9 -> net.then(twoModules()).globalAveragePool().dense(10).softmax().build();
            case 10 -> net.conv(8, 3, same(), stride(2)).relu().conv(16, 3, same(), stride(2)).relu().conv(32, 3, same(), stride(2)).relu()
                    .conv(32, 3, same()).relu().globalAveragePool().dense(10).softmax().build();
            default -> throw new IllegalArgumentException("in notebook " + notebook + " no network is designed");
        };
    }

    /** Trains a network as the references were trained. */
    public static Trainer trainer(Model model, Experiment.Setting setting) {
        return Trainer.of(model).optimiser(new Nesterovs(Experiment.schedule(Experiment.DESIGN.learningRate(), setting.epochs()), 0.9))
                .batchSize(setting.batchSize()).epochs(setting.epochs()).seed(1);
    }

    /** The small Inception network up to its second module, with this network behind it. */
    public static Network withHead(Network head) {
        return Network.named(head.name()).input(28, 28, 1).then(twoModules()).then(copy(head)).build();
    }

    /** All layers of a network, for another one. */
    private static Block copy(Network network) {
        return start -> {
            String input = "before the head";
            NetworkBuilder net = start.name(input).layer(new Dropout(0));
            for (Node node : network.nodes()) {
                String[] inputs = node.inputs().stream().map(from -> from == Network.INPUT ? input : "head/" + network.nodes().get(from)
                        .name()).toArray(String[]::new);
                net = net.from(inputs[0]).name("head/" + node.name());
                net = node.shared() ? net.again("head/" + network.nodes().get(node.parametersFrom()).name())
                        : net.join(node.layer(), Arrays.copyOfRange(inputs, 1, inputs.length));
            }
            return net;
        };
    }

    /** A design that keeps to the budget, one of many. */
    static Network design(int notebook) {
        NetworkBuilder net = Network.named("design of notebook " + notebook).input(28, 28, 1);
        return switch (notebook) {
            case 2 -> net.conv(12, 5, padding(2)).relu().maxPool(2).conv(24, 3, same()).relu().maxPool(2).dense(20).relu().dense(10)
                    .softmax().build();
            case 3 -> net.then(alexNet()).maxPool(2).dense(64).relu().dense(10).softmax().build();
            case 4 -> net.then(threes(2)).maxPool(2).then(threes(2)).maxPool(2).then(threes(1)).globalAveragePool().dense(10).softmax()
                    .build();
            case 5 -> ResNet.small(32, ResNet.Shortcut.PAD);
            case 9 -> net.then(twoModules()).conv(16, 1).relu().averagePool(2).dense(10).softmax().build();
            case 10 -> small(net);
            default -> throw new IllegalArgumentException("in notebook " + notebook + " no network is designed");
        };
    }

    /** The small AlexNet of notebook 03 up to its last pooling: 28×28×1 → 6×6×32. */
    public static Block alexNet() {
        return net -> net.conv(16, 3, same(), stride(2)).relu().conv(32, 5, same()).relu().maxPool(3, stride(2));
    }

    /** Convolutions of 3×3 with 16 filters, each with a ReLU. */
    private static Block threes(int layers) {
        return net -> {
            for (int i = 0; i < layers; i++) {
                net = net.conv(16, 3, same()).relu();
            }
            return net;
        };
    }

    /** The small Inception network of notebook 09 up to its second module: 28×28×1 → 7×7×56. */
    public static Block twoModules() {
        return net -> net.conv(16, 3, same(), stride(2)).relu().maxPool(2).module("inception_1", GoogLeNet.inception(16, 12, 24, 4, 8, 8))
                .module("inception_2", GoogLeNet.inception(16, 12, 24, 4, 8, 8));
    }

    /** Three sizes with strides, batch normalization, and a residual block on each of the first two. */
    private static Network small(NetworkBuilder net) {
        for (int filters : new int[] {8, 16}) {
            net = net.conv(filters, 3, same(), stride(2), noBias()).batchNorm().relu();
            net = net.residual(main -> main.conv(filters, 3, same(), noBias()).batchNorm().relu().conv(filters, 3, same(), noBias())
                    .batchNorm()).relu();
        }
        return net.conv(24, 3, same(), stride(2), noBias()).batchNorm().relu().globalAveragePool().dense(10).softmax().build();
    }
}
