package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.SqueezeNet;
import java.util.List;
import java.util.Map;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

/** Answers to the exercises of notebook 10. */
final class Answers10 {

    private Answers10() {}

    private static NetworkBuilder image() {
        return Network.named("mine").input(28, 28, 1);
    }

    private static Block two(int filters) {
        return main -> main.conv(filters, 3, same(), noBias()).batchNorm().relu().conv(filters, 3, same(), noBias()).batchNorm();
    }

    /** A stem with a stride, and residual blocks on shorter and shorter sides. */
    private static Network good(int firstStride, int filters) {
        NetworkBuilder net = image().conv(filters, 3, same(), stride(firstStride), noBias()).batchNorm().relu().residual(two(filters))
                .relu();
        net = net.conv(2 * filters, 3, same(), stride(2), noBias()).batchNorm().relu().residual(two(2 * filters)).relu();
        return net.conv(24, 3, same(), stride(2), noBias()).batchNorm().relu().globalAveragePool().dense(10).softmax().build();
    }

    private static Network plain(int layers, int filters, int size, int step) {
        NetworkBuilder net = image().conv(filters, 3, same(), stride(step)).relu();
        for (int i = 0; i < layers - 2; i++) {
            net.conv(filters, size, same()).relu();
        }
        return net.globalAveragePool().dense(10).softmax().build();
    }

    /** Poolings that see, and convolutions of 1×1 that do not. */
    private static Network pooled() {
        NetworkBuilder net = image().maxPool(4).maxPool(4);
        for (int i = 0; i < 10; i++) {
            net.conv(16, 1).relu();
        }
        return net.globalAveragePool().dense(10).softmax().build();
    }

    static final Answers ALL = new Answers("10", Map.of("10.1", 15.8, "10.2", "c", "10.4", "abd"), Map.of(
            "10.3", List.of(
                    new Built(good(2, 8), ""),
                    new Built(plain(9, 8, 3, 2), ""),
                    new Built(good(2, 16), "The largest volume"),
                    new Built(good(1, 8), "What makes each step reach further"),
                    new Built(SqueezeNet.v11(), "28×28 with one channel"),
                    new Built(pooled(), "convolutions look at neighbours"),
                    new Built(plain(9, 12, 5, 2), "parameters, and 20,000 are allowed"),
                    new Built(plain(6, 12, 3, 2), "6 layers with weights"),
                    new Built(plain(9, 12, 1, 2), "convolutions look at neighbours"),
                    new Built(plain(9, 8, 3, 1), "What makes each step reach further"),
                    new Built(image().conv(8, 3, stride(8)).relu().globalAveragePool().dense(10).build(), "Which layer makes them"),
                    new Built(image().conv(8, 3, stride(8)).relu().globalAveragePool().dense(12).softmax().build(), "ten numbers come out"),
                    new Built("MobileNet", "wants a network"))));
}
