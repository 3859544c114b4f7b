package casebook.model;

import casebook.layers.Pass;
import casebook.network.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a layer is handed when it runs its own code, in whatever way the network runs. The same seed gives a layer the same random
 * numbers in all of them.
 */
public final class LayerPass implements Pass {

    private final Model model;
    private final Node node;
    private final boolean training;
    private final long seed;
    private final List<INDArray> inputs;
    private final BiConsumer<String, INDArray> gradients;
    private final UnaryOperator<INDArray> hold;
    private final Map<String, INDArray> kept = new HashMap<>();
    private INDArray output;

    /**
     * A pass of one layer in one run.
     *
     * @param inputs one array for each input
     * @param gradients is told the gradients of parameters, by the parameter's name within the layer
     * @param hold what makes an array that is kept last until the backward pass
     */
    public LayerPass(Model model, Node node, boolean training, long seed, List<INDArray> inputs, BiConsumer<String, INDArray> gradients,
            UnaryOperator<INDArray> hold) {
        this.model = model;
        this.node = node;
        this.training = training;
        this.seed = seed;
        this.inputs = inputs;
        this.gradients = gradients;
        this.hold = hold;
    }

    /** A pass that predicts. */
    public static LayerPass predicting(Model model, Node node, List<INDArray> inputs) {
        return new LayerPass(model, node, false, 0, inputs, (name, gradient) -> {
            throw new IllegalStateException(node.name() + ": a prediction has no backward pass, nobody takes the gradient of " + name);
        }, array -> array);
    }

    /**
     * Runs the layer's own forward pass.
     *
     * @throws IllegalStateException if the layer puts out another number of values than its shape rule says: native code would write them
     *     past the end of their place
     */
    public INDArray forward() {
        INDArray made = node.layer().forward(this, inputs);
        long wanted = inputs.get(0).size(0) * node.output().elements();
        if (made == null || made.length() != wanted) {
            throw new IllegalStateException(node.name() + ": its shape rule says " + node.output() + ", which is " + wanted + " numbers for "
                    + inputs.get(0).size(0) + " images, and its forward pass puts out " + inWords(made));
        }
        return made;
    }

    /**
     * Runs the layer's own backward pass.
     *
     * @throws IllegalStateException if it does not give a gradient of an input's size for each input
     */
    public List<INDArray> backward(INDArray gradient) {
        List<INDArray> made = node.layer().backward(this, gradient);
        if (made == null || made.size() != inputs.size()) {
            throw new IllegalStateException(node.name() + ": it has " + inputs.size() + " inputs, and its backward pass gives "
                    + (made == null ? "no list (null)" : made.size() + " gradients"));
        }
        for (int i = 0; i < made.size(); i++) {
            if (made.get(i) == null || made.get(i).length() != inputs.get(i).length()) {
                throw new IllegalStateException(node.name() + ": input " + (i + 1) + " has " + inWords(inputs.get(i))
                        + ", and its gradient in the backward pass has " + inWords(made.get(i)));
            }
        }
        return made;
    }

    private static String inWords(INDArray array) {
        return array == null ? "nothing (null)" : array.length() + " numbers, " + Arrays.toString(array.shape());
    }

    /** Says what the forward pass put out. */
    public void output(INDArray array) {
        output = array;
    }

    /** What is kept so far. */
    Map<String, INDArray> kept() {
        return kept;
    }

    @Override
    public boolean training() {
        return training;
    }

    @Override
    public List<INDArray> inputs() {
        return inputs;
    }

    @Override
    public INDArray output() {
        if (output == null) {
            throw new IllegalStateException(node.name() + " has no output yet: it is there in the backward pass");
        }
        return output;
    }

    @Override
    public INDArray parameter(String name) {
        try (Model.Reading reading = model.reading()) {
            return reading.parameter(node, name);
        }
    }

    @Override
    public void gradient(String name, INDArray gradient) {
        INDArray of = parameter(name);
        if (gradient == null || gradient.length() != of.length()) {
            throw new IllegalStateException(node.name() + ": the parameter " + name + " has " + inWords(of) + ", and its gradient has " + inWords(gradient));
        }
        gradients.accept(name, gradient);
    }

    @Override
    public void keep(String name, INDArray array) {
        kept.put(name, hold.apply(array));
    }

    @Override
    public INDArray kept(String name) {
        INDArray array = kept.get(name);
        if (array == null) {
            throw new IllegalStateException(node.name() + ": nothing called \"" + name + "\" was kept in the forward pass");
        }
        return array;
    }

    @Override
    public RandomGenerator random() {
        return new SplittableRandom(seed * 1_000_003 + node.index());
    }
}
