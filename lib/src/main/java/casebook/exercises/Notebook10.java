package casebook.exercises;

import casebook.cost.CostSheet;
import casebook.layers.Convolution;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.zoo.ResNet;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The exercises of notebook 10, all networks side by side. */
final class Notebook10 {

    private static final int BATCH = 32;
    private static final long MOST_PARAMETERS = 20_000;
    private static final long MOST_MACS = 1_000_000;
    private static final long MOST_BYTES = 24_000;
    private static final int FEWEST_LAYERS = 8;
    private static final int SEEN = 24;
    private static final int SEEN_BY_WEIGHTS = 15;
    private static final double MARGIN = 1;

    private Notebook10() {}

    static List<Exercise<?>> exercises() {
        return List.of(batchIntensity(), otherRoofline(), smallNetwork(), benchmark());
    }

    /** Operations for each byte of AlexNet's first fully connected layer, if so many images go in at a time. */
    private static double connectedIntensity(int batch) {
        CostSheet.Row row = CostSheet.of(Network.named("fc").input(6, 6, 256).name("fc").dense(4096).build()).row("fc");
        long numbers = row.parameters() + batch * (row.input().get(0).elements() + row.activations());
        return 2.0 * batch * row.macs() / (4 * numbers);
    }

    private static Exercise<?> batchIntensity() {
        return Exercise.about("10.1", "a number of FLOPs a byte, such as 12.3", 0.02, () -> connectedIntensity(BATCH))
                .rule(given -> !near(given, connectedIntensity(1)), "That is for one image. What becomes 32 times as much, and what is read only once?")
                .rule(given -> !near(given, connectedIntensity(1) / BATCH), "More images make it better, not worse. What is read only once for all of them?")
                .rule(given -> !near(given, connectedIntensity(BATCH) / 2), "Is a multiplication with its addition one operation or two?")
                .rule(given -> !near(given, connectedIntensity(BATCH) * 4), "How many bytes has a number?")
                .rule(given -> !near(given, connectedIntensity(BATCH) * 2), "That is twice as much. A number in float32 has four bytes, and a multiplication with its addition is two operations.")
                .otherwise("For a batch of 32: operations are 2 · 32 · 9,216 · 4,096. Bytes are four for each weight, read once, and four for each number that comes in or goes out.")
                .nearer("Operations: 2 · 32 · 9,216 · 4,096. Bytes: 4 for each weight, and 4 · 32 for each of the 9,216 + 4,096 numbers.",
                        "The weights are 9,217 · 4,096 numbers, read once. The numbers in and out are 32 · 13,312. Add them, times 4, and "
                                + "divide the operations by that.")
                .because("Half a FLOP a byte for each image of the batch, as long as the weights outweigh the rest.");
    }

    private static boolean near(BigDecimal given, double value) {
        return Math.abs(given.doubleValue() - value) <= 0.02 * value;
    }

    private static long bytes(CostSheet.Row row, boolean weights) {
        if (row.kind().equals("flatten") || row.kind().equals("dropout")) {
            return 0;
        }
        return 4 * ((weights ? row.parameters() + row.movingStatistics() : 0) + row.activations() + row.input().stream().mapToLong(Shape::elements).sum());
    }

    private static double intensity(long operations, Predicate<CostSheet.Row> moved, boolean weights) {
        return (double) operations / CostSheet.of(ResNet.of(50)).rows().stream().filter(moved).mapToLong(row -> bytes(row, weights)).sum();
    }

    private static boolean withConvolution(CostSheet.Row row) {
        return row.kind().equals("batch normalization") || row.kind().equals("ReLU");
    }

    /** FLOPs a byte of ResNet-50, as they would be if one thing were counted otherwise. */
    private static Map<String, Double> otherCounts() {
        long macs = CostSheet.of(ResNet.of(50)).macs();
        double ours = intensity(2 * macs, row -> true, true);
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("a", ours / 2);
        all.put("b", intensity(2 * macs, row -> true, false));
        all.put("c", intensity(2 * macs, row -> !withConvolution(row), true));
        all.put("d", ours * 2);
        all.put("e", intensity(2 * macs, row -> row.macs() > 0 || row.kind().equals("batch normalization"), true));
        return all;
    }

    private static Exercise<?> otherRoofline() {
        return Exercise.choice("10.2", "abcde", "c")
                .rule(letter -> letter.equals("c"), letter -> String.format(Locale.ROOT, "Then it would be %.1f FLOPs a byte. %s", otherCounts().get(letter), Map.of(
                        "a", "Does it become more or less by that?",
                        "b", "How large is the part of the weights in what ResNet-50 moves?",
                        "d", "Half the bytes are a factor of two. What factor is it?",
                        "e", "Which layers does this leave out, and which of them are many?").get(letter)))
                .nearer("30.2 is 1.6 times 18.7. Which letters change the bytes at all, and by about how much?",
                        "Add up the bytes of all rows but those that the letter leaves out, and divide. The rows of which kinds are about "
                                + "40 % of all bytes?")
                .because("Nothing of the network has changed, and no multiplication. The program works otherwise: what is still at hand need not be moved.");
    }

    /** A network with three budgets at once. */
    private static Exercise<?> smallNetwork() {
        Exercise<Network> exercise = Exercise.of("10.3", Network.class, "a network, such as the variable mine");
        Sense.imagesToTen(exercise)
                .rule(net -> Sense.depth(net, node -> true) >= FEWEST_LAYERS, net -> "The longest way through it has " + Sense.depth(net,
                        node -> true) + " layers with weights, and "
                        + FEWEST_LAYERS + " are wanted at least.")
                .rule(net -> Sense.depth(net, Sense::looksAround) >= FEWEST_LAYERS / 2, net -> "On its longest way " + Sense.depth(net,
                        Sense::looksAround) + " convolutions look at neighbours, and "
                        + FEWEST_LAYERS / 2 + " are wanted at least. A 1×1 sees one position, and a pooling can't learn what to look "
                        + "for.", "Take filters of 3×3 in half of your layers.")
                .rule(net -> Sense.depth(net, Sense.onPositions(4)) >= FEWEST_LAYERS - 2, net -> "Layers with weights that work on 4×4 positions or more: "
                        + Sense.depth(net, Sense.onPositions(4)) + ", and " + (FEWEST_LAYERS - 2) + " are wanted. On one position there is nothing left to look at.",
                        "Let the sides become smaller more slowly: 28, 14, 7, 4.")
                .rule(net -> beforeTheEnd(net) >= SEEN, net -> "Before the last pooling or fully connected layer, one value sees "
                        + beforeTheEnd(net)
                        + "×" + beforeTheEnd(net) + " pixels. It should see " + SEEN + "×" + SEEN
                        + " at least, or the network knows only small pieces of the image. What makes each step reach further?")
                .rule(net -> Sense.seenByConvolutions(net) >= SEEN_BY_WEIGHTS, net -> "Its convolutions alone see "
                        + Sense.seenByConvolutions(net) + "×" + Sense.seenByConvolutions(net)
                        + " pixels, and " + SEEN_BY_WEIGHTS + "×" + SEEN_BY_WEIGHTS + " are wanted. The rest comes from poolings, which "
                        + "learn nothing.")
                .rule(net -> CostSheet.of(net).peakActivationBytes() <= MOST_BYTES, net -> String.format(Locale.ROOT,
                        "Its activations need %,d bytes at their peak, and %,d are allowed. The largest volume is "
                        + "that of %s. How soon do the sides become smaller?", CostSheet.of(net).peakActivationBytes(), MOST_BYTES,
                        largest(net)), "The first layer makes the largest volume. What would a stride do there?");
        Sense.within(exercise, MOST_PARAMETERS, MOST_MACS);
        return Sense.sensible(exercise, 8).because(net -> Sense.inWords(net) + " " + ideas(net))
                .trained(new Design(10, "four convolutions with strides and a global average", MARGIN, net -> net));
    }

    /** Which ideas of the lectures are in a network. */
    private static String ideas(Network net) {
        List<String> ideas = new ArrayList<>();
        if (net.nodes().get(0).output().height() < net.input().height()) {
            ideas.add("an early stride for memory");
        }
        if (net.nodes().stream().anyMatch(node -> node.layer() instanceof Convolution conv && conv.window().height() == 1 && conv.window()
                .width() == 1
                && conv.filters() < node.inputShapes().get(0).channels())) {
            ideas.add("bottlenecks for multiplications");
        }
        if (net.nodes().stream().anyMatch(node -> node.layer() instanceof GlobalAveragePooling)) {
            ideas.add("a global average for parameters");
        }
        if (Notebook05.shortcuts(net) > 0) {
            ideas.add("shortcuts for depth");
        }
        return ideas.isEmpty() ? "" : "It has " + String.join(", ", ideas) + ".";
    }

    private static String largest(Network network) {
        CostSheet.Row most = CostSheet.of(network).rows().stream().max(Comparator.comparingLong(CostSheet.Row::activations)).orElseThrow();
        return most.layer() + ", " + most.output();
    }

    /** The largest receptive field of a layer that does not see everything at once. */
    private static int beforeTheEnd(Network network) {
        return network.receptiveFields().stream().filter(field -> !field.everything()).mapToInt(field -> Math.min(field.height(), field.width())).max().orElse(0);
    }

    /** What is wrong with a measurement. */
    private static Exercise<?> benchmark() {
        return Exercise.choices("10.4", "abcdef", () -> Set.of("a", "b", "d"))
                .rule(chosen -> !chosen.contains("c"), "nanoTime() counts billionths of a second. How many of them are a millisecond?")
                .rule(chosen -> !chosen.contains("e"), "The same numbers are multiplied, whatever they are. Does a multiplication take longer with trained weights?")
                .rule(chosen -> !chosen.contains("f"), "Does a convolution look at what is in the image before it multiplies?")
                .rule(chosen -> chosen.contains("a"), "Between the two calls of nanoTime() more happens than a prediction. What?")
                .rule(chosen -> chosen.contains("b"), "What is true of the very first run of a program in Java, and of no later one?")
                .rule(chosen -> chosen.contains("d"), "Another program works for a moment while ResNet-50 is measured. How would you notice?")
                .nearer("Three of the six are faults. What lies between the two calls of nanoTime(), what is special about a first run, "
                        + "and how often is it measured?",
                        "Neither the unit nor the values of the numbers are at fault. What is left?")
                .optional()
                .because("And the order matters: the first network that is measured pays for what Java compiles, and the second one finds it done.");
    }
}
