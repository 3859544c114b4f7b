package casebook.exercises;

import casebook.cost.CostSheet;
import casebook.experiments.Designs;
import casebook.layers.Layer;
import casebook.layers.Shape;
import casebook.layers.Tanh;
import casebook.model.GradientCheck;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.LeNet5;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The exercises of notebook 02, LeNet-5. */
final class Notebook02 {

    private static final long MOST_PARAMETERS = 30_000;
    private static final long MOST_MACS = 1_000_000;

    private Notebook02() {}

    static List<Exercise<?>> exercises() {
        return List.of(smallImages(), bridge(), missingLayer(), squash(), smaller());
    }

    /** LeNet-5 with the bare images of 28×28, without the border of two zeros: the first fully connected layer. */
    private static Exercise<?> smallImages() {
        return Exercise.number("02.1", "parameters", () -> first(bare(true), "fc3"))
                .mistake(() -> first(bare(true), "fc3") - 120, "Nearly. Each of the 120 outputs has one more parameter that is not a weight.")
                .mistake(() -> first(LeNet5.taught(10), "fc3"), "That is the count for images of 32×32. Follow the sides from the input 28×28 on: what do they become?")
                .mistake(() -> first(LeNet5.taught(10), "fc3") - 120, "That is for images of 32×32, and without biases. Follow the sides from the input 28×28 on.")
                .mistake(() -> first(bare(false), "fc3"), "Is that the shape before the second pooling? The layer reads what the pooling puts out.")
                .mistake(() -> 4 * 4 * 16, "That is how many numbers come in. Each of the 120 outputs has a weight for each of them.")
                .mistake(() -> (16 + 1) * 120, "You multiplied by the channels alone. A fully connected layer sees every position of every channel.")
                .mistake(() -> (4 * 4 * 6 + 1) * 120, "Six channels go into the second convolution. How many come out of it?")
                .otherwise("Go step by step: 28×28, minus what a 5×5 filter takes off, halved; once more; then every number times every output, and the biases.")
                .nearer("A 5×5 filter without padding takes 4 off a side, and a pooling halves it. Do that twice, from 28 on.",
                        "28 → 24 → 12 → 8 → 4. So 4 · 4 · 16 numbers come in, and each of 120 outputs has a weight for each of them, and "
                                + "a bias.")
                .because("The border of two zeros costs parameters: without it the last volume is 4×4×16, and not 5×5×16.");
    }

    private static long first(Network network, String layer) {
        return CostSheet.of(network).row(layer).parameters();
    }

    private static Network bare(boolean secondPooling) {
        NetworkBuilder net = Network.named("LeNet-5, 28×28").input(28, 28, 1).conv(6, 5).tanh().averagePool(2).conv(16, 5).tanh();
        return (secondPooling ? net.averagePool(2) : net).name("fc3").dense(120).tanh().dense(84).tanh().dense(10).softmax().build();
    }

    /** What each step on the way from the taught network to the paper's changes; some of them are not on the way. */
    private static Map<String, Long> steps() {
        CostSheet taught = CostSheet.of(LeNet5.taught(10));
        CostSheet paper = CostSheet.of(LeNet5.paper());
        return Map.of(
                "a", paper.row("output").parameters() - taught.row("fc5").parameters(),
                "b", -(16L + 120 + 84),
                "c", paper.row("C3").parameters() - taught.row("conv2").parameters(),
                "d", -(5L * 5 * 6),
                "e", paper.row("S2").parameters() + paper.row("S4").parameters(),
                "f", 2L,
                "g", (paper.row("S2").parameters() + paper.row("S4").parameters()) / 2);
    }

    private static Exercise<?> bridge() {
        return Exercise.choices("02.2", "abcdefg", () -> Set.of("a", "c", "e"))
                .rule(chosen -> !chosen.contains("b"), "Count the paper's F6 with biases and without them: which one is in its table? The biases stay.")
                .rule(chosen -> !chosen.contains("d"), "C1 sees a grey image: its filters have one channel, and there is nothing to take away.")
                .rule(chosen -> !chosen.contains("f"), "The two numbers of 1.7159 · tanh(⅔ x) are chosen by the authors. Are they trained?")
                .rule(chosen -> !chosen.containsAll(Set.of("e", "g")), "The coefficients of S2 and S4 are in two of your letters, so they "
                        + "would be counted twice.")
                .rule(chosen -> !chosen.contains("g"), "Something else is trained in a subsampling beside the coefficient.")
                .rule(chosen -> chosen.equals(Set.of("a", "c", "e")), chosen -> "These steps lead from " + Exercise.count(61_706) + " to "
                        + Exercise.count(61_706 + chosen.stream().mapToLong(steps()::get).sum()) + ". Some step is still missing.")
                .nearer("The paper has less than the taught network in two places, and more in one.",
                        "Ask for each of output, C3 and subsampling: which letter says all of what the text above says of it?")
                .optional()
                .because("Two changes take parameters away and one adds some. Each is a decision of the authors, not an error of counting.");
    }

    /** The learner mends a network in which the second pooling is missing. */
    private static Exercise<?> missingLayer() {
        Network right = LeNet5.taught(10);
        return Exercise.network("02.3", "a network, such as the variable repaired", () -> right)
                .rule(net -> net.input().csv().equals("32x32x1"), "The input was right: 32×32 pixels of one channel. Leave it as it is.")
                .rule(net -> net.output().output().elements() == 10, "The output was right: ten classes. Leave it as it is.")
                .rule(net -> CostSheet.of(net).rows().stream().filter(row -> row.kind().startsWith("convolution")).count() == 2,
                        "The convolutions are not the fault. LeNet-5 has two of them, with 6 and 16 filters of 5×5.")
                .rule(net -> CostSheet.of(net).parameters() < 100_000, net -> "It still has " + Exercise.count(CostSheet.of(net).parameters())
                        + " parameters. Find the layer with the most, and look at the shape that comes into it.")
                .rule(net -> CostSheet.of(net).parameters() == CostSheet.of(right).parameters(), net -> "It has " + Exercise.count(CostSheet.of(net).parameters())
                        + " parameters now, and LeNet-5 has 61,706. Compare the shapes layer by layer with the ones above.")
                .rule(net -> CostSheet.of(net).macs() == CostSheet.of(right).macs(), "The parameters are right now, the multiplications are not: a layer works at "
                        + "the wrong size. Is each pooling behind its convolution?")
                .because("A missing pooling is no error for the computer: every layer fits the one before. It shows in the count.");
    }

    /** The learner writes the paper's non-linearity as a layer. */
    private static Exercise<?> squash() {
        Shape volume = Shape.volume(3, 3, 2);
        return Exercise.of("02.4", Layer.class, "a layer, such as new Squash()")
                .rule(layer -> layer.output(List.of(volume)).equals(volume), "A non-linearity works on each number by itself: the shape that goes out is the one that came in.")
                .rule(layer -> layer.parameters(List.of(volume)).isEmpty(), "The two numbers are fixed. Nothing is trained, so there are no parameters.")
                .rule(layer -> OwnLayer.trouble(layer, volume, false).isEmpty(), layer -> OwnLayer.trouble(layer, volume, false).get())
                .rule(layer -> largestDifference(layer, new Tanh()) > 1e-3, "This is the plain tanh. The paper's has a factor in front of it and one inside.")
                .rule(layer -> largestDifference(layer, new Tanh(1.7159, 1)) > 1e-3, "The factor in front is right. What happens to x before the tanh?")
                .rule(layer -> largestDifference(layer, new Tanh(1, 2.0 / 3)) > 1e-3, "The factor inside is right. What happens to the result of the tanh?")
                .rule(layer -> largestDifference(layer, new Tanh(1.7159, 2.0 / 3)) < 1e-5, "The forward pass gives other numbers than 1.7159 · tanh(⅔ x). In Java 2 / 3 is 0, "
                        + "and 2.0 / 3 is not.")
                .rule(layer -> OwnLayer.trouble(layer, volume, true).isEmpty(), layer -> OwnLayer.trouble(layer, volume, true).get())
                .rule(layer -> GradientCheck.of(layer, volume, 1).values().stream().allMatch(error -> error < 1e-6), "The forward pass is right, the gradient is not. "
                        + "The derivative of A · tanh(S x) is A · S · (1 − tanh²(S x)). Is each factor there, and dy?")
                .nearer("There are two factors. 2.0 / 3 stands inside the tanh, 1.7159 in front of it; both stay in the derivative.",
                        "With y = pass.output(), tanh(S x) is y / A. So the derivative is A · S · (1 − (y / A)²), and it is multiplied "
                                + "with dy.")
                .optional()
                .because("A new layer is one file: its shape, its cost, its forward pass and its gradient. Now it counts, trains and can be checked.");
    }

    /** A network with less than half of LeNet-5's parameters, and as good. */
    private static Exercise<?> smaller() {
        Exercise<Network> exercise = Exercise.of("02.5", Network.class, "a network, such as the variable mine");
        Sense.imagesToTen(exercise)
                .rule(net -> net.nodes().stream().filter(Sense::looksAround).count() >= 2, "At least two of its layers should be "
                        + "convolutions that look at neighbours, as in LeNet-5.",
                        "A convolution of 1×1, or one on a single position, sees no neighbours.");
        Sense.within(exercise, MOST_PARAMETERS, MOST_MACS);
        return Sense.sensible(exercise, 6).because(Sense::inWords)
                .trained(new Design(2, "LeNet-5 with its " + Exercise.count(CostSheet.of(Designs.reference(2)).parameters()) + " parameters", 0,
                        net -> net));
    }

    private static double largestDifference(Layer ours, Layer other) {
        INDArray x = Nd4j.linspace(-3, 3, 18).reshape(1, 2, 3, 3).castTo(DataType.FLOAT);
        return output(ours, x.dup()).sub(output(other, x.dup())).amaxNumber().doubleValue();
    }

    private static INDArray output(Layer layer, INDArray x) {
        return Model.of(Network.named("squash").input(3, 3, 2).layer(layer).build(), 1).predict(x);
    }
}
