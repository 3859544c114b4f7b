package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import java.util.List;
import java.util.Map;

import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

/** Answers to the exercises of notebook 09. */
final class Answers09 {

    private Answers09() {}

    private static NetworkBuilder volume() {
        return Network.named("mine").input(14, 14, 512);
    }

    static final Answers ALL = new Answers("09", Map.of("09.1", List.of("5b", "3b", "4c", "4d", "4e"), "09.2", "f", "09.4", 12), Map.of(
            "09.3", List.of(
                    new Built(volume().averagePool(5, stride(3)).conv(128, 1).relu().globalAveragePool().dense(1000).softmax().build(), ""),
                    new Built(volume().maxPool(2).conv(64, 1).relu().globalAveragePool().dense(1000).softmax().build(), ""),
                    new Built(volume().averagePool(5, stride(3)).conv(128, 1).relu().dense(1024).relu().dense(1000).softmax().build(), "How many numbers does this layer read"),
                    new Built(volume().conv(128, 1).relu().globalAveragePool().dense(1000).softmax().build(), "At how many positions"),
                    new Built(volume().globalAveragePool().dense(1000).softmax().build(), "1 layer with weights"),
                    new Built(volume().averagePool(5, stride(3)).conv(128, 1).globalAveragePool().dense(1000).softmax().build(), "no ReLU"),
                    new Built(volume().averagePool(5, stride(3)).conv(128, 1).relu().globalAveragePool().dense(1000).build(), "probabilities should come out"),
                    new Built(volume().averagePool(5, stride(3)).conv(128, 1).relu().globalAveragePool().dense(10).softmax().build(), "1,000 probabilities"),
                    new Built(Network.named("x").input(14, 14, 480).conv(128, 1, same()).globalAveragePool().dense(1000).softmax().build(), "14×14×512"),
                    new Built(200_000, "wants a network"))));
}
