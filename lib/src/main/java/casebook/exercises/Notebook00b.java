package casebook.exercises;

import casebook.cost.CostSheet;
import casebook.data.Photo;
import casebook.layers.Option;
import casebook.model.Model;
import casebook.network.Network;
import casebook.training.CrossEntropy;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The exercises of notebook 00b: five short questions that tell whether it can be skipped, and one to write. */
final class Notebook00b {

    private static final double[] PROBABILITIES = {0.7, 0.2, 0.1};

    private Notebook00b() {}

    static List<Exercise<?>> exercises() {
        return List.of(convolution(), parameters(), pooling(), loss(), step(), strided());
    }

    private static final Network ASKED = Network.named("asked").input(32, 32, 3).name("conv").conv(10, 5).name("pool").maxPool(2).build();

    private static Exercise<?> convolution() {
        return Exercise.shape("00b.1", () -> ASKED.node("conv").output())
                .mistake(() -> "32x32x10", "Without padding, the filter can't stand on the border. At how many places can it stand in one row?")
                .mistake(() -> "27x27x10", "Nearly: count the places on a short row, say a filter of 5 on 6 pixels.")
                .mistake(() -> "28x28x3", "The side is right. What decides how many channels come out?")
                .mistake(() -> "28x28x30", "The side is right. A filter covers all channels of its input at once, and makes one map of them.")
                .mistake(() -> "28x28x1", "The side is right. Each filter makes a map of its own.")
                .mistake(() -> "10x28x28", "That is the order in memory. The lecture writes the channels last.")
                .otherwise("Two questions: at how many places does the filter stand along one side? And how many maps come out?")
                .nearer("Along a side of 32, a filter of 5 can begin at pixel 0, 1, 2, and so on. At which pixel can it begin last?",
                        "The filter begins last at pixel 32 − 5, counted from 0. So there are 32 − 5 + 1 places along each side. Each of "
                                + "the 10 filters gives a channel.")
                .because("The filter has n − f + 1 places along a side, and each filter makes one channel.");
    }

    private static Exercise<?> parameters() {
        return Exercise.number("00b.2", "parameters", () -> CostSheet.of(ASKED).row("conv").parameters())
                .mistake(() -> 5 * 5 * 3 * 10, "These are the weights. What else does each filter have?")
                .mistake(() -> (5 * 5 + 1) * 10, "A filter has as many channels as its input. You counted one.")
                .mistake(() -> 5 * 5 * 10, "A filter has as many channels as its input, and one more number that is added at the end.")
                .mistake(() -> (5 * 5 + 1) * 3 * 10, "There is one bias for each filter, not one for each of its channels.")
                .mistake(() -> 5 * 5 * 3 + 1, "That is one filter. How many are there?")
                .mistake(() -> 28 * 28 * 10 * 5 * 5 * 3, "Those are the multiplications. The weights are the same at every place, so they are counted once.")
                .otherwise("Count one filter first: its height, its width, its channels, its bias. Then all filters.")
                .nearer("One filter has 5 · 5 weights for each of the 3 channels that come in, and one bias.",
                        "It is (5 · 5 · 3 + 1) for one filter. There are 10 filters.")
                .because("Each filter has 5 · 5 · 3 weights and one bias.");
    }

    private static Exercise<?> pooling() {
        return Exercise.shape("00b.3", () -> ASKED.node("pool").output())
                .mistake(() -> "27x27x10", "With stride 2 the windows do not overlap: each number lies in one window only.")
                .mistake(() -> "28x28x10", "That is what comes in. What becomes of four numbers in a window of 2×2?")
                .mistake(() -> "14x14x5", "The sides are right. Does a pooling mix channels, or leave any out?")
                .mistake(() -> "14x14x1", "The sides are right. A pooling treats each channel by itself.")
                .mistake(() -> "16x16x10", "That would be so if 32×32 came in. The pooling reads what the convolution puts out.")
                .otherwise("Take what comes out of question 1. What becomes of four numbers in a window of 2×2, and what of the channels?")
                .nearer("Four numbers in a window become one. So what becomes of each side?",
                        "Each side of what came out of question 1 is halved. The channels stay as they are.")
                .because("Sides are halved, channels stay. A pooling has no parameters.");
    }

    private static Exercise<?> loss() {
        return Exercise.about("00b.4", "the loss, to two digits after the point, such as 1.23", 0.005, () -> new CrossEntropy().of(logits(), new int[] {2}).value())
                .rule(given -> !near(given.doubleValue(), new CrossEntropy().of(logits(), new int[] {0}).value()),
                        "That is the loss if the first class were right. Which one is right?")
                .rule(given -> !near(given.doubleValue(), new CrossEntropy().of(logits(), new int[] {1}).value()),
                        "That is the loss if the second class were right. Which one is right?")
                .rule(given -> !near(given.doubleValue(), -Math.log10(PROBABILITIES[2])), "That is the logarithm to base 10. The loss takes the natural one: Math.log in Java.")
                .rule(given -> !near(given.doubleValue(), -Math.log(PROBABILITIES[2]) / Math.log(2)),
                        "That is the logarithm to base 2. The loss takes the natural one: Math.log in Java.")
                .rule(given -> given.signum() >= 0, "A loss is never negative. There is a minus in its formula.")
                .rule(given -> !near(given.doubleValue(), 1 - PROBABILITIES[2]), "That is how much is missing to 1. Cross-entropy takes a logarithm.")
                .otherwise("Cross-entropy looks at one of the three probabilities only: that of the right class. Take its logarithm.")
                .nearer("The loss is −log p, and p is the probability of the right class.",
                        "The third class is right, so p = 0.1. Compute -Math.log(0.1).")
                .because("Only the probability of the right class counts: −log of it.");
    }

    /** Scores whose softmax gives the three probabilities. */
    private static INDArray logits() {
        return Nd4j.create(new double[][] {{Math.log(PROBABILITIES[0]), Math.log(PROBABILITIES[1]), Math.log(PROBABILITIES[2])}});
    }

    private static Exercise<?> step() {
        double weight = 0.5;
        double gradient = -2;
        double rate = 0.1;
        return Exercise.about("00b.5", "the weight, such as 1.5", 1e-6, () -> weight - rate * gradient)
                .rule(given -> !near(given.doubleValue(), weight + rate * gradient), "A step goes against the gradient, and this gradient is negative.")
                .rule(given -> !near(given.doubleValue(), weight - gradient), "You went the right way, but much too far. What is the learning rate for?")
                .rule(given -> !near(given.doubleValue(), weight + gradient), "A step goes against the gradient, and the learning rate makes it small.")
                .rule(given -> !near(given.doubleValue(), -rate * gradient), "That is how far the weight moves. Where does it begin?")
                .rule(given -> !near(given.doubleValue(), weight * (1 - rate * gradient)), "The step does not depend on how large the weight is: it is added, not multiplied.")
                .otherwise("The step is the learning rate times the gradient. The weight moves against it.")
                .nearer("New weight = old weight − rate · gradient.",
                        "Put the numbers in: 0.5 − 0.1 · (−2). Minus times minus is plus.")
                .because("The gradient is negative: a larger weight makes the loss smaller. So the weight grows.");
    }

    private static boolean near(double given, double value) {
        return Math.abs(given - value) <= 0.005 * Math.abs(value);
    }

    private static final float[][] VERTICAL = {{1, 0, -1}, {1, 0, -1}, {1, 0, -1}};

    /** A convolution in loops, with a stride. */
    private static Exercise<?> strided() {
        return Exercise.of("00b.6", float[][].class, "a map of numbers: strided(grey, vertical, 2)")
                .rule(map -> map.length > 0 && map[0] != null && map[0].length > 0, "There is nothing in it. How many places has the filter along each side?")
                .rule(map -> !same(map, edges()), "This is the convolution with stride 1. Two things change with a stride: how large the output is, and where the filter stands.")
                .rule(map -> map.length != wanted().length + 1 && map[0].length != wanted()[0].length + 1,
                        "There is one row or column too many. Check ⌊(n − f) / s⌋ + 1 with brackets: what is divided, and what is added?")
                .rule(map -> map.length == wanted().length && map[0].length == wanted()[0].length, map -> "The output is " + map.length + "×" + map[0].length
                        + ". How many places has a filter of 3 on a row of 7, when it moves by 2? Try it with a pencil.")
                .rule(map -> !same(map, corner(edges(), wanted().length, wanted()[0].length)),
                        "The size is right, but your filter still moves by one pixel. Which pixel lies under its corner for output [row][column]?")
                .rule(map -> same(map, wanted()), "The size is right, the numbers are not. When the filter stands somewhere, which pixels lie under it: "
                        + "neighbours, or every second one? The stride moves the filter only.")
                .nearer("Two things change. The output has (n − f) / stride + 1 places along a side, and output [row][column] begins at "
                        + "pixel [row · stride][column · stride].",
                        "In the innermost line, the pixel is image[row * stride + i][column * stride + j]. The filter's own index stays "
                                + "[i][j].")
                .optional()
                .because("A stride of 2 computes every second place only: a quarter of the outputs, and a quarter of the multiplications.");
    }

    private static float[][] edges() {
        return library();
    }

    private static float[][] wanted() {
        return library(Option.stride(2));
    }

    /** What the library makes of the photo's brightness with this filter. */
    private static float[][] library(Option... options) {
        float[][] grey = Photo.of("coffee").shorterSide(96).brightness();
        Network network = Network.named("edges").input(grey.length, grey[0].length, 1).name("conv").conv(1, 3, options).build();
        Model model = Model.of(network, 1);
        model.parameter("conv/weights").assign(Nd4j.create(VERTICAL).reshape(1, 1, 3, 3));
        INDArray map = model.predict(Nd4j.create(grey).reshape(1, 1, grey.length, grey[0].length));
        return map.reshape(map.size(2), map.size(3)).toFloatMatrix();
    }

    private static float[][] corner(float[][] map, int rows, int columns) {
        float[][] corner = new float[rows][columns];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(map[row], 0, corner[row], 0, columns);
        }
        return corner;
    }

    private static boolean same(float[][] a, float[][] b) {
        if (a.length != b.length) {
            return false;
        }
        for (int row = 0; row < a.length; row++) {
            if (a[row] == null || a[row].length != b[row].length) {
                return false;
            }
            for (int column = 0; column < a[row].length; column++) {
                if (!(Math.abs(a[row][column] - b[row][column]) <= 1e-4)) {
                    return false;
                }
            }
        }
        return true;
    }
}
