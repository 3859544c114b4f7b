package casebook.exercises;

import casebook.cost.CostSheet;
import casebook.experiments.Experiment;
import casebook.experiments.Run;
import casebook.experiments.Runs;
import casebook.layers.Convolution;
import casebook.layers.MaxPooling;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import casebook.network.ReceptiveField;
import casebook.zoo.GoogLeNet;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

import static casebook.layers.Option.same;

/** The exercises of notebook 08, the motivation of Inception. */
final class Notebook08 {

    private static final int NARROWEST = 20;

    private Notebook08() {}

    static List<Exercise<?>> exercises() {
        return List.of(breakEven(), wrongOrder(), spend(), widerForTheSame());
    }

    /** The branch of so many filters of this size, behind a bottleneck; without one if its width is 0. */
    private static long macs(int width, int filters, int size) {
        Network network = width == 0 ? Network.named("direct").input(28, 28, 192).conv(filters, size, same()).build()
                : Network.named("bottleneck").input(28, 28, 192).conv(width, 1).relu().conv(filters, size, same()).build();
        return CostSheet.of(network).macs();
    }

    /** The widest bottleneck with which a branch needs fewer multiplications than without. */
    private static int widest(int filters, int size) {
        long direct = macs(0, filters, size);
        int width = 0;
        while (macs(width + 1, filters, size) < direct) {
            width++;
        }
        return width;
    }

    private static Exercise<?> breakEven() {
        return Exercise.number("08.1", "channels", () -> widest(128, 3))
                .rule(width -> width.stripTrailingZeros().scale() <= 0, "Channels come in whole numbers. Which whole number near to yours still saves something?")
                .mistake(() -> widest(32, 5), "That is the width for 32 filters of 5×5. Here are 128 filters of 3×3.")
                .mistake(() -> widest(128, 3) + 1, "Nearly. Put your width into both sides: is the branch with the bottleneck still the cheaper one?")
                .mistake(() -> widest(32, 3), "That would be right for 32 filters of 3×3. How many has this branch?")
                .mistake(() -> widest(128, 5), "That would be right for 128 filters of 5×5.")
                .mistake(() -> 191, "Then the 3×3 alone would be cheaper than before. The 1×1 before it multiplies too.")
                .mistake(() -> 192, "With as many channels as before, the 3×3 costs the same as before. And the 1×1 comes on top.")
                .mistake(() -> 127, "Has a 3×3 filter three numbers for each channel?")
                .mistake(() -> 128, "Has a 3×3 filter three numbers for each channel?")
                .otherwise("Write both sides for one position. With a width of w: 192 · w for the 1×1, and then? Without: 9 · 192 · 128. The positions are the same on both sides.")
                .nearer("At one position: 192 · w for the 1×1 and 9 · w · 128 for the 3×3, against 9 · 192 · 128 without a bottleneck.",
                        "So w · (192 + 1,152) has to stay below 221,184. Divide, and round down.")
                .because("At a position, each channel is multiplied f · f · filters times: 9 · 128 is more than 25 · 32. The more that is, the less the 1×1 weighs beside it.");
    }

    /** In the branch of 5×5 the 1×1 convolution stands behind, and not before. */
    private static Exercise<?> wrongOrder() {
        return Exercise.network("08.2", "a network, such as the variable repaired", GoogLeNet::module)
                .rule(net -> net.input().csv().equals("28x28x192"), "The input was right: 28×28×192. Leave it as it is.")
                .rule(net -> net.output().output().csv().equals("28x28x256"), net -> "28×28×256 should come out, and yours puts out " + net.output().output() + ".")
                .rule(net -> convolutions(net).count() == 6, net -> "An Inception module has six convolutions, and yours has " + convolutions(net).count() + ".")
                .rule(net -> net.nodes().stream().filter(node -> node.layer() instanceof MaxPooling).count() == 1, "One of the four branches begins with a max pooling.")
                .rule(net -> costly(net).isEmpty(), net -> "A convolution of " + size(costly(net).get()) + " reads 192 channels in yours. A bottleneck is there to "
                        + "make the channels few. For which layer?")
                .rule(net -> CostSheet.of(net).parameters() == CostSheet.of(GoogLeNet.module()).parameters(), net -> "It has "
                        + Exercise.count(CostSheet.of(net).parameters()) + " parameters, and the module above has " + Exercise.count(CostSheet.of(GoogLeNet.module()).parameters())
                        + ". Compare filter by filter.")
                .rule(net -> CostSheet.of(net).macs() == CostSheet.of(GoogLeNet.module()).macs(), net -> "The parameters are right. It needs "
                        + Exercise.count(CostSheet.of(net).macs()) + " multiplications, and the module above " + Exercise.count(CostSheet.of(GoogLeNet.module()).macs())
                        + ". A layer works at the wrong size.")
                .because("The order of the two layers is all: the shape that comes out does not tell you which of them read the wide volume.");
    }

    private static Stream<Node> convolutions(Network network) {
        return network.nodes().stream().filter(node -> node.layer() instanceof Convolution);
    }

    /** A convolution with filters larger than 1×1 that reads the wide volume. */
    private static Optional<Node> costly(Network network) {
        return convolutions(network).filter(node -> node.inputShapes().get(0).channels() == 192)
                .filter(node -> node.layer().field(node.inputShapes()).height() > 1).findFirst();
    }

    private static String size(Node node) {
        int side = node.layer().field(node.inputShapes()).height();
        return side + "×" + side;
    }

    /** The multiplications of the experiment's branch of 5×5: its bottleneck, where it has one, and the 5×5. */
    private static long branch(String kind, int width) {
        return CostSheet.of(Experiment.WIDTH.network(kind, width)).rows().stream()
                .filter(row -> row.layer().equals("reduce") || row.layer().equals("conv2")).mapToLong(CostSheet.Row::macs).sum();
    }

    /** How many images pass through the branch for what the lecture's branch costs. */
    private static double images(String kind, int width) {
        return (double) macs(16, 32, 5) / branch(kind, width);
    }

    private static double[] changes(int width) {
        return Runs.changes(Runs.recorded(Experiment.WIDTH), "direct", 48, "bottleneck", width, Run::testError);
    }

    /** True if the recorded runs show that this width is worse than none: its error is larger with every seed. */
    private static boolean hurts(int width) {
        return Arrays.stream(changes(width)).allMatch(change -> change > 0);
    }

    private static int best() {
        return Experiment.WIDTH.sizes("bottleneck").stream().filter(width -> !hurts(width)).max((a, b) -> Double.compare(images("bottleneck", a), images("bottleneck", b)))
                .orElseThrow();
    }

    /** A width that spends a budget on as many images as possible, and of which the recorded runs do not show that it hurts. */
    private static Exercise<?> spend() {
        return Exercise.number("08.3", "channels", Notebook08::best)
                .rule(width -> width.intValue() != 48, width -> String.format(Locale.ROOT, "48 is all channels, the 5×5 without a bottleneck: %.1f images a second. "
                        + "Can a bottleneck read more of them, without an error that is larger with every seed?", images("direct", 48)))
                .rule(width -> recorded(width), "With this width nothing was recorded, so nobody knows whether it hurts. Take one of the widths of the chart.")
                .rule(width -> !hurts(width.intValue()), width -> String.format(Locale.ROOT, "That reads %.0f images a second. But the test error is %s. So it does hurt.",
                        images("bottleneck", width.intValue()), Runs.inWords(changes(width.intValue()))))
                .rule(width -> width.intValue() == best(), width -> String.format(Locale.ROOT, "It does not hurt: the test error is %s. It reads %.0f images a second. Is there a "
                        + "width that reads more, and that the runs do not show to be worse?", Runs.inWords(changes(width.intValue())), images("bottleneck", width.intValue())))
                .nearer("Go through the recorded widths from the narrow end. Is the error larger than without a bottleneck in all five "
                        + "pairs?",
                        "Cross out every width whose five changes are all positive. Of the others the narrowest reads the most images.")
                .because(() -> String.format(Locale.ROOT, "%.0f images a second instead of %.1f. The runs do not prove that nothing is lost: the error is %s. Five more seeds might decide it.",
                        images("bottleneck", best()), images("direct", 48), Runs.inWords(changes(best()))));
    }

    private static boolean recorded(BigDecimal width) {
        return Experiment.WIDTH.sizes("bottleneck").stream().anyMatch(size -> width.compareTo(BigDecimal.valueOf(size)) == 0);
    }

    /** A branch that sees 5×5, for the lecture's multiplications, with a wider bottleneck. */
    private static Exercise<?> widerForTheSame() {
        return Exercise.of("08.4", Network.class, "a network, such as the variable mine")
                .rule(net -> net.input().csv().equals("28x28x192"), "28×28×192 comes in.")
                .rule(net -> net.output().output().csv().equals("28x28x32"), net -> "28×28×32 should come out, and yours puts out " + net.output().output() + ".")
                .rule(net -> sees(net).height() >= 5 && sees(net).width() >= 5, net -> "One output of yours sees " + sees(net).height() + "×" + sees(net).width()
                        + " positions of the input. It should see 5×5. What does a second filter behind the first one add?")
                .rule(net -> sees(net).height() == 5 && sees(net).width() == 5, net -> "One output of yours sees " + (sees(net).everything() ? "everything"
                        : sees(net).height() + "×" + sees(net).width() + " positions") + ". It should see 5×5, as the lecture's branch does.")
                .rule(net -> narrowest(net) >= NARROWEST, net -> "The narrowest volume in it has " + narrowest(net) + " channels, and " + NARROWEST
                        + " are wanted at least. What could take the place of 25 multiplications for each pair of channels?")
                .rule(net -> CostSheet.of(net).macs() <= macs(16, 32, 5), net -> "It needs " + Exercise.count(CostSheet.of(net).macs()) + " multiplications, more than "
                        + Exercise.count(macs(16, 32, 5)) + ". Which of its layers needs most? What does that layer cost for each pair of channels?")
                .nearer("Two 3×3 filters one behind the other see 5×5, and take 18 multiplications for each pair of channels where a 5×5 "
                        + "takes 25.",
                        "Make it three convolutions: a 1×1 to few channels, a 3×3, and a 3×3 to 32 channels, each with a ReLU. How many "
                                + "channels may the first two have?")
                .rule(net -> Sense.seenByConvolutions(net) >= 5, net -> "Its convolutions alone see " + Sense.seenByConvolutions(net)
                        + "×" + Sense.seenByConvolutions(net)
                        + ". The rest is a pooling, which has no weights: it can't learn what to look for. The convolutions should see "
                        + "5×5 by themselves.")
                .rule(net -> weighs(net), "Tried with random weights, not all of the 25 positions make a difference to an output, each in "
                        + "a way of its own. They should.")
                .rule(net -> Sense.linear(net).isEmpty(), net -> Sense.linear(net).get() + " What do two layers do together, if none "
                        + "stands between them?")
                .optional()
                .because(net -> "Your branch: " + convolutions(net).map(node -> node.layer() instanceof Convolution conv ? conv.window()
                        .height() + "×" + conv.window().width() : "")
                        .collect(Collectors.joining(", then ")) + ", at least " + narrowest(net) + " channels, "
                                + Exercise.count(CostSheet.of(net).macs())
                        + " multiplications. Small filters in a row see as much as a large one, for fewer multiplications. In 2015 the "
                        + "authors of Inception took this step.");
    }

    /**
     * True if an output in the middle depends on all 25 positions around it, and on no two of them alike: weights decide, and not a mean.
     */
    private static boolean weighs(Network network) {
        Model model = Model.of(network, 1);
        Nd4j.getRandom().setSeed(1);
        Execution run = Execution.predicting(model, Nd4j.rand(DataType.FLOAT, network.input().batch(1)).addi(0.1));
        INDArray middle = Nd4j.zeros(DataType.FLOAT, network.output().output().batch(1));
        for (int channel = 0; channel < network.output().output().channels(); channel++) {
            middle.putScalar(new long[] {0, channel, 14, 14}, 1 + channel % 3);
        }
        run.backward(Map.of(network.output(), middle));
        INDArray felt = run.inputGradient().sum(1);
        Set<Float> different = new HashSet<>();
        for (int row = 12; row <= 16; row++) {
            for (int column = 12; column <= 16; column++) {
                different.add(felt.getFloat(0, row, column));
            }
        }
        return different.size() == 25 && !different.contains(0f);
    }

    private static ReceptiveField sees(Network network) {
        return network.receptiveFields().get(network.output().index());
    }

    private static long narrowest(Network network) {
        return convolutions(network).mapToLong(node -> node.output().channels()).min().orElse(0);
    }
}
