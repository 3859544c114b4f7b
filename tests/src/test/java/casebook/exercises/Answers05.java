package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.layers.PaddedShortcut;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.ResNet;
import java.util.List;
import java.util.Map;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

/** Answers to the exercises of notebook 05. */
final class Answers05 {

    private Answers05() {}

    private static final Block TWO = net -> net.conv(64, 3, padding(1), noBias()).batchNorm().relu().conv(64, 3, padding(1), noBias()).batchNorm();

    private static NetworkBuilder block() {
        return Network.named("mended").input(56, 56, 64);
    }

    /** A network for small images: a first convolution, three stages of n blocks, the mean, ten outputs. */
    private static Network small(int n, int filters, boolean shortcuts, int firstStride) {
        NetworkBuilder net = Network.named("mine").input(32, 32, 3).conv(filters, 3, same(), stride(firstStride), noBias()).batchNorm().relu();
        for (int stage = 0; stage < 3; stage++) {
            for (int i = 0; i < n; i++) {
                int wide = filters << stage;
                int step = stage > 0 && i == 0 ? 2 : 1;
                Block main = body -> body.conv(wide, 3, padding(1), stride(step), noBias()).batchNorm().relu().conv(wide, 3, padding(1), noBias()).batchNorm();
                net = shortcuts ? net.residual(main, step == 1 ? Block.NOTHING : side -> side.layer(new PaddedShortcut(wide, step))).relu() : net.then(main).relu();
            }
        }
        return net.globalAveragePool().dense(10).softmax().build();
    }

    /** Never smaller than 32×32: few parameters, many multiplications. */
    private static Network wide() {
        NetworkBuilder net = Network.named("mine").input(32, 32, 3).conv(12, 3, same()).relu();
        for (int i = 0; i < 9; i++) {
            net = net.residual(main -> main.conv(12, 3, same()).relu().conv(12, 3, same())).relu();
        }
        return net.globalAveragePool().dense(10).softmax().build();
    }

    static final Answers ALL = new Answers("05", Map.of("05.2", "ac", "05.4", 5.02), Map.of(
            "05.1", List.of(
                    new Built(block().residual(TWO).relu().build(), ""),
                    new Built(block().module("m", ResNet.basic(64, 1, ResNet.Shortcut.PAD)).build(), ""),
                    new Built(block().conv(64, 3, padding(1), noBias()).batchNorm().relu()
                            .residual(main -> main.conv(64, 3, padding(1), noBias()).batchNorm()).relu().build(), "Where does the shortcut begin"),
                    new Built(block().then(TWO).relu().build(), "one addition"),
                    new Built(block().residual(main -> main.conv(64, 3, padding(1), noBias()).batchNorm()).relu().build(), "Two convolutions"),
                    new Built(block().residual(main -> main.conv(64, 3, padding(1)).relu().conv(64, 3, padding(1))).relu().build(), "without biases"),
                    new Built(block().residual(TWO).build(), "last ReLU"),
                    new Built(Network.named("x").input(28, 28, 64).residual(TWO).relu().build(), "56×56×64"),
                    new Built("mended", "wants a network")),
            "05.3", List.of(
                    new Built(small(3, 8, true, 1), ""),
                    new Built(small(3, 16, true, 1), "Parameters grow"),
                    new Built(small(2, 8, true, 1), "needs 20 at least"),
                    new Built(small(3, 8, false, 1), "0 shortcuts"),
                    new Built(Network.named("x").input(32, 32, 1).dense(10).build(), "three channels"),
                    new Built(Network.named("x").input(32, 32, 3).dense(100).build(), "ten classes"),
                    new Built(wide(), "stay there"))));
}
