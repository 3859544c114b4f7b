package casebook.exercises;

import casebook.cost.CostSheet;
import casebook.layers.FullyConnected;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Shape;
import casebook.model.GradientCheck;
import casebook.model.Model;
import casebook.network.Comparison;
import casebook.network.Network;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

import static casebook.layers.Option.same;

/** The exercises of notebook 07, network in network. */
final class Notebook07 {

    private Notebook07() {}

    static List<Exercise<?>> exercises() {
        return List.of(oneNumber(), withoutConnected(), roundedDown(), maxout());
    }

    /** One number of 6×6×32 changes: how many outputs of 16 filters of 1×1 change? */
    private static Exercise<?> oneNumber() {
        return Exercise.number("07.1", "outputs that change", () -> changed(1))
                .mistake(() -> 1, "A filter goes through all 32 channels, so each filter reads the number that changed. How many filters are there?")
                .mistake(() -> 6 * 6 * 16, "All outputs would change if each saw the whole volume. Which positions does a filter of 1×1 look at?")
                .mistake(() -> changed(3), "That would be right for filters of 3×3. How many positions does a filter of 1×1 see?")
                .mistake(() -> 6 * 6, "The number belongs to one position. Do the outputs at the 35 other positions read it?")
                .mistake(() -> 32, "32 is how many channels come in. Count the numbers that come out.")
                .mistake(() -> 32 * 16, "That is how many weights are used at one position. Count outputs, not weights.")
                .mistake(() -> 0, "The number is multiplied with a weight of each filter that reads it. Only a weight of zero would hide the change.")
                .otherwise("Two questions: at how many positions is this number read? And how many outputs are there at a position?")
                .nearer("A 1×1 filter looks at one position. So only outputs at the position of the number can change.",
                        "At this position, each filter puts out one number.")
                .because("It is the fully connected layer of one position. A 3×3 filter would carry the change to the eight neighbours too.");
    }

    /** Counts the outputs that differ after one number of the input has been changed. */
    private static long changed(int size) {
        Network network = Network.named("filters").input(6, 6, 32).conv(16, size, same()).build();
        INDArray x = Nd4j.linspace(-1, 1, 6 * 6 * 32).reshape(1, 32, 6, 6).castTo(DataType.FLOAT);
        INDArray other = x.dup();
        other.putScalar(new long[] {0, 7, 3, 4}, 100);
        Model model = Model.of(network, 1);
        double[] before = model.predict(x).reshape(6 * 6 * 16).toDoubleVector();
        double[] after = model.predict(other).reshape(6 * 6 * 16).toDoubleVector();
        long changed = 0;
        for (int i = 0; i < before.length; i++) {
            changed += before[i] == after[i] ? 0 : 1;
        }
        return changed;
    }

    private static Network connected() {
        return Network.named("connected").input(6, 6, 16).dense(32).relu().dense(10).build();
    }

    /** Two fully connected layers, written as convolutions. */
    private static Exercise<?> withoutConnected() {
        return Exercise.of("07.2", Network.class, "a network, such as the variable mine")
                .rule(net -> net.input().csv().equals("6x6x16"), "The input is 6×6×16, as in the network with fully connected layers.")
                .rule(net -> net.nodes().stream().noneMatch(node -> node.layer() instanceof FullyConnected), "There is still a fully connected layer in it.")
                .rule(net -> net.output().output().elements() == 10, net -> "Ten numbers are to come out, and yours puts out " + net.output().output()
                        + ". A fully connected layer sees the whole volume at once. How large is a filter that does?")
                .rule(net -> net.nodes().stream().filter(Sense::hasWeights).allMatch(node -> node.layer().parameters(node.inputShapes())
                        .stream()
                        .anyMatch(parameter -> parameter.role() == Parameter.Role.BIAS)), "The fully connected layers have a bias for "
                                + "each output. Yours leaves some out: noBias() does that.")
                .rule(net -> CostSheet.of(net).parameters() == CostSheet.of(connected()).parameters(), net -> "It has "
                        + Exercise.count(CostSheet.of(net).parameters()) + " parameters, and the fully connected layers have "
                        + Exercise.count(CostSheet.of(connected()).parameters()) + ". Does each filter have a weight for every number that its layer reads?")
                .rule(net -> net.nodes().stream().anyMatch(node -> node.layer().kind().equals("ReLU")), "A ReLU stands between the two layers.")
                .rule(net -> sameNumbers(net), "The counts fit. But with the same weights, yours puts out other numbers than the fully connected layers do.")
                .rule(net -> Comparison.same(net, connected()), net -> Comparison.first(net, connected()).orElseThrow().where())
                .nearer("A fully connected layer has a weight for every number of the volume. A filter as large as the volume has them "
                        + "too.",
                        "The volume is 6×6, so the first filter is 6×6, and it fits in one place. What is left has one position, and "
                                + "there a 1×1 filter sees everything.")
                .because("The first becomes a filter as large as the volume, the second a 1×1 convolution. Such a network can read a larger image too: "
                        + "then its output has several positions.");
    }

    /** True if a network computes what the fully connected layers compute, when it is given their parameters in their order. */
    private static boolean sameNumbers(Network network) {
        Model ours = Model.of(connected(), 1);
        Model theirs = Model.of(network, 2);
        List<INDArray> from = new ArrayList<>(ours.parameters().values());
        List<INDArray> to = new ArrayList<>(theirs.parameters().values());
        if (from.size() != to.size()) {
            return false;
        }
        for (int i = 0; i < from.size(); i++) {
            if (from.get(i).length() != to.get(i).length()) {
                return false;
            }
            to.get(i).assign(from.get(i).dup('c').reshape(to.get(i).shape()));
        }
        INDArray x = Transforms.sin(Nd4j.linspace(1, 900, 6 * 6 * 16)).reshape(1, 16, 6, 6).castTo(DataType.FLOAT);
        INDArray expected = ours.predict(x.dup()).reshape(10);
        return theirs.predict(x.dup()).reshape(10).sub(expected).amaxNumber().doubleValue() < 1e-4 * expected.amaxNumber().doubleValue();
    }

    /** Why another program counts fewer multiplications for the same parameters. */
    private static Exercise<?> roundedDown() {
        return Exercise.choice("07.3", "abcde", "c")
                .mistake(() -> "a", "Biases are parameters. Would the parameters agree, if one program left them out?")
                .mistake(() -> "b", "Then the parameters would not agree: a third of them is in 1×1 convolutions.")
                .mistake(() -> "d", "A larger image has more positions, so there would be more multiplications and not fewer.")
                .mistake(() -> "e", "Then one figure would be two times the other. Divide them.")
                .nearer("The parameters agree, so no filter differs. Only the number of places can differ. What decides how many places "
                        + "there are?",
                        "The sides behind the poolings: is it ⌊ ⌋ or ⌈ ⌉?")
                .because("Rounded down, the poolings make 26, 12 and 5 where they made 27, 13 and 6. All filters stay as they are, but they are used at fewer positions.");
    }

    /** The learner writes a layer that keeps the larger of two channels. */
    private static Exercise<?> maxout() {
        Shape volume = Shape.volume(3, 3, 4);
        return Exercise.of("07.4", Layer.class, "a layer, such as new Maxout()")
                .rule(layer -> layer.output(List.of(volume)).csv().equals("3x3x2"), layer -> "For 3×3×4 the output's shape should be 3×3×2, and yours says "
                        + layer.output(List.of(volume)) + ". Which side of the volume becomes smaller?")
                .rule(layer -> layer.parameters(List.of(volume)).isEmpty(), "Nothing is trained in this layer: the largest number is looked for.")
                .rule(layer -> OwnLayer.trouble(layer, volume, false).isEmpty(), layer -> OwnLayer.trouble(layer, volume, false).get())
                .rule(layer -> output(layer).length() == 18, layer -> "The output's shape is said to be 3×3×2, but the forward pass puts out "
                        + output(layer).length() + " numbers.")
                .rule(layer -> largestDifference(output(layer), halves()) > 1e-6, "You compare channel 0 with channel 2, and 1 with 3. Neighbours are to be "
                        + "compared: 0 with 1, and 2 with 3. In which order do the sides of your reshape stand?")
                .rule(layer -> largestDifference(output(layer), pairs(false)) > 1e-6, "That is the smaller one of the two.")
                .rule(layer -> largestDifference(output(layer), pairs(true)) < 1e-6, "The forward pass gives other numbers than the larger one of channels 0 and 1, and of 2 and 3.")
                .rule(layer -> OwnLayer.trouble(layer, volume, true).isEmpty(), layer -> OwnLayer.trouble(layer, volume, true).get()
                        + " A gradient has the shape of what came in, 3×3×4 here, and it is made from dy, which has the shape of what "
                        + "went out.")
                .rule(layer -> GradientCheck.of(layer, volume, 1).values().stream().allMatch(error -> error < 1e-6), "The forward pass is right, the gradient is not. "
                        + "If the smaller number of a pair moves a little, does the output move?")
                .nearer("Make pairs: x.reshape(images · channels / 2, 2, positions) has a pair along side 1. Then max(1), and reshape to "
                        + "half the channels.",
                        "Backward: make the same pairs of pass.input(). The first gets dy where it is greater than the second, the second "
                                + "where it is not; then reshape to the shape of x.")
                .optional()
                .because("The gradient goes to the winner alone, as in max pooling. Here the window lies over channels and not over positions.");
    }

    private static INDArray numbers() {
        return Transforms.sin(Nd4j.linspace(1, 90, 36)).reshape(1, 4, 3, 3).castTo(DataType.FLOAT);
    }

    private static INDArray output(Layer layer) {
        return Model.of(Network.named("maxout").input(3, 3, 4).layer(layer).build(), 1).predict(numbers());
    }

    private static INDArray pairs(boolean larger) {
        INDArray pairs = numbers().reshape(2, 2, 9);
        return larger ? pairs.max(1) : pairs.min(1);
    }

    private static INDArray halves() {
        return numbers().reshape(2, 2, 9).max(0);
    }

    private static double largestDifference(INDArray a, INDArray b) {
        return a.reshape(a.length()).sub(b.reshape(b.length())).amaxNumber().doubleValue();
    }
}
