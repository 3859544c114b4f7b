package casebook.exercises;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.cost.Published;
import casebook.experiments.Designs;
import casebook.layers.Convolution;
import casebook.layers.FullyConnected;
import casebook.layers.Option;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import casebook.zoo.GoogLeNet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import static casebook.layers.Option.groups;
import static casebook.layers.Option.noBias;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

/** The exercises of notebook 09, the Inception network. */
final class Notebook09 {

    private static final long MOST_PARAMETERS = 3_000;
    private static final long MOST_MACS = 60_000;

    private Notebook09() {}

    static List<Exercise<?>> exercises() {
        return List.of(twoModules(), smallHead(), toTheFirstHead(), audit(), firstLayer());
    }

    /**
     * A row of the paper's table 1.
     *
     * @param name as in the paper: {@code 3a}
     * @param weights the printed parameters
     * @param ops the printed operations
     * @param positions of the output, at each of which every weight is used once
     */
    private record Printed(String name, Published weights, Published ops, long positions) {

        /** The operations that follow from the printed parameters, in millions. */
        double made() {
            return weights.value() * positions / 1e6;
        }

        /** How far apart the two figures may be, if each of them was rounded. */
        double rounding() {
            return weights.number().ulp().doubleValue() / 2 * weights.value() / weights.number().doubleValue() * positions / 1e6 + 0.5;
        }

        boolean contradictsItself() {
            return Math.abs(made() - ops.number().doubleValue()) > rounding();
        }

        boolean differsFromOurs() {
            return weights.compare() == Published.Check.DOES_NOT_FOLLOW || ops.compare() == Published.Check.DOES_NOT_FOLLOW;
        }
    }

    private static List<Published> printed(String quantity) {
        return Published.of("googlenet").stream().filter(figure -> figure.source().endsWith("table 1") && figure.quantity().equals(quantity)).toList();
    }

    private static List<Printed> rows() {
        List<Printed> rows = new ArrayList<>();
        List<Published> ops = printed("macs");
        List<Published> weights = printed("parameters");
        for (int i = 0; i < ops.size(); i++) {
            String name = ops.get(i).layer().replace("inception_", "").replace("loss3/", "");
            rows.add(new Printed(name, weights.get(i), ops.get(i), ops.get(i).computed().getAsLong() / weights.get(i).computed().getAsLong()));
        }
        return rows;
    }

    private static Set<String> names(List<Printed> rows, Predicate<Printed> which) {
        Set<String> names = new TreeSet<>();
        rows.stream().filter(which).forEach(row -> names.add(row.name()));
        return names;
    }

    private static final List<String> ROWS = List.of("conv1", "conv2", "3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b", "classifier");

    private static Set<String> wrong() {
        return names(rows(), Printed::contradictsItself);
    }

    /** The rows of table 1 whose two printed figures contradict each other, whatever the network is. */
    private static Exercise<?> audit() {
        return Exercise.names("09.1", "rows", ROWS, Notebook09::wrong)
                .rule(chosen -> chosen.size() < ROWS.size() - 3, "So many? In this column K is 1,024, and each figure may be off by half of its last digit. conv1 is in thousands.")
                .rule(chosen -> !chosen.equals(names(rows(), Printed::differsFromOurs)), "These are the rows that differ from our count. The question is another one: "
                        + "do the two *printed* figures of a row agree with each other?")
                .rule(chosen -> !chosen.contains("conv1") && !chosen.contains("5a"), chosen -> fits(chosen.contains("conv1") ? "conv1" : "5a")
                        + " Whether they follow from the network is another question.")
                .rule(chosen -> wrong().containsAll(chosen), chosen -> fits(chosen.stream().filter(name -> !wrong().contains(name)).findFirst().orElseThrow())
                        + " Did you allow for the rounding of both?")
                .rule(chosen -> chosen.containsAll(wrong()), chosen -> (wrong().size() - chosen.size() == 1 ? "One more row contradicts itself" : wrong().size() - chosen.size()
                        + " more rows contradict themselves") + (missingOnlyNear(chosen) ? ", by little more than rounding explains. Work with one digit after the point." : "."))
                .nearer("For each row: parameters · positions, with the printed 159K as 159 · 1,024. Then do the same with 158.5K and "
                        + "159.5K.",
                        "A row contradicts itself if no value within the rounding of its parameters gives operations within the rounding "
                                + "of the printed ones. Work with one digit after the point.")
                .optional()
                .because("No network is needed for this. In each of these rows at least one printed figure is wrong, for any filters.");
    }

    private static String fits(String name) {
        Printed row = rows().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
        return String.format(Locale.ROOT, "The figures of %s fit each other: %s · %,d positions are %.1f million, and %s million are printed.", name,
                Exercise.count(Math.round(row.weights().value())), row.positions(), row.made(), row.ops().figure());
    }

    private static boolean missingOnlyNear(Set<String> chosen) {
        return rows().stream().filter(row -> row.contradictsItself() && !chosen.contains(row.name()))
                .allMatch(row -> Math.abs(row.made() - row.ops().number().doubleValue()) < 2);
    }

    /** Which first layer has the printed 2.7 thousand parameters and 34 million operations. */
    private static Map<String, Network> hypotheses() {
        Map<String, Network> all = new LinkedHashMap<>();
        all.put("a", first(1, 64, 7, 2));
        all.put("b", first(3, 64, 7, 4));
        all.put("c", first(3, 18, 7, 2));
        all.put("d", separable(1));
        all.put("e", first(3, 64, 3, 2));
        all.put("f", separable(8));
        return all;
    }

    private static Network first(int channels, int filters, int size, int step) {
        return Network.named("first layer").input(224, 224, channels).conv(filters, size, same(), stride(step), noBias()).build();
    }

    private static Network separable(int each) {
        Option[] depthwise = {same(), stride(2), groups(3), noBias()};
        return Network.named("separable first layer").input(224, 224, 3).conv(3 * each, 7, depthwise).conv(64, 1, noBias()).build();
    }

    private static boolean hasBothFigures(Network network) {
        CostSheet sheet = CostSheet.of(network, Convention.PAPERS);
        return agrees(printed("parameters").get(0), sheet.parameters()) && agrees(printed("macs").get(0), sheet.macs());
    }

    private static boolean agrees(Published figure, long count) {
        return figure.compare(OptionalLong.of(count)) != Published.Check.DOES_NOT_FOLLOW;
    }

    private static Exercise<?> firstLayer() {
        Map<String, String> thoughts = Map.of(
                "a", "One channel instead of three makes both figures smaller by three. Is the factor three in both?",
                "b", "A larger step changes how often the filters are used. Does it change how many numbers they have?",
                "c", "Look at the second digit.",
                "d", "One filter for each channel is too little. How many would be needed?",
                "e", "Compute both figures.");
        return Exercise.choice("09.2", "abcdef", "f")
                .rule(letter -> hasBothFigures(hypotheses().get(letter)), letter -> {
                    CostSheet sheet = CostSheet.of(hypotheses().get(letter));
                    return String.format(Locale.ROOT, "It would have %,d parameters and %.1f million operations. Printed are %s thousand and %s million. %s", sheet.parameters(),
                            sheet.macs() / 1e6, printed("parameters").get(0).figure(), printed("macs").get(0).figure(), thoughts.get(letter));
                })
                .nearer("Parameters without biases: filters · size · size · channels that a filter sees. Operations: the same times 112 · "
                        + "112.",
                        "Look for 2,700 parameters within 50. 64 filters of 1×1 on k channels have 64 k, and k filters of 7×7 on one "
                                + "channel each have 49 k.")
                .optional()
                .because("Two figures of one row agree with it. That makes it likely, and it does not make it sure: the paper describes a plain 7×7 convolution.");
    }

    /** How far one output of two modules in a row sees. */
    private static Exercise<?> twoModules() {
        return Exercise.number("09.5", "positions", () -> seenByModules(2))
                .mistake(() -> seenByModules(1), "That is one module, or two with 3×3 only. What do the five positions of 3a's output that 3b's 5×5 reads see of 3a's input?")
                .mistake(() -> 2 * seenByModules(1), "Both squares added. But the second one begins with one position, not with none.")
                .mistake(() -> seenByModules(1) * seenByModules(1), "Neighbouring positions see nearly the same part of the input: their squares overlap.")
                .mistake(() -> seenByModules(2) * seenByModules(2), "That is the area. Asked is the side of the square.")
                .mistake(() -> seenByModules(2) + 2, "The largest filter of a module is a 5×5. How many positions does it add on each side?")
                .otherwise("Take the branch that sees most, in both modules. How many positions does a filter of it add on each side?")
                .nearer("One 5×5 sees two positions to the left and two to the right of its own. Each of those has a 5×5 before it.",
                        "From its own position it is two to the left in 3b, and two more in 3a; as many to the right.")
                .because("Two 5×5 in a row see as far as one 9×9. And the same module also has 1×1, which sees one position: both are there for the next module.");
    }

    /** The side of the square that one output of so many modules in a row depends on. */
    private static int seenByModules(int count) {
        NetworkBuilder net = Network.named("modules").input(28, 28, 192);
        for (int module = 1; module <= count; module++) {
            net.module("inception_" + module, GoogLeNet.inception(64, 96, 128, 16, 32, 32));
        }
        Network network = net.build();
        return network.receptiveFields().get(network.output().index()).height();
    }

    private static Network head() {
        return Network.named("head").input(14, 14, 512).averagePool(5, stride(3)).conv(128, 1).relu().dense(1024).relu().dropout(0.7).dense(1000).softmax().build();
    }

    /** A head for the small Inception network, with few parameters and multiplications. */
    private static Exercise<?> smallHead() {
        Exercise<Network> exercise = Exercise.of("09.3", Network.class, "a network, such as the variable mine")
                .rule(net -> net.input().csv().equals("7x7x56"), "7×7×56 comes in, the output of the small network's second module.")
                .rule(net -> net.outputs().size() == 1 && net.output().output().elements() == 10, net ->
                        "10 probabilities should come out, and yours puts out " + net.output().output() + ".")
                .rule(net -> Sense.end(net).layer().kind().equals("softmax"), "A head gives an answer of its own, and this answer has a "
                        + "loss: probabilities should come out.")
                .rule(net -> weightLayers(net) >= 2, net -> "The longest way through it has " + (weightLayers(net) == 1 ? "1 layer" : "no layer") + " with weights. Two are wanted at least.")
                .rule(net -> Sense.depth(net, Sense.onPositions(3)) >= 1, "Its first layer with weights works on what is left of the "
                        + "positions: one, or a few. It should see 3×3 positions or more, or all that the modules "
                        + "found is averaged before a weight looks at it.", "What makes 56 channels few, at each position?",
                        "Begin with a convolution of 1×1, and pool after it.");
        Sense.within(exercise, MOST_PARAMETERS, MOST_MACS);
        return Sense.sensible(exercise, 8).because(Sense::inWords)
                .trained(new Design(9, "a global average and one fully connected layer", 3, Designs::withHead));
    }

    /** Convolutions and fully connected layers on the longest way to a node. */
    private static int weightLayers(Network network, Node last) {
        int[] longest = new int[network.nodes().size()];
        for (Node node : network.nodes()) {
            int before = node.inputs().stream().filter(input -> input != Network.INPUT).mapToInt(input -> longest[input]).max().orElse(0);
            longest[node.index()] = before + (node.layer() instanceof Convolution || node.layer() instanceof FullyConnected ? 1 : 0);
        }
        return longest[last.index()];
    }

    private static int weightLayers(Network network) {
        return weightLayers(network, network.output());
    }

    /** How many layers with weights the gradient of the first head passes, if it takes the longest way to the image. */
    private static Exercise<?> toTheFirstHead() {
        return Exercise.number("09.4", "layers with weights", () -> toFirst())
                .mistake(() -> weightLayers(GoogLeNet.withHeads()), "That is the way to the answer at the end of the network.")
                .mistake(() -> toFirst() - weightLayers(head()), "Are the head's own layers in it? And has a module one layer with weights on its longest way, or more?")
                .mistake(() -> toFirst() - 1, "Nearly. Count the head again: which of its layers have weights?")
                .mistake(() -> toFirst() - 2, "How many layers with weights has a head?")
                .mistake(() -> toFirst() + 1, "Has the stem's pooling weights? Has an average pooling?")
                .mistake(() -> toFirst() + 2, "The head comes after 4a. Did you count one module more?")
                .otherwise("Three parts: the stem; the modules up to 4a, each with its longest branch; the head.")
                .nearer("A module's longest way has two layers with weights, a 1×1 and a larger one. A head has a 1×1 and two fully "
                        + "connected layers.",
                        "Stem: 3. Three modules up to 4a, two layers each. The head: 3. Add them up.")
                .because(() -> "From the end it is " + weightLayers(GoogLeNet.withHeads()) + ". So the head brings the gradient to the first layer on a way of about half the length.");
    }

    private static int toFirst() {
        Network network = GoogLeNet.withHeads();
        return weightLayers(network, network.outputs().stream().filter(Network.Output::auxiliary).findFirst().orElseThrow().node());
    }
}
