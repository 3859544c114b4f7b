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
        NetworkBuilder net = Network.named("chase").input(28, 28, 1);
        for (char part : parts.toCharArray()) {
            if (part == '|') {
                net.maxPool(2);
            } else {
                net.conv(16, part - '0', same()).relu();
            }
        }
        return net;
    }

    private static Network ended(NetworkBuilder net) {
        return net.globalAveragePool().dense(10).softmax().build();
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
        return net.dense(4096).relu().dropout(0.5).dense(4096).relu().dropout(0.5).dense(1000).softmax().build();
    }

    static final Answers ALL = new Answers("04", Map.of("04.2", 2.22, "04.3", "b"), Map.of(
            "04.1", List.of(
                    new Built(ended(parts("33|33|3")), ""),
                    new Built(ended(parts("3|3|333")), ""),
                    new Built(parts("3|3|333").averagePool(7).dense(10).softmax().build(), ""),
                    new Built(parts("3|3|33").dense(10).softmax().build(), "to be averaged"),
                    new Built(ended(parts("3333|").maxPool(2)), "sees 12×12"),
                    new Built(ended(parts("333")), "sees 7×7. Each 3×3 layer adds 2"),
                    new Built(ended(parts("3|333")), "How often can you do that"),
                    new Built(ended(parts("333333333333")), "parameters, and 10,000 are allowed"),
                    new Built(ended(parts("||3")), "How much does a layer add before the first pooling"),
                    new Built(ended(parts("3|||333")), "How many times may 28 be halved"),
                    new Built(ended(parts("3||5555")), "Take no other window"),
                    new Built(ended(parts("3").conv(16, 3, stride(2), padding(1))), "Take no other window"),
                    new Built(ended(parts("").maxPool(27, stride(1), same()).conv(16, 3, same())), "Take no other window"),
                    new Built(ended(parts("3|").conv(8, 3, same())), "16 filters"),
                    new Built(ended(parts("3||").conv(16, 3)), "keep the sides"),
                    new Built(ended(parts("33|3").conv(16, 3, same()).maxPool(2).conv(16, 3, same()).relu()), "stands no activation"),
                    new Built(ended(parts("||")), "sees nothing by itself"),
                    new Built(parts("33|33|3").build(), "ten numbers come out"),
                    new Built(Vgg.of(Vgg.Configuration.A), "28×28 with one channel"),
                    new Built(31, "wants a network")),
            "04.4", List.of(
                    new Built(five(5, 1, true, 64, 128, 256, 512, 512), ""),
                    new Built(Vgg.of(Vgg.Configuration.B), "column B as it is"),
                    new Built(Vgg.of(Vgg.Configuration.D), "All convolutions are 5×5"),
                    new Built(five(5, 2, true, 64, 128, 256, 512, 512), "takes the place of two"),
                    new Built(five(5, 1, true, 64, 128, 256, 512, 256), "column B's"),
                    new Built(five(5, 1, true, 32, 64, 128, 256, 512), "column B's"),
                    new Built(five(5, 1, false, 64, 128, 256, 512, 512), "a layer is missing"),
                    new Built(Network.named("x").input(224, 224, 3).globalAveragePool().dense(10).build(), "1,000 classes"),
                    new Built(Network.named("x").input(224, 224, 3).globalAveragePool().dense(1000).build(), "0 convolutions"),
                    new Built("shallow", "wants a network"))));
}
