package casebook.zoo;

import static casebook.layers.Option.roundUp;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;

/**
 * GoogLeNet, the Inception network (Szegedy et al. 2014, "Going deeper with convolutions", table 1 and section 5). Nine
 * modules of the same form follow each other. Each looks at its input with filters of several sizes at once and puts the
 * results behind one another.
 *
 * <p>The layers have the names of Caffe's model file {@code bvlc_googlenet}. Poolings round up, which 56, 28, 14 and 7 need.
 */
public final class GoogLeNet {

    private GoogLeNet() {}

    /** GoogLeNet as it answers: without the auxiliary heads. 6,998,552 parameters. */
    public static Network network() {
        return build("GoogLeNet", false);
    }

    /**
     * GoogLeNet as it was trained: two side branches classify from the middle of the network, and their losses count 0.3
     * each. 13,378,280 parameters.
     */
    public static Network withHeads() {
        return build("GoogLeNet with heads", true);
    }

    private static Network build(String name, boolean heads) {
        NetworkBuilder net = Network.named(name).input(224, 224, 3)
                .stage("conv1").name("conv1/7x7_s2").conv(64, 7, same(), stride(2)).relu()      // 112×112×64
                .name("pool1/3x3_s2").maxPool(3, stride(2), roundUp())                          // 56×56×64
                .name("pool1/norm1").localResponseNorm()
                .stage("conv2").name("conv2/3x3_reduce").conv(64, 1).relu()
                .name("conv2/3x3").conv(192, 3, same()).relu()                                  // 56×56×192
                .name("conv2/norm2").localResponseNorm()
                .name("pool2/3x3_s2").maxPool(3, stride(2), roundUp()).endStage()               // 28×28×192
                // Table 1:  #1×1  3×3 reduce  #3×3  5×5 reduce  #5×5  pool proj
                .module("inception_3a", inception(64, 96, 128, 16, 32, 32))                     // 28×28×256
                .module("inception_3b", inception(128, 128, 192, 32, 96, 64))                   // 28×28×480
                .stage("pool3").name("pool3/3x3_s2").maxPool(3, stride(2), roundUp()).endStage()
                .module("inception_4a", inception(192, 96, 208, 16, 48, 64));                   // 14×14×512
        if (heads) {
            net.auxiliary(0.3, head("loss1"));
        }
        net.module("inception_4b", inception(160, 112, 224, 24, 64, 64))
                .module("inception_4c", inception(128, 128, 256, 24, 64, 64))
                .module("inception_4d", inception(112, 144, 288, 32, 64, 64));                  // 14×14×528
        if (heads) {
            net.auxiliary(0.3, head("loss2"));
        }
        return net.module("inception_4e", inception(256, 160, 320, 32, 128, 128))               // 14×14×832
                .stage("pool4").name("pool4/3x3_s2").maxPool(3, stride(2), roundUp()).endStage()
                .module("inception_5a", inception(256, 160, 320, 32, 128, 128))
                .module("inception_5b", inception(384, 192, 384, 48, 128, 128))                 // 7×7×1024
                .stage("classifier").name("pool5/7x7_s1").globalAveragePool().dropout(0.4)      // 1×1×1024
                .name("loss3/classifier").dense(1000).softmax()
                .build();
    }

    /**
     * An Inception module: four branches read the same input, and their outputs are put behind one another. The arguments
     * are the columns of the paper's table 1, in its order. The 1×1 convolutions before the larger filters and after the
     * pooling keep the number of channels small.
     *
     * @param ones filters of the 1×1 convolution
     * @param threesReduce filters of the 1×1 convolution before the 3×3
     * @param threes filters of the 3×3 convolution
     * @param fivesReduce filters of the 1×1 convolution before the 5×5
     * @param fives filters of the 5×5 convolution
     * @param poolProjection filters of the 1×1 convolution after the pooling
     */
    public static Block inception(int ones, int threesReduce, int threes, int fivesReduce, int fives, int poolProjection) {
        return net -> net.name("output").branches(
                branch -> branch.name("1x1").conv(ones, 1).relu(),
                branch -> branch.name("3x3_reduce").conv(threesReduce, 1).relu()
                        .name("3x3").conv(threes, 3, same()).relu(),
                branch -> branch.name("5x5_reduce").conv(fivesReduce, 1).relu()
                        .name("5x5").conv(fives, 5, same()).relu(),
                branch -> branch.name("pool").maxPool(3, stride(1), same())
                        .name("pool_proj").conv(poolProjection, 1).relu());
    }

    /** An auxiliary head: average pooling, a 1×1 convolution, two fully connected layers, softmax (section 5). */
    private static Block head(String name) {
        return net -> net.stage(name)
                .name(name + "/ave_pool").averagePool(5, stride(3))                             // 4×4
                .name(name + "/conv").conv(128, 1).relu()
                .name(name + "/fc").dense(1024).relu().dropout(0.7)
                .name(name + "/classifier").dense(1000).softmax();
    }

    /**
     * The lecture's first idea, "do them all": filters of three sizes and a pooling side by side on 28×28×192, each with the
     * whole input. 28×28×416 come out, as the pooling can't change its 192 channels. The 5×5 branch alone costs 120,422,400
     * multiplications. 387,296 parameters.
     */
    public static Network naiveModule() {
        return Network.named("Naive Inception module").input(28, 28, 192)
                .name("output").branches(
                        branch -> branch.stage("1x1").name("1x1").conv(64, 1).relu(),
                        branch -> branch.stage("3x3").name("3x3").conv(128, 3, same()).relu(),
                        branch -> branch.stage("5x5").name("5x5").conv(32, 5, same()).relu(),
                        branch -> branch.stage("pool").name("pool").maxPool(3, stride(1), same()))
                .build();
    }

    /**
     * The lecture's Inception module on 28×28×192, with 1×1 convolutions as bottlenecks: 28×28×256 come out, and the 5×5
     * branch costs 12,443,648 multiplications. It is {@code inception_3a}. 163,696 parameters.
     */
    public static Network module() {
        return Network.named("Inception module").input(28, 28, 192).then(inception(64, 96, 128, 16, 32, 32)).build();
    }
}
