package casebook.exercises;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.cost.Published;
import casebook.layers.Convolution;
import casebook.layers.FullyConnected;
import casebook.layers.Option;
import casebook.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The exercises of notebook 01, why look at case studies. */
final class Notebook01 {

    private Notebook01() {}

    static List<Exercise<?>> exercises() {
        return List.of(operations(), backwards(), oneChart(), reuse());
    }

    private static final Network FIRST = Network.named("one layer").input(32, 32, 1).name("conv1").conv(6, 5).build();

    /** What may have been counted in LeNet-5's first convolution. */
    private static Map<String, Long> parts() {
        CostSheet sheet = CostSheet.of(FIRST);
        long outputs = FIRST.output().output().elements();
        return Map.of("a", sheet.macs(), "b", sheet.macs(), "c", outputs, "d", sheet.parameters(), "e", FIRST.input().elements(),
                "f", outputs / FIRST.output().output().channels());
    }

    /** A tool's count of operations, taken apart. */
    private static Exercise<?> operations() {
        long printed = CostSheet.of(FIRST, Convention.of("papers +flops +bias-additions")).macs();
        return Exercise.choices("01.1", "abcdef", () -> Set.of("a", "b", "c"))
                .rule(chosen -> !chosen.contains("d"), "The parameters are numbers that are kept, not work that is done. A weight that is used 784 times costs 784 multiplications.")
                .rule(chosen -> !chosen.contains("e"), "Reading a pixel is no operation in such a count. What is computed with the pixels?")
                .rule(chosen -> !chosen.contains("f"), "Moving the filter on is no operation. What is computed at each place?")
                .rule(chosen -> chosen.equals(Set.of("a", "b", "c")), chosen -> "That adds up to " + Exercise.count(chosen.stream().mapToLong(parts()::get).sum())
                        + ", and the tool prints " + Exercise.count(printed) + ". Look at what is left: how many numbers come out of the layer, and what is done once for each?")
                .nearer("The tool counts operations: what is done. Go through the letters and ask for each: is it work, or is it a number "
                        + "that is kept?",
                        "239,904 is two times 117,600 and 4,704 more. What is there two times, and what is there once for each of 28 · 28 "
                                + "· 6 outputs?")
                .because("Multiplications and additions apart are FLOPs: two for each MAC. This tool adds one more operation for each bias. So a figure means little "
                        + "without its convention.");
    }

    /** A layer from its two counts. */
    private static Exercise<?> backwards() {
        Network right = Network.named("right").input(32, 32, 3).conv(16, 3, Option.same()).build();
        long parameters = CostSheet.of(right).parameters();
        long macs = CostSheet.of(right).macs();
        return Exercise.network("01.2", "a network, such as the variable found", () -> right)
                .rule(net -> net.input().csv().equals("32x32x3"), "The input is 32×32 with three channels.")
                .rule(net -> net.nodes().stream().filter(node -> node.layer() instanceof Convolution).count() == 1
                        && net.nodes().stream().noneMatch(node -> node.layer() instanceof FullyConnected), "The network has one layer with weights, a convolution.")
                .rule(net -> CostSheet.of(net).parameters() != parameters || CostSheet.of(net).macs() >= macs || side(net) == 32,
                        net -> "The parameters are right. The multiplications are " + Exercise.count(CostSheet.of(net).macs()) + ": your filter stands at " + side(net) + "·" + side(net)
                                + " places, and the one that is looked for stands at 32·32.")
                .rule(net -> CostSheet.of(net).parameters() != parameters || CostSheet.of(net).macs() == macs,
                        net -> "The parameters are right. The multiplications are " + Exercise.count(CostSheet.of(net).macs())
                                + ". At one place each weight is multiplied once, and biases are not. How many of the parameters are weights?")
                .rule(net -> CostSheet.of(net).macs() != macs || CostSheet.of(net).parameters() == parameters,
                        net -> "The multiplications are right. The parameters are " + Exercise.count(CostSheet.of(net).parameters())
                                + ". The difference is the number of biases. Has each filter one, and how many filters are there?")
                .rule(net -> CostSheet.of(net).parameters() == parameters && CostSheet.of(net).macs() == macs,
                        net -> "It has " + Exercise.count(CostSheet.of(net).parameters()) + " parameters and " + Exercise.count(CostSheet.of(net).macs())
                                + " multiplications. Divide the multiplications by the number of places: that gives the weights. And the rest of the parameters?")
                .nearer("First the weights: 442,368 multiplications at 32 · 32 places. Then the biases: what is left of 448.",
                        "442,368 / (32 · 32) is 432 weights, so 16 biases are left, one for each filter. And 432 / 16 numbers make one "
                                + "square filter with 3 channels.")
                .because("Multiplications divided by places are the weights, 432. The other parameters are biases, one for each filter: 16. And 432 / 16 = 27 = 3 · 3 · 3.");
    }

    private static int side(Network network) {
        return network.nodes().stream().filter(node -> node.layer() instanceof Convolution).findFirst().orElseThrow().output().height();
    }

    /** Network, start of the source, quantity, word of the note. */
    private static final String[][] FIGURES = {
        {"ResNet-50 (v1.5)", "torchvision", "top-1 accuracy", "IMAGENET1K_V1"},
        {"ResNet-50", "He et al. 2015, table 3", "top-1 error", ""},
        {"VGG-16 (D)", "torchvision", "top-1 accuracy", "IMAGENET1K_V1"},
        {"VGG-16 (D)", "Simonyan", "top-1 error", "several"},
        {"VGG-19 (E)", "torchvision", "top-1 accuracy", "IMAGENET1K_V1"},
        {"ResNet-50", "KaimingHe", "top-1 error", ""},
        {"VGG-16 (D)", "Howard", "top-1 accuracy", ""}};

    /** The letters of the figures that were not measured on one crop of 224, as far as the source says. */
    private static Set<String> otherProtocols() {
        Set<String> letters = new TreeSet<>();
        List<Published> figures = figures();
        for (int i = 0; i < figures.size(); i++) {
            if (!figures.get(i).note().startsWith("single crop, 224")) {
                letters.add("abcdefg".substring(i, i + 1));
            }
        }
        return letters;
    }

    private static List<Published> figures() {
        List<Published> figures = new ArrayList<>();
        for (String[] wanted : FIGURES) {
            figures.add(Published.all().stream().filter(row -> row.network().equals(wanted[0]) && row.source().startsWith(wanted[1])
                    && row.quantity().equals(wanted[2]) && row.note().contains(wanted[3])).findFirst().orElseThrow());
        }
        return figures;
    }

    /** Which accuracies may not stand in one chart. */
    private static Exercise<?> oneChart() {
        return Exercise.choices("01.3", "abcdefg", Notebook01::otherProtocols)
                .rule(chosen -> !chosen.contains("a") && !chosen.contains("c") && !chosen.contains("e"),
                        "You left out one of torchvision's. All of theirs were measured in one way. Which way is it?")
                .rule(chosen -> !chosen.contains("f"), "An error of 24.7 % is an accuracy of 75.3 %: that can be computed. What its note says of the measurement is what counts.")
                .rule(chosen -> chosen.contains("b"), "One of those you keep was measured on ten crops of each image. Is that the same as one crop?")
                .rule(chosen -> chosen.contains("d"), "One of those you keep was measured on whole images at several sizes. Is that the same as one crop?")
                .rule(chosen -> chosen.contains("g"), "One of those you keep does not say how it was measured. It may be the same way. Do you know it?")
                .nearer("Read the last column, row by row. Torchvision's figures come from one crop of 224×224. Whose do not, or do not "
                        + "say so?",
                        "Three of the seven may not stand there. One was made with ten crops, one with several sizes, and of one nothing "
                                + "is said.")
                .because("Ten crops, or several sizes, make a network look better than one crop does. And a figure whose protocol is not known can't be compared at all.");
    }

    /** How often one weight of a convolution is used. */
    private static Exercise<?> reuse() {
        Network network = Network.named("one layer").input(56, 56, 128).name("conv").conv(256, 3, Option.same()).build();
        CostSheet.Row row = CostSheet.of(network, Convention.of("papers -biases")).row("conv");
        return Exercise.number("01.4", "uses", () -> row.macs() / row.parameters())
                .mistake(() -> 56, "That is one row of places. The filter moves down too.")
                .mistake(() -> 54 * 54, "That is without padding. Here the sides stay as they are.")
                .mistake(() -> 56 * 56 * 9, "Each of the nine weights is another weight. How often is one of them used?")
                .mistake(() -> 56 * 56 * 256, "That is how many numbers come out. A weight belongs to one filter, so it works on one channel of the output.")
                .mistake(() -> 56 * 56 * 128, "That is how many numbers come in. A weight belongs to one channel of the input.")
                .mistake(() -> 1, "That would be so in a fully connected layer. A filter moves.")
                .otherwise("At how many places does the filter stand? At each place, each of its weights is multiplied once.")
                .nearer("A weight is multiplied once at each place where its filter stands. The padding keeps the sides.",
                        "The filter stands at 56 places along each of the two sides.")
                .optional()
                .because("Multiplications divided by weights are the places, 56 · 56. In a fully connected layer it is 1. That is why convolutions do the work and fully "
                        + "connected layers hold the parameters.");
    }
}
