package casebook.zoo;

import static casebook.layers.Option.same;
import static casebook.layers.Option.roundUp;
import static casebook.layers.Option.stride;

import casebook.network.Network;

/**
 * Network in network: after each convolution come two 1×1 convolutions, a small fully connected network at every position,
 * and the end is a mean over each channel instead of fully connected layers (Lin, Chen and Yan 2013, "Network in network",
 * sections 3.1 and 3.2).
 *
 * <p>The paper gives no table for ImageNet. This is its authors' model file for Caffe ({@code NIN-Imagenet}, 2014), with its
 * names: {@code cccp} stands for cascaded cross-channel parametric pooling, which is a 1×1 convolution and a ReLU. Its
 * poolings round up, as all of Caffe's do.
 */
public final class NetworkInNetwork {

    private NetworkInNetwork() {}

    /** The authors' network for ImageNet, on 224×224×3. 7,595,176 parameters. */
    public static Network imageNet() {
        return Network.named("Network in network").input(224, 224, 3)
                .stage("conv1").name("conv1").conv(96, 11, stride(4)).relu()            // 54×54×96
                .name("cccp1").conv(96, 1).relu().name("cccp2").conv(96, 1).relu()
                .name("pool1").maxPool(3, stride(2), roundUp())                         // 27×27×96
                .stage("conv2").name("conv2").conv(256, 5, same()).relu()               // 27×27×256
                .name("cccp3").conv(256, 1).relu().name("cccp4").conv(256, 1).relu()
                .name("pool2").maxPool(3, stride(2), roundUp())                         // 13×13×256
                .stage("conv3").name("conv3").conv(384, 3, same()).relu()               // 13×13×384
                .name("cccp5").conv(384, 1).relu().name("cccp6").conv(384, 1).relu()
                .name("pool3").maxPool(3, stride(2), roundUp())                         // 6×6×384
                .name("drop").dropout(0.5)
                .stage("conv4").name("conv4-1024").conv(1024, 3, same()).relu()         // 6×6×1024
                .name("cccp7-1024").conv(1024, 1).relu().name("cccp8-1000").conv(1000, 1).relu()
                .stage("output").name("pool4").globalAveragePool()                      // 1×1×1000
                .flatten().softmax()
                .build();
    }
}
