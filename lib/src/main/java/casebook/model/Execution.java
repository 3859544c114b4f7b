package casebook.model;

import casebook.compute.Scratch;
import casebook.compute.Stopped;
import casebook.network.Network;
import casebook.network.Node;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One run of a model on one batch, layer by layer: forward, and if wanted backward. This is the plain way; whatever is faster
 * has to give the same numbers.
 *
 * <p>Inside a {@link Scratch}, memory is used again as soon as it can be: what a layer needed only for itself after the layer,
 * and in the backward pass what a layer put out once its gradient is known. Without one all arrays last as long as they are reachable.
 *
 * <p>A thread that is interrupted stops before the next layer, with {@link Stopped}.
 */
public final class Execution implements ModelRun {

    private final Model model;
    private final Network network;
    private final boolean training;
    private final long seed;
    private final INDArray images;
    private final INDArray[] outputs;
    private final LayerPass[] passes;
    private final Scratch scratch = Scratch.current();
    private final Map<String, INDArray> gradients = new LinkedHashMap<>();
    private INDArray inputGradient;

    /**
     * Runs the forward pass as in training, auxiliary heads included: dropout drops, batch normalization uses the batch's own statistics
     * and moves its moving ones.
     *
     * @param images a batch, {@code [images, channels, height, width]}
     * @param seed for layers that need chance
     * @throws IllegalArgumentException if the batch does not have the shape of the network's input
     */
    public static Execution training(Model model, INDArray images, long seed) {
        return new Execution(model, images, true, true, seed, null);
    }

    /**
     * Runs the forward pass as in a prediction, auxiliary heads included, and keeps all that a backward pass needs.
     *
     * @param images a batch, {@code [images, channels, height, width]}
     * @throws IllegalArgumentException if the batch does not have the shape of the network's input
     */
    public static Execution predicting(Model model, INDArray images) {
        return new Execution(model, images, false, true, 0, null);
    }

    /**
     * Runs the forward pass for a few outputs alone: what a layer put out is let go of as soon as all that read it are done. There is
     * no backward pass.
     *
     * @param images a batch, {@code [images, channels, height, width]}
     * @param wanted the layers whose outputs are wanted
     * @throws IllegalArgumentException if the batch does not have the shape of the network's input
     */
    public static Execution forward(Model model, INDArray images, Node... wanted) {
        BitSet places = new BitSet();
        for (Node node : wanted) {
            places.set(node.index());
        }
        return new Execution(model, images, false, Stream.of(wanted).anyMatch(Node::auxiliary), 0, places);
    }

    private Execution(Model model, INDArray images, boolean training, boolean withHeads, long seed, BitSet wanted) {
        this.model = model;
        this.network = model.network();
        this.training = training;
        this.seed = seed;
        this.images = model.requireInput(images);
        this.outputs = new INDArray[network.nodes().size()];
        this.passes = new LayerPass[network.nodes().size()];
        try (Model.Reading reading = model.reading()) {
            forward(withHeads, wanted);
        } finally {
            if (training) {
                // Moving means and variances have moved.
                model.changed();
            }
        }
    }

    private void forward(boolean withHeads, BitSet wanted) {
        int[] readersLeft = network.readers().stream().mapToInt(List::size).toArray();
        for (Node node : network.nodes()) {
            if (node.auxiliary() && !withHeads) {
                continue;
            }
            Stopped.check();
            LayerPass pass = pass(node);
            passes[node.index()] = pass;
            INDArray output = apart(() -> hold(pass.forward()));
            pass.output(output);
            outputs[node.index()] = output;
            if (wanted != null) {
                release(pass);
                for (int from : node.inputs()) {
                    if (from != Network.INPUT && --readersLeft[from] == 0 && !wanted.get(from)) {
                        releaseOutput(from);
                    }
                }
            }
        }
    }

    private LayerPass pass(Node node) {
        List<INDArray> inputs = node.inputs().stream().map(from -> from == Network.INPUT ? images : outputs[from]).toList();
        return new LayerPass(model, node, training, seed, inputs, (name, gradient) -> {
            String full = network.parameterName(node, name);
            gradients.put(full, sum(gradients.get(full), gradient));
        }, this::hold);
    }

    /** What is made in here and not held is gone afterwards. */
    private <T> T apart(Supplier<T> work) {
        if (scratch == null) {
            return work.get();
        }
        try (Scratch inner = Scratch.open()) {
            return work.get();
        }
    }

    private INDArray hold(INDArray array) {
        if (scratch != null) {
            scratch.hold(array);
        }
        return array;
    }

    private void drop(INDArray array) {
        if (scratch != null) {
            scratch.drop(array);
        }
    }

    private void releaseOutput(int layer) {
        if (outputs[layer] != null && scratch != null) {
            drop(outputs[layer]);
            outputs[layer] = null;
            release(passes[layer]);
        }
    }

    private void release(LayerPass pass) {
        pass.kept().values().forEach(this::drop);
        pass.kept().clear();
    }

    /** What a layer put out; not after {@link #backward} inside a {@link Scratch}. */
    @Override
    public INDArray output(Node node) {
        INDArray output = outputs[node.index()];
        if (output == null) {
            throw new IllegalStateException(node.name() + ": its output was not kept in this run");
        }
        return output;
    }

    /**
     * Runs the backward pass.
     *
     * @param starts for some layers, the gradient of the loss with respect to their output
     * @return the gradient of the loss with respect to each trainable parameter, by the parameter's full name
     */
    @Override
    public Map<String, INDArray> backward(Map<Node, INDArray> starts) {
        return backward(starts, (node, gradient) -> {});
    }

    /**
     * Runs the backward pass, and shows what passes by.
     *
     * @param starts for some layers, the gradient of the loss with respect to their output
     * @param seen is handed each layer that the backward pass comes through, and the gradient of the loss with respect to its output;
     *     inside a {@link Scratch} the array is gone afterwards
     * @return the gradient of the loss with respect to each trainable parameter, by the parameter's full name
     */
    public Map<String, INDArray> backward(Map<Node, INDArray> starts, BiConsumer<Node, INDArray> seen) {
        try (Model.Reading reading = model.reading()) {
            return backwardThroughAll(starts, seen);
        }
    }

    private Map<String, INDArray> backwardThroughAll(Map<Node, INDArray> starts, BiConsumer<Node, INDArray> seen) {
        INDArray[] waiting = new INDArray[outputs.length];
        starts.forEach((node, gradient) -> waiting[node.index()] = hold(gradient));
        for (int i = outputs.length - 1; i >= 0; i--) {
            if (waiting[i] != null) {
                Stopped.check();
                int layer = i;
                seen.accept(network.nodes().get(layer), waiting[layer]);
                apart(() -> {
                    backward(network.nodes().get(layer), waiting);
                    return null;
                });
                drop(waiting[i]);
            }
            releaseOutput(i);
        }
        // What a layer handed over may be an array that is used elsewhere.
        gradients.replaceAll((name, gradient) -> hold(gradient.dup('c')));
        return gradients;
    }

    private void backward(Node node, INDArray[] waiting) {
        List<INDArray> back = passes[node.index()].backward(waiting[node.index()]);
        for (int k = 0; k < node.inputs().size(); k++) {
            int from = node.inputs().get(k);
            // Where several layers read the same output, their gradients add up.
            if (from != Network.INPUT) {
                waiting[from] = sum(waiting[from], back.get(k));
            } else {
                inputGradient = sum(inputGradient, back.get(k));
            }
        }
    }

    private INDArray sum(INDArray soFar, INDArray more) {
        if (soFar == null) {
            return hold(more);
        }
        INDArray sum = hold(soFar.add(more));
        drop(soFar);
        return sum;
    }

    /** The gradient of the loss with respect to the images, after {@link #backward}. */
    public INDArray inputGradient() {
        return inputGradient;
    }
}
