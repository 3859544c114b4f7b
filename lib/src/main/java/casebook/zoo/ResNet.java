package casebook.zoo;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.stride;

import casebook.layers.PaddedShortcut;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import java.util.Map;

/**
 * Residual networks and the plain networks that they are compared with (He, Zhang, Ren and Sun 2015, "Deep residual learning
 * for image recognition", tables 1 and 6). A residual block adds its input to its output, so that it only has to learn what
 * to change: {@code a[l+2] = g(z[l+2] + a[l])}.
 *
 * <p>The stages have the paper's names, {@code conv2_x}. The blocks have the names of the authors' model files, where there
 * is one: {@code res2a}, {@code res2b} … and, in the long stages of 101 and 152 layers, {@code res4b1} to {@code res4b35}.
 * Within a block, {@code branch1} is the shortcut's convolution, {@code branch2a}, {@code branch2b} … are those of the main path.
 */
public final class ResNet {

    /** What the shortcut does where the shape changes (section 3.3). */
    public enum Shortcut {
        /** A: takes every second row and column and adds channels of zeros. It has no parameters. */
        PAD,
        /** B: a 1×1 convolution where the shape changes, nothing elsewhere. */
        PROJECT,
        /** C: a 1×1 convolution in every block. */
        PROJECT_ALL,
        /** No shortcut at all: a plain network. */
        NONE
    }

    /** How many blocks conv2_x, conv3_x, conv4_x and conv5_x have (table 1). */
    private static final Map<Integer, int[]> BLOCKS = Map.of(
            18, new int[] {2, 2, 2, 2},
            34, new int[] {3, 4, 6, 3},
            50, new int[] {3, 4, 6, 3},
            101, new int[] {3, 4, 23, 3},
            152, new int[] {3, 8, 36, 3});

    private ResNet() {}

    /**
     * The paper's residual network for ImageNet, with 1×1 convolutions on the shortcuts where the shape changes.
     *
     * @param depth 18, 34, 50, 101 or 152 layers with weights
     */
    public static Network of(int depth) {
        return of(depth, Shortcut.PROJECT);
    }

    /**
     * The same with other shortcuts.
     *
     * @param depth 18, 34, 50, 101 or 152 layers with weights
     * @param shortcut what a shortcut does where the shape changes
     * @throws IllegalArgumentException if the paper has no network of this depth
     */
    public static Network of(int depth, Shortcut shortcut) {
        return imageNet("ResNet-" + depth + suffix(shortcut), depth, shortcut, true);
    }

    /**
     * The network that most libraries ship: where a stage begins, the 3×3 convolution moves by 2 and not the 1×1 before it.
     * Same parameters, a few percent more multiplications (Goyal et al. 2017, "Accurate, large minibatch SGD", section 5.1).
     *
     * @param depth 50, 101 or 152
     * @throws IllegalArgumentException for another depth: blocks of two 3×3 convolutions leave no choice
     */
    public static Network v15(int depth) {
        if (depth < 50) {
            throw new IllegalArgumentException("ResNet-" + depth + " has no version 1.5: its blocks have no 1×1 convolution whose "
                    + "stride could be moved; the depths with one are 50, 101 and 152");
        }
        return imageNet("ResNet-" + depth + " v1.5", depth, Shortcut.PROJECT, false);
    }

    /**
     * The same network without shortcuts.
     *
     * @param depth 18 or 34 in the paper
     */
    public static Network plain(int depth) {
        return imageNet("Plain-" + depth, depth, Shortcut.NONE, true);
    }

    private static Network imageNet(String name, int depth, Shortcut shortcut, boolean strideFirst) {
        int[] blocks = BLOCKS.get(depth);
        if (blocks == null) {
            throw new IllegalArgumentException("the paper has no network of " + depth + " layers for ImageNet; it has 18, 34, 50, 101 and 152");
        }
        NetworkBuilder net = Network.named(name).input(224, 224, 3)
                .stage("conv1").name("conv1").conv(64, 7, stride(2), padding(3), noBias()).batchNorm().relu()   // 112×112×64
                .stage("conv2_x").name("pool1").maxPool(3, stride(2), padding(1));                              // 56×56×64
        for (int stage = 2; stage <= 5; stage++) {
            int width = 64 << (stage - 2);
            net.stage("conv" + stage + "_x");
            for (int block = 0; block < blocks[stage - 2]; block++) {
                int stride = stage > 2 && block == 0 ? 2 : 1;
                net.module("res" + stage + letter(depth, stage, block), depth < 50
                        ? basic(width, stride, shortcut) : bottleneck(width, stride, strideFirst, shortcut));
            }
        }
        return net                                                                      // 7×7×512, or 7×7×2048
                .stage("fc1000").name("pool5").globalAveragePool()
                .name("fc1000").dense(1000).softmax()
                .build();
    }

    /** a, b, c …; the authors' files for 101 and 152 layers write a, b1, b2 … in the two long stages. */
    private static String letter(int depth, int stage, int block) {
        boolean numbered = depth > 50 && (stage == 3 || stage == 4);
        return numbered && block > 0 ? "b" + block : Character.toString('a' + block);
    }

    private static String suffix(Shortcut shortcut) {
        return switch (shortcut) {
            case PAD -> " (A)";
            case PROJECT_ALL -> " (C)";
            default -> "";
        };
    }

    /**
     * The paper's residual network for the 32×32 images of CIFAR-10 (section 4.2): n blocks each with 16, 32 and 64 channels,
     * and shortcuts without parameters.
     *
     * @param depth 6n + 2: 20, 32, 44, 56 or 110 in the paper
     */
    public static Network cifar(int depth) {
        return threeStages(Network.named("CIFAR ResNet-" + depth).input(32, 32, 3), depth, 16, 1, Shortcut.PAD);
    }

    /**
     * The same without shortcuts.
     *
     * @param depth 6n + 2
     */
    public static Network cifarPlain(int depth) {
        return threeStages(Network.named("CIFAR Plain-" + depth).input(32, 32, 3), depth, 16, 1, Shortcut.NONE);
    }

    /**
     * A small one of the same form for the 28×28 grey images of Fashion-MNIST, to be trained on a laptop: half the channels,
     * and the first convolution moves by 2, so that the stages have sides of 14, 7 and 4.
     *
     * @param depth 6n + 2
     * @param shortcut {@link Shortcut#PAD} for the residual network, {@link Shortcut#NONE} for the plain one
     */
    public static Network small(int depth, Shortcut shortcut) {
        String name = (shortcut == Shortcut.NONE ? "Small Plain-" : "Small ResNet-") + depth;
        return threeStages(Network.named(name).input(28, 28, 1), depth, 8, 2, shortcut);
    }

    /** A convolution, then n blocks each with one, two and four times its channels, and ten outputs. */
    private static Network threeStages(NetworkBuilder net, int depth, int width, int firstStride, Shortcut shortcut) {
        if (depth < 8 || (depth - 2) % 6 != 0) {
            throw new IllegalArgumentException("these networks have 6n + 2 layers: 8, 14, 20, 26, 32 …, not " + depth);
        }
        net.stage("conv1").name("conv1").conv(width, 3, padding(1), stride(firstStride), noBias()).batchNorm().relu();
        for (int stage = 2; stage <= 4; stage++) {
            net.stage("conv" + stage + "_x");
            for (int block = 1; block <= (depth - 2) / 6; block++) {
                net.module("res" + stage + "_" + block, basic(width << (stage - 2), stage > 2 && block == 1 ? 2 : 1, shortcut));
            }
        }
        return net.stage("fc10").name("pool4").globalAveragePool().name("fc10").dense(10).softmax().build();
    }

    /** A block of two 3×3 convolutions (figure 5, left). */
    public static Block basic(int width, int stride, Shortcut shortcut) {
        return net -> block(net, width, stride, shortcut, main -> main
                .name("branch2a").conv(width, 3, padding(1), stride(stride), noBias()).batchNorm().relu()
                .name("branch2b").conv(width, 3, padding(1), noBias()).batchNorm());
    }

    /**
     * A bottleneck block: a 1×1 convolution makes the channels fewer, the 3×3 works on these, and another 1×1 makes them four
     * times as many (figure 5, right).
     *
     * @param width channels in the middle
     * @param stride how far the block moves: 2 halves the sides
     * @param strideFirst true if the first 1×1 convolution moves, as in the paper; false if the 3×3 does (v1.5)
     * @param shortcut what the shortcut does where the shape changes
     */
    public static Block bottleneck(int width, int stride, boolean strideFirst, Shortcut shortcut) {
        return net -> block(net, 4 * width, stride, shortcut, main -> main
                .name("branch2a").conv(width, 1, stride(strideFirst ? stride : 1), noBias()).batchNorm().relu()
                .name("branch2b").conv(width, 3, padding(1), stride(strideFirst ? 1 : stride), noBias()).batchNorm().relu()
                .name("branch2c").conv(4 * width, 1, noBias()).batchNorm());
    }

    /** The main path, its shortcut, and the ReLU after they are added. */
    private static NetworkBuilder block(NetworkBuilder net, int channels, int stride, Shortcut shortcut, Block main) {
        boolean changes = stride != 1 || net.shape().channels() != channels;
        Block side = switch (shortcut) {
            case NONE -> null;
            case PAD -> changes ? side(channels, stride) : Block.NOTHING;
            case PROJECT -> changes ? projection(channels, stride) : Block.NOTHING;
            case PROJECT_ALL -> projection(channels, stride);
        };
        return (side == null ? net.then(main) : net.residual(main, side)).name("relu").relu();
    }

    private static Block projection(int channels, int stride) {
        return net -> net.name("branch1").conv(channels, 1, stride(stride), noBias()).batchNorm();
    }

    private static Block side(int channels, int stride) {
        return net -> net.name("branch1").layer(new PaddedShortcut(channels, stride));
    }
}
