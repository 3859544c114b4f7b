package casebook.model;

import casebook.compute.Scratch;
import casebook.compute.Tensors;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.network.Node;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network with weights. Its parameters are named by layer and parameter, {@code conv1/weights}, {@code fc5/bias}.
 *
 * <pre>{@code
 * Model model = Model.of(LeNet5.taught(10), 1);
 * INDArray probabilities = model.predict(images);      // [images, 10]
 * }</pre>
 */
public final class Model {

    private final Network network;
    private final DataType type;
    private final Map<String, INDArray> parameters;

    private Model(Network network, DataType type, Map<String, INDArray> parameters) {
        this.network = network;
        this.type = type;
        this.parameters = parameters;
    }

    /** A model with random weights in float32: the same seed gives the same weights. */
    public static Model of(Network network, long seed) {
        return of(network, seed, DataType.FLOAT);
    }

    /**
     * A model with random weights. A weight that feeds on n inputs starts from a normal distribution with variance 2 ÷ n if a
     * ReLU follows (He et al. 2015, "Delving deep into rectifiers", section 2.2), and 1 ÷ n otherwise (LeCun et al. 1998,
     * "Efficient backprop", section 4.6). Biases start at zero.
     *
     * @param type float32 for use, float64 for checking gradients
     */
    public static Model of(Network network, long seed, DataType type) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        List<List<Integer>> readers = network.readers();
        for (Node node : network.nodes()) {
            double gain = leadsToRelu(network, readers, node) ? 2 : 1;
            for (Parameter parameter : node.parameters()) {
                String name = fullName(network, node, parameter.name());
                // Each parameter has a stream of its own: adding a layer elsewhere does not change it.
                SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
                parameters.put(name, start(parameter, gain, random, type));
            }
        }
        return new Model(network, type, parameters);
    }

    private static boolean leadsToRelu(Network network, List<List<Integer>> readers, Node node) {
        for (int reader : readers.get(node.index())) {
            Node next = network.nodes().get(reader);
            boolean passesOn = next.layer().category() == Layer.Category.NORMALIZATION || next.layer().category() == Layer.Category.MERGE;
            if (next.layer() instanceof Relu || passesOn && leadsToRelu(network, readers, next)) {
                return true;
            }
        }
        return false;
    }

    private static INDArray start(Parameter parameter, double gain, SplittableRandom random, DataType type) {
        long[] shape = sides(parameter);
        if (parameter.start() instanceof Parameter.Start.Constant constant) {
            return Nd4j.valueArrayOf(shape, constant.value(), type);
        }
        double[] values = new double[Math.toIntExact(parameter.count())];
        if (parameter.start() instanceof Parameter.Start.Values given) {
            java.util.Arrays.setAll(values, i -> given.values().get(i));
        } else {
            double deviation = Math.sqrt(gain / ((Parameter.Start.Random) parameter.start()).inputs());
            java.util.Arrays.setAll(values, i -> random.nextGaussian() * deviation);
        }
        return Tensors.of(type, values, shape);
    }

    private static long[] sides(Parameter parameter) {
        return parameter.shape().stream().mapToLong(side -> side).toArray();
    }

    /** The full name of a layer's parameter; a layer that is used again has the first one's parameters. */
    static String fullName(Network network, Node node, String parameter) {
        return (node.shared() ? network.nodes().get(node.parametersFrom()) : node).name() + "/" + parameter;
    }

    /** The network whose weights these are. */
    public Network network() {
        return network;
    }

    /** Float32 or float64. */
    public DataType type() {
        return type;
    }

    /** All parameters by their full names, in the network's order; statistics and fixed ones included. */
    public Map<String, INDArray> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /**
     * One parameter, the array itself: {@code conv1/weights}.
     *
     * @throws IllegalArgumentException if there is none; the message lists them all
     */
    public INDArray parameter(String name) {
        INDArray parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(network.name() + " has no parameter " + name + "; it has "
                    + String.join(", ", parameters.keySet()));
        }
        return parameter;
    }

    /** What each parameter is for, by its full name. */
    public Map<String, Parameter> descriptions() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            node.parameters().forEach(parameter -> all.put(fullName(network, node, parameter.name()), parameter));
        }
        return all;
    }

    /**
     * The main output for a batch.
     *
     * @param images {@code [images, channels, height, width]}
     * @return {@code [images, classes]}
     * @throws IllegalArgumentException if the images do not have the shape of the network's input
     */
    public INDArray predict(INDArray images) {
        try (Scratch scratch = Scratch.open()) {
            return new Execution(this, images, false, false, 0).output(network.output()).detach();
        }
    }

    /** What every layer puts out for a batch, by the layers' names. */
    public Map<String, INDArray> activations(INDArray images) {
        try (Scratch scratch = Scratch.open()) {
            Execution run = new Execution(this, images, false, true, 0);
            Map<String, INDArray> all = new LinkedHashMap<>();
            network.nodes().forEach(node -> all.put(node.name(), run.output(node).detach()));
            return all;
        }
    }

    INDArray checked(INDArray images) {
        Shape input = network.input();
        long[] wanted = input.batch(images.size(0));
        if (!java.util.Arrays.equals(images.shape(), wanted)) {
            String got = java.util.Arrays.toString(images.shape());
            String cause = input.vector() ? ""
                    : images.rank() == 3 ? ": one image is a batch of one, reshape it to [1, channels, height, width]"
                    : images.rank() == 4 && images.size(3) == input.channels() && images.size(1) != input.channels()
                            ? ": channels come before height and width here, use permute(0, 3, 1, 2)"
                            : input.height() == images.size(2) + 4 ? ": were 28×28 images meant to be padded to 32×32, padded(2)?" : "";
            throw new IllegalArgumentException(network.name() + " takes images of " + input + ", that is arrays "
                    + java.util.Arrays.toString(wanted) + ", it got " + got + cause);
        }
        return images.dataType() == type ? images : images.castTo(type);
    }

    /**
     * Writes all parameters to a safetensors file, whole or not at all.
     *
     * @throws ModelFileException if it can't be written
     */
    public void save(Path file) {
        Safetensors.write(file, parameters, Map.of("network", network.name()));
    }

    /**
     * Reads parameters from a safetensors file into a model of this network.
     *
     * @throws ModelFileException if the file is damaged, or belongs to another network
     */
    public static Model load(Network network, Path file) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            for (Parameter parameter : node.parameters()) {
                parameters.put(fullName(network, node, parameter.name()), Nd4j.zeros(DataType.FLOAT, sides(parameter)));
            }
        }
        Model model = new Model(network, DataType.FLOAT, parameters);
        model.read(file, Safetensors.read(file).tensors());
        return model;
    }

    /**
     * Takes over the values of tensors read from a file.
     *
     * @param file named in messages
     * @throws ModelFileException if one is missing, of another shape, or unknown
     */
    public void read(Path file, Map<String, INDArray> tensors) {
        for (Map.Entry<String, INDArray> entry : parameters.entrySet()) {
            INDArray tensor = tensors.get(entry.getKey());
            if (tensor == null) {
                throw new ModelFileException(file + " has no " + entry.getKey() + ", so it does not belong to " + network.name()
                        + "; it has " + String.join(", ", tensors.keySet()));
            }
            if (!java.util.Arrays.equals(tensor.shape(), entry.getValue().shape())) {
                throw new ModelFileException(file + ": " + entry.getKey() + " is " + java.util.Arrays.toString(tensor.shape()) + ", but "
                        + network.name() + " needs " + java.util.Arrays.toString(entry.getValue().shape()));
            }
        }
        for (String name : tensors.keySet()) {
            if (!parameters.containsKey(name)) {
                throw new ModelFileException(file + " has " + name + ", which " + network.name() + " does not have: it belongs to another network");
            }
        }
        parameters.forEach((name, array) -> array.assign(tensors.get(name)));
    }
}
