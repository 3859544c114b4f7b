package casebook.exercises;

import static casebook.layers.Option.groups;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.cost.CostSheet;
import casebook.experiments.Designs;
import casebook.model.Model;
import casebook.network.Comparison;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.AlexNet;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.factory.Nd4j;

/** The exercises of notebook 03, AlexNet. */
final class Notebook03 {

    private static final long MOST_PARAMETERS = 40_000;
    private static final long MOST_MACS = 4_000_000;
    private static final List<String> GROUPED = List.of("conv2", "conv4", "conv5");

    private Notebook03() {}

    static List<Exercise<?>> exercises() {
        return List.of(fourCards(), twoAccuracies(), lighterHead(), normalizedFromMemory());
    }

    /** The parameters of AlexNet with the convolutions on four cards. */
    private static Exercise<?> fourCards() {
        long one = CostSheet.of(AlexNet.oneTower()).parameters();
        long two = CostSheet.of(AlexNet.twoGpu()).parameters();
        return Exercise.number("03.1", "parameters", () -> CostSheet.of(onCards(4, 1)).parameters())
                .mistake(() -> two, "That is the network on two cards. With four, a filter of conv2 sees fewer channels.")
                .mistake(() -> one, "That is one tower, in which every filter sees all channels.")
                .mistake(() -> two - (one - two), "From one card to two, half of the weights went. From two to four, how many of those that are left go?")
                .mistake(() -> one - 3 * grouped() / 4, "You divided the biases too. Each filter keeps its own.")
                .mistake(() -> CostSheet.of(onCards(4, 4)).parameters(), "You divided conv3 too. In conv3 the cards exchange their numbers: a filter sees all channels.")
                .mistake(() -> GROUPED.stream().mapToLong(layer -> CostSheet.of(onCards(4, 1)).row(layer).parameters()).sum(),
                        "Those are the three layers alone. What of the other five?")
                .otherwise("Begin with one tower. In which layers does a filter see fewer channels, and what becomes of their weights? The biases stay.")
                .nearer("In conv2, conv4 and conv5 a filter sees a quarter of the channels. So a quarter of the weights of one tower is "
                        + "left, and every bias.",
                        "Take one tower. Subtract three quarters of the weights (not of the biases) of conv2, conv4 and conv5. The biases "
                                + "are 256, 384 and 256.")
                .because("With g groups a filter sees 1/g of the channels, so the layer has 1/g of the weights. The number of filters stays, and with it the biases.");
    }

    private static Network onCards(int cards, int inConv3) {
        return Network.named("AlexNet on cards").input(227, 227, 3)
                .name("conv1").conv(96, 11, stride(4)).relu().maxPool(3, stride(2))
                .name("conv2").conv(256, 5, same(), groups(cards)).relu().maxPool(3, stride(2))
                .name("conv3").conv(384, 3, same(), groups(inConv3)).relu()
                .name("conv4").conv(384, 3, same(), groups(cards)).relu()
                .name("conv5").conv(256, 3, same(), groups(cards)).relu().maxPool(3, stride(2))
                .dense(4096).relu().dense(4096).relu().dense(1000).softmax().build();
    }

    private static long grouped() {
        CostSheet sheet = CostSheet.of(AlexNet.oneTower());
        return GROUPED.stream().mapToLong(layer -> sheet.row(layer).parameters()).sum();
    }

    /** Why the accuracy that training prints is smaller than the one measured afterwards on the same images. */
    private static Exercise<?> twoAccuracies() {
        return Exercise.choices("03.2", "abcdef", () -> Set.of("a", "b"))
                .rule(chosen -> !chosen.contains("c"), "Look at the code: which images does the evaluation get?")
                .rule(chosen -> !chosen.contains("d"), "The library doubles what stays while it trains, so nothing is left to be multiplied when it predicts.")
                .rule(chosen -> !chosen.contains("e"), "An evaluation only runs forward. Which line would change a weight?")
                .rule(chosen -> !chosen.contains("f"), "Softmax does not change which class is the first: the largest score is the largest probability.")
                .rule(chosen -> chosen.contains("a"), "What does dropout do to an image's way through the network in training, and what in an evaluation?")
                .rule(chosen -> chosen.contains("b"), "There is another reason, also in networks without dropout. When was the accuracy of the first batch of the epoch taken, "
                        + "and when the last?")
                .nearer("Two things differ between the two measurements: what the network does with an image, and when it was asked.",
                        "One of them is dropout. The other has to do with weights that change from batch to batch.")
                .because("While it trains, the network answers with half of its numbers missing, and with weights that are still getting better. So the accuracy that "
                        + "training prints is no measure of the network that comes out.");
    }

    /** The small AlexNet with a tenth of the parameters, and nearly as good. */
    private static Exercise<?> lighterHead() {
        Exercise<Network> exercise = Exercise.of("03.3", Network.class, "a network, such as the variable light");
        Sense.imagesToTen(exercise)
                .rule(net -> Comparison.beginsWith(net, upToPool2()), "All up to pool2 is to stay as it is in the small AlexNet: begin "
                        + "with upToPool2().",
                        "Something differs before the pooling, or another layer stands among the first ones.");
        Sense.within(exercise, MOST_PARAMETERS, MOST_MACS);
        String all = Exercise.count(CostSheet.of(Designs.reference(3)).parameters());
        return Sense.sensible(exercise, 8)
                .because(net -> Sense.inWords(net) + " The small AlexNet has " + all + ": what stands behind pool2 decides about nearly all of them.")
                .trained(new Design(3, "the small AlexNet with its " + all + " parameters", -1, net -> net));
    }

    private static Network upToPool2() {
        return Network.named("up to pool2").input(28, 28, 1).then(Designs.alexNet()).build();
    }

    private static final float[] CHANNELS = {60, 0, 10, 0, 0, 60, 400, 20};

    /** Local response normalization of eight numbers, with three faults to find. */
    private static Exercise<?> normalizedFromMemory() {
        return Exercise.of("03.4", double[].class, "what your method makes of the eight channels: lrnFromMemory(x)")
                .rule(y -> y.length == CHANNELS.length, "Eight numbers go in and eight come out.")
                .rule(y -> !like(y, false, 5, false), "Nothing is repaired yet. Compare it with the formula, from the inside out: what is summed, over which channels, and what then?")
                .rule(y -> !anyReach(y, false), "Your sum has the numbers in it. What does the formula add up?")
                .rule(y -> !like(y, true, 5, false) && !like(y, true, 5, true) && !like(y, true, 4, true), "The squares are right. n = 5 channels take part: how many on each side of channel i?")
                .rule(y -> !like(y, true, 2, false), "The sum goes over two channels before i, and how many after it? Look at the condition of the loop.")
                .rule(y -> like(y, true, 2, true), "Channel 0 has the neighbours 1 and 2 only. Work out by hand what becomes of its 60, and follow your loop for i = 0.")
                .nearer("Compare three things with the formula: what is added up, how many channels on each side, and whether the last "
                        + "one is included.",
                        "Squares are added up. With n = 5 there are two channels on each side, so j goes from i − 2 to i + 2, and i + 2 "
                                + "is included.")
                .optional()
                .because("An error in such a loop stops no program and changes no shape. It is found when the numbers are compared with a sum that was done by hand.");
    }

    private static boolean anyReach(double[] y, boolean squares) {
        for (int reach = 1; reach <= 5; reach++) {
            if (like(y, squares, reach, true) || like(y, squares, reach, false)) {
                return true;
            }
        }
        return false;
    }

    /** True if these are the results of a loop over so many channels on each side. */
    private static boolean like(double[] y, boolean squares, int reach, boolean lastIncluded) {
        double[] expected = squares && reach == 2 && lastIncluded ? library() : loop(squares, reach, lastIncluded);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(y[i] - expected[i]) <= 1e-4 * Math.max(1, Math.abs(expected[i])))) {
                return false;
            }
        }
        return true;
    }

    private static double[] library() {
        NetworkBuilder net = Network.named("LRN").input(1, 1, CHANNELS.length).localResponseNorm();
        return Model.of(net.build(), 1).predict(Nd4j.createFromArray(CHANNELS).reshape(1, CHANNELS.length, 1, 1)).reshape(CHANNELS.length).toDoubleVector();
    }

    private static double[] loop(boolean squares, int reach, boolean lastIncluded) {
        double[] y = new double[CHANNELS.length];
        for (int i = 0; i < y.length; i++) {
            double sum = 0;
            for (int j = Math.max(0, i - reach); j < Math.min(y.length, i + reach + (lastIncluded ? 1 : 0)); j++) {
                sum += squares ? CHANNELS[j] * CHANNELS[j] : CHANNELS[j];
            }
            y[i] = CHANNELS[i] / Math.pow(2 + 0.0001 * sum, 0.75);
        }
        return y;
    }
}
