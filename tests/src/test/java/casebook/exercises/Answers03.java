package casebook.exercises;

import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.exercises.Answers.Built;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.AlexNet;
import java.util.List;
import java.util.Map;

/** Answers to the exercises of notebook 03. */
final class Answers03 {

    private Answers03() {}

    private static NetworkBuilder upToPool2() {
        return Network.named("light").input(28, 28, 1).conv(16, 3, same(), stride(2)).relu().conv(32, 5, same()).relu().maxPool(3,
                stride(2));
    }

    private static final float[] X = {60, 0, 10, 0, 0, 60, 400, 20};

    private static double[] lrn(boolean squares, int from, int to, double beta) {
        double[] y = new double[X.length];
        for (int i = 0; i < X.length; i++) {
            double sum = 0;
            for (int j = Math.max(0, i - from); j <= Math.min(X.length - 1, i + to); j++) {
                sum += squares ? X[j] * X[j] : X[j];
            }
            y[i] = X[i] / Math.pow(2 + 0.0001 * sum, beta);
        }
        return y;
    }

    static final Answers ALL = new Answers("03", Map.of("03.1", 60_258_664, "03.2", List.of("a", "b")), Map.of(
            "03.3", List.of(
                    new Built(upToPool2().maxPool(2).dense(64).relu().dense(10).softmax().build(), ""),
                    new Built(upToPool2().relu().conv(32, 3, same()).relu().globalAveragePool().dense(10).softmax().build(), ""),
                    new Built(upToPool2().dense(10).softmax().build(), ""),
                    new Built(upToPool2().dense(256).relu().dense(256).relu().dense(10).softmax().build(),
                            "Most of them are in fc1, a fully connected layer that reads 1152"),
                    new Built(upToPool2().dense(20).dense(10).softmax().build(), "stands no activation"),
                    new Built(upToPool2().dense(2).relu().dense(10).softmax().build(), "lets 2 channels through"),
                    new Built(upToPool2().conv(10, 1).softmax().build(), "ten numbers come out"),
                    new Built(upToPool2().dense(10).build(), "Which layer makes them"),
                    new Built(Network.named("x").input(28, 28, 1).conv(16, 3, same(), stride(2)).relu().conv(32, 3, same()).relu()
                            .maxPool(3, stride(2)).dense(10).softmax().build(),
                            "begin with upToPool2()"),
                    new Built(Network.named("x").input(28, 28, 1).dense(10).softmax().build(), "begin with upToPool2()"),
                    new Built(AlexNet.oneWeirdTrick(), "28×28"),
                    new Built(Network.named("x").input(10).dense(1000).build(), "28×28"),
                    new Built(upToPool2(), "is .build() missing"),
                    new Built("light", "wants a network")),
            "03.4", List.of(
                    new Built(lrn(true, 2, 2, 0.75), ""),
                    new Built(lrn(false, 5, 4, 0.75), "Nothing is repaired"),
                    new Built(lrn(false, 2, 2, 0.75), "What does the formula add up"),
                    new Built(lrn(false, 2, 1, 0.75), "What does the formula add up"),
                    new Built(lrn(true, 5, 5, 0.75), "how many on each side"),
                    new Built(lrn(true, 5, 4, 0.75), "how many on each side"),
                    new Built(lrn(true, 2, 1, 0.75), "condition of the loop"),
                    new Built(lrn(true, 2, 2, 0.5), "by hand"),
                    new Built(new double[] {1, 2}, "Eight numbers"),
                    new Built(31.41, "lrnFromMemory"))));
}
