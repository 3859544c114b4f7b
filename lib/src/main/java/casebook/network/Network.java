package casebook.network;

import casebook.layers.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network as data: layers with names, and the shapes that flow between them. It never changes after it was built and holds
 * no weights. Tables, charts, drawings and trained models are all made from it.
 *
 * <pre>{@code
 * Network lenet5 = Network.named("LeNet-5").input(32, 32, 1)
 *     .conv(6, 5).tanh().averagePool(2)
 *     .conv(16, 5).tanh().averagePool(2)
 *     .dense(120).tanh().dense(84).tanh()
 *     .dense(10).softmax().build();
 * }</pre>
 */
public final class Network {

    /** Stands for the network's input where a layer's place is asked for. */
    public static final int INPUT = -1;

    /**
     * An end of the network.
     *
     * @param node its last layer
     * @param lossWeight how much its loss counts in training: 1 for the main output
     * @param auxiliary true for a side branch that is dropped at inference
     */
    public record Output(Node node, double lossWeight, boolean auxiliary) {}

    private final String name;
    private final Shape input;
    private final List<Node> nodes;
    private final List<Output> outputs;
    private final Map<String, Node> byName = new LinkedHashMap<>();

    Network(String name, Shape input, List<Node> nodes, List<Output> outputs) {
        this.name = name;
        this.input = input;
        this.nodes = List.copyOf(nodes);
        this.outputs = List.copyOf(outputs);
        nodes.forEach(node -> byName.put(node.name(), node));
    }

    /** Starts a network: {@code Network.named("LeNet-5").input(32, 32, 1)}. */
    public static Named named(String name) {
        return new Named(name);
    }

    /**
     * A network that has only a name so far.
     *
     * @param name the network's name
     */
    public record Named(String name) {

        /**
         * The shape of one image, in the lecture's order.
         *
         * @throws NetworkException if a side is zero or negative
         */
        public NetworkBuilder input(int height, int width, int channels) {
            try {
                return new NetworkBuilder(name, Shape.volume(height, width, channels));
            } catch (IllegalArgumentException e) {
                throw new NetworkException(name + ": the input: " + e.getMessage(), e);
            }
        }

        /**
         * A network that starts with a vector instead of an image.
         *
         * @throws NetworkException if the length is zero or negative
         */
        public NetworkBuilder input(int length) {
            try {
                return new NetworkBuilder(name, Shape.vector(length));
            } catch (IllegalArgumentException e) {
                throw new NetworkException(name + ": the input: " + e.getMessage(), e);
            }
        }
    }

    /** Its name, as in the papers: {@code LeNet-5}. */
    public String name() {
        return name;
    }

    /** The shape of one image. */
    public Shape input() {
        return input;
    }

    /** Its layers, each after those that feed it. */
    public List<Node> nodes() {
        return nodes;
    }

    /**
     * The layer with this name.
     *
     * @throws NetworkException if there is none; the message lists the layers there are
     */
    public Node node(String layer) {
        Node node = byName.get(layer);
        if (node == null) {
            throw new NetworkException(name + " has no layer " + layer + "; its layers are " + String.join(", ", byName.keySet()));
        }
        return node;
    }

    /** The main output first, then the auxiliary ones. */
    public List<Output> outputs() {
        return outputs;
    }

    /** The last layer of the main output. */
    public Node output() {
        return outputs.get(0).node();
    }

    /** The full name of a layer's parameter, {@code conv1/weights}; a layer that is used again has the first one's parameters. */
    public String parameterName(Node node, String parameter) {
        return nodes.get(node.parametersFrom()).name() + "/" + parameter;
    }

    /** For each layer, the places of the layers that read it. */
    public List<List<Integer>> readers() {
        List<List<Integer>> readers = new ArrayList<>();
        nodes.forEach(node -> readers.add(new ArrayList<>()));
        for (Node node : nodes) {
            for (int from : node.inputs()) {
                if (from != INPUT) {
                    readers.get(from).add(node.index());
                }
            }
        }
        return readers;
    }

    /** For each layer, the side of the part of the image that one of its outputs depends on: see {@link ReceptiveField}. */
    public List<ReceptiveField> receptiveFields() {
        return ReceptiveField.of(this);
    }

    @Override
    public String toString() {
        return name + ": " + input + " → " + output().output() + ", " + nodes.size() + (nodes.size() == 1 ? " layer" : " layers");
    }
}
