package casebook.exercises;

import casebook.cost.CostSheet;
import casebook.layers.Activation;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Field;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Shape;
import casebook.layers.Softmax;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Whether a network makes sense, where many are right: what an exercise says that it checks. Some of it is looked up, some is tried on
 * numbers.
 */
final class Sense {

    private Sense() {}

    /** True if a layer multiplies with weights that are trained. LeNet-5's subsampling has a coefficient, and is a pooling all the same. */
    static boolean hasWeights(Node node) {
        return node.layer().category() != Layer.Category.POOLING && node.layer().parameters(node.inputShapes()).stream()
                .anyMatch(parameter -> parameter.role() == Parameter.Role.WEIGHT && parameter.trainable());
    }

    /** Layers with weights on the longest way to the output that fit. */
    static int depth(Network network, Predicate<Node> which) {
        int[] longest = new int[network.nodes().size()];
        for (Node node : network.nodes()) {
            int before = node.inputs().stream().filter(input -> input != Network.INPUT).mapToInt(input -> longest[input]).max().orElse(0);
            longest[node.index()] = before + (hasWeights(node) && which.test(node) ? 1 : 0);
        }
        return longest[network.output().index()];
    }

    // ---------------------------------------------------------------- non-linearity

    /** Two layers with weights and no activation between them, in words; empty if there are none. */
    static Optional<String> linear(Network network) {
        Map<Layer, Boolean> known = new HashMap<>();
        List<List<Node>> last = new ArrayList<>();
        for (Node node : network.nodes()) {
            List<Node> before = new ArrayList<>();
            node.inputs().stream().filter(input -> input != Network.INPUT).forEach(input -> before.addAll(last.get(input)));
            if (hasWeights(node)) {
                if (!before.isEmpty()) {
                    return Optional.of("Between " + before.get(0).name() + " (" + before.get(0).layer().kind() + ") and " + node.name()
                            + " (" + node.layer().kind()
                            + ") stands no activation, such as a ReLU.");
                }
                last.add(List.of(node));
            } else {
                last.add(known.computeIfAbsent(node.layer(), Sense::bends) ? List.of() : before.stream().distinct().toList());
            }
        }
        return Optional.empty();
    }

    /** Tries on numbers whether an activation is more than a straight line. */
    static boolean bends(Layer layer) {
        if (!(layer instanceof Activation) || layer instanceof Dropout) {
            return false;
        }
        INDArray x = Transforms.sin(Nd4j.linspace(1, 40, 36)).mul(3).reshape(1, 4, 3, 3).castTo(DataType.FLOAT);
        INDArray y = Transforms.cos(Nd4j.linspace(2, 55, 36)).mul(3).reshape(1, 4, 3, 3).castTo(DataType.FLOAT);
        Model model = Model.of(Network.named("activation").input(3, 3, 4).layer(layer).build(), 1);
        INDArray middle = model.predict(x.add(y).divi(2)).dup();
        INDArray mean = model.predict(x).dup().addi(model.predict(y)).divi(2);
        return middle.sub(mean).amaxNumber().doubleValue() > 1e-3;
    }

    // ---------------------------------------------------------------- what is left of the input

    /** The layer with weights that puts out the fewest channels, the last one left out; empty if there is only one. */
    static Optional<Node> narrowest(Network network) {
        Node last = last(network);
        return network.nodes().stream().filter(node -> hasWeights(node) && node != last).min((a, b) -> Integer.compare(a.output()
                .channels(), b.output().channels()));
    }

    /** The last layer with weights on the way to the output. */
    private static Node last(Network network) {
        Node at = network.output();
        while (!hasWeights(at) && at.inputs().get(0) != Network.INPUT) {
            at = network.nodes().get(at.inputs().get(0));
        }
        return at;
    }

    /** Part of the input's positions that make a difference to the output, tried with random weights. */
    static double used(Network network) {
        INDArray felt = Nd4j.zeros(DataType.DOUBLE, network.input().batch(1));
        double used = 0;
        // A ReLU may hide a position once, and hardly ever three times.
        for (int seed = 1; seed <= 3 && used < 1; seed++) {
            Nd4j.getRandom().setSeed(seed);
            Model model = Model.of(network, seed);
            INDArray x = Nd4j.rand(DataType.FLOAT, network.input().batch(1)).addi(0.1);
            Execution run = Execution.predicting(model, x);
            INDArray factors = Nd4j.rand(DataType.FLOAT, run.output(network.output()).shape());
            run.backward(Map.of(network.output(), factors));
            felt.addi(Transforms.abs(run.inputGradient().castTo(DataType.DOUBLE), true));
            INDArray positions = network.input().vector() ? felt : felt.sum(1);
            used = positions.gt(0).castTo(DataType.DOUBLE).meanNumber().doubleValue();
        }
        return used;
    }

    // ---------------------------------------------------------------- what is seen

    /** The shorter side of what the convolutions see by themselves: a pooling makes later steps longer, and adds nothing of its own. */
    static int seenByConvolutions(Network network) {
        int[][] seen = new int[network.nodes().size()][];
        int most = 1;
        for (Node node : network.nodes()) {
            // Height, width, and the step in both.
            int[] at = {1, 1, 1, 1};
            for (int input : node.inputs()) {
                for (int k = 0; k < at.length && input != Network.INPUT; k++) {
                    at[k] = Math.max(at[k], seen[input][k]);
                }
            }
            Field field = node.layer().field(node.inputShapes());
            if (!field.everything()) {
                at[0] += hasWeights(node) ? (field.height() - 1) * at[2] : 0;
                at[1] += hasWeights(node) ? (field.width() - 1) * at[3] : 0;
                at[2] *= field.strideHeight();
                at[3] *= field.strideWidth();
            }
            seen[node.index()] = at;
            most = Math.max(most, Math.min(at[0], at[1]));
        }
        return most;
    }

    /** The last volume before everything is put together by a global pooling or a fully connected layer. */
    static Shape beforeTheEnd(Network network) {
        for (Node node : network.nodes()) {
            Shape in = node.inputShapes().get(0);
            boolean together = node.layer() instanceof GlobalAveragePooling || node.layer() instanceof FullyConnected
                    || !in.vector() && (in.height() > 1 || in.width() > 1) && node.output().height() == 1 && node.output().width() == 1;
            if (together) {
                return node.layer() instanceof FullyConnected && !node.inputs().contains(Network.INPUT)
                        ? network.nodes().get(node.inputs().get(0)).inputShapes().get(0) : in;
            }
        }
        return network.output().output();
    }

    /** True if a convolution looks at neighbours, on a volume that has some. */
    static boolean looksAround(Node node) {
        Shape in = node.inputShapes().get(0);
        Field field = node.layer().field(node.inputShapes());
        return node.layer() instanceof Convolution && field.height() > 1 && field.width() > 1 && in.height() > 1 && in.width() > 1;
    }

    /** True if a layer works on at least so many positions. */
    static Predicate<Node> onPositions(int side) {
        return node -> node.output().height() >= side && node.output().width() >= side;
    }

    // ---------------------------------------------------------------- rules that several exercises have

    /** One image of Fashion-MNIST goes in, ten probabilities come out. */
    static Exercise<Network> imagesToTen(Exercise<Network> exercise) {
        return exercise.rule(net -> net.input().csv().equals("28x28x1"), "The images are 28×28 with one channel.",
                "A network for them begins with Network.named(…).input(28, 28, 1).")
                .rule(net -> net.outputs().size() == 1 && net.output().output().elements() == 10, net ->
                        "There are ten classes, so ten numbers come out of one end. Yours puts out "
                        + net.output().output() + ".", "What makes ten numbers of a volume: dense(10) does.")
                .rule(net -> end(net).layer() instanceof Softmax, "Probabilities should come out. Which layer makes them of ten numbers?",
                        "Put softmax() at the end.");
    }

    /** The last layer that does something when predicting. */
    static Node end(Network network) {
        Node at = network.output();
        while ((at.layer() instanceof Dropout || at.layer() instanceof Flatten) && at.inputs().get(0) != Network.INPUT) {
            at = network.nodes().get(at.inputs().get(0));
        }
        return at;
    }

    /** What a design may cost. */
    static Exercise<Network> within(Exercise<Network> exercise, long parameters, long macs) {
        return exercise.rule(net -> CostSheet.of(net).parameters() <= parameters, net -> "It has " + Exercise.count(CostSheet.of(net)
                .parameters()) + " parameters, and "
                        + Exercise.count(parameters) + " are allowed. Most of them are in " + most(net, CostSheet.Row::parameters)
                        + ". Is it the filters, their size, or what the layer reads?",
                "Parameters of a layer grow with channels in times channels out, and for a fully connected layer with all positions of "
                        + "what it reads.",
                "Make what this layer reads smaller: by a pooling before it, or by fewer filters before it.")
                .rule(net -> CostSheet.of(net).macs() <= macs, net -> "It needs " + Exercise.count(CostSheet.of(net).macs())
                        + " multiplications, and " + Exercise.count(macs)
                        + " are allowed. Most of them are in " + most(net, CostSheet.Row::macs) + ". At how many positions does it work?",
                "Multiplications are weights times positions. Which layer has many of both?", "Let the sides become smaller before this "
                        + "layer: by a stride or a pooling.");
    }

    private static String most(Network network, ToLongFunction<CostSheet.Row> count) {
        CostSheet.Row most = CostSheet.of(network).rows().stream().max(Comparator.comparingLong(count)).orElseThrow();
        return most.layer() + ", a " + most.kind() + (most.kind().equals("fully connected") ? " layer" : "") + " that reads "
                + most.input().get(0);
    }

    /** What no design may be: without an activation between its layers, narrower than so many channels, or blind to parts of the image. */
    static Exercise<Network> sensible(Exercise<Network> exercise, int channels) {
        return exercise.nearer("Go through the exercise's conditions one by one. System.out.println(CostSheet.of(mine)) says what your network costs.",
                "Begin with a small network that meets all conditions but this one. Then change one thing at a time, and check again.").rule(net -> linear(net).isEmpty(), net -> linear(net).get() + " What do two layers do together, if none stands "
                + "between them?",
                "Without an activation between them, two layers with weights can do no more than one.", "Put a relu() there.")
                .rule(net -> narrowest(net).isEmpty() || narrowest(net).get().output().channels() >= channels, net -> narrowest(net).get()
                        .name() + " lets "
                        + narrowest(net).get().output().channels() + " channels through, and " + channels
                        + " are wanted at least. What is not in them is lost for all later layers.",
                "A layer that puts out few channels throws away most of what the layers before it found.", "Give this layer " + channels
                        + " filters or more.")
                .rule(net -> used(net) >= 0.5, net -> String.format(Locale.ROOT, "Tried with random weights, only %.0f %% of the input's "
                        + "positions make a difference to what comes out. "
                        + "What passes over the others?", 100 * used(net)), "A stride larger than the filter leaves out what lies between.",
                        "Take a filter or a window at least as large as its stride.");
    }

    /** What a network is, for the one who built it. */
    static String inWords(Network network) {
        CostSheet sheet = CostSheet.of(network);
        int depth = depth(network, node -> true);
        return "Your network has " + Exercise.count(sheet.parameters()) + " parameters and needs " + Exercise.count(sheet.macs())
                + " multiplications; " + depth
                + (depth == 1 ? " layer" : " layers") + " with weights, and " + beforeTheEnd(network)
                + " is what is left before all is put together.";
    }
}
