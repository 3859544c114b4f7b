package casebook.onnx;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.layers.Shape;
import casebook.model.ModelFileException;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.NetworkException;
import casebook.text.Printable;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import onnx.Onnx;

/**
 * Makes a network of an ONNX file. Its operators are read in order, and each one that computes something becomes a layer.
 * Those that only turn or regroup tensors are followed ({@link Layout}), and those that do not depend on the image are worked
 * out ({@link Folding}).
 */
final class Importer {

    /** The version of the operators from which on they can be read. */
    private static final long OLDEST = 9;
    private static final int MOST_OUTPUTS = 50;

    private final Path file;
    private final Onnx.GraphProto proto;
    private final boolean ours;
    private final long version;
    private final Map<String, Consumer<Op>> readers = new TreeMap<>();
    private List<Op> operators;
    private Graph graph;

    Importer(Path file, Onnx.ModelProto model) {
        this.file = file;
        this.proto = model.getGraph();
        this.ours = model.getProducerName().equals(Skeleton.PRODUCER);
        this.version = model.getOpsetImportList().stream().filter(set -> Op.standard(set.getDomain()))
                .mapToLong(Onnx.OperatorSetIdProto::getVersion).max().orElse(0);
    }

    /**
     * The network.
     *
     * @param size the image's size where the file leaves it open; otherwise null
     * @throws ModelFileException if there is something that can't be read; the message names the operator
     */
    Network network(Shape size) {
        if (version < OLDEST) {
            throw new ModelFileException(file + " is written with version " + version + " of ONNX's operators; " + OLDEST
                    + " and newer can be read");
        }
        operators = needed();
        List<String> outputs = proto.getOutputList().stream().map(Onnx.ValueInfoProto::getName).toList();
        graph = new Graph(version, operators, outputs);
        readers.putAll(new LayerOperators(graph).readers());
        readers.putAll(new JoiningOperators(graph).readers());
        readers.putAll(new MovingOperators(graph).readers());
        checkOperators();
        for (Onnx.TensorProto tensor : proto.getInitializerList()) {
            String name = tensor.getName();
            guarded(() -> "the tensor \"" + Printable.name(name) + "\"", () -> graph.put(name, Constant.of(name, tensor)));
        }
        guarded(() -> "the input", () -> start(size));
        for (Op op : operators) {
            guarded(op::toString, () -> read(op));
        }
        return guarded(() -> "the output", this::end);
    }

    private void guarded(Supplier<String> place, Runnable action) {
        guarded(place, () -> {
            action.run();
            return null;
        });
    }

    /** Whatever does not fit is told with the file and the place. */
    private <T> T guarded(Supplier<String> place, Supplier<T> action) {
        try {
            return action.get();
        } catch (NetworkException e) {
            throw new ModelFileException(file + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file + ": " + place.get() + ": " + e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new ModelFileException(file + ": " + place.get() + ": its sizes are too large to be counted", e);
        }
    }

    // ---- the graph ----

    /** Finds the operators that the outputs depend on, in the file's order. */
    private List<Op> needed() {
        List<Op> all = proto.getNodeList().stream().map(Op::of).toList();
        Map<String, Op> writers = new HashMap<>();
        for (Op op : all) {
            for (String output : op.outputs()) {
                if (!output.isEmpty() && writers.put(output, op) != null) {
                    throw new ModelFileException(file + ": two operators write the tensor \"" + Printable.name(output)
                            + "\", the second is "
                            + op);
                }
            }
        }
        Set<Op> needed = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<String> open = new ArrayDeque<>();
        proto.getOutputList().forEach(output -> open.add(output.getName()));
        while (!open.isEmpty()) {
            Op op = writers.get(open.poll());
            if (op != null && needed.add(op)) {
                open.addAll(op.inputs());
            }
        }
        return all.stream().filter(needed::contains).toList();
    }

    /** What can't be read at all is said first. */
    private void checkOperators() {
        for (Op op : operators) {
            if (!readers.containsKey(op.type()) && !Folding.OPERATORS.contains(op.type())) {
                throw new ModelFileException(file + ": the operator " + op + " can't be read; those that can are "
                        + String.join(", ", readers.keySet()));
            }
            guarded(op::toString, op::checkInputs);
        }
    }

    private void start(Shape size) {
        List<Onnx.ValueInfoProto> inputs = proto.getInputList().stream().filter(input -> !graph.fixed(input.getName())).toList();
        if (inputs.size() != 1) {
            throw new IllegalArgumentException("a classifier has one input, the images; this file has " + inputs.size() + ": "
                    + inputs.stream().map(input -> Printable.name(input.getName())).limit(5).collect(Collectors.joining(", ")));
        }
        String name = inputs.get(0).getName();
        List<Onnx.TensorShapeProto.Dimension> sides = inputs.get(0).getType().getTensorType().getShape().getDimList();
        if (sides.size() != 4 && sides.size() != 2) {
            throw new IllegalArgumentException("\"" + Printable.name(name) + "\" has " + sides.size()
                    + " sides; images have four (images, channels, "
                    + "height and width, in any order), vectors have two");
        }
        String axes = sides.size() == 2 ? "NC" : axes(name, sides);
        Map<Character, Integer> lengths = new HashMap<>();
        for (int i = 1; i < sides.size(); i++) {
            char axis = axes.charAt(i);
            int given = size == null ? 0 : axis == 'C' ? size.channels() : axis == 'H' ? size.height() : size.width();
            long side = sides.get(i).getDimValue();
            if (side <= 0 && given == 0) {
                throw new IllegalArgumentException("\"" + Printable.name(name)
                        + "\" leaves a side open: say how large the images are, as in --input 224x224x3");
            }
            if (side > 0 && given > 0 && side != given) {
                long[] itself = sides.stream().mapToLong(Onnx.TensorShapeProto.Dimension::getDimValue).toArray();
                throw new IllegalArgumentException("\"" + Printable.name(name) + "\" says itself how large its images are, "
                        + Layout.text(itself)
                        + ", which is not " + size);
            }
            lengths.put(axis, given > 0 ? given : Math.toIntExact(side));
        }
        Network.Named named = Network.named(title());
        NetworkBuilder input = sides.size() == 2 ? named.input(lengths.get('C'))
                : named.input(lengths.get('H'), lengths.get('W'), lengths.get('C'));
        graph.start(name, input, axes, Math.max(1, sides.get(0).getDimValue()));
    }

    /** Our own files name the network; in others' the name is often the program's. */
    private String title() {
        String fileName = String.valueOf(file.getFileName());
        return Graph.clean(ours && !proto.getName().isBlank() ? proto.getName() : fileName.replaceFirst("(?i)\\.onnx$", ""));
    }

    /**
     * Which side of the input is which. A convolution reads {@code [images, channels, height, width]}; what is turned on the
     * way to the first one came in another order.
     */
    private String axes(String input, List<Onnx.TensorShapeProto.Dimension> sides) {
        Set<String> passing = Set.of("Add", "Sub", "Mul", "Div", "Cast", "Identity", "Pad", "Relu", "Clip", "Dropout");
        Set<String> fixed = Set.of("Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization",
                "LRN");
        Map<String, int[]> orders = new HashMap<>(Map.of(input, new int[] {0, 1, 2, 3}));
        Deque<String> open = new ArrayDeque<>(List.of(input));
        while (!open.isEmpty()) {
            String tensor = open.poll();
            int[] order = orders.get(tensor);
            for (Op op : graph.readers(tensor)) {
                if (fixed.contains(op.type())) {
                    char[] axes = new char[4];
                    for (int i = 0; i < 4; i++) {
                        axes[order[i]] = "NCHW".charAt(i);
                    }
                    if (axes[0] != 'N') {
                        throw new IllegalArgumentException("the images of \"" + Printable.name(input)
                                + "\" do not lie one behind the other: "
                                + "only a first side that counts images can be read");
                    }
                    return new String(axes);
                }
                int[] next = order;
                if (op.type().equals("Transpose")) {
                    int[] turned = Folding.order(op, 4);
                    next = Arrays.stream(turned).map(place -> order[place]).toArray();
                } else if (!passing.contains(op.type())) {
                    continue;
                }
                if (orders.putIfAbsent(op.output(), next) == null) {
                    open.add(op.output());
                }
            }
        }
        // No convolution says it: an image has one channel or three, and more rows and columns.
        long last = sides.get(3).getDimValue();
        return (last == 1 || last == 3) && sides.get(1).getDimValue() > 4 && sides.get(2).getDimValue() > 4 ? "NHWC" : "NCHW";
    }

    private Network end() {
        if (proto.getOutputCount() == 0 || proto.getOutputCount() > MOST_OUTPUTS) {
            throw new IllegalArgumentException("a classifier has one, and a few auxiliary ones at most; this file has "
                    + proto.getOutputCount());
        }
        List<String> ends = new ArrayList<>();
        for (Onnx.ValueInfoProto output : proto.getOutputList()) {
            Flow flow = graph.flow(output.getName());
            if (flow == null) {
                throw new IllegalArgumentException("\"" + Printable.name(output.getName()) + "\" does not depend on the image");
            }
            int rank = flow.layout().rank();
            ends.add((rank == 2 || rank == 4 ? graph.plain(flow) : flow).layer());
        }
        if (ends.contains("input")) {
            throw new IllegalArgumentException("it is the image itself, so there is no layer");
        }
        return counted(graph.end(ends));
    }

    /** Sizes that can each be read may have products that can't be counted, whatever counts. */
    private Network counted(Network network) {
        try {
            CostSheet.of(network, new Convention(Convention.Biases.EVERYWHERE, Set.of(Convention.Count.values())));
        } catch (ArithmeticException e) {
            throw new NetworkException(e.getMessage(), e);
        }
        return network;
    }

    private void read(Op op) {
        if (graph.absorbed.contains(op)) {
            graph.put(op, op.inputs().stream().filter(graph::flowing).map(graph::flow).findFirst().orElseThrow());
            return;
        }
        for (String input : op.inputs()) {
            if (!input.isEmpty() && !graph.flowing(input) && !graph.fixed(input)) {
                throw new IllegalArgumentException("it reads \"" + Printable.name(input) + "\", which no operator before it writes");
            }
        }
        boolean fixed = op.inputs().stream().noneMatch(graph::flowing);
        Constant worked = fixed ? Folding.of(op, input -> op.has(input) ? graph.constant(op.inputs().get(input)) : null) : null;
        Consumer<Op> reader = readers.get(op.type());
        if (worked != null) {
            graph.put(op.output(), worked);
        } else if (fixed || reader == null) {
            throw new IllegalArgumentException("this operator " + (fixed ? "does not depend on the image, and can't be worked out"
                    : "on what depends on the image can't be read"));
        } else {
            reader.accept(op);
        }
    }
}
