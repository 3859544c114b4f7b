package casebook.model;

import casebook.compute.Elements;
import casebook.compute.Scratch;
import casebook.compute.Tensors;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.network.Node;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
public final class Model implements AutoCloseable {

    /** Past so many bytes of weights, memory of models that nobody uses any more is given back before more is asked for. */
    private static final long LARGE = 200L << 20;

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
        makeRoom(network, type);
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

    private static void makeRoom(Network network, DataType type) {
        long numbers = network.nodes().stream().flatMap(node -> node.parameters().stream()).mapToLong(Parameter::count).sum();
        if (numbers * type.width() > LARGE) {
            // Java does not see how much memory its small handles on large arrays stand for, and would let them pile up.
            System.gc();
        }
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
        if (parameter.start() instanceof Parameter.Start.Values given) {
            Iterator<Double> values = given.values().iterator();
            return Tensors.filled(type, values::next, shape);
        }
        double deviation = Math.sqrt(gain / ((Parameter.Start.Random) parameter.start()).inputs());
        return Tensors.filled(type, () -> random.nextGaussian() * deviation, shape);
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
     * @throws IllegalStateException if the model was closed
     */
    public INDArray parameter(String name) {
        INDArray parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(network.name() + " has no parameter " + name + "; it has "
                    + String.join(", ", parameters.keySet()));
        }
        if (parameter.wasClosed()) {
            throw new IllegalStateException("this model of " + network.name() + " was closed, it has no weights any more: close it when nothing uses it, or make it anew");
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
     * @throws casebook.compute.Stopped if this thread is interrupted
     */
    public INDArray predict(INDArray images) {
        try (Scratch scratch = Scratch.open()) {
            return Execution.forward(this, images, network.output()).output(network.output()).detach();
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
            String got = Arrays.toString(images.shape());
            String cause = input.vector() ? ""
                    : images.rank() == 3 ? ": one image is a batch of one, reshape it to [1, channels, height, width]"
                    : images.rank() == 4 && images.size(3) == input.channels() && images.size(1) != input.channels()
                            ? ": channels come before height and width here, use permute(0, 3, 1, 2)"
                            : input.height() == images.size(2) + 4 ? ": were 28×28 images meant to be padded to 32×32, padded(2)?" : "";
            throw new IllegalArgumentException(network.name() + " takes images of " + input + ", that is arrays "
                    + Arrays.toString(wanted) + ", it got " + got + cause);
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
        makeRoom(network, DataType.FLOAT);
        Map<String, INDArray> tensors = Safetensors.read(file).tensors();
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            for (Parameter parameter : node.parameters()) {
                String name = fullName(network, node, parameter.name());
                INDArray tensor = checked(network, file, name, sides(parameter), tensors);
                parameters.put(name, tensor.dataType() == DataType.FLOAT ? tensor : tensor.castTo(DataType.FLOAT));
            }
        }
        refuseStrangers(network, file, parameters.keySet(), tensors);
        return new Model(network, DataType.FLOAT, parameters);
    }

    /**
     * Takes over the values of tensors read from a file.
     *
     * @param file named in messages
     * @throws ModelFileException if one is missing, of another shape, or unknown
     */
    public void read(Path file, Map<String, INDArray> tensors) {
        parameters.forEach((name, array) -> checked(network, file, name, array.shape(), tensors));
        refuseStrangers(network, file, parameters.keySet(), tensors);
        parameters.forEach((name, array) -> array.assign(tensors.get(name)));
    }

    private static INDArray checked(Network network, Path file, String name, long[] shape, Map<String, INDArray> tensors) {
        INDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFileException(file + " has no " + name + ", so it does not belong to " + network.name()
                    + "; it has " + FileText.shown(tensors.keySet()));
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new ModelFileException(file + ": " + name + " is " + Arrays.toString(tensor.shape()) + ", but "
                    + network.name() + " needs " + Arrays.toString(shape));
        }
        if (!Elements.finite(tensor)) {
            throw new ModelFileException(file + ": " + name + " has values that are no numbers that can be used (NaN or infinite): "
                    + "was it saved after training had gone wrong?");
        }
        return tensor;
    }

    private static void refuseStrangers(Network network, Path file, Set<String> names, Map<String, INDArray> tensors) {
        for (String name : tensors.keySet()) {
            if (!names.contains(name)) {
                throw new ModelFileException(file + " has " + FileText.shown(name) + ", which " + network.name()
                        + " does not have: it belongs to another network");
            }
        }
    }

    /** Gives its memory back at once; the model can't be used any more. Without it, the memory comes back some time later. */
    @Override
    public void close() {
        parameters.values().forEach(INDArray::close);
    }
}
