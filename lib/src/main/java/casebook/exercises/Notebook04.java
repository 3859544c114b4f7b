package casebook.exercises;

import static casebook.layers.Option.same;

import casebook.cost.CostSheet;
import casebook.layers.AveragePooling;
import casebook.layers.Convolution;
import casebook.layers.Layer;
import casebook.layers.MaxPooling;
import casebook.layers.Window;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import casebook.zoo.Vgg;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The exercises of notebook 04, VGG. */
final class Notebook04 {

    private static final int FIELD = 24;
    private static final int FILTERS = 16;
    private static final int SMALLEST_SIDE = 7;
    private static final long MOST_PARAMETERS = 10_000;
    private static final long MOST_MACS = 3_000_000;
    private static final double MARGIN = 10;

    private Notebook04() {}

    static List<Exercise<?>> exercises() {
        return List.of(chase(), growth(), leftOut(), shallow());
    }

    /** A stack of VGG's parts that sees nearly the whole image, and learns. */
    private static Exercise<?> chase() {
        Exercise<Network> exercise = Exercise.of("04.1", Network.class, "a network, such as the variable chase");
        Sense.imagesToTen(exercise)
                .rule(net -> convolutions(net) > 0, "It has no convolution of 3×3 in front, so it sees nothing by itself.")
                .rule(net -> net.nodes().stream().filter(node -> node.output().height() * node.output().width() == 1).findFirst()
                        .orElseThrow().layer().category()
                        == Layer.Category.POOLING, "All positions are to be averaged, so that what a number does not see can't be put "
                                + "together later. A fully connected layer on several positions would do that.",
                        "Put globalAveragePool() before dense(10).")
                .rule(net -> stack(net).allMatch(node -> isVggs(node.layer())),
                        "VGG has convolutions of 3×3 with stride 1, and poolings of 2×2 with stride 2. Take no other window before all is "
                                + "put together.")
                .rule(net -> stack(net).noneMatch(node -> node.layer() instanceof Convolution conv && conv.filters() != FILTERS),
                        "Each convolution has 16 filters, so that 16 channels go on.")
                .rule(net -> Sense.beforeTheEnd(net).height() >= SMALLEST_SIDE && Sense.beforeTheEnd(net).width() >= SMALLEST_SIDE, net ->
                        Sense.beforeTheEnd(net)
                        + " is left before all is put together, and 7×7 positions are wanted at least. " + (poolings(net) > 2
                        ? "How many times may 28 be halved?"
                        : "Do your convolutions keep the sides?"), "28 may be halved twice. Convolutions with same() keep the sides.")
                .rule(net -> field(net) >= FIELD, net -> "Before all is put together, a number sees " + field(net) + "×" + field(net)
                        + ". " + (poolings(net) == 0
                        ? "Each 3×3 layer adds 2. After a pooling, neighbouring positions are 2 pixels apart: how much does a layer add there?"
                        : poolings(net) == 1 ? "One pooling doubled what a later layer adds. How often can you do that?"
                        : "How much does a layer add before the first pooling, between the two, and behind both? Where should your layers "
                        + "stand?"),
                        "A 3×3 layer adds 2 pixels before the first pooling, 4 between the two, and 8 behind both.");
        Sense.within(exercise, MOST_PARAMETERS, MOST_MACS);
        return Sense.sensible(exercise, FILTERS)
                .because(net -> "Yours sees " + field(net) + "×" + field(net) + " with " + convolutions(net) + " convolutions and "
                        + poolings(net) + " poolings. Of such parts, "
                        + smallest(0) + " convolutions would be needed without a pooling, " + smallest(1) + " behind one and " + smallest(2)
                        + " behind two. A pooling has no parameters and doubles what each later layer adds. The price: fewer positions "
                        + "are left.")
                .trained(new Design(4, "one convolution of 3×3 with two poolings and a global average, which sees 6×6", MARGIN, net ->
                        net));
    }

    /** The layers with a window, before all positions are put together. */
    private static Stream<Node> stack(Network net) {
        return net.nodes().stream().filter(node -> node.layer() instanceof Convolution || node.layer() instanceof MaxPooling
                || node.layer() instanceof AveragePooling)
                .filter(node -> node.output().height() > 1 || node.output().width() > 1).filter(node -> !passesOn(node.layer()));
    }

    /** A pooling of one number hands it on. */
    private static boolean passesOn(Layer layer) {
        return layer instanceof MaxPooling max && is(max.window(), 1, 1) || layer instanceof AveragePooling average
                && is(average.window(), 1, 1);
    }

    private static boolean isVggs(Layer layer) {
        if (layer instanceof Convolution conv) {
            return is(conv.window(), 3, 1) && conv.groups() == 1;
        }
        return layer instanceof MaxPooling max ? is(max.window(), 2, 2) : !(layer instanceof AveragePooling average) || is(average.window(), 2, 2);
    }

    private static boolean is(Window window, int size, int stride) {
        return window.height() == size && window.width() == size && window.strideHeight() == stride && window.strideWidth() == stride && window.dilation() == 1;
    }

    private static long convolutions(Network net) {
        return stack(net).filter(node -> node.layer() instanceof Convolution).count();
    }

    private static long poolings(Network net) {
        return stack(net).filter(node -> !(node.layer() instanceof Convolution)).count();
    }

    /** The largest that is seen before all positions are put together. */
    private static int field(Network net) {
        return stack(net).mapToInt(node -> net.receptiveFields().get(node.index()).side()).max().orElse(1);
    }

    /** The fewest convolutions that see as much behind so many poolings; before them, a layer adds less. */
    private static int smallest(int poolings) {
        int layers = 1;
        while (field(stack(poolings, layers)) < FIELD) {
            layers++;
        }
        return layers;
    }

    private static Network stack(int poolings, int layers) {
        NetworkBuilder net = Network.named("stack").input(28, 28, FILTERS);
        for (int i = 0; i < poolings; i++) {
            net.maxPool(2);
        }
        for (int i = 0; i < layers; i++) {
            net.conv(FILTERS, 3, same());
        }
        return net.build();
    }

    /** Up to which growth of the channels three layers of 3×3 have fewer weights than one of 7×7. */
    private static Exercise<?> growth() {
        // From c to d channels: 9cd + 9d² + 9d² against 49cd.
        return Exercise.about("04.2", "a number of times, such as 1.78", 0.005, () -> (49.0 - 9) / (9 + 9))
                .rule(given -> !near(given.doubleValue(), 16.0 / 9), "That is for two layers against one of 5×5. Three layers have one more, and they stand against a 7×7.")
                .rule(given -> !near(given.doubleValue(), 49.0 / 27), "That compares the layers where all channels are alike. Here only the first of the three reads c channels.")
                .rule(given -> !near(given.doubleValue(), 40.0 / 9), "How many of the three layers go from d channels to d?")
                .rule(given -> !near(given.doubleValue(), 49.0 / 18), "The first layer of the stack has weights too: 9 c d.")
                .rule(given -> !near(given.doubleValue(), 18.0 / 40), "That is c / d. The question is by how much the channels may grow: d / c.")
                .mistake(() -> 2, "Is that a division of whole numbers? In Java, 7 / 2 is 3, and 7 / 2.0 is 3.5.")
                .otherwise("Write down the weights of the three layers one by one, with c and d. Then divide both sides by d.")
                .nearer("The three layers have 9cd, 9dd and 9dd weights. One layer of 7×7 has 49cd.",
                        "9c + 18d < 49c. Bring c to one side, and divide by 18.")
                .because("9cd + 18d² < 49cd where d < 20/9 · c. So VGG's blocks of three layers still save something where the channels double, and its blocks of two do not.");
    }

    private static boolean near(double given, double value) {
        return Math.abs(given - value) <= 0.005 * value;
    }

    /** The layers that each letter leaves out. */
    private static final Map<String, List<String>> LEFT_OUT = Map.of("a", List.of("fc6"), "b", List.of("fc6", "fc7", "fc8"), "c", List.of("conv1_1"),
            "d", List.of(), "e", List.of("conv5_1", "conv5_2", "conv5_3"));

    /** What two papers left out when they printed 15.3 billion multiplications for VGG-16. */
    private static Exercise<?> leftOut() {
        return Exercise.choice("04.3", "abcde", "b")
                .rule(chosen -> !chosen.equals("d"), "Biases are added, not multiplied. They are not among our 15.47 billion, so leaving them out changes nothing.")
                .rule(chosen -> billions(chosen).equals(billions("b")), chosen -> "Without " + (chosen.equals("e") ? "these" : "this layer") + " it is "
                        + without(chosen).setScale(3, RoundingMode.HALF_UP) + " billion, and that is printed as " + billions(chosen) + ".")
                .nearer("Subtract the multiplications of each letter's layers from 15.47 billion, and round to one digit.",
                        "conv1_1 has 0.087 billion, each layer of conv5 0.46, fc6 0.103, fc7 0.017, fc8 0.004. Which sum makes 15.3 of "
                                + "15.47?")
                .because("Without the three fully connected layers it is " + without("b").setScale(3, RoundingMode.HALF_UP) + " billion. They are "
                        + share(CostSheet.Row::macs, "%.1f") + " % of the multiplications, and " + share(CostSheet.Row::parameters, "%.0f") + " % of the parameters.");
    }

    /** VGG-16's multiplications without some layers, in billions. */
    private static BigDecimal without(String letter) {
        CostSheet sheet = CostSheet.of(Vgg.of(Vgg.Configuration.D));
        return BigDecimal.valueOf(sheet.macs() - LEFT_OUT.get(letter).stream().mapToLong(layer -> sheet.row(layer).macs()).sum()).movePointLeft(9);
    }

    /** The fully connected layers' share of VGG-16. */
    private static String share(ToLongFunction<CostSheet.Row> count, String format) {
        CostSheet sheet = CostSheet.of(Vgg.of(Vgg.Configuration.D));
        long part = LEFT_OUT.get("b").stream().map(sheet::row).mapToLong(count).sum();
        return String.format(Locale.ROOT, format, 100.0 * part / sheet.rows().stream().mapToLong(count).sum());
    }

    private static BigDecimal billions(String letter) {
        return without(letter).setScale(1, RoundingMode.HALF_UP);
    }

    /** Column B of the paper with each pair of 3×3 layers replaced by one of 5×5 (section 4.1). */
    private static Exercise<?> shallow() {
        return Exercise.network("04.4", "a network, such as the variable shallow", Notebook04::fiveByFive)
                .rule(net -> net.input().csv().equals("224x224x3") && net.output().output().elements() == 1000, "224×224×3 goes in, and 1,000 classes come out.")
                .rule(net -> convolutions(net) != 10 || sizes(net, 5) > 0, "That is column B as it is. Two layers of 3×3 become one of 5×5.")
                .rule(net -> sizes(net, 5) == convolutions(net), "All convolutions are 5×5 in this network.")
                .rule(net -> convolutions(net) == 5, net -> "It has " + convolutions(net) + " convolutions. One layer of 5×5 takes the place of two.")
                .rule(net -> net.nodes().stream().filter(node -> node.layer() instanceof Convolution).map(node -> node.output().channels()).toList()
                        .equals(List.of(64, 128, 256, 512, 512)), "The numbers of filters are column B's: 64, 128, 256, 512, 512.")
                .optional()
                .because("The authors trained it: its top-1 error was 7 % higher than that of column B, which sees as much. It has "
                        + Exercise.count(CostSheet.of(fiveByFive()).parameters() - CostSheet.of(Vgg.of(Vgg.Configuration.B)).parameters()) + " parameters more, and does "
                        + String.format(Locale.ROOT, "%.2f", (double) CostSheet.of(fiveByFive()).macs() / CostSheet.of(Vgg.of(Vgg.Configuration.B)).macs())
                        + " times the multiplications.");
    }

    private static long sizes(Network net, int size) {
        return net.nodes().stream().filter(node -> node.layer() instanceof Convolution conv && conv.window().height() == size && conv.window().width() == size).count();
    }

    private static Network fiveByFive() {
        NetworkBuilder net = Network.named("five of 5×5").input(224, 224, 3);
        for (int filters : new int[] {64, 128, 256, 512, 512}) {
            net.conv(filters, 5, same()).relu().maxPool(2);
        }
        return net.dense(4096).relu().dropout(0.5).dense(4096).relu().dropout(0.5).dense(1000).softmax().build();
    }
}
