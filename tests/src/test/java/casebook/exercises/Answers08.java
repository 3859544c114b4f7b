package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.layers.Padding;
import casebook.layers.ZeroPadding;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.GoogLeNet;
import java.util.List;
import java.util.Map;

import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

/** Answers to the exercises of notebook 08. */
final class Answers08 {

    private Answers08() {}

    private static NetworkBuilder volume() {
        return Network.named("mine").input(28, 28, 192);
    }

    /** The module with another branch of 5×5. */
    private static Network module(Block fives) {
        return volume().branches(
                branch -> branch.conv(64, 1).relu(),
                branch -> branch.conv(96, 1).relu().conv(128, 3, same()).relu(),
                fives,
                branch -> branch.maxPool(3, stride(1), same()).conv(32, 1).relu()).build();
    }

    /** The module without its fourth branch, and wider. */
    private static Network unpooled() {
        return volume().branches(
                branch -> branch.conv(64, 1).relu(),
                branch -> branch.conv(96, 1).relu().conv(128, 3, same()).relu(),
                branch -> branch.conv(16, 1).relu().conv(32, 5, same()).relu(),
                branch -> branch.conv(32, 1).relu()).build();
    }

    /** The pooling stands behind the convolution that should read it. */
    private static Network pooledLate() {
        return volume().branches(
                branch -> branch.conv(64, 1).relu(),
                branch -> branch.conv(96, 1).relu().conv(128, 3, same()).relu(),
                branch -> branch.conv(16, 1).relu().conv(32, 5, same()).relu(),
                branch -> branch.conv(32, 1).relu().maxPool(3, stride(1), same())).build();
    }

    /** The branch of 5×5 works at half the side, and is then made large again, as nobody should do it. */
    private static Network coarse() {
        return volume().branches(
                branch -> branch.conv(64, 1).relu(),
                branch -> branch.conv(96, 1).relu().conv(128, 3, same()).relu(),
                branch -> branch.conv(16, 1, stride(2)).relu().conv(32, 5, same()).relu().layer(new ZeroPadding(Padding.of(7))),
                branch -> branch.maxPool(3, stride(1), same()).conv(32, 1).relu()).build();
    }

    static final Answers ALL = new Answers("08", Map.of("08.1", 164, "08.3", 8), Map.of(
            "08.2", List.of(
                    new Built(GoogLeNet.module(), ""),
                    new Built(module(branch -> branch.conv(16, 1).relu().conv(32, 5, same()).relu()), ""),
                    new Built(module(branch -> branch.conv(16, 5, same()).relu().conv(32, 1).relu()), "5×5 reads 192 channels"),
                    new Built(module(branch -> branch.conv(24, 1).relu().conv(32, 5, same()).relu()), "filter by filter"),
                    new Built(module(branch -> branch.conv(32, 5, same()).relu()), "six convolutions, and yours has 5"),
                    new Built(module(branch -> branch.conv(16, 1).relu().conv(48, 5, same()).relu()), "28×28×256 should come out"),
                    new Built(unpooled(), "begins with a max pooling"),
                    new Built(coarse(), "works at the wrong size"),
                    new Built(pooledLate(), "In your fourth branch, your max pooling (3×3) stands behind your sixth convolution"),
                    new Built(module(branch -> branch.conv(16, 1).conv(32, 5, same()).relu()), "a layer is missing"),
                    new Built(Network.named("x").input(28, 28, 3).conv(8, 3).build(), "input was right"),
                    new Built(163_696, "wants a network")),
            "08.4", List.of(
                    new Built(volume().conv(20, 1).relu().conv(20, 3, same()).relu().conv(32, 3, same()).relu().build(), ""),
                    new Built(volume().conv(23, 1).relu().conv(23, 3, same()).relu().conv(32, 3, same()).relu().build(), ""),
                    new Built(volume().conv(30, 1).relu().conv(30, 1, 5, same()).relu().conv(32, 5, 1, same()).relu().build(), ""),
                    new Built(volume().conv(24, 1).relu().conv(24, 3, same()).relu().conv(32, 3, same()).relu().build(), "Which of its layers needs most"),
                    new Built(volume().conv(16, 1).relu().conv(32, 5, same()).relu().build(), "narrowest volume in it has 16"),
                    new Built(volume().conv(20, 1).relu().conv(32, 5, same()).relu().build(), "Which of its layers needs most"),
                    new Built(volume().conv(24, 1).relu().conv(32, 3, same()).relu().build(), "sees 3×3"),
                    new Built(volume().conv(20, 1).relu().conv(20, 7, same()).relu().conv(32, 1).relu().build(), "sees 7×7"),
                    new Built(volume().conv(20, 1).relu().conv(24, 5, same()).build(), "28×28×32 should come out"),
                    new Built(Network.named("x").input(28, 28, 16).conv(32, 5, same()).build(), "28×28×192 comes in"),
                    new Built(volume().conv(23, 1).relu().maxPool(5, stride(1), same()).conv(32, 1).relu().build(), "which has no weights"),
                    new Built(volume().conv(23, 1).relu().averagePool(3, stride(1), same()).conv(32, 3, same()).relu().build(),
                            "which has no weights"),
                    new Built(volume().conv(20, 1).conv(20, 3, same()).relu().conv(32, 3, same()).relu().build(), "stands no activation"),
                    new Built("two 3x3", "wants a network"))));
}
