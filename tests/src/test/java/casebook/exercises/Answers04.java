package casebook.exercises;

import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.exercises.Answers.Built;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.Vgg;
import java.util.List;
import java.util.Map;

/** Answers to the exercises of notebook 04. */
final class Answers04 {

    private Answers04() {}

    /** 3 is a convolution, | a pooling. */
    private static NetworkBuilder parts(String parts) {
        NetworkBuilder net = Network.named("chase").input(64, 64, 16);
        for (char part : parts.toCharArray()) {
            if (part == '|') {
                net.maxPool(2);
            } else {
                net.conv(16, part - '0', same()).relu();
            }
        }
        return net;
    }

    private static Network five(int size, int layers, boolean pooled, int... filters) {
        NetworkBuilder net = Network.named("shallow").input(224, 224, 3);
        for (int wide : filters) {
            for (int layer = 0; layer < layers; layer++) {
                net.conv(wide, size, same()).relu();
            }
            if (pooled) {
                net.maxPool(2);
            }
        }
        return net.dense(4096).relu().dropout(0.5).dense(4096).relu().dense(1000).softmax().build();
    }

    static final Answers ALL = new Answers("04", Map.of("04.2", 2.22, "04.3", "b"), Map.of(
            "04.1", List.of(
                    new Built(parts("||3333").build(), ""),
                    new Built(parts("|3|333").build(), ""),
                    new Built(parts("||3333").averagePool(2).conv(16, 3, same()).build(), "How many times may 64 be halved"),
                    new Built(Network.named("chase").input(64, 64, 16).averagePool(2).conv(16, 3, same()).averagePool(2).conv(16, 3, same()).conv(16, 3, same())
                            .conv(16, 3, same()).build(), ""),
                    new Built(parts("333").build(), "It sees 7×7 with 6,960 parameters. Each 3×3 layer adds 2"),
                    new Built(parts("|3333").build(), "How often can you do that"),
                    new Built(parts("3|3|33").build(), "between the two"),
                    new Built(parts("333333333333333").build(), "It sees 31×31, and has 34,800 parameters in 15 convolutions"),
                    new Built(parts("3333|3333|3").build(), "where a step is larger"),
                    new Built(parts("|||333").build(), "How many times may 64 be halved"),
                    new Built(parts("||5555").build(), "Take no other window"),
                    new Built(parts("").conv(16, 3, stride(2), padding(1)).build(), "Take no other window"),
                    new Built(parts("").maxPool(31, stride(1), same()).conv(16, 3, same()).build(), "Take no other window"),
                    new Built(parts("||").conv(8, 3, same()).build(), "16 filters"),
                    new Built(parts("||").conv(16, 3).build(), "keep the sides"),
                    new Built(parts("||").build(), "could learn nothing"),
                    new Built(parts("3").dense(10).build(), "see everything"),
                    new Built(Vgg.of(Vgg.Configuration.A), "64×64×16 goes in"),
                    new Built(Network.named("x").input(10).dense(3).build(), "64×64×16 goes in"),
                    new Built(31, "wants a network")),
            "04.4", List.of(
                    new Built(five(5, 1, true, 64, 128, 256, 512, 512), ""),
                    new Built(Vgg.of(Vgg.Configuration.B), "column B as it is"),
                    new Built(Vgg.of(Vgg.Configuration.D), "All convolutions are 5×5"),
                    new Built(five(5, 2, true, 64, 128, 256, 512, 512), "takes the place of two"),
                    new Built(five(5, 1, true, 64, 128, 256, 512, 256), "column B's"),
                    new Built(five(5, 1, true, 32, 64, 128, 256, 512), "column B's"),
                    new Built(five(5, 1, false, 64, 128, 256, 512, 512), "is a pooling behind each"),
                    new Built(Network.named("x").input(224, 224, 3).globalAveragePool().dense(10).build(), "1,000 classes"),
                    new Built(Network.named("x").input(224, 224, 3).globalAveragePool().dense(1000).build(), "0 convolutions"),
                    new Built("shallow", "wants a network"))));
}
