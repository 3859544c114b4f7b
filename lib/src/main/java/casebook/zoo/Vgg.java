package casebook.zoo;

import static casebook.layers.Option.same;

import casebook.network.Network;
import casebook.network.NetworkBuilder;
import java.util.List;

/**
 * VGG, networks of 3×3 convolutions only (Simonyan and Zisserman 2014, "Very deep convolutional networks for large-scale
 * image recognition", table 1). Each block of convolutions ends with a pooling that halves the sides, and the next block has
 * twice the channels, up to 512.
 */
public final class Vgg {

    /** A column of the paper's table 1. */
    public enum Configuration {
        /** 11 layers with weights. */
        A("VGG-11 (A)", "64, P, 128, P, 256, 256, P, 512, 512, P, 512, 512, P"),
        /** 13 layers. */
        B("VGG-13 (B)", "64, 64, P, 128, 128, P, 256, 256, P, 512, 512, P, 512, 512, P"),
        /** 16 layers, the third of a block has filters of 1×1. */
        C("VGG-16 (C)", "64, 64, P, 128, 128, P, 256, 256, 1:256, P, 512, 512, 1:512, P, 512, 512, 1:512, P"),
        /** 16 layers: the lecture's VGG-16. */
        D("VGG-16 (D)", "64, 64, P, 128, 128, P, 256, 256, 256, P, 512, 512, 512, P, 512, 512, 512, P"),
        /** 19 layers. */
        E("VGG-19 (E)", "64, 64, P, 128, 128, P, 256, 256, 256, 256, P, 512, 512, 512, 512, P, 512, 512, 512, 512, P");

        private final String title;
        private final List<String> column;

        /** @param column filters of each 3×3 convolution; 1:256 is a 1×1 convolution, P a pooling */
        Configuration(String title, String column) {
            this.title = title;
            this.column = List.of(column.split(", "));
        }
    }

    private Vgg() {}

    /**
     * The network of one column of the paper's table 1: {@code Vgg.of(Vgg.Configuration.D)} is VGG-16.
     *
     * @param configuration the column
     */
    public static Network of(Configuration configuration) {
        NetworkBuilder net = Network.named(configuration.title).input(224, 224, 3);
        int block = 1;
        int place = 1;
        for (String entry : configuration.column) {
            if (entry.equals("P")) {
                net.name("pool" + block).maxPool(2);
                block++;
                place = 1;
            } else {
                int size = entry.startsWith("1:") ? 1 : 3;
                int filters = Integer.parseInt(entry.replace("1:", ""));
                net.stage("conv" + block).name("conv" + block + "_" + place).conv(filters, size, same()).relu();
                place++;
            }
        }
        return net                                                                  // 7×7×512
                .stage("fc6").name("fc6").dense(4096).relu().dropout(0.5)
                .stage("fc7").name("fc7").dense(4096).relu().dropout(0.5)
                .stage("fc8").name("fc8").dense(1000).softmax()
                .build();
    }
}
