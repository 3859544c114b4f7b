package casebook.exercises;

import casebook.data.Batch;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Shape;
import casebook.model.GradientCheck;
import casebook.model.Model;
import casebook.network.Network;
import casebook.training.Gradients;
import casebook.zoo.ResNet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The exercises of notebook 06, why ResNets work. */
final class Notebook06 {

    private Notebook06() {}

    static List<Exercise<?>> exercises() {
        return List.of(breakTheIdentity(), whoLearnsFirst(), growth(), scale());
    }

    /** What becomes of the input of a block whose parameters are all zero. */
    private enum Fate {
        HANDED_ON, LOST, CHANGED, MOVED
    }

    /** Three blocks that are no identity at zero weights, each in another way. */
    private static Exercise<?> breakTheIdentity() {
        return Exercise.of("06.1", List.class, "a list of three networks: List.of(lost, changed, moved)")
                .rule(all -> all.size() == 3 && all.stream().allMatch(Network.class::isInstance), "Three networks are wanted, in a List.of(…).")
                .rule(all -> networks(all).stream().allMatch(net -> net.input().csv().equals("14x14x8") && net.output().output().csv().equals("14x14x8")),
                        "14×14×8 goes into each of them, and 14×14×8 comes out.")
                .rule(all -> networks(all).stream().allMatch(net -> net.nodes().stream().filter(Sense::hasWeights).count() >= 2),
                        "Each of the three is a block: two layers with weights are in it.")
                .rule(all -> !fates(all).contains(Fate.HANDED_ON), all -> place(all, Fate.HANDED_ON)
                        + " is still the identity: with all weights at zero, what comes in comes out. What is on its shortcut, and what stands behind the addition?")
                .rule(all -> fates(all).get(0) == Fate.LOST, all -> "The first should lose everything, so that only zeros come out. Yours "
                        + inWords(fates(all).get(0)) + ". What hands a[l] on, when the weights are zero?")
                .rule(all -> fates(all).get(1) == Fate.CHANGED, all -> "The second should change each number by itself. Yours " + inWords(fates(all).get(1))
                        + ". Which function could stand in the place of g?")
                .rule(all -> fates(all).get(2) == Fate.MOVED, all -> "The third should mix or move numbers, so that one that comes out depends on its neighbours. Yours "
                        + inWords(fates(all).get(2)) + ". A layer without weights that looks at more than one number could stand on the shortcut.")
                .nearer("With all weights zero, the two layers put out zeros. What is added to them, and what is done to the sum?",
                        "Three places can be changed, one for each network: whether there is a shortcut, which function stands behind the "
                                + "addition, and which layer stands on the shortcut.")
                .because("The identity needs all three: a shortcut, nothing on it, and a g that leaves alone what is not negative.");
    }

    private static List<Network> networks(List<?> all) {
        return all.stream().map(Network.class::cast).toList();
    }

    private static List<Fate> fates(List<?> all) {
        return networks(all).stream().map(Notebook06::fate).toList();
    }

    private static String place(List<?> all, Fate fate) {
        return "Block " + (fates(all).indexOf(fate) + 1);
    }

    private static String inWords(Fate fate) {
        return switch (fate) {
            case HANDED_ON -> "hands everything on";
            case LOST -> "puts out zeros";
            case CHANGED -> "changes each number by itself";
            case MOVED -> "mixes numbers or moves them";
        };
    }

    /** The input has a few different values only: if the same value always becomes the same, each number is changed by itself. */
    private static Fate fate(Network network) {
        INDArray x = Nd4j.zeros(DataType.FLOAT, network.input().batch(1));
        long count = x.length();
        INDArray flat = x.reshape(count);
        for (long i = 0; i < count; i++) {
            flat.putScalar(i, (i * i + i / 7) % 5 / 4.0);
        }
        INDArray y = allZero(network).predict(x.dup()).reshape(count);
        if (y.equals(flat)) {
            return Fate.HANDED_ON;
        }
        if (y.amaxNumber().doubleValue() == 0) {
            return Fate.LOST;
        }
        Map<Float, Float> becomes = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            Float before = becomes.putIfAbsent(flat.getFloat(i), y.getFloat(i));
            if (before != null && Math.abs(before - y.getFloat(i)) > 1e-6) {
                return Fate.MOVED;
            }
        }
        return Fate.CHANGED;
    }

    /** A model of this network in which every trained parameter is zero. */
    static Model allZero(Network network) {
        Model model = Model.of(network, 1);
        model.descriptions().forEach((name, parameter) -> {
            if (parameter.trainable()) {
                model.parameter(name).assign(0);
            }
        });
        return model;
    }

    private static final List<String> PARAMETERS = List.of("branch2a/weights", "branch2a/bn/gamma", "branch2a/bn/beta",
            "branch2b/weights", "branch2b/bn/gamma", "branch2b/bn/beta");

    /** Which parameters of a block have a gradient in the first step, if its last γ is zero. */
    private static Exercise<?> whoLearnsFirst() {
        return Exercise.choices("06.2", "abcdef", Notebook06::learning)
                .rule(chosen -> !chosen.contains("a") && !chosen.contains("b") && !chosen.contains("c"),
                        "What comes back to the first layer has come through the second one. By which number has it been multiplied there?")
                .rule(chosen -> !chosen.contains("d"), "The gradient of W₂ comes through the normalization behind it: y = γ₂ x̂ + β₂. What is the factor of x̂?")
                .rule(chosen -> chosen.contains("e"), "The gradient of γ₂ is what comes back, times x̂, added up. Is one of the two zero?")
                .rule(chosen -> chosen.contains("f"), "β₂ is only added. What is the gradient of something that is added?")
                .nearer("Go backwards from the addition. What is the gradient of γ₂ x̂₂ + β₂ with respect to γ₂, to β₂, and to x̂₂?",
                        "With respect to x̂₂ it is γ₂, and that is zero. So nothing gets past this normalization.")
                .because("After the first step γ₂ is not zero any more, and then all the others learn too.");
    }

    private static Set<String> learning() {
        Network network = Network.named("a block").input(14, 14, 8).module("block", ResNet.basic(8, 1, ResNet.Shortcut.PAD))
                .globalAveragePool().dense(10).softmax().build();
        Model model = Model.of(network, 1);
        model.parameter("block/branch2b/bn/gamma").assign(0);
        Nd4j.getRandom().setSeed(1);
        Gradients gradients = Gradients.of(model, new Batch(Nd4j.rand(DataType.FLOAT, 4, 8, 14, 14), new int[] {1, 2, 3, 4}));
        Set<String> learning = new TreeSet<>();
        for (int i = 0; i < PARAMETERS.size(); i++) {
            if (Gradients.norm(gradients.parameter("block/" + PARAMETERS.get(i))) > 1e-7) {
                learning.add("abcdef".substring(i, i + 1));
            }
        }
        return learning;
    }

    /** How much the norm grows where each block adds as much variance as comes in. */
    private static Exercise<?> growth() {
        int blocks = 14;
        return Exercise.about("06.3", "a number of times, such as 12", 0.01, () -> Math.pow(2, blocks / 2.0))
                .mistake(() -> Math.pow(2, blocks), "That is the growth of the variance, the mean of the squares. The norm is the root of the sum of squares.")
                .mistake(() -> blocks, "Does a block add what came into the first block, or what comes into itself?")
                .mistake(() -> blocks + 1, "That would be so if every block added the same amount. Here each adds as much as comes into it.")
                .mistake(() -> Math.sqrt(blocks), "Each block multiplies. You added the blocks up.")
                .mistake(() -> Math.sqrt(blocks + 1), "Each block multiplies. You added the blocks up.")
                .mistake(() -> 2 * blocks, "Twice, and twice again, and again: that is a power.")
                .otherwise("By how much does one block multiply the variance? And then 14 of them? And the norm?")
                .nearer("One block makes the variance two times as large. Fourteen blocks one after the other multiply.",
                        "The variance grows by 2¹⁴. The norm is the root of a sum of squares, so it grows by the root of that.")
                .because("So a residual network without normalization has to start near the identity, or its numbers grow without end.");
    }

    /** The learner writes a layer with one trained number that starts at zero. */
    private static Exercise<?> scale() {
        Shape volume = Shape.volume(4, 4, 3);
        return Exercise.of("06.4", Layer.class, "a layer, such as new Alpha()")
                .rule(layer -> layer.output(List.of(volume)).equals(volume), "The shape that goes out is the one that came in.")
                .rule(layer -> layer.parameters(List.of(volume)).stream().mapToLong(Parameter::count).sum() == 1,
                        layer -> "It has " + layer.parameters(List.of(volume)).stream().mapToLong(Parameter::count).sum()
                                + " parameters. One single number is wanted, for all positions and all channels.")
                .rule(layer -> layer.parameters(List.of(volume)).get(0).trainable(), "The number is to be trained: a role such as NORMALIZATION does that, FIXED does not.")
                .rule(layer -> OwnLayer.trouble(layer, volume, false).isEmpty(), layer -> OwnLayer.trouble(layer, volume, false).get())
                .rule(layer -> output(layer, 0, true).amaxNumber().doubleValue() == 0, "At the start α is zero, so that only zeros come out and the block is the identity.")
                .rule(layer -> output(layer, 2, false).sub(input().mul(2)).amaxNumber().doubleValue() < 1e-6, "With α = 2, each number should come out doubled.")
                .rule(layer -> OwnLayer.trouble(layer, volume, true).isEmpty(), layer -> OwnLayer.trouble(layer, volume, true).get())
                .rule(layer -> GradientCheck.of(layer, volume, 1).getOrDefault("layer/" + name(layer), 1.0) < 1e-6, "The forward pass is right. The gradient of α is "
                        + "the sum of dy · x over everything.")
                .rule(layer -> GradientCheck.of(layer, volume, 1).values().stream().allMatch(error -> error < 1e-6),
                        "The gradient of α is right. What goes on to the input is α · dy.")
                .nearer("y = α x. The gradient of α is Σ dy · x, and that of x is α · dy.",
                        "The parameter is new Parameter(\"alpha\", Parameter.Role.NORMALIZATION, List.of(1L), new "
                                + "Parameter.Start.Constant(0)). Its gradient is an array of length 1: Nd4j.zeros(dy.dataType(), "
                                + "1).addi(…).")
                .optional()
                .because("With this layer at the end of each block no normalization is needed for a start near the identity.");
    }

    private static String name(Layer layer) {
        return layer.parameters(List.of(Shape.volume(4, 4, 3))).get(0).name();
    }

    private static INDArray input() {
        return Nd4j.linspace(-3, 3, 48).reshape(1, 3, 4, 4).castTo(DataType.FLOAT);
    }

    private static INDArray output(Layer layer, double alpha, boolean asItStarts) {
        Model model = Model.of(Network.named("scale").input(4, 4, 3).name("layer").layer(layer).build(), 1);
        if (!asItStarts) {
            model.parameters().values().forEach(array -> array.assign(alpha));
        }
        return model.predict(input());
    }
}
