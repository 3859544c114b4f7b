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
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import onnx.Onnx;

/**
 * Makes a network of an ONNX file. Its operators are read in order, and each one that computes something becomes a layer: one of
 * ours, or a row under its own name ({@link OtherOperators}). Those that only turn or regroup tensors are followed
 * ({@link Layout}), and those that do not depend on the image are worked out ({@link Folding}).
 */
final class Importer {

    /** The version of the operators from which on they can be read. */
    private static final long OLDEST = 7;
    private static final int MOST_OUTPUTS = 50;

    private final Path file;
    private final Onnx.GraphProto proto;
    private final List<Onnx.FunctionProto> functions;
    private final boolean ours;
    private final long version;
    private final Map<String, Consumer<Op>> readers = new TreeMap<>();
    private List<Op> operators;
    private OtherOperators others;
    private Graph graph;

    Importer(Path file, Onnx.ModelProto model) {
        this.file = file;
        this.proto = model.getGraph();
        this.functions = model.getFunctionsList();
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
        others = new OtherOperators(graph);
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

    /** Finds the operators that the outputs depend on, each after those that it reads. */
    private List<Op> needed() {
        List<Op> all = guarded(() -> "its functions", () -> Functions.written(proto.getNodeList(),
                functions)).stream().map(Op::of).toList();
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
        return inOrder(all.stream().filter(needed::contains).toList(), writers);
    }

    /** The file's order, where each operator comes after those that it reads; some programs put one at the end that belongs before. */
    private List<Op> inOrder(List<Op> all, Map<String, Op> writers) {
        Map<Op, Integer> waiting = new IdentityHashMap<>();
        Map<Op, List<Op>> behind = new IdentityHashMap<>();
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        Map<Op, Integer> places = new IdentityHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            Op op = all.get(i);
            places.put(op, i);
            List<Op> before = op.inputs().stream().distinct().map(writers::get).filter(Objects::nonNull).toList();
            before.forEach(writer -> behind.computeIfAbsent(writer, key -> new ArrayList<>()).add(op));
            waiting.put(op, before.size());
            if (before.isEmpty()) {
                ready.add(i);
            }
        }
        List<Op> ordered = new ArrayList<>(all.size());
        while (!ready.isEmpty()) {
            Op op = all.get(ready.poll());
            ordered.add(op);
            for (Op next : behind.getOrDefault(op, List.of())) {
                if (waiting.merge(next, -1, Integer::sum) == 0) {
                    ready.add(places.get(next));
                }
            }
        }
        if (ordered.size() < all.size()) {
            Op stuck = all.stream().filter(op -> waiting.get(op) > 0).findFirst().orElseThrow();
            throw new ModelFileException(file + ": " + stuck + ": it reads what is computed from its own result: operators in a circle");
        }
        return ordered;
    }

    /** What can't be read at all is said first. */
    private void checkOperators() {
        for (Op op : operators) {
            if (!readers.containsKey(op.type()) && !Folding.known(op.type())) {
                throw new ModelFileException(file + ": the operator " + op + " can't be read: " + (op.type().contains(".")
                        ? "it is not one of ONNX's own; export the network with standard operators only, without a runtime's optimizations"
                        : "how large what it writes is, is not known here; export the network without it, or only up to it"));
            }
            guarded(op::toString, op::checkInputs);
        }
    }

    /** The image comes first; a file may have other inputs beside it. */
    private void start(Shape size) {
        List<Onnx.ValueInfoProto> inputs = proto.getInputList().stream().filter(input -> !graph.fixed(input.getName()))
                .sorted(Comparator.comparing((Onnx.ValueInfoProto input) -> graph.readers(input.getName()).isEmpty()).thenComparing(
                        input -> input.getType().getTensorType().getShape().getDimCount() != 4)).toList();
        if (inputs.isEmpty() || inputs.size() > MOST_OUTPUTS) {
            throw new IllegalArgumentException("a classifier has one input, the images, and a few others at most; this file has "
                    + inputs.size());
        }
        for (Onnx.ValueInfoProto input : inputs) {
            if (input == inputs.get(0)) {
                start(input, size);
            } else if (!graph.readers(input.getName()).isEmpty()) {
                long[] sides = input.getType().getTensorType().getShape().getDimList().stream()
                        .mapToLong(Onnx.TensorShapeProto.Dimension::getDimValue).toArray();
                if (sides.length > 0 && sides[0] <= 0) {
                    sides[0] = graph.images();
                }
                graph.another(input.getName(), sides);
            }
        }
    }

    private void start(Onnx.ValueInfoProto input, Shape size) {
        String name = input.getName();
        List<Onnx.TensorShapeProto.Dimension> sides = input.getType().getTensorType().getShape().getDimList();
        if (sides.isEmpty()) {
            throw new IllegalArgumentException("\"" + Printable.name(name) + "\" has no sides; images have four (images, channels, "
                    + "height and width, in any order), vectors have two");
        }
        String axes = axes(name, sides);
        long[] lengths = sides.stream().mapToLong(Onnx.TensorShapeProto.Dimension::getDimValue).toArray();
        for (int i = 1; i < lengths.length; i++) {
            char axis = axes == null ? '?' : axes.charAt(i);
            int given = size == null || axes == null ? 0 : axis == 'C' ? size.channels() : axis == 'H' ? size.height() : size.width();
            if (lengths[i] <= 0 && given == 0) {
                throw new IllegalArgumentException("\"" + Printable.name(name)
                        + "\" leaves a side open: say how large the images are, as in --input 224x224x3");
            }
            if (lengths[i] > 0 && given > 0 && lengths[i] != given) {
                throw new IllegalArgumentException("\"" + Printable.name(name) + "\" says itself how large its images are, "
                        + Layout.text(lengths)
                        + ", which is not " + size);
            }
            lengths[i] = given > 0 ? given : lengths[i];
        }
        boolean one = axes != null && axes.charAt(0) != 'N';
        long images = one ? 1 : Math.max(1, lengths[0]);
        lengths[0] = one ? lengths[0] : images;
        Layout.Placed placed = axes == null ? Layout.placed(lengths, images, Layout.of("N", Shape.vector(1), images))
                : Layout.placed(axes, lengths, images);
        Network.Named named = Network.named(title());
        Shape shape = placed.shape();
        NetworkBuilder net = shape.vector() ? named.input(shape.channels()) : named.input(shape.height(), shape.width(), shape.channels());
        graph.start(name, net, placed.layout(), images);
    }

    /** Our own files name the network; in others' the name is often the program's. */
    private String title() {
        String fileName = String.valueOf(file.getFileName());
        return Graph.clean(ours && !proto.getName().isBlank() ? proto.getName() : fileName.replaceFirst("(?i)\\.onnx$", ""));
    }

    /**
     * Which side of the input is which. A convolution reads {@code [images, channels, height, width]}; what is turned on the
     * way to the first one came in another order. Null where they are neither an image's nor a vector's.
     */
    private String axes(String input, List<Onnx.TensorShapeProto.Dimension> sides) {
        if (sides.size() != 4) {
            boolean signal = graph.readers(input).stream().anyMatch(op -> op.type().equals("Conv"));
            return sides.size() == 2 ? "NC" : sides.size() != 3 ? null : signal ? "NCW" : single(sides);
        }
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

    /** Three sides are images without channels, or one image, which has one channel or three and more rows and columns. */
    private static String single(List<Onnx.TensorShapeProto.Dimension> sides) {
        long first = sides.get(0).getDimValue();
        long last = sides.get(2).getDimValue();
        boolean image = first > 0 && sides.get(1).getDimValue() > 4;
        return image && (last == 1 || last == 3) && first > 4 ? "HWC" : image && first == 3 && last > 4 ? "CHW" : "NHW";
    }

    private Network end() {
        if (proto.getOutputCount() == 0 || proto.getOutputCount() > MOST_OUTPUTS) {
            throw new IllegalArgumentException("a classifier has one, and a few auxiliary ones at most; this file has "
                    + proto.getOutputCount());
        }
        List<String> ends = new ArrayList<>();
        for (Onnx.ValueInfoProto output : proto.getOutputList()) {
            Flow flow = graph.flow(output.getName());
            if (flow != null) {
                ends.add(last(flow).layer());
            }
        }
        if (ends.isEmpty()) {
            throw new IllegalArgumentException("\"" + Printable.name(proto.getOutput(0).getName()) + "\" does not depend on the image");
        }
        if (ends.contains("input")) {
            throw new IllegalArgumentException("it is the image itself, so there is no layer");
        }
        return counted(graph.end(ends));
    }

    /** What only turns or regroups the numbers at the end is a layer if it is one of ours, and none otherwise. */
    private Flow last(Flow flow) {
        try {
            int rank = flow.layout().rank();
            return rank == 2 || rank == 4 ? graph.plain(flow) : flow;
        } catch (IllegalArgumentException e) {
            return flow;
        }
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
        if (op.inputs().stream().noneMatch(graph::flowing)) {
            List<Constant> worked = Folding.of(op, op.inputs().stream().map(graph::constant).toList(), version);
            for (int i = 0; i < Math.min(worked.size(), op.outputs().size()); i++) {
                graph.put(op.outputs().get(i), worked.get(i));
            }
            return;
        }
        Consumer<Op> reader = readers.get(op.type());
        if (reader == null) {
            others.read(op);
        } else {
            asLayer(op, reader);
        }
        graph.prepare(op);
    }

    /**
     * Reads an operator as a layer of ours; where it is none, by the sides of its tensors. What fits neither is refused for the first
     * reason.
     */
    private void asLayer(Op op, Consumer<Op> reader) {
        graph.keepAbsorbed();
        try {
            reader.accept(op);
        } catch (IllegalArgumentException reason) {
            graph.forgetAbsorbed();
            try {
                others.read(op);
            } catch (IllegalArgumentException e) {
                throw reason;
            }
        }
    }
}
