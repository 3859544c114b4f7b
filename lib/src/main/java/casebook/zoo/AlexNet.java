package casebook.zoo;

import static casebook.layers.Option.groups;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.network.Network;
import casebook.network.NetworkBuilder;

/**
 * AlexNet, which won the ImageNet challenge of 2012 (Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with
 * deep convolutional neural networks", section 3.5 and figure 2). The layers have the names of Caffe's model file
 * {@code bvlc_alexnet}; the paper has only numbers for them.
 *
 * <p>The paper says 224×224, but its 55×55×96 after the first layer needs 227×227: (227 − 11) ÷ 4 + 1 = 55.
 */
public final class AlexNet {

    private AlexNet() {}

    /** AlexNet as it is taught, in one tower: every filter sees all channels. 62,378,344 parameters. */
    public static Network oneTower() {
        return network("AlexNet", 1);
    }

    /**
     * AlexNet as the paper trained it, split over two GPUs: in the second, fourth and fifth convolution each half of the
     * filters sees the half of the channels that lies on the same GPU. 60,965,224 parameters.
     */
    public static Network twoGpu() {
        return network("AlexNet, two GPUs", 2);
    }

    private static Network network(String name, int gpus) {
        return classifier(Network.named(name).input(227, 227, 3)
                .stage("conv1").name("conv1").conv(96, 11, stride(4)).relu().localResponseNorm()    // 55×55×96
                .name("pool1").maxPool(3, stride(2))                                                // 27×27×96
                .stage("conv2").name("conv2").conv(256, 5, same(), groups(gpus)).relu().localResponseNorm()
                .name("pool2").maxPool(3, stride(2))                                                // 13×13×256
                .stage("conv3").name("conv3").conv(384, 3, same()).relu()                           // 13×13×384
                .stage("conv4").name("conv4").conv(384, 3, same(), groups(gpus)).relu()
                .stage("conv5").name("conv5").conv(256, 3, same(), groups(gpus)).relu()             // 13×13×256
                .name("pool5").maxPool(3, stride(2))                                                // 6×6×256
                );
    }

    /**
     * The narrower network in one tower that torchvision calls AlexNet; its published accuracies are this one's. It follows
     * Krizhevsky (2014, "One weird trick for parallelizing convolutional neural networks"), without response normalization,
     * but conv4 has 256 filters where that paper has 384 (footnote 1). 61,100,840 parameters.
     */
    public static Network oneWeirdTrick() {
        return classifier(Network.named("AlexNet, one weird trick").input(224, 224, 3)
                .stage("conv1").name("conv1").conv(64, 11, stride(4), padding(2)).relu()            // 55×55×64
                .name("pool1").maxPool(3, stride(2))
                .stage("conv2").name("conv2").conv(192, 5, same()).relu()                           // 27×27×192
                .name("pool2").maxPool(3, stride(2))
                .stage("conv3").name("conv3").conv(384, 3, same()).relu()                           // 13×13×384
                .stage("conv4").name("conv4").conv(256, 3, same()).relu()
                .stage("conv5").name("conv5").conv(256, 3, same()).relu()
                .name("pool5").maxPool(3, stride(2))                                                // 6×6×256
                );
    }

    /** 9,216 → 4,096 → 4,096 → 1,000, with half of the numbers dropped after the first two (section 4.2). */
    private static Network classifier(NetworkBuilder net) {
        return net
                .stage("fc6").name("fc6").dense(4096).relu().dropout(0.5)
                .stage("fc7").name("fc7").dense(4096).relu().dropout(0.5)
                .stage("fc8").name("fc8").dense(1000).softmax()
                .build();
    }
}
