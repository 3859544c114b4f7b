package casebook.exercises;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.cost.Published;
import casebook.layers.Add;
import casebook.layers.Convolution;
import casebook.layers.Layer;
import casebook.network.Network;
import casebook.network.Node;
import casebook.zoo.ResNet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The exercises of notebook 05, residual networks. */
final class Notebook05 {

    private static final long MOST_PARAMETERS = 120_000;
    private static final long MOST_MACS = 4_000_000;
    private static final int DEPTH = 32;
    private static final int SHORTCUTS = 14;

    private Notebook05() {}

    static List<Exercise<?>> exercises() {
        return List.of(wrongShortcut(), keras(), underBudget(), normalized());
    }

    /** A shortcut that begins one layer too late, repaired. */
    private static Exercise<?> wrongShortcut() {
        Network right = Network.named("right").input(56, 56, 64).module("block", ResNet.basic(64, 1, ResNet.Shortcut.PAD)).build();
        return Exercise.network("05.1", "a network, such as the variable repaired", () -> right)
                .rule(net -> net.input().csv().equals("56x56x64") && net.output().output().csv().equals("56x56x64"), "56×56×64 goes in and 56×56×64 comes out. Keep that.")
                .rule(net -> count(net, Add.class) == 1, "There is one addition in a residual block: residual(…) makes it.")
                .rule(net -> count(net, Convolution.class) == 2, "Two convolutions are in the block, both between the start of the shortcut and the addition.")
                .rule(net -> readsInput(net), "The addition does not get a[l] itself. Where does the shortcut begin in your block: before the first layer, or behind it? "
                        + "And does anything stand on it?")
                .rule(net -> CostSheet.of(net).parameters() == CostSheet.of(right).parameters(), net -> "It has " + Exercise.count(CostSheet.of(net).parameters())
                        + " parameters. Both convolutions are 3×3 with 64 filters, without biases, and behind each stands a batch normalization.")
                .rule(net -> net.output().layer().kind().equals("ReLU"), "The last ReLU stands behind the addition: a[l+2] = g(z[l+2] + a[l]).")
                .rule(net -> identityAtZero(net), "With all weights at zero your block should put out what comes in. What stands on the shortcut?")
                .because("The wrong block has the same parameters and the same multiplications, so no count shows the fault. The drawing does, and so does a test with zeros.");
    }

    private static long count(Network network, Class<? extends Layer> kind) {
        return network.nodes().stream().filter(node -> kind.isInstance(node.layer())).count();
    }

    private static boolean readsInput(Network network) {
        return network.nodes().stream().filter(node -> node.layer() instanceof Add).allMatch(node -> node.inputs().contains(Network.INPUT));
    }

    /** True if the network puts out what comes in where all its trained parameters are zero, and nothing that comes in is negative. */
    static boolean identityAtZero(Network network) {
        INDArray x = Nd4j.linspace(0, 1, network.input().elements()).reshape(network.input().batch(1)).castTo(DataType.FLOAT);
        return Notebook06.allZero(network).predict(x.dup()).sub(x).amaxNumber().doubleValue() == 0;
    }

    /** Why Keras prints more parameters for ResNet-50. */
    private static Exercise<?> keras() {
        return Exercise.choices("05.2", "abcde", () -> Set.of("a", "c"))
                .rule(chosen -> !chosen.contains("b"), "Where the stride stands changes the multiplications. Does it change the size of any filter?")
                .rule(chosen -> !chosen.contains("d"), chosen -> "Option C would cost millions. The difference is " + Exercise.count(kerasDifference()) + ".")
                .rule(chosen -> !chosen.contains("e"), "The last layer has 2,048 inputs and 1,000 outputs in both, and its biases are in our count too.")
                .rule(chosen -> chosen.contains("a"), chosen -> "That explains a part: " + Exercise.count(2 * channels()) + " of " + Exercise.count(kerasDifference())
                        + ". What else can a convolution have, although a batch normalization stands behind it?")
                .rule(chosen -> chosen.contains("c"), chosen -> "That explains a part: " + Exercise.count(channels()) + " of " + Exercise.count(kerasDifference())
                        + ". Which numbers does a batch normalization keep that no gradient changes?")
                .nearer("ResNet-50 has 26,560 channels behind which a normalization stands, and 79,680 is 3 · 26,560. What are three "
                        + "numbers a channel?",
                        "One of the three is there although β does the same work. The other two are measured and not trained.")
                .because(() -> "One bias for each filter, and a moving mean and a moving variance for each channel: three numbers for each of "
                        + Exercise.count(channels()) + " channels. Keras prints the moving ones apart, as not trainable.");
    }

    private static long kerasDifference() {
        long theirs = Published.all().stream().filter(figure -> figure.source().startsWith("keras") && figure.network().equals("ResNet-50")
                && figure.quantity().equals("parameters")).findFirst().orElseThrow().number().longValueExact();
        return theirs - CostSheet.of(ResNet.of(50)).parameters();
    }

    /** All channels that a batch normalization stands behind: moving statistics are two for each. */
    private static long channels() {
        CostSheet sheet = CostSheet.of(ResNet.of(50), Convention.PAPERS);
        return sheet.rows().stream().mapToLong(CostSheet.Row::movingStatistics).sum() / 2;
    }

    /** A deep residual network with few parameters and multiplications, which learns better than a plain one. */
    private static Exercise<?> underBudget() {
        Exercise<Network> exercise = Exercise.of("05.3", Network.class, "a network, such as the variable mine");
        Sense.imagesToTen(exercise)
                .rule(net -> Sense.depth(net, node -> true) >= DEPTH, net -> "The longest way through it has " + Sense.depth(net, node ->
                        true) + " layers with weights. It needs "
                        + DEPTH + " at least.", "One convolution in front and dense(10) at the end are 2. Each block of two adds 2. How "
                        + "many blocks are needed?")
                .rule(net -> Sense.depth(net, Sense.onPositions(4)) >= DEPTH - 2, net -> "Only " + Sense.depth(net, Sense.onPositions(4))
                        + " of its layers with weights work on 4×4 positions or more, and "
                        + (DEPTH - 2) + " are wanted. On one position there is nothing left to look at.",
                        "Halve the sides twice or three times in all, not in each block.")
                .rule(net -> net.nodes().stream().filter(Sense::looksAround).count() >= DEPTH / 3,
                        "Most of its layers see one position only. A residual network looks around: with filters of 3×3.")
                .rule(net -> shortcuts(net) >= SHORTCUTS, net -> "It has " + shortcuts(net) + " shortcuts around layers with weights. Of "
                        + "so many layers, most should lie in blocks of two.",
                        "A shortcut is made by residual(…), and its main path has layers with weights in it. " + SHORTCUTS
                                + " are wanted.");
        Sense.within(exercise, MOST_PARAMETERS, MOST_MACS);
        return Sense.sensible(exercise, 8).because(net -> Sense.inWords(net) + " It has " + shortcuts(net) + " shortcuts. "
                        + "Halve the channels, and a convolution has a quarter of the parameters. Halve the sides, and it has a quarter "
                        + "of the multiplications.")
                .trained(new Design(5, "a plain network of 32 layers", 3, net -> net));
    }

    /** Additions in which one way has more layers with weights than another. */
    static long shortcuts(Network network) {
        int[] longest = new int[network.nodes().size()];
        long shortcuts = 0;
        for (Node node : network.nodes()) {
            IntSummaryStatistics before = node.inputs().stream().mapToInt(input -> input == Network.INPUT ? 0 : longest[input])
                    .summaryStatistics();
            longest[node.index()] = before.getMax() + (Sense.hasWeights(node) ? 1 : 0);
            shortcuts += node.layer() instanceof Add && before.getMax() > before.getMin() ? 1 : 0;
        }
        return shortcuts;
    }

    /** Batch normalization by hand: 2, 4, 6, 8 with γ = 3 and β = 1; the last number. */
    private static Exercise<?> normalized() {
        double[] x = {2, 4, 6, 8};
        double mean = DoubleStream.of(x).average().orElseThrow();
        double squares = DoubleStream.of(x).map(v -> (v - mean) * (v - mean)).sum();
        double variance = squares / x.length;
        double exact = 1 + 3 * (x[3] - mean) / Math.sqrt(variance);
        return Exercise.about("05.4", "what comes out, such as 1.23", 0.005, () -> exact)
                .rule(given -> !near(given.doubleValue(), 1 + 3 * (x[3] - mean) / Math.sqrt(squares / (x.length - 1))),
                        "You divided the squares by one less than their number. Batch normalization divides by their number.")
                .rule(given -> !near(given.doubleValue(), 1 + 3 * (x[3] - mean) / variance), "You divided by the variance. Divide by its root.")
                .rule(given -> !near(given.doubleValue(), (x[3] - mean) / Math.sqrt(variance)), "That is the first step, with mean 0 and variance 1. γ and β come then.")
                .rule(given -> !near(given.doubleValue(), 3 * (x[3] - mean) / Math.sqrt(variance)), "γ is in it. β is missing.")
                .rule(given -> !near(given.doubleValue(), (x[3] - mean) / Math.sqrt(variance) + 1), "β is in it. γ is missing.")
                .rule(given -> !near(given.doubleValue(), 3 * ((x[3] - mean) / Math.sqrt(variance) + 1)), "First times γ, then plus β: y = γ x̂ + β.")
                .otherwise("Four steps: the mean; the differences from it; their squares' mean, and its root; then γ and β.")
                .nearer("The mean of 2, 4, 6, 8 is 5. The differences are −3, −1, 1, 3. What is the mean of their squares?",
                        "The variance is 5, its root 2.236. So 8 becomes 3 / 2.236, and then times γ, plus β.")
                .optional()
                .because("Whatever the scale was before, now it is γ around β.");
    }

    private static boolean near(double given, double value) {
        return Math.abs(given - value) <= 0.005 * Math.abs(value);
    }
}
