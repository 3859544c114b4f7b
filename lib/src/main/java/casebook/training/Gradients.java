package casebook.training;

import casebook.compute.Scratch;
import casebook.compute.Tensors;
import casebook.data.Batch;
import casebook.layers.Parameter;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of the loss for one batch, to look at. They are those of a training step, without weight decay, and the model stays
 * as it is.
 *
 * <pre>{@code
 * Gradients gradients = Gradients.of(model, images.batch(0, 1, 2, 3));
 * gradients.parameter("conv1/weights");        // how the loss changes with the weights of conv1
 * gradients.output("conv1");                   // how it changes with what conv1 puts out
 * gradients.weightNorms();                     // {conv1=0.21, fc2=0.08}
 * }</pre>
 *
 * @param loss the mean loss of an image
 * @param parameters the gradient with respect to each trainable parameter, by its full name, in the network's order
 * @param outputs the gradient with respect to the output of each layer that the backward pass comes through, by the layer's name
 * @param images the gradient with respect to the images
 */
public record Gradients(double loss, Map<String, INDArray> parameters, Map<String, INDArray> outputs, INDArray images) {

    /**
     * The gradients of cross-entropy.
     *
     * @throws IllegalArgumentException if the images do not have the shape of the network's input
     */
    public static Gradients of(Model model, Batch batch) {
        return of(model, batch, new CrossEntropy());
    }

    /**
     * The gradients of a loss. As in training, batch normalization uses the batch's own statistics, auxiliary heads count, and
     * dropout drops what it drops in the first step of a trainer with the seed 1.
     *
     * @throws IllegalArgumentException if the images do not have the shape of the network's input
     */
    public static Gradients of(Model model, Batch batch, Loss loss) {
        Network network = model.network();
        Map<String, INDArray> statistics = new HashMap<>();
        model.descriptions().forEach((name, parameter) -> {
            if (parameter.role() == Parameter.Role.STATISTIC) {
                statistics.put(name, model.copy(name));
            }
        });
        try (Scratch scratch = Scratch.open()) {
            Execution run = Execution.training(model, batch.images(), Trainer.chance(1, 0));
            Trainer.Start start = Trainer.start(run, network, batch, loss);
            Map<String, INDArray> seen = new HashMap<>();
            Map<String, INDArray> found = run.backward(start.gradients(), (node, gradient) -> seen.put(node.name(), gradient.detach()));
            Map<String, INDArray> parameters = new LinkedHashMap<>();
            model.parameters().keySet().stream().filter(found::containsKey).forEach(name -> parameters.put(name, found.get(name).detach()));
            Map<String, INDArray> outputs = new LinkedHashMap<>();
            network.nodes().stream().map(Node::name).filter(seen::containsKey).forEach(name -> outputs.put(name, seen.get(name)));
            return new Gradients(start.loss(), Collections.unmodifiableMap(parameters), Collections.unmodifiableMap(outputs),
                    run.inputGradient().detach());
        } finally {
            // A run in training mode moves the moving mean and variance.
            statistics.forEach(model::assign);
        }
    }

    /**
     * The gradient with respect to one parameter: an array of the parameter's shape.
     *
     * @throws IllegalArgumentException if it has none; the message lists those that have
     */
    public INDArray parameter(String name) {
        return found(parameters, name, "no trainable parameter " + name + "; there are ");
    }

    /**
     * The gradient with respect to what a layer puts out: an array of the shape of that output.
     *
     * @throws IllegalArgumentException if there is none; the message lists the layers that have one
     */
    public INDArray output(String layer) {
        return found(outputs, layer, "no gradient at the output of " + layer + " (cross-entropy starts before the softmax); there are ");
    }

    private static INDArray found(Map<String, INDArray> all, String name, String otherwise) {
        INDArray gradient = all.get(name);
        if (gradient == null) {
            throw new IllegalArgumentException(otherwise + String.join(", ", all.keySet()));
        }
        return gradient;
    }

    /** For each layer with weights, the norm of their gradient: the root of the sum of its squares. In the network's order. */
    public Map<String, Double> weightNorms() {
        Map<String, Double> norms = new LinkedHashMap<>();
        parameters.forEach((name, gradient) -> {
            if (name.endsWith("/weights")) {
                norms.put(name.substring(0, name.length() - "/weights".length()), norm(gradient));
            }
        });
        return norms;
    }

    /** The root of the sum of the squares of all numbers, added up in float64. */
    public static double norm(INDArray array) {
        double sum = 0;
        for (double value : Tensors.values(array)) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
