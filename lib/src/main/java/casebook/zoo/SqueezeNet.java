package casebook.zoo;

import static casebook.layers.Option.roundUp;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.network.Block;
import casebook.network.Network;

/**
 * SqueezeNet: AlexNet's accuracy with a fiftieth of its parameters (Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy
 * with 50x fewer parameters and &lt;0.5MB model size", section 3). It is an Inception module with little left of it: a 1×1
 * convolution squeezes the channels, and 1×1 and 3×3 filters side by side expand them again. There is no fully connected layer.
 */
public final class SqueezeNet {

    private SqueezeNet() {}

    /**
     * Version 1.1, which its authors published after the paper: it pools earlier and computes 2.4 times less. The layers have
     * the names of its model file for Caffe. 1,235,496 parameters.
     */
    public static Network v11() {
        return Network.named("SqueezeNet 1.1").input(227, 227, 3)
                .stage("conv1").name("conv1").conv(64, 3, stride(2)).relu()                     // 113×113×64
                .name("pool1").maxPool(3, stride(2), roundUp()).endStage()                      // 56×56×64
                .module("fire2", fire(16, 64)).module("fire3", fire(16, 64))                    // 56×56×128
                .stage("pool3").name("pool3").maxPool(3, stride(2), roundUp()).endStage()       // 28×28×128
                .module("fire4", fire(32, 128)).module("fire5", fire(32, 128))                  // 28×28×256
                .stage("pool5").name("pool5").maxPool(3, stride(2), roundUp()).endStage()       // 14×14×256
                .module("fire6", fire(48, 192)).module("fire7", fire(48, 192))                  // 14×14×384
                .module("fire8", fire(64, 256)).module("fire9", fire(64, 256))                  // 14×14×512
                .stage("conv10").name("drop9").dropout(0.5)
                .name("conv10").conv(1000, 1).relu()                                            // 14×14×1000
                .name("pool10").globalAveragePool().flatten().softmax()
                .build();
    }

    /**
     * A fire module.
     *
     * @param squeeze filters of the 1×1 convolution that makes the channels few
     * @param expand filters of the 1×1 and of the 3×3 convolution after it, each
     */
    public static Block fire(int squeeze, int expand) {
        return net -> net.name("squeeze1x1").conv(squeeze, 1).relu()
                .name("concat").branches(
                        branch -> branch.name("expand1x1").conv(expand, 1).relu(),
                        branch -> branch.name("expand3x3").conv(expand, 3, same()).relu());
    }
}
