package casebook.model;

import casebook.layers.Pass;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One run of a model on one batch, layer by layer: forward, and if wanted backward. This is the plain way; whatever is faster
 * has to give the same numbers.
 */
public final class Execution {

    private final Model model;
    private final Network network;
    private final boolean training;
    private final long seed;
    private final INDArray images;
    private final INDArray[] outputs;
    private final LayerPass[] passes;
    private final Map<String, INDArray> gradients = new LinkedHashMap<>();
    private INDArray inputGradient;

    /**
     * Runs the forward pass.
     *
     * @param images a batch, {@code [images, channels, height, width]}
     * @param training true for training: dropout drops, batch normalization uses the batch's own statistics
     * @param withHeads true to run auxiliary heads as well
     * @param seed for layers that need chance
     * @throws IllegalArgumentException if the batch does not have the shape of the network's input
     */
    public Execution(Model model, INDArray images, boolean training, boolean withHeads, long seed) {
        this.model = model;
        this.network = model.network();
        this.training = training;
        this.seed = seed;
        this.images = model.checked(images);
        this.outputs = new INDArray[network.nodes().size()];
        this.passes = new LayerPass[network.nodes().size()];
        for (Node node : network.nodes()) {
            if (node.auxiliary() && !withHeads) {
                continue;
            }
            LayerPass pass = new LayerPass(node);
            passes[node.index()] = pass;
            outputs[node.index()] = node.layer().forward(pass, pass.inputs());
            pass.output = outputs[node.index()];
        }
    }

    /** What a layer put out. */
    public INDArray output(Node node) {
        return outputs[node.index()];
    }

    /**
     * Runs the backward pass.
     *
     * @param starts for some layers, the gradient of the loss with respect to their output
     * @return the gradient of the loss with respect to each trainable parameter, by the parameter's full name
     */
    public Map<String, INDArray> backward(Map<Node, INDArray> starts) {
        INDArray[] waiting = new INDArray[outputs.length];
        starts.forEach((node, gradient) -> waiting[node.index()] = gradient);
        for (int i = outputs.length - 1; i >= 0; i--) {
            if (waiting[i] == null) {
                continue;
            }
            Node node = network.nodes().get(i);
            List<INDArray> back = node.layer().backward(passes[i], waiting[i]);
            for (int k = 0; k < node.inputs().size(); k++) {
                int from = node.inputs().get(k);
                if (from != Network.INPUT) {
                    // Where several layers read the same output, their gradients add up.
                    waiting[from] = waiting[from] == null ? back.get(k) : waiting[from].add(back.get(k));
                } else {
                    inputGradient = inputGradient == null ? back.get(k) : inputGradient.add(back.get(k));
                }
            }
        }
        return gradients;
    }

    /** The gradient of the loss with respect to the images, after {@link #backward}. */
    public INDArray inputGradient() {
        return inputGradient;
    }

    /** What one layer is handed. */
    private final class LayerPass implements Pass {
        private final Node node;
        private final List<INDArray> inputs = new ArrayList<>();
        private final Map<String, INDArray> kept = new HashMap<>();
        private INDArray output;

        LayerPass(Node node) {
            this.node = node;
            node.inputs().forEach(from -> inputs.add(from == Network.INPUT ? images : outputs[from]));
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
            return output;
        }

        @Override
        public INDArray parameter(String name) {
            return model.parameter(Model.fullName(network, node, name));
        }

        @Override
        public void gradient(String name, INDArray gradient) {
            gradients.merge(Model.fullName(network, node, name), gradient, INDArray::add);
        }

        @Override
        public void keep(String name, INDArray array) {
            kept.put(name, array);
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
}
