package casebook.exercises;

import static casebook.layers.Option.groups;
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

    private static NetworkBuilder upToPool5() {
        return upToPool5(1);
    }

    private static NetworkBuilder upToPool5(int cards) {
        return Network.named("light").input(227, 227, 3)
                .conv(96, 11, stride(4)).relu().localResponseNorm().maxPool(3, stride(2))
                .conv(256, 5, same(), groups(cards)).relu().localResponseNorm().maxPool(3, stride(2))
                .conv(384, 3, same()).relu().conv(384, 3, same()).relu().conv(256, 3, same()).relu().maxPool(3, stride(2));
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
                    new Built(upToPool5().globalAveragePool().dense(1000).softmax().build(), ""),
                    new Built(upToPool5().globalAveragePool().flatten().dense(1000).softmax().build(), ""),
                    new Built(upToPool5().dense(512).relu().dense(1000).softmax().build(), ""),
                    new Built(upToPool5().conv(1000, 1).relu().globalAveragePool().softmax().build(), ""),
                    new Built(upToPool5().maxPool(2).dense(1024).relu().dense(1000).softmax().build(), ""),
                    new Built(AlexNet.oneTower(), "Most are in fc6, which reads 9216"),
                    new Built(upToPool5().dense(600).dense(4096).dense(1000).softmax().build(), "Which of the two can be smaller"),
                    new Built(upToPool5().conv(1000, 1).build(), "One answer for the whole photo"),
                    new Built(upToPool5().globalAveragePool().dense(10).build(), "1,000 classes"),
                    new Built(upToPool5(2).globalAveragePool().dense(1000).build(), "stay AlexNet's"),
                    new Built(AlexNet.oneWeirdTrick(), "227×227"),
                    new Built(Network.named("x").input(10).dense(1000).build(), "227×227"),
                    new Built(Network.named("x").input(227, 227, 3).globalAveragePool().dense(1000).build(), "stay AlexNet's"),
                    new Built(upToPool5(), "is .build() missing"),
                    new Built("light", "wants a network")),
            "03.4", List.of(
                    new Built(lrn(true, 2, 2, 0.75), ""),
                    new Built(lrn(false, 5, 4, 0.75), "Nothing is mended"),
                    new Built(lrn(false, 2, 2, 0.75), "What does the formula add up"),
                    new Built(lrn(false, 2, 1, 0.75), "What does the formula add up"),
                    new Built(lrn(true, 5, 5, 0.75), "how many on each side"),
                    new Built(lrn(true, 5, 4, 0.75), "how many on each side"),
                    new Built(lrn(true, 2, 1, 0.75), "condition of the loop"),
                    new Built(lrn(true, 2, 2, 0.5), "by hand"),
                    new Built(new double[] {1, 2}, "Eight numbers"),
                    new Built(31.41, "lrnFromMemory"))));
}
