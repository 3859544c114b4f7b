package casebook.exercises;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.layers.Activation;
import casebook.layers.Layer;
import casebook.layers.PaddedShortcut;
import casebook.layers.Pass;
import casebook.layers.Subsampling;
import casebook.layers.Tanh;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks that have the right counts, shapes or numbers of layers, and are wrong all the same. Counting once called each of them right.
 */
class WrongNetworksTest {

    private static void refused(String id, Network network, String hint) {
        Exercise.Verdict verdict = Exercises.exercise(id).judge(network);
        assertThat(verdict.right()).as(id + ": " + network).isFalse();
        assertThat(String.join("\n", verdict.hints())).contains(hint);
    }

    private static NetworkBuilder block() {
        return Network.named("mended").input(56, 56, 64);
    }

    @Test
    void aBlockWithoutItsInnerReLU() {
        refused("05.1", block().residual(main -> main.conv(64, 3, padding(1), noBias()).batchNorm().conv(64, 3, padding(1), noBias())
                .batchNorm()).relu().build(),
                "Between your first batch normalization and your second convolution (3×3, 64 filters) a layer is missing");
    }

    @Test
    void aBlockWithReLUBeforeItsNormalization() {
        refused("05.1", block().residual(main -> main.conv(64, 3, padding(1), noBias()).relu().batchNorm().conv(64, 3, padding(1),
                noBias()).batchNorm()).relu().build(),
                "your first batch normalization stands behind your first ReLU");
    }

    /** The module with another branch of 5×5, or another pooling branch. */
    private static Network module(Block fives, Block pooled) {
        return Network.named("mended").input(28, 28, 192).branches(branch -> branch.conv(64, 1).relu(), branch -> branch.conv(96, 1)
                .relu().conv(128, 3, same()).relu(),
                fives, pooled).build();
    }

    private static final Block FIVES = branch -> branch.conv(16, 1).relu().conv(32, 5, same()).relu();

    @Test
    void aModuleThatPoolsAfterItsConvolution() {
        refused("08.2", module(FIVES, branch -> branch.conv(32, 1).relu().maxPool(3, stride(1), same())),
                "In your fourth branch, your max pooling (3×3) stands behind");
    }

    @Test
    void aModuleWithAnAverageWhereItTakesTheLargest() {
        refused("08.2", module(FIVES, branch -> branch.averagePool(3, stride(1), same()).conv(32, 1).relu()), "max pooling");
    }

    @Test
    void aModuleWithoutReLUInABottleneck() {
        refused("08.2", module(branch -> branch.conv(16, 1).conv(32, 5, same()).relu(), branch -> branch.maxPool(3, stride(1), same())
                .conv(32, 1).relu()), "a layer is missing");
    }

    @Test
    void aPoolingForAStack() {
        refused("08.4", Network.named("mine").input(28, 28, 192).conv(23, 1).relu().maxPool(5, stride(1), same()).conv(32, 1).relu()
                .build(), "a pooling, which has no weights");
    }

    @Test
    void poolingsThatSeeAndConvolutionsThatDoNot() {
        NetworkBuilder net = Network.named("mine").input(28, 28, 1).maxPool(4).maxPool(2);
        for (int i = 0; i < 10; i++) {
            net.conv(16, 1).relu();
        }
        refused("10.3", net.globalAveragePool().dense(10).softmax().build(), "look at neighbours");
    }

    @Test
    void blocksOnOnePixel() {
        NetworkBuilder net = Network.named("mine").input(28, 28, 1).conv(8, 3, same(), noBias()).batchNorm().relu();
        for (int i = 0; i < 15; i++) {
            int step = net.shape().height() > 1 ? 2 : 1;
            net = net.residual(main -> main.conv(8, 3, padding(1), stride(step), noBias()).batchNorm().relu().conv(8, 3, padding(1),
                    noBias()).batchNorm(),
                    step == 1 ? Block.NOTHING : side -> side.layer(new PaddedShortcut(8, step))).relu();
        }
        refused("05.3", net.globalAveragePool().dense(10).softmax().build(), "On one position there is nothing left to look at");
    }

    @Test
    void aHeadThroughOneNumber() {
        refused("09.3", Network.named("mine").input(7, 7, 56).dense(1).relu().dense(10).softmax().build(), "before a weight looks at it");
        refused("09.3", Network.named("mine").input(7, 7, 56).conv(1, 1).relu().dense(10).softmax().build(), "lets 1 channels through");
    }

    /** An activation by its type, and a straight line by its numbers. */
    record Straight() implements Activation {
        @Override
        public String kind() {
            return "straight";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return x.mul(2);
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return dy.mul(2);
        }
    }

    private static Network mine(Layer activation) {
        return Network.named("mine").input(28, 28, 1).conv(8, 5).layer(activation).layer(new Subsampling(2)).conv(8, 5).layer(activation).averagePool(2)
                .dense(10).softmax().build();
    }

    @Test
    void anActivationThatIsAStraightLine() {
        refused("02.5", mine(new Straight()), "stands no activation");
        assertThat(Exercises.exercise("02.5").judge(mine(new Tanh())).right()).isTrue();
    }

    private static NetworkBuilder lenet(boolean secondTanh) {
        NetworkBuilder net = Network.named("mended").input(32, 32, 1).conv(6, 5).tanh().averagePool(2).conv(16, 5);
        return (secondTanh ? net.tanh() : net).averagePool(2).dense(120).tanh().dense(84).tanh().dense(10);
    }

    @Test
    void leNetWithoutSoftmax() {
        refused("02.3", lenet(true).build(), "Behind your third fully connected layer (10 outputs) a layer is missing");
    }

    @Test
    void leNetWithoutATanh() {
        refused("02.3", lenet(false).softmax().build(), "Between your second convolution (5×5, 16 filters) and your second average "
                + "pooling (2×2 / 2) a layer is missing");
    }

    @Test
    void aSquareFilterIsNotALongOne() {
        refused("01.2", Network.named("found").input(32, 32, 3).conv(16, 1, 9, same()).build(), "should be 3×3");
    }
}
