package casebook.network;

import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.Layer;
import casebook.layers.LocalResponseNormalization;
import casebook.layers.MaxPooling;
import casebook.layers.Multiply;
import casebook.layers.Option;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.Sigmoid;
import casebook.layers.Softmax;
import casebook.layers.Tanh;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Builds a {@link Network}, layer after layer. It always stands behind one layer, and what is added next reads that layer.
 * Shapes are computed at once, so that what does not fit is reported at the line that is wrong.
 *
 * <p>{@code name("C1").conv(6, 5).tanh()} names the convolution {@code C1} and, after it, the activation {@code C1/tanh};
 * a layer without a name is called after its kind, {@code conv1}, {@code pool2}.
 */
public final class NetworkBuilder {

    /** What all branches of one network share. */
    private static final class Draft {
        final String name;
        final Shape input;
        final List<Node> nodes = new ArrayList<>();
        final Map<String, Integer> byName = new LinkedHashMap<>();
        final Map<String, Integer> count = new HashMap<>();
        final List<Network.Output> outputs = new ArrayList<>();
        boolean built;

        Draft(String name, Shape input) {
            this.name = name;
            this.input = input;
        }
    }

    private static final String AGAIN = "_again";

    private final Draft draft;
    private final List<String> outer;
    private final String prefix;
    private int at;
    private String stage;
    private String nextName;
    private String lastNamed;

    NetworkBuilder(String name, Shape input) {
        this(new Draft(name, input), List.of(), "", Network.INPUT);
    }

    private NetworkBuilder(Draft draft, List<String> outer, String prefix, int at) {
        this.draft = draft;
        this.outer = outer;
        this.prefix = prefix;
        this.at = at;
    }

    // ---- layers ----

    /** Convolution with {@code filters} filters of {@code size × size}; stride 1, no padding unless the options say so. */
    public NetworkBuilder conv(int filters, int size, Option... options) {
        return conv(filters, size, size, options);
    }

    /** Convolution with {@code filters} filters of {@code height × width}. */
    public NetworkBuilder conv(int filters, int height, int width, Option... options) {
        return add("conv", () -> Convolution.of(filters, height, width, options));
    }

    /** Depthwise convolution: one {@code size × size} filter for each channel. */
    public NetworkBuilder depthwiseConv(int size, Option... options) {
        int channels = shape().channels();
        Option[] all = java.util.Arrays.copyOf(options, options.length + 1);
        all[options.length] = Option.groups(channels);
        return add("conv", () -> Convolution.of(channels, size, size, all));
    }

    /** Max pooling; windows of {@code size × size} move by {@code size} unless the options say otherwise. */
    public NetworkBuilder maxPool(int size, Option... options) {
        return add("pool", () -> MaxPooling.of(size, options));
    }

    /** Average pooling; windows of {@code size × size} move by {@code size} unless the options say otherwise. */
    public NetworkBuilder averagePool(int size, Option... options) {
        return add("pool", () -> AveragePooling.of(size, options));
    }

    /** The mean of each channel: {@code 7×7×1024 → 1×1×1024}. */
    public NetworkBuilder globalAveragePool() {
        return add("pool", GlobalAveragePooling::new);
    }

    /** Fully connected layer; a volume is flattened first. */
    public NetworkBuilder dense(int outputs, Option... options) {
        if (!shape().vector()) {
            String name = nextName;
            nextName = name == null ? null : name + "/flatten";
            flatten();
            nextName = name;
        }
        return add("fc", () -> FullyConnected.of(outputs, options));
    }

    /** Lays a volume out as a vector. */
    public NetworkBuilder flatten() {
        return add("flatten", Flatten::new);
    }

    /** ReLU. */
    public NetworkBuilder relu() {
        return add("relu", Relu::new);
    }

    /** Hyperbolic tangent. */
    public NetworkBuilder tanh() {
        return add("tanh", Tanh::new);
    }

    /** Sigmoid. */
    public NetworkBuilder sigmoid() {
        return add("sigmoid", Sigmoid::new);
    }

    /** Softmax: probabilities that add up to 1. */
    public NetworkBuilder softmax() {
        return add("softmax", Softmax::new);
    }

    /** Batch normalization. */
    public NetworkBuilder batchNorm() {
        return add("bn", BatchNormalization::new);
    }

    /** Local response normalization with AlexNet's constants. */
    public NetworkBuilder localResponseNorm() {
        return add("lrn", LocalResponseNormalization::new);
    }

    /** Dropout with this probability of being dropped. */
    public NetworkBuilder dropout(double probability) {
        return add("dropout", () -> new Dropout(probability));
    }

    /** Any other layer, one of your own included. */
    public NetworkBuilder layer(Layer layer) {
        return add(layer.kind().replace(' ', '_'), () -> layer);
    }

    // ---- names and stages ----

    /** Names the next layer. Activations and normalizations right after it are named after it, {@code conv1/relu}. */
    public NetworkBuilder name(String name) {
        nextName = name;
        return this;
    }

    /** Starts a stage, by which tables and charts sum: the layers from here to the next stage belong to it. */
    public NetworkBuilder stage(String stage) {
        this.stage = stage;
        lastNamed = null;
        return this;
    }

    /** Ends the stage: a module that follows is a stage of its own. */
    public NetworkBuilder endStage() {
        return stage(null);
    }

    /**
     * Adds a part whose name stands before all names in it: {@code inception_3a/5x5}. It is a stage of its own or, within a
     * stage, a part of that.
     */
    public NetworkBuilder module(String name, Block body) {
        List<String> deeper = new ArrayList<>(path());
        deeper.add(prefix + name);
        at = end(body, new NetworkBuilder(draft, List.copyOf(deeper), prefix + name + "/", at));
        lastNamed = null;
        return this;
    }

    /** The stages that the next layer lies in. */
    private List<String> path() {
        if (stage == null) {
            return outer;
        }
        List<String> path = new ArrayList<>(outer);
        path.add(stage);
        return List.copyOf(path);
    }

    /** Adds a part made elsewhere. */
    public NetworkBuilder then(Block block) {
        at = end(block, fork());
        return this;
    }

    // ---- branches ----

    /** Lets several branches read the current layer and puts their channels behind one another. */
    public NetworkBuilder branches(Block... branches) {
        return merge("concat", new Concatenate(), branches);
    }

    /**
     * A residual block: the main path's output plus the block's input, {@code a[l+2] = g(z[l+2] + a[l])}. The non-linearity
     * g is not part of it: write {@code residual(…).relu()}.
     */
    public NetworkBuilder residual(Block main) {
        return residual(main, Block.NOTHING);
    }

    /** A residual block whose shortcut changes the shape, often by a 1×1 convolution. */
    public NetworkBuilder residual(Block main, Block shortcut) {
        return merge("add", new Add(), main, shortcut);
    }

    private NetworkBuilder merge(String kind, Layer layer, Block... branches) {
        // The name was given before the branches, and is meant for where they meet.
        String name = nextName;
        nextName = null;
        List<Integer> ends = new ArrayList<>();
        for (Block branch : branches) {
            ends.add(end(branch, fork()));
        }
        nextName = name;
        return add(kind, () -> layer, ends);
    }

    /** Adds the outputs of other layers to the current one, number by number. */
    public NetworkBuilder add(String... others) {
        return add("add", Add::new, withCurrent(others));
    }

    /** Puts the channels of other layers behind those of the current one. */
    public NetworkBuilder concat(String... others) {
        return add("concat", Concatenate::new, withCurrent(others));
    }

    /** Multiplies the current layer with another, number by number or channel by channel. */
    public NetworkBuilder multiply(String other) {
        return add("multiply", Multiply::new, withCurrent(other));
    }

    /** Joins the current layer and others by a layer of your own with several inputs. */
    public NetworkBuilder join(Layer layer, String... others) {
        return add(layer.kind().replace(' ', '_'), () -> layer, withCurrent(others));
    }

    /** Goes back to a layer by its name, to start another branch there; {@code "input"} is the network's input. */
    public NetworkBuilder from(String layer) {
        at = find(layer);
        lastNamed = null;
        return this;
    }

    /**
     * Uses an earlier layer once more, with the same parameters: they count once, its multiplications each time. Without a {@link #name} it
     * is called {@code conv1_again}, and the next time {@code conv1_again2}.
     */
    public NetworkBuilder again(String layer) {
        int original = find(layer);
        if (original == Network.INPUT) {
            throw new NetworkException(draft.name + ": the input is not a layer that can be used again");
        }
        Node node = draft.nodes.get(original);
        if (node.inputs().size() != 1) {
            throw new NetworkException(layer + ": only a layer with one input can be used again");
        }
        add(layer + AGAIN, node::layer, List.of(at), node.parametersFrom());
        Node copy = draft.nodes.get(at);
        if (!copy.layer().parameters(copy.inputShapes()).equals(node.layer().parameters(node.inputShapes()))) {
            throw new NetworkException(copy.name() + ": " + layer + " was made for a " + node.inputShapes().get(0)
                    + " input and its parameters do not fit a " + copy.inputShapes().get(0) + " input");
        }
        return this;
    }

    /**
     * An auxiliary head: a side branch with an output of its own, that helps in training and is dropped at inference
     * (Szegedy et al. 2014, section 5). The network goes on from where it was.
     *
     * @param lossWeight how much its loss counts, 0.3 in GoogLeNet
     */
    public NetworkBuilder auxiliary(double lossWeight, Block head) {
        int end = end(head, fork());
        if (end == at) {
            throw new NetworkException(draft.name + ": an auxiliary head needs at least one layer");
        }
        draft.outputs.add(new Network.Output(draft.nodes.get(end), lossWeight, true));
        return this;
    }

    /**
     * Makes an earlier layer one more output. What leads only there is an auxiliary head: {@link #auxiliary} without a block.
     *
     * @param lossWeight how much its loss counts
     */
    public NetworkBuilder output(String layer, double lossWeight) {
        int place = find(layer);
        if (place == Network.INPUT) {
            throw new NetworkException(draft.name + ": the input can't be an output");
        }
        draft.outputs.add(new Network.Output(draft.nodes.get(place), lossWeight, true));
        return this;
    }

    // ---- the end ----

    /** The shape at the current place. */
    public Shape shape() {
        return shape(at);
    }

    /**
     * The finished network; the current layer is its main output.
     *
     * @throws NetworkException if it has no layers, or a layer that leads nowhere
     */
    public Network build() {
        if (at == Network.INPUT) {
            throw new NetworkException(draft.name + ": a network needs at least one layer");
        }
        if (draft.built) {
            throw new NetworkException(draft.name + ": build() was called before; start a new network with Network.named(…)");
        }
        if (nextName != null) {
            throw new NetworkException(draft.name + ": no layer follows name(\"" + nextName + "\")");
        }
        List<Node> nodes = headsMarked();
        List<Network.Output> outputs = new ArrayList<>();
        outputs.add(new Network.Output(nodes.get(at), 1, false));
        draft.outputs.forEach(output -> outputs.add(new Network.Output(nodes.get(output.node().index()), output.lossWeight(), true)));
        Network network = new Network(draft.name, draft.input, nodes, outputs);
        List<List<Integer>> readers = network.readers();
        for (Node node : network.nodes()) {
            boolean ends = outputs.stream().anyMatch(output -> output.node() == node);
            if (readers.get(node.index()).isEmpty() && !ends) {
                throw new NetworkException(node.name() + ": nothing reads its output, and it is not the network's; join it with "
                        + "concat(\"" + node.name() + "\") or add(\"" + node.name() + "\"), or leave it out");
            }
        }
        draft.built = true;
        return network;
    }

    // ---- how it is done ----

    /** The layers; what the main output does not depend on belongs to an auxiliary head. */
    private List<Node> headsMarked() {
        if (draft.outputs.isEmpty()) {
            return draft.nodes;
        }
        boolean[] main = reached(at);
        return draft.nodes.stream().map(node -> main[node.index()] ? node : node.inHead()).toList();
    }

    /** The layers that this one depends on, itself included. */
    private boolean[] reached(int end) {
        boolean[] reached = new boolean[draft.nodes.size()];
        reached[end] = true;
        for (int i = end; i >= 0; i--) {
            if (reached[i]) {
                draft.nodes.get(i).inputs().stream().filter(from -> from != Network.INPUT).forEach(from -> reached[from] = true);
            }
        }
        return reached;
    }

    private NetworkBuilder fork() {
        return new NetworkBuilder(draft, path(), prefix, at);
    }

    /** Where a block ends that starts here. */
    private int end(Block block, NetworkBuilder start) {
        NetworkBuilder end = block.apply(start);
        if (end == null || end.draft != draft) {
            throw new NetworkException(draft.name + ": a block must return the builder that it was given, with its layers added");
        }
        if (end.nextName != null) {
            throw new NetworkException(draft.name + ": no layer follows name(\"" + end.nextName + "\")");
        }
        return end.at;
    }

    private List<Integer> withCurrent(String... others) {
        List<Integer> inputs = new ArrayList<>(List.of(at));
        for (String other : others) {
            inputs.add(find(other));
        }
        return inputs;
    }

    private int find(String layer) {
        Integer place = layer.equals("input") ? Integer.valueOf(Network.INPUT) : draft.byName.get(prefix + layer);
        place = place == null ? draft.byName.get(layer) : place;
        if (place == null) {
            Set<String> names = new TreeSet<>(draft.byName.keySet());
            throw new NetworkException(draft.name + ": there is no layer " + layer + " yet; so far there are " + names
                    + ". A layer can only read layers that were added before it, so that no cycle can arise");
        }
        return place;
    }

    private Shape shape(int place) {
        return place == Network.INPUT ? draft.input : draft.nodes.get(place).output();
    }

    private NetworkBuilder add(String kind, Supplier<Layer> layer) {
        return add(kind, layer, List.of(at));
    }

    private NetworkBuilder add(String kind, Supplier<Layer> layer, List<Integer> inputs) {
        return add(kind, layer, inputs, draft.nodes.size());
    }

    private NetworkBuilder add(String kind, Supplier<Layer> supplier, List<Integer> inputs, int parametersFrom) {
        if (draft.built) {
            throw new NetworkException(draft.name + " is already built and never changes; start a new one with Network.named(…)");
        }
        String name = chooseName(kind);
        if (name.isBlank() || name.equals("input")) {
            throw new NetworkException(draft.name + ": a layer can't be called \"" + name + "\"");
        }
        if (draft.byName.containsKey(name)) {
            throw new NetworkException(name + ": there is already a layer of this name; each layer needs its own");
        }
        List<Shape> shapes = new ArrayList<>(inputs.size());
        for (int input : inputs) {
            shapes.add(shape(input));
        }
        List<Shape> inputShapes = List.copyOf(shapes);
        try {
            Layer layer = supplier.get();
            Shape output = layer.output(inputShapes);
            draft.nodes.add(new Node(draft.nodes.size(), name, layer, List.copyOf(inputs), inputShapes, output, path(),
                    parametersFrom, false));
        } catch (ArithmeticException e) {
            throw new NetworkException(name + ": the numbers are too large to be counted (more than 2⁶³)", e);
        } catch (IllegalArgumentException e) {
            throw new NetworkException(name + ": " + e.getMessage(), e);
        }
        at = draft.nodes.size() - 1;
        draft.byName.put(name, at);
        return this;
    }

    private String chooseName(String kind) {
        if (nextName != null) {
            lastNamed = prefix + nextName;
            nextName = null;
            return lastNamed;
        }
        boolean follows = lastNamed != null && Set.of("relu", "tanh", "sigmoid", "bn", "lrn", "dropout").contains(kind);
        if (follows && !draft.byName.containsKey(lastNamed + "/" + kind)) {
            return lastNamed + "/" + kind;
        }
        lastNamed = null;
        boolean usuallyOne = kind.equals("flatten") || kind.equals("softmax") || kind.endsWith(AGAIN);
        String name;
        do {
            int count = draft.count.merge(prefix + kind, 1, Integer::sum);
            name = prefix + kind + (usuallyOne && count == 1 ? "" : count);
        } while (draft.byName.containsKey(name));
        return name;
    }
}
