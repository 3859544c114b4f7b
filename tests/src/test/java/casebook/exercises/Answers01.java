package casebook.exercises;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;

import casebook.exercises.Answers.Built;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import java.util.List;
import java.util.Map;

/** Answers to the exercises of notebook 01. */
final class Answers01 {

    private Answers01() {}

    private static NetworkBuilder input() {
        return Network.named("found").input(32, 32, 3);
    }

    static final Answers ALL = new Answers("01", Map.of("01.1", List.of("a", "b", "c"), "01.3", "bdg", "01.4", 3136), Map.of(
            "01.2", List.of(
                    new Built(input().conv(16, 3, same()).build(), ""),
                    new Built(input().conv(16, 3, padding(1)).build(), ""),
                    new Built(input().conv(16, 3, same()).relu().build(), "a layer too many"),
                    new Built(input().conv(16, 1, 9, same()).build(), "How large should its filters be"),
                    new Built(input().conv(16, 3, padding(0, 0, 2, 2)).build(), "zeros around its input"),
                    new Built(input().conv(16, 3).build(), "stands at 30·30"),
                    new Built(input().conv(112, 1).build(), "biases are not"),
                    new Built(input().conv(16, 3, same(), noBias()).build(), "Has each filter one"),
                    new Built(input().conv(144, 1).build(), "how many filters are there"),
                    new Built(input().conv(8, 5, same()).build(), "Divide the multiplications"),
                    new Built(Network.named("x").input(32, 32, 1).conv(16, 3).build(), "three channels"),
                    new Built(input().conv(8, 3).conv(8, 3).build(), "one layer with weights"),
                    new Built(input().relu().build(), "one layer with weights"),
                    new Built(448, "wants a network"))));
}
