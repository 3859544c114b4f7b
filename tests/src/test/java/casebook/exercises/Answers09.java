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
        return Network.named("mine").input(7, 7, 56);
    }

    static final Answers ALL = new Answers("09", Map.of("09.1", List.of("5b", "3b", "4c", "4d", "4e"), "09.2", "f", "09.4", 12, "09.5", 9), Map.of(
            "09.3", List.of(
                    new Built(volume().conv(16, 1).relu().averagePool(2).dense(10).softmax().build(), ""),
                    new Built(volume().conv(16, 1).relu().maxPool(3, stride(2)).dense(10).softmax().build(), ""),
                    new Built(volume().averagePool(2).conv(32, 1).relu().globalAveragePool().dense(10).softmax().build(), ""),
                    new Built(volume().averagePool(2).conv(16, 1).relu().dense(64).relu().dense(10).softmax().build(),
                            "parameters, and 3,000 are allowed"),
                    new Built(volume().conv(32, 1).relu().globalAveragePool().dense(10).softmax().build(), "At how many positions"),
                    new Built(volume().globalAveragePool().dense(10).softmax().build(), "1 layer with weights"),
                    new Built(volume().globalAveragePool().dense(30).relu().dense(10).softmax().build(),
                            "works on what is left of the positions"),
                    new Built(volume().dense(1).relu().dense(10).softmax().build(), "works on what is left of the positions"),
                    new Built(volume().conv(1, 1).relu().dense(10).softmax().build(), "lets 1 channels through"),
                    new Built(volume().conv(16, 1).averagePool(2).dense(10).softmax().build(), "stands no activation"),
                    new Built(volume().conv(16, 1).relu().averagePool(2).dense(10).build(), "probabilities should come out"),
                    new Built(volume().conv(16, 1).relu().averagePool(2).dense(100).softmax().build(), "10 probabilities"),
                    new Built(Network.named("x").input(14, 14, 480).conv(128, 1, same()).globalAveragePool().dense(10).softmax().build(),
                            "7×7×56"),
                    new Built(200_000, "wants a network"))));
}
