package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.ResNet;
import casebook.zoo.SqueezeNet;
import java.util.List;
import java.util.Map;

import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

/** Answers to the exercises of notebook 10. */
final class Answers10 {

    private Answers10() {}

    private static NetworkBuilder photo() {
        return Network.named("mine").input(224, 224, 3);
    }

    private static Block bottleneck(int narrow, int wide) {
        return main -> main.conv(narrow, 1).relu().conv(narrow, 3, same()).relu().conv(wide, 1);
    }

    /** A stem with two strides, and bottlenecks on shorter and shorter sides. */
    private static Network good(int firstStride, int poolStride) {
        NetworkBuilder net = photo().conv(16, 3, same(), stride(firstStride)).relu().maxPool(3, stride(poolStride), same());
        for (int wide : new int[] {64, 128, 256}) {
            net.conv(wide, 3, same(), stride(2)).relu();
            for (int i = 0; i < 2; i++) {
                net.residual(bottleneck(wide / 4, wide)).relu();
            }
        }
        return net.globalAveragePool().dense(1000).softmax().build();
    }

    private static Network plain(int layers, int filters, int size, int step) {
        NetworkBuilder net = photo().conv(filters, size, same(), stride(step)).relu();
        for (int i = 0; i < layers - 2; i++) {
            net.conv(filters, size, same()).relu();
        }
        return net.globalAveragePool().dense(1000).softmax().build();
    }

    static final Answers ALL = new Answers("10", Map.of("10.1", 15.8, "10.2", "c", "10.4", "abd"), Map.of(
            "10.3", List.of(
                    new Built(good(2, 2), ""),
                    new Built(ResNet.of(18), "The most are in"),
                    new Built(SqueezeNet.v11(), "The images are 224×224"),
                    new Built(good(1, 4), "The largest volume"),
                    new Built(plain(13, 64, 3, 4), "The most are in"),
                    new Built(plain(13, 16, 3, 4), "What makes each step reach further"),
                    new Built(plain(6, 32, 3, 4), "6 layers with weights"),
                    new Built(photo().conv(8, 3, stride(8)).relu().globalAveragePool().dense(1000).build(), "Which layer makes them"),
                    new Built(photo().conv(8, 3, stride(8)).relu().globalAveragePool().dense(10).softmax().build(), "1,000 probabilities"),
                    new Built(Network.named("x").input(224, 224, 1).conv(8, 3).globalAveragePool().dense(1000).softmax().build(), "three channels"),
                    new Built("MobileNet", "wants a network"))));
}
