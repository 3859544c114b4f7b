package casebook.exercises;

import casebook.cost.CostSheet;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.zoo.ResNet;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The exercises of notebook 10, all networks side by side. */
final class Notebook10 {

    private static final int BATCH = 32;
    private static final long MOST_PARAMETERS = 1_000_000;
    private static final long MOST_MACS = 200_000_000;
    private static final long MOST_BYTES = 4_000_000;
    private static final int FEWEST_LAYERS = 12;

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
        return Exercise.about("10.1", "FLOPs a byte", 0.02, () -> connectedIntensity(BATCH))
                .rule(given -> !near(given, connectedIntensity(1)), "That is for one image. What becomes 32 times as much, and what is read only once?")
                .rule(given -> !near(given, connectedIntensity(1) / BATCH), "More images make it better, not worse. What is read only once for all of them?")
                .rule(given -> !near(given, connectedIntensity(BATCH) / 2), "Is a multiplication with its addition one operation or two?")
                .rule(given -> !near(given, connectedIntensity(BATCH) * 4), "How many bytes has a number?")
                .rule(given -> !near(given, connectedIntensity(BATCH) * 2), "That is twice as much. A number in float32 has four bytes, and a multiplication with its addition is two operations.")
                .otherwise("For a batch of 32: operations are 2 · 32 · 9,216 · 4,096. Bytes are four for each weight, read once, and four for each number that comes in or goes out.")
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
                .because("Nothing of the network has changed, and no multiplication. The program works otherwise: what is still at hand need not be moved.");
    }

    /** A network for ImageNet's images with three budgets at once. */
    private static Exercise<?> smallNetwork() {
        return Exercise.of("10.3", Network.class, "a network, such as the variable mine")
                .rule(net -> net.input().csv().equals("224x224x3"), "The images are 224×224 with three channels.")
                .rule(net -> net.output().output().elements() == 1000, net -> "1,000 probabilities should come out, and yours puts out " + net.output().output() + ".")
                .rule(net -> net.output().layer().kind().equals("softmax"), "Probabilities should come out. Which layer makes them?")
                .rule(net -> Notebook05.weightLayers(net) >= FEWEST_LAYERS, net -> "The longest way through it has " + (Notebook05.weightLayers(net) == 1 ? "1 layer" : Notebook05.weightLayers(net) + " layers")
                        + " with weights, and " + FEWEST_LAYERS + " are wanted at least.")
                .rule(net -> CostSheet.of(net).parameters() <= MOST_PARAMETERS, net -> "It has " + Exercise.count(CostSheet.of(net).parameters()) + " parameters. The most are in "
                        + row(net, Quantity.PARAMETERS) + ". Is it the number of filters, their size, or what the layer reads?")
                .rule(net -> CostSheet.of(net).macs() <= MOST_MACS, net -> "It needs " + Exercise.count(CostSheet.of(net).macs()) + " multiplications. The most are in "
                        + row(net, Quantity.MACS) + ". What would a 1×1 convolution before it save, or smaller sides?")
                .rule(net -> CostSheet.of(net).peakActivationBytes() <= MOST_BYTES, net -> String.format(Locale.ROOT, "Its activations need %.1f MB at their peak. The largest volume is "
                        + "that of %s. How soon do the sides become smaller?", CostSheet.of(net).peakActivationBytes() / 1e6, row(net, Quantity.ACTIVATIONS)))
                .rule(net -> beforeTheEnd(net) >= 200, net -> "Before the last pooling or fully connected layer, one value sees " + beforeTheEnd(net)
                        + "×" + beforeTheEnd(net) + " pixels. It should see 200×200 at least, or the network knows only small pieces of the image. What makes each step reach further?")
                .because("Early strides for memory, bottlenecks for multiplications, a global average for parameters: each idea of this week answers one of the budgets.");
    }

    private enum Quantity {
        PARAMETERS, MACS, ACTIVATIONS;

        long of(CostSheet.Row row) {
            return switch (this) {
                case PARAMETERS -> row.parameters();
                case MACS -> row.macs();
                case ACTIVATIONS -> row.activations();
            };
        }
    }

    private static String row(Network network, Quantity quantity) {
        CostSheet.Row most = CostSheet.of(network).rows().stream().max((a, b) -> Long.compare(quantity.of(a), quantity.of(b))).orElseThrow();
        return most.layer() + ", a " + most.kind() + (most.kind().equals("fully connected") ? " layer" : "") + " that reads " + most.input().get(0);
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
                .optional()
                .because("And the order matters: the first network that is measured pays for what Java compiles, and the second one finds it done.");
    }
}
