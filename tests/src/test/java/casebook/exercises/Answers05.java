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
        NetworkBuilder net = Network.named("mine").input(28, 28, 1).conv(filters, 3, same(), stride(firstStride), noBias()).batchNorm()
                .relu();
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

    /** Blocks of stride 2, until one pixel is left, and all others on this pixel. */
    private static Network onePixel() {
        NetworkBuilder net = Network.named("mine").input(28, 28, 1).conv(8, 3, same(), noBias()).batchNorm().relu();
        for (int i = 0; i < 15; i++) {
            int step = net.shape().height() > 1 ? 2 : 1;
            Block main = body -> body.conv(8, 3, padding(1), stride(step), noBias()).batchNorm().relu().conv(8, 3, padding(1), noBias())
                    .batchNorm();
            net = net.residual(main, step == 1 ? Block.NOTHING : side -> side.layer(new PaddedShortcut(8, step))).relu();
        }
        return net.globalAveragePool().dense(10).softmax().build();
    }

    /** All blocks of 1×1 convolutions. */
    private static Network blind() {
        NetworkBuilder net = Network.named("mine").input(28, 28, 1).conv(8, 3, same(), stride(2)).relu();
        for (int i = 0; i < 15; i++) {
            net = net.residual(main -> main.conv(8, 1).relu().conv(8, 1)).relu();
        }
        return net.globalAveragePool().dense(10).softmax().build();
    }

    static final Answers ALL = new Answers("05", Map.of("05.2", "ac", "05.4", 5.02), Map.of(
            "05.1", List.of(
                    new Built(block().residual(TWO).relu().build(), ""),
                    new Built(block().module("m", ResNet.basic(64, 1, ResNet.Shortcut.PAD)).build(), ""),
                    new Built(block().conv(64, 3, padding(1), noBias()).batchNorm().relu()
                            .residual(main -> main.conv(64, 3, padding(1), noBias()).batchNorm()).relu().build(), "Where does the shortcut begin"),
                    new Built(block().then(TWO).relu().build(), "No shortcut is in it"),
                    new Built(block().residual(main -> main.conv(64, 3, padding(1), noBias()).batchNorm().relu())
                            .residual(main -> main.conv(64, 3, padding(1), noBias()).batchNorm()).relu().build(), "Yours has more"),
                    new Built(block().residual(main -> main.conv(64, 3, padding(1), noBias()).batchNorm()).relu().build(), "Two convolutions"),
                    new Built(block().residual(main -> main.conv(64, 3, padding(1)).relu().conv(64, 3, padding(1))).relu().build(), "without biases"),
                    new Built(block().residual(TWO).build(), "last ReLU"),
                    new Built(Network.named("x").input(28, 28, 64).residual(TWO).relu().build(), "56×56×64"),
                    new Built(block().residual(main -> main.conv(64, 3, same(), noBias()).batchNorm().conv(64, 3, same(), noBias())
                            .batchNorm()).relu().build(), "a layer is missing"),
                    new Built(block().residual(main -> main.conv(64, 3, same(), noBias()).relu().batchNorm().conv(64, 3, same(), noBias())
                            .batchNorm()).relu().build(), "stands behind"),
                    new Built("mended", "wants a network")),
            "05.3", List.of(
                    new Built(small(5, 8, true, 2), ""),
                    new Built(ResNet.small(32, ResNet.Shortcut.PROJECT), ""),
                    new Built(small(5, 16, true, 2), "parameters, and 120,000 are allowed"),
                    new Built(small(3, 8, true, 2), "It needs 32 at least"),
                    new Built(small(5, 8, false, 2), "with weights: 0"),
                    new Built(small(5, 8, true, 1), "multiplications, and 4,000,000 are allowed"),
                    new Built(onePixel(), "work on 4×4 positions"),
                    new Built(Network.named("x").input(32, 32, 1).dense(10).build(), "28×28 with one channel"),
                    new Built(Network.named("x").input(28, 28, 1).dense(100).build(), "ten numbers come out"),
                    new Built(blind(), "see one position only"))));
}
