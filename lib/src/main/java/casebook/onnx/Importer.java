package casebook.onnx;

import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.ChannelScaling;
import casebook.layers.ChannelShuffle;
import casebook.layers.Clip;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.HardSigmoid;
import casebook.layers.Layer;
import casebook.layers.LocalResponseNormalization;
import casebook.layers.MaxPooling;
import casebook.layers.Multiply;
import casebook.layers.PaddedShortcut;
import casebook.layers.Padding;
import casebook.layers.Relu;
import casebook.layers.Rescaling;
import casebook.layers.Reshape;
import casebook.layers.Shape;
import casebook.layers.Sigmoid;
import casebook.layers.Softmax;
import casebook.layers.Tanh;
import casebook.layers.Window;
import casebook.layers.ZeroPadding;
import casebook.model.ModelFileException;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.NetworkException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import onnx.Onnx;

/**
 * Makes a network of an ONNX file's graph. Its operators are read in order, and each one that computes something becomes a
 * layer. Those that only turn or regroup tensors are followed ({@link Layout}), and those that work out sizes are worked out.
 */
final class Importer {

    /** The version of the operators from which on they can be read. */
    private static final long OLDEST = 9;
    private static final int LONGEST_NAME = 100;
    private static final int MOST_OUTPUTS = 50;

    /** Reads one operator. */
    @FunctionalInterface
    private interface Reader {
        void read(Importer importer, Op op);
    }

    private static final Map<String, Reader> READERS = new TreeMap<>();

    static {
        READERS.put("Conv", Importer::convolution);
        READERS.put("Gemm", Importer::gemm);
        READERS.put("MatMul", Importer::matMul);
        READERS.put("MaxPool", Importer::maxPool);
        READERS.put("AveragePool", Importer::averagePool);
        READERS.put("GlobalAveragePool", Importer::globalAveragePool);
        READERS.put("GlobalMaxPool", Importer::globalMaxPool);
        READERS.put("ReduceMean", Importer::reduceMean);
        READERS.put("BatchNormalization", Importer::batchNormalization);
        READERS.put("LRN", Importer::localResponseNormalization);
        READERS.put("Relu", (importer, op) -> importer.activation(op, new Relu()));
        READERS.put("Sigmoid", (importer, op) -> importer.activation(op, new Sigmoid()));
        READERS.put("Tanh", (importer, op) -> importer.activation(op, new Tanh()));
        READERS.put("HardSigmoid", (importer, op) -> importer.activation(op, hardSigmoid(op, 0.2, 0.5)));
        READERS.put("HardSwish", Importer::hardSwish);
        READERS.put("Clip", Importer::clip);
        READERS.put("Softmax", Importer::softmax);
        READERS.put("Dropout", Importer::dropout);
        READERS.put("Add", Importer::sum);
        READERS.put("Sum", Importer::sum);
        READERS.put("Sub", Importer::difference);
        READERS.put("Mul", Importer::product);
        READERS.put("Div", Importer::quotient);
        READERS.put("Concat", Importer::concatenation);
        READERS.put("Pad", Importer::pad);
        READERS.put("Slice", Importer::slice);
        READERS.put("Identity", (importer, op) -> importer.put(op, importer.flow(op, 0)));
        READERS.put("Cast", (importer, op) -> importer.put(op, importer.flow(op, 0)));
        READERS.put("Flatten", Importer::flatten);
        READERS.put("Reshape", Importer::reshape);
        READERS.put("Squeeze", Importer::squeeze);
        READERS.put("Unsqueeze", Importer::unsqueeze);
        READERS.put("Transpose", Importer::transpose);
        READERS.put("Shape", Importer::shape);
    }

    /**
     * A tensor that depends on the image.
     *
     * @param layer the layer that puts it out, or {@code input}
     * @param shape the layer's output
     * @param layout where these numbers lie in the tensor
     * @param moved the name of the operator that last rearranged it, for the layer that this may need
     */
    private record Flow(String layer, Shape shape, Layout layout, String moved) {

        @Override
        public String toString() {
            return layout.toString();
        }
    }

    private final Path file;
    private final Onnx.GraphProto graph;
    private final boolean ours;
    private final long operators;
    private final List<Op> ops = new ArrayList<>();
    private final Map<String, List<Op>> readers = new HashMap<>();
    private final Map<String, Flow> flows = new HashMap<>();
    private final Map<String, Constant> constants = new HashMap<>();
    private final Map<String, String> sharers = new HashMap<>();
    private final Map<String, Flow> rearranged = new HashMap<>();
    /** Operators that are one layer with one before them, so that they do nothing more. */
    private final Set<Op> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<String> names = new HashSet<>(List.of("input"));
    private final Map<String, Integer> count = new HashMap<>();
    private NetworkBuilder net;
    private long images;

    Importer(Path file, Onnx.ModelProto model) {
        this.file = file;
        this.graph = model.getGraph();
        this.ours = model.getProducerName().equals(Skeleton.PRODUCER);
        this.operators = model.getOpsetImportList().stream().filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToLong(Onnx.OperatorSetIdProto::getVersion).max().orElse(0);
    }

    /**
     * The network.
     *
     * @param size the image's size where the file leaves it open; otherwise null
     * @throws ModelFileException if there is something that can't be read; the message names the operator
     */
    Network network(Shape size) {
        if (operators < OLDEST) {
            throw new ModelFileException(file + " is written with version " + operators + " of ONNX's operators; " + OLDEST + " and newer can be read");
        }
        order();
        for (Onnx.TensorProto tensor : graph.getInitializerList()) {
            guarded("the tensor \"" + tensor.getName() + "\"", () -> constants.put(tensor.getName(), Constant.of(tensor.getName(), tensor)));
        }
        checkOperators();
        guarded("the input", () -> start(size));
        for (Op op : ops) {
            guarded(op.toString(), () -> read(op));
        }
        return guarded("the output", this::end);
    }

    private void guarded(String place, Runnable action) {
        guarded(place, () -> {
            action.run();
            return null;
        });
    }

    /** Whatever does not fit is told with the file and the place. */
    private <T> T guarded(String place, Supplier<T> action) {
        try {
            return action.get();
        } catch (NetworkException e) {
            throw new ModelFileException(file + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file + ": " + place + ": " + e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new ModelFileException(file + ": " + place + ": its sizes are too large to be counted", e);
        }
    }

    // ---- the graph ----

    /** Finds the operators that the outputs depend on, in the file's order. */
    private void order() {
        List<Op> all = graph.getNodeList().stream().map(Op::of).toList();
        Map<String, Op> writers = new HashMap<>();
        for (Op op : all) {
            for (String output : op.outputs()) {
                if (!output.isEmpty() && writers.put(output, op) != null) {
                    throw new ModelFileException(file + ": two operators write the tensor \"" + output + "\", the second is " + op);
                }
            }
        }
        Set<Op> needed = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<String> open = new ArrayDeque<>();
        graph.getOutputList().forEach(output -> open.add(output.getName()));
        while (!open.isEmpty()) {
            Op op = writers.get(open.poll());
            if (op != null && needed.add(op)) {
                open.addAll(op.inputs());
            }
        }
        for (Op op : all) {
            if (needed.contains(op)) {
                ops.add(op);
                op.inputs().stream().distinct().forEach(input -> readers.computeIfAbsent(input, key -> new ArrayList<>()).add(op));
            }
        }
    }

    /** What can't be read at all is said first. */
    private void checkOperators() {
        for (Op op : ops) {
            if (!READERS.containsKey(op.type()) && !Folding.OPERATORS.contains(op.type())) {
                throw new ModelFileException(file + ": the operator " + op + " can't be read; those that can are " + String.join(", ", READERS.keySet()));
            }
        }
    }

    private void start(Shape size) {
        List<Onnx.ValueInfoProto> inputs = graph.getInputList().stream().filter(input -> !constants.containsKey(input.getName())).toList();
        if (inputs.size() != 1) {
            throw new IllegalArgumentException("a classifier has one input, the images; this file has " + inputs.size() + ": "
                    + inputs.stream().map(Onnx.ValueInfoProto::getName).limit(5).collect(Collectors.joining(", ")));
        }
        String name = inputs.get(0).getName();
        List<Onnx.TensorShapeProto.Dimension> sides = inputs.get(0).getType().getTensorType().getShape().getDimList();
        if (sides.size() != 4 && sides.size() != 2) {
            throw new IllegalArgumentException("\"" + name + "\" has " + sides.size() + " sides; images have four (images, channels, height and "
                    + "width, in any order), vectors have two");
        }
        images = Math.max(1, sides.get(0).getDimValue());
        String axes = sides.size() == 2 ? "NC" : axes(name, sides);
        Map<Character, Integer> lengths = new HashMap<>();
        for (int i = 1; i < sides.size(); i++) {
            char axis = axes.charAt(i);
            int given = size == null ? 0 : axis == 'C' ? size.channels() : axis == 'H' ? size.height() : size.width();
            long side = sides.get(i).getDimValue();
            if (side <= 0 && given == 0) {
                throw new IllegalArgumentException("\"" + name + "\" leaves a side open: say how large the images are, as in --input 224x224x3");
            }
            if (side > 0 && given > 0 && side != given) {
                throw new IllegalArgumentException("\"" + name + "\" says itself how large its images are, " + Layout.text(sides.stream()
                        .mapToLong(Onnx.TensorShapeProto.Dimension::getDimValue).toArray()) + ", which is not " + size);
            }
            lengths.put(axis, given > 0 ? given : Math.toIntExact(side));
        }
        Network.Named named = Network.named(title());
        net = sides.size() == 2 ? named.input(lengths.get('C')) : named.input(lengths.get('H'), lengths.get('W'), lengths.get('C'));
        flows.put(name, new Flow("input", net.shape(), Layout.of(axes, net.shape(), images), null));
    }

    /** Our own files name the network; in others' the name is often the program's. */
    private String title() {
        String fileName = String.valueOf(file.getFileName());
        return clean(ours && !graph.getName().isBlank() ? graph.getName() : fileName.replaceFirst("(?i)\\.onnx$", ""));
    }

    /**
     * Which side of the input is which. A convolution reads {@code [images, channels, height, width]}; what is turned on the
     * way to the first one came in another order.
     */
    private String axes(String input, List<Onnx.TensorShapeProto.Dimension> sides) {
        Set<String> passing = Set.of("Add", "Sub", "Mul", "Div", "Cast", "Identity", "Pad", "Relu", "Clip", "Dropout");
        Set<String> fixed = Set.of("Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "LRN");
        Map<String, int[]> orders = new HashMap<>(Map.of(input, new int[] {0, 1, 2, 3}));
        Deque<String> open = new ArrayDeque<>(List.of(input));
        while (!open.isEmpty()) {
            String tensor = open.poll();
            int[] order = orders.get(tensor);
            for (Op op : readers.getOrDefault(tensor, List.of())) {
                if (fixed.contains(op.type())) {
                    char[] axes = new char[4];
                    for (int i = 0; i < 4; i++) {
                        axes[order[i]] = "NCHW".charAt(i);
                    }
                    if (axes[0] != 'N') {
                        throw new IllegalArgumentException("the images of \"" + input + "\" do not lie one behind the other: only a first side "
                                + "that counts images can be read");
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
        if (graph.getOutputCount() == 0 || graph.getOutputCount() > MOST_OUTPUTS) {
            throw new IllegalArgumentException("a classifier has one, and a few auxiliary ones at most; this file has " + graph.getOutputCount());
        }
        List<String> ends = new ArrayList<>();
        for (Onnx.ValueInfoProto output : graph.getOutputList()) {
            Flow flow = flows.get(output.getName());
            if (flow == null) {
                throw new IllegalArgumentException("\"" + output.getName() + "\" does not depend on the image");
            }
            int rank = flow.layout().rank();
            ends.add((rank == 2 || rank == 4 ? plain(flow) : flow).layer());
        }
        if (ends.contains("input")) {
            throw new IllegalArgumentException("it is the image itself, so there is no layer");
        }
        ends.stream().skip(1).distinct().filter(end -> !end.equals(ends.get(0))).forEach(end -> net.output(end, 1));
        return net.from(ends.get(0)).build();
    }

    private void read(Op op) {
        if (absorbed.contains(op)) {
            put(op, op.inputs().stream().filter(flows::containsKey).map(flows::get).findFirst().orElseThrow());
            return;
        }
        for (String input : op.inputs()) {
            if (!input.isEmpty() && !flows.containsKey(input) && !constants.containsKey(input)) {
                throw new IllegalArgumentException("it reads \"" + input + "\", which no operator before it writes");
            }
        }
        boolean fixed = op.inputs().stream().noneMatch(flows::containsKey);
        Constant worked = fixed ? Folding.of(op, input -> op.has(input) ? constants.get(op.inputs().get(input)) : null) : null;
        Reader reader = READERS.get(op.type());
        if (worked != null) {
            constants.put(op.output(), worked);
        } else if (fixed || reader == null) {
            throw new IllegalArgumentException("this operator " + (fixed ? "does not depend on the image, and can't be worked out"
                    : "on what depends on the image can't be read"));
        } else {
            reader.read(this, op);
        }
    }

    // ---- what operators read and write ----

    private Flow flow(Op op, int input) {
        Flow flow = op.has(input) ? flows.get(op.inputs().get(input)) : null;
        if (flow == null) {
            throw new IllegalArgumentException("its input " + (input + 1) + " should depend on the image, and does not");
        }
        return flow;
    }

    private List<Flow> flows(Op op) {
        return IntStream.range(0, op.inputs().size()).mapToObj(input -> flow(op, input)).toList();
    }

    private Constant constant(Op op, int input) {
        Constant constant = op.has(input) ? constants.get(op.inputs().get(input)) : null;
        if (constant == null) {
            throw new IllegalArgumentException("its input " + (input + 1) + " should be a tensor of the file, and is computed from the image or missing");
        }
        return constant;
    }

    /** A list that was an attribute once and is an input since; null if there is neither. */
    private long[] integers(Op op, String attribute, int input) {
        return op.has(attribute) ? op.integers(attribute) : op.has(input) ? constant(op, input).integers() : null;
    }

    /** A number that was an attribute once and is an input since. */
    private double number(Op op, String attribute, int input, double otherwise) {
        return op.has(attribute) || !op.has(input) ? op.number(attribute, otherwise) : Op.decimal((float) constant(op, input).number());
    }

    private void put(Op op, Flow flow) {
        flows.put(op.output(), flow);
    }

    private void put(Op op, Flow flow, Layout layout) {
        put(op, new Flow(flow.layer(), flow.shape(), layout, op.name()));
    }

    /** Adds a layer whose output lies in memory as all of ours do. */
    private Flow add(String name, Layer layer, Flow... inputs) {
        String unique = unique(name);
        net.from(inputs[0].layer()).name(unique);
        if (inputs.length == 1) {
            net.layer(layer);
        } else {
            net.join(layer, Arrays.stream(inputs).skip(1).map(Flow::layer).toArray(String[]::new));
        }
        return new Flow(unique, net.shape(), Layout.of(net.shape(), images), name);
    }

    /** Adds a layer with weights, or uses an earlier one again that has the same. Weights that are null are left out. */
    private Flow addWeighted(Op op, Layer layer, Flow input, Constant... weights) {
        List<Constant> given = Arrays.stream(weights).filter(Objects::nonNull).toList();
        String key = layer + given.stream().map(Constant::origin).collect(Collectors.joining("\n", "\n", ""));
        String earlier = given.stream().allMatch(Constant::uniform) ? null : sharers.get(key);
        if (earlier == null) {
            Flow flow = add(op.name(), layer, input);
            sharers.put(key, flow.layer());
            return flow;
        }
        String unique = unique(op.name());
        net.from(input.layer()).name(unique).again(earlier);
        return new Flow(unique, net.shape(), Layout.of(net.shape(), images), op.name());
    }

    private String unique(String name) {
        String base = clean(name);
        String unique = base;
        while (!names.add(unique)) {
            unique = base + "_" + count.merge(base, 1, Integer::sum);
        }
        return unique;
    }

    /** A name that fits a table: without quotes and control characters, and not too long. */
    private static String clean(String name) {
        String text = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
        text = text.replaceAll("^/+", "").replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}\"']", "_");
        return text.isBlank() ? "layer" : text;
    }

    // ---- tensors as layers read them ----

    /** An image as our layers read it: channels, then height and width. */
    private Flow volume(Flow flow) {
        if (flow.layout().rank() != 4) {
            throw new IllegalArgumentException("it needs images, with four sides, and gets " + flow);
        }
        Flow plain = plain(flow);
        String axes = plain.layout().axes();
        for (int i = 1; i < 4; i++) {
            if (axes.charAt(i) != '1' && axes.charAt(i) != "NCHW".charAt(i)) {
                throw new IllegalArgumentException("it reads the images with their sides in the order " + axes + ", as if rows were channels: "
                        + "that can't be read");
            }
        }
        return plain;
    }

    private Flow vector(Flow flow) {
        if (flow.layout().rank() != 2) {
            throw new IllegalArgumentException("it needs vectors, with two sides, and gets " + flow);
        }
        return plain(flow);
    }

    /** A tensor whose sides are the axes of a volume in any order, or a vector. It gets a layer if numbers had to be rearranged. */
    private Flow plain(Flow flow) {
        Layout layout = flow.layout();
        boolean fits = flow.shape().vector() ? layout.equals(Layout.of(flow.shape(), images))
                : layout.rank() == 4 && layout.axes() != null && "N1".indexOf(layout.axes().charAt(0)) >= 0;
        return fits ? flow : rearranged.computeIfAbsent(flow.layer() + layout.sides(), key -> rearrange(flow));
    }

    private Flow rearrange(Flow flow) {
        Shape from = flow.shape();
        Layout layout = flow.layout();
        long[] sizes = layout.sizes();
        String name = flow.moved() == null ? flow.layer() + "/reshape" : flow.moved();
        boolean imagesFirst = images == 1 || sizes[0] == images;
        boolean inOrder = layout.parts().equals(Layout.of(from, images).parts());
        if (imagesFirst && layout.rank() == 2) {
            // Other programs lay volumes out with the channels last: another order of the same numbers.
            if (inOrder || !from.vector() && layout.parts().equals(Layout.of("NHWC", from, images).parts())) {
                return add(name, new Flatten(), flow);
            }
        } else if (imagesFirst && layout.rank() == 4) {
            String axes = layout.axes();
            if (from.vector() && axes != null) {
                Flow added = add(name, new Reshape(Shape.volume(1, 1, from.channels())), flow);
                return new Flow(added.layer(), added.shape(), layout, name);
            }
            if (inOrder) {
                return add(name, new Reshape(volume(sizes)), flow);
            }
            List<Layout.Part> channels = layout.sides().get(1);
            Layout shuffled = layout.with('C', 1, from.channels());
            if (channels.size() == 2 && shuffled.equals(Layout.of(from, images)) && channels.get(0).step() == 1
                    && channels.get(1).step() == channels.get(0).size()) {
                return add(name, new ChannelShuffle(Math.toIntExact(channels.get(1).size())), flow);
            }
        }
        throw new IllegalArgumentException("it gets a tensor of " + layout + " made of " + from + " in a way that no layer here does");
    }

    // ---- layers ----

    private void convolution(Op op) {
        Flow x = volume(flow(op, 0));
        Constant weights = constant(op, 1);
        long[] sizes = weights.sizes();
        if (sizes.length != 4) {
            throw new IllegalArgumentException("its weights have the sides " + weights + "; only convolutions over height and width can be read");
        }
        int groups = Math.toIntExact(op.integer("group", 1));
        if (Math.multiplyExact(sizes[1], groups) != x.shape().channels()) {
            throw new IllegalArgumentException("its weights " + weights + " and " + groups + " group" + (groups == 1 ? "" : "s") + " need "
                    + sizes[1] * groups + " channels, its input is " + x.shape());
        }
        int filters = Math.toIntExact(sizes[0]);
        Window window = window(op, x.shape(), sizes[2], sizes[3]);
        Constant bias = op.has(2) ? constant(op, 2) : biasBehind(op, Layout.of(window.slide(x.shape(), filters), images), filters);
        put(op, addWeighted(op, new Convolution(filters, window, groups, bias != null), x, weights, bias));
    }

    /** The bias that a later operator adds, where a program has split it off; null if there is none. */
    private Constant biasBehind(Op op, Layout output, int outputs) {
        Layout layout = output;
        Op next = next(op);
        while (next != null && next.type().equals("Transpose")) {
            layout = layout.transposed(Folding.order(next, layout.rank()));
            next = next(next);
        }
        Constant bias = next == null ? null : forEachChannel(next, "Add", layout, outputs);
        if (bias != null) {
            absorbed.add(next);
        }
        return bias;
    }

    /** The fixed tensor with one number for each channel that an operator of this type has; null if it is not so. */
    private Constant forEachChannel(Op op, String type, Layout layout, int channels) {
        if (op == null || !op.type().equals(type) || op.inputs().size() != 2 || layout.axes() == null) {
            return null;
        }
        Constant fixed = constants.get(op.inputs().get(constants.containsKey(op.inputs().get(0)) ? 0 : 1));
        int place = layout.axes().indexOf('C');
        return fixed != null && place >= 0 && alongSide(fixed, place, layout.rank()) == channels ? fixed : null;
    }

    /** The only operator that reads what another writes, types of numbers and copies apart; null if there is not just one. */
    private Op next(Op op) {
        Op next = onlyReader(op.output());
        while (next != null && (next.type().equals("Cast") || next.type().equals("Identity"))) {
            next = onlyReader(next.output());
        }
        return next;
    }

    /** The only operator that reads a tensor; null if there are more, or none, or it is an output. */
    private Op onlyReader(String tensor) {
        List<Op> all = readers.getOrDefault(tensor, List.of());
        return all.size() == 1 && graph.getOutputList().stream().noneMatch(output -> output.getName().equals(tensor)) ? all.get(0) : null;
    }

    /** How many numbers a tensor has along one side of another, when it is spread over it; −1 if it varies along others too. */
    private static long alongSide(Constant constant, int place, int rank) {
        long[] sizes = constant.sizes();
        long along = 1;
        for (int i = 0; i < sizes.length; i++) {
            boolean here = i + rank - sizes.length == place;
            if (here) {
                along = sizes[i];
            } else if (sizes[i] != 1) {
                return -1;
            }
        }
        return along;
    }

    private Window window(Op op, Shape input, long height, long width) {
        long[] kernel = op.integers("kernel_shape", height, width);
        if (kernel[0] != height || kernel[1] != width) {
            throw new IllegalArgumentException("its kernel_shape is " + Layout.text(kernel) + ", its weights are for " + height + "×" + width);
        }
        long[] strides = op.integers("strides", 1, 1);
        long[] dilations = op.integers("dilations", 1, 1);
        // A filter of one row has no distance between rows.
        long dilation = height == 1 ? dilations[1] : dilations[0];
        if (width > 1 && dilations[1] != dilation) {
            throw new IllegalArgumentException("its dilations are " + Layout.text(dilations) + "; only the same in both directions can be read");
        }
        Window window = new Window(Math.toIntExact(height), Math.toIntExact(width), Math.toIntExact(strides[0]), Math.toIntExact(strides[1]),
                Padding.SAME, Math.toIntExact(height == 1 && width == 1 ? 1 : dilation), op.integer("ceil_mode", 0) != 0);
        String automatic = op.text("auto_pad", "NOTSET");
        return switch (automatic) {
            case "SAME_UPPER" -> window;
            case "SAME_LOWER" -> {
                int[] zeros = window.zeros(input);
                yield with(window, new Padding(false, zeros[2], zeros[3], zeros[0], zeros[1]));
            }
            case "VALID" -> with(window, Padding.VALID);
            default -> {
                long[] pads = op.integers("pads", 0, 0, 0, 0);
                yield with(window, new Padding(false, Math.toIntExact(pads[0]), Math.toIntExact(pads[1]), Math.toIntExact(pads[2]),
                        Math.toIntExact(pads[3])));
            }
        };
    }

    private static Window with(Window window, Padding padding) {
        return new Window(window.height(), window.width(), window.strideHeight(), window.strideWidth(), padding, window.dilation(), window.roundUp());
    }

    private Window poolingWindow(Op op, Shape input) {
        if (!op.has("kernel_shape")) {
            throw new IllegalArgumentException("it has no kernel_shape, so its window has no size");
        }
        long[] sizes = op.integers("kernel_shape", 0, 0);
        return window(op, input, sizes[0], sizes[1]);
    }

    private void maxPool(Op op) {
        if (op.outputs().size() > 1 && readers.containsKey(op.outputs().get(1))) {
            throw new IllegalArgumentException("the places of its largest numbers are used, which can't be read");
        }
        Flow x = volume(flow(op, 0));
        put(op, add(op.name(), new MaxPooling(poolingWindow(op, x.shape())), x));
    }

    private void averagePool(Op op) {
        Flow x = volume(flow(op, 0));
        Window window = poolingWindow(op, x.shape());
        Padding padding = window.padding();
        if (op.integer("count_include_pad", 0) != 0 && !padding.equals(Padding.VALID)) {
            // Ours divides by the number of real values, so zeros that count are real ones.
            int[] zeros = window.zeros(x.shape());
            Padding around = padding.same() ? new Padding(false, zeros[0], zeros[1], zeros[2], zeros[3]) : padding;
            x = add(op.name() + "/zeros", new ZeroPadding(around), x);
            window = with(window, Padding.VALID);
        }
        put(op, add(op.name(), new AveragePooling(window), x));
    }

    private void globalAveragePool(Op op) {
        put(op, add(op.name(), new GlobalAveragePooling(), volume(flow(op, 0))));
    }

    private void globalMaxPool(Op op) {
        Flow x = volume(flow(op, 0));
        Window all = new Window(x.shape().height(), x.shape().width(), x.shape().height(), x.shape().width(), Padding.VALID, 1, false);
        put(op, add(op.name(), new MaxPooling(all), x));
    }

    /** The mean over height and width, in whatever order the sides are. */
    private void reduceMean(Op op) {
        Flow x = plain(flow(op, 0));
        long[] places = integers(op, "axes", 1);
        String axes = x.layout().axes();
        List<Integer> over = places == null ? List.of() : Arrays.stream(Folding.places(places, axes.length())).boxed().toList();
        String left = IntStream.range(0, axes.length()).filter(i -> !over.contains(i)).mapToObj(i -> "" + axes.charAt(i)).collect(Collectors.joining());
        String taken = over.stream().map(axes::charAt).map(String::valueOf).collect(Collectors.joining());
        if (x.shape().vector() || over.size() != 2 || left.contains("H") || left.contains("W") || taken.contains("C") || taken.contains("N")) {
            throw new IllegalArgumentException("a mean can be read if it is that over height and width; this one of " + x + " is over sides " + (places == null ? "[]" : Layout.text(places)));
        }
        Flow mean = add(op.name(), new GlobalAveragePooling(), x);
        Layout layout = x.layout();
        for (int place : over) {
            layout = layout.with('1', place, 1);
        }
        boolean keeps = op.integer("keepdims", 1) != 0;
        Layout result = keeps ? layout : layout.transposed(IntStream.range(0, axes.length()).filter(i -> !over.contains(i)).toArray());
        put(op, new Flow(mean.layer(), mean.shape(), result, op.name() + "/flatten"));
    }

    private void gemm(Op op) {
        Flow x = vector(flow(op, 0));
        Constant weights = constant(op, 1);
        boolean turned = op.integer("transB", 0) != 0;
        if (op.integer("transA", 0) != 0 || op.number("alpha", 1) != 1 || op.has(2) && op.number("beta", 1) != 1) {
            throw new IllegalArgumentException("only y = x W + b can be read; this one turns its input or has factors (transA, alpha, beta)");
        }
        Constant bias = op.has(2) ? constant(op, 2) : null;
        fullyConnected(op, x, weights, turned, bias);
    }

    private void fullyConnected(Op op, Flow x, Constant weights, boolean turned, Constant bias) {
        long[] sizes = weights.sizes();
        if (sizes.length != 2 || sizes[turned ? 1 : 0] != x.shape().channels()) {
            throw new IllegalArgumentException("its weights " + weights + " do not fit its input of " + x.shape() + " numbers");
        }
        int outputs = Math.toIntExact(sizes[turned ? 0 : 1]);
        Constant added = bias == null ? biasBehind(op, Layout.of(Shape.vector(outputs), images), outputs) : bias;
        if (added != null && Constant.count(added.sizes()) != outputs) {
            throw new IllegalArgumentException("its " + outputs + " outputs need as many biases, it has " + added);
        }
        put(op, addWeighted(op, new FullyConnected(outputs, added != null), x, weights, added));
    }

    private void matMul(Op op) {
        Flow x = flow(op, 0);
        Constant weights = constant(op, 1);
        if (x.layout().rank() == 2) {
            fullyConnected(op, vector(x), weights, false, null);
            return;
        }
        // With the channels last, a product with a matrix is a 1×1 convolution.
        Flow image = plain(x);
        String axes = image.layout().axes();
        if (axes.length() != 4 || axes.charAt(3) != 'C' || weights.sizes().length != 2 || weights.sizes()[0] != image.shape().channels()) {
            throw new IllegalArgumentException("a product of " + x + " with weights " + weights + " is neither a fully connected layer nor a 1×1 convolution");
        }
        int filters = Math.toIntExact(weights.sizes()[1]);
        Layout layout = image.layout().with('C', 3, filters);
        Constant bias = biasBehind(op, layout, filters);
        Flow product = addWeighted(op, new Convolution(filters, new Window(1, 1, 1, 1, Padding.VALID, 1, false), 1, bias != null), image,
                weights, bias);
        put(op, product, layout);
    }

    private void batchNormalization(Op op) {
        Flow x = flow(op, 0).layout().rank() == 2 ? vector(flow(op, 0)) : volume(flow(op, 0));
        Constant[] parameters = IntStream.range(1, 5).mapToObj(input -> constant(op, input)).toArray(Constant[]::new);
        for (Constant parameter : parameters) {
            if (Constant.count(parameter.sizes()) != x.shape().channels()) {
                throw new IllegalArgumentException("it has " + parameter + " numbers for a channel each, and " + x.shape().channels() + " channels");
            }
        }
        put(op, addWeighted(op, new BatchNormalization(op.number("epsilon", 1e-5), op.number("momentum", 0.9)), x, parameters));
    }

    /** ONNX divides α by the number of channels in the window. */
    private void localResponseNormalization(Op op) {
        int size = Math.toIntExact(op.integer("size", 0));
        if (size % 2 == 0) {
            throw new IllegalArgumentException("its window of " + size + " channels is not odd, so it has no middle");
        }
        Flow x = volume(flow(op, 0));
        double alpha = op.number("alpha", 1e-4) / size;
        put(op, add(op.name(), new LocalResponseNormalization(size, alpha, op.number("beta", 0.75), op.number("bias", 1)), x));
    }

    /** Each number for itself, so the order of the sides does not matter. */
    private void activation(Op op, Layer layer) {
        activation(op, flow(op, 0), layer);
    }

    private void activation(Op op, Flow input, Layer layer) {
        Flow x = input.layout().rank() == 2 ? vector(input) : input;
        put(op, inOrderOf(x, add(op.name(), layer, x)));
    }

    /** What was computed from a tensor number by number lies as the tensor does. */
    private static Flow inOrderOf(Flow before, Flow after) {
        return new Flow(after.layer(), after.shape(), before.layout(), before.moved());
    }

    private static HardSigmoid hardSigmoid(Op op, double slope, double middle) {
        return new HardSigmoid(op.number("alpha", slope), op.number("beta", middle));
    }

    /** {@code x · hardSigmoid(x)} (Howard et al. 2019, section 5.2). */
    private void hardSwish(Op op) {
        Flow x = plain(flow(op, 0));
        Flow gate = add(op.name() + "/gate", new HardSigmoid(1.0 / 6, 0.5), x);
        put(op, inOrderOf(x, add(op.name(), new Multiply(), x, gate)));
    }

    private void clip(Op op) {
        double low = number(op, "min", 1, Double.NEGATIVE_INFINITY);
        double high = number(op, "max", 2, Double.POSITIVE_INFINITY);
        boolean open = high == Double.POSITIVE_INFINITY || high >= Float.MAX_VALUE;
        activation(op, low == 0 && open ? new Relu() : new Clip(low, high));
    }

    private void softmax(Op op) {
        Flow x = flow(op, 0).layout().rank() == 2 ? vector(flow(op, 0)) : plain(flow(op, 0));
        String axes = x.layout().axes();
        int place = Folding.place(op.integer("axis", operators < 13 ? 1 : -1), axes.length());
        // Before version 13 it was over this side and all after it.
        String over = operators < 13 ? axes.substring(place) : axes.substring(place, place + 1);
        if (!over.replace("1", "").equals("C") && x.shape().channels() != 1) {
            throw new IllegalArgumentException("a softmax can be read if it is over the classes; this one of " + x + " is over another side");
        }
        put(op, inOrderOf(x, add(op.name(), new Softmax(), x)));
    }

    private void dropout(Op op) {
        activation(op, new Dropout(number(op, "ratio", 1, 0.5)));
    }

    // ---- operators with two inputs ----

    private void sum(Op op) {
        if (op.inputs().size() == 2 && op.inputs().stream().anyMatch(constants::containsKey)) {
            withFixed(op, false, value -> new Rescaling(1, value), new ChannelScaling(false, true));
            return;
        }
        put(op, merged(op, new Add(), flows(op).stream().map(this::plain).toList()));
    }

    private void difference(Op op) {
        if (op.has(0) && flows.containsKey(op.inputs().get(0)) && normalization(op)) {
            return;
        }
        boolean fixedFirst = constants.containsKey(op.inputs().get(0));
        withFixed(op, fixedFirst, value -> fixedFirst ? new Rescaling(-1, value) : new Rescaling(1, -value), new ChannelScaling(fixedFirst, true));
    }

    /** Batch normalization in three steps, as Keras writes it: minus the mean, times γ ÷ √(σ² + ε), plus β. */
    private boolean normalization(Op op) {
        Flow x = plain(flow(op, 0));
        int channels = x.shape().channels();
        Op scaling = next(op);
        Op shifting = scaling == null ? null : next(scaling);
        Constant mean = forEachChannel(op, "Sub", x.layout(), channels);
        Constant scale = forEachChannel(scaling, "Mul", x.layout(), channels);
        Constant shift = forEachChannel(shifting, "Add", x.layout(), channels);
        if (mean == null || scale == null || shift == null) {
            return false;
        }
        absorbed.addAll(List.of(scaling, shifting));
        put(op, inOrderOf(x, addWeighted(op, new BatchNormalization(), x, scale, shift, mean)));
        return true;
    }

    private void product(Op op) {
        if (op.inputs().stream().anyMatch(constants::containsKey)) {
            withFixed(op, false, value -> new Rescaling(value, 0), new ChannelScaling(true, false));
            return;
        }
        Flow first = plain(flow(op, 0));
        Flow second = plain(flow(op, 1));
        boolean turned = first.shape().elements() < second.shape().elements();
        Flow image = turned ? second : first;
        Flow scale = turned ? first : second;
        // One number a channel lies where the image has its channels.
        Layout wanted = image.layout();
        if (!scale.shape().equals(image.shape()) && scale.shape().height() == 1 && scale.shape().width() == 1) {
            String axes = image.layout().axes();
            wanted = new Layout(IntStream.range(0, axes.length()).mapToObj(i -> axes.charAt(i) == 'C' || axes.charAt(i) == 'N'
                    ? image.layout().sides().get(i) : List.<Layout.Part>of()).toList());
        }
        if (!scale.layout().equals(wanted)) {
            throw new IllegalArgumentException("a product of tensors of " + first + " and " + second + " can't be read: they are neither alike, "
                    + "nor is one a number for each channel of the other");
        }
        put(op, inOrderOf(image, add(op.name(), new Multiply(), image, scale)));
    }

    private void quotient(Op op) {
        if (constants.containsKey(op.inputs().get(0))) {
            throw new IllegalArgumentException("a fixed number divided by a layer's output can't be read");
        }
        withFixed(op, false, value -> new Rescaling(1 / value, 0), new ChannelScaling(true, false));
    }

    /** A sum or product with a tensor of the file: one number for all, or one for each channel. */
    private void withFixed(Op op, boolean fixedFirst, DoubleFunction<Layer> forAll, Layer forEachChannel) {
        boolean first = fixedFirst || constants.containsKey(op.inputs().get(0));
        Constant fixed = constant(op, first ? 0 : 1);
        Flow x = flow(op, first ? 1 : 0);
        if (Constant.count(fixed.sizes()) == 1) {
            activation(op, x, forAll.apply(Op.decimal((float) fixed.number())));
            return;
        }
        Flow plain = plain(x);
        int place = plain.layout().axes().indexOf('C');
        if (place < 0 || alongSide(fixed, place, plain.layout().rank()) != plain.shape().channels()) {
            throw new IllegalArgumentException("a tensor of " + fixed + " is neither one number nor one for each of the " + plain.shape().channels()
                    + " channels of a tensor of " + x);
        }
        put(op, inOrderOf(plain, add(op.name(), forEachChannel, plain)));
    }

    private Flow merged(Op op, Layer layer, List<Flow> inputs) {
        for (Flow input : inputs) {
            if (!input.layout().equals(inputs.get(0).layout())) {
                throw new IllegalArgumentException("tensors of " + inputs.get(0) + " and " + input + " can't be added: their sides must be alike, "
                        + "and in the same order");
            }
        }
        return inOrderOf(inputs.get(0), add(op.name(), layer, inputs.toArray(new Flow[0])));
    }

    private void concatenation(Op op) {
        List<Flow> inputs = flows(op).stream().map(this::plain).toList();
        int rank = inputs.get(0).layout().rank();
        int place = Folding.place(op.integer("axis", 1), rank);
        for (Flow input : inputs) {
            String axes = input.layout().axes();
            boolean channels = axes.charAt(place) == 'C' || input.shape().channels() == 1 && axes.charAt(place) == '1';
            if (!channels || !input.layout().with('C', place, 1).equals(inputs.get(0).layout().with('C', place, 1))) {
                throw new IllegalArgumentException("only channels can be put behind one another; these are tensors of "
                        + inputs.stream().limit(5).map(Flow::toString).collect(Collectors.joining(", ")) + " joined at side " + place);
            }
        }
        Flow joined = add(op.name(), new Concatenate(), inputs.toArray(new Flow[0]));
        put(op, new Flow(joined.layer(), joined.shape(), inputs.get(0).layout().with('C', place, joined.shape().channels()), op.name()));
    }

    // ---- zeros and parts ----

    private void pad(Op op) {
        Flow x = plain(flow(op, 0));
        Layer layer = padding(op, x);
        boolean nothing = layer.output(List.of(x.shape())).equals(x.shape());
        put(op, nothing ? x : inOrderOfSides(x, add(op.name(), layer, x)));
    }

    /** The layer that an operator of padding is: zeros around, or channels of zeros. */
    private Layer padding(Op op, Flow x) {
        long[] pads = integers(op, "pads", 1);
        String axes = x.layout().axes();
        double value = op.has("value") ? op.number("value", 0) : op.has(2) ? constant(op, 2).number() : 0;
        int[] at = op.has(3) ? Folding.places(constant(op, 3).integers(), axes.length()) : IntStream.range(0, axes.length()).toArray();
        if (!op.text("mode", "constant").equals("constant") || value != 0 || pads == null || pads.length != 2 * at.length || axes.length() != 4) {
            throw new IllegalArgumentException("only padding of images with zeros can be read");
        }
        int[] before = new int[4];
        int[] after = new int[4];
        for (int i = 0; i < at.length; i++) {
            int place = "NCHW".indexOf(axis(x, at[i]));
            before[place] = Math.toIntExact(pads[i]);
            after[place] = Math.toIntExact(pads[i + at.length]);
        }
        boolean around = before[2] != 0 || before[3] != 0 || after[2] != 0 || after[3] != 0;
        if (before[0] != 0 || after[0] != 0 || before[1] != 0 || after[1] < 0 || after[1] != 0 && around) {
            throw new IllegalArgumentException("its padding " + Layout.text(pads) + " is neither zeros around the image nor channels of zeros behind the others");
        }
        return around ? new ZeroPadding(new Padding(false, before[2], before[3], after[2], after[3]))
                : new PaddedShortcut(Math.addExact(x.shape().channels(), after[1]), 1);
    }

    /** The axis of a side, also where it is 1 long and the layout no longer says. */
    private static char axis(Flow x, int place) {
        char axis = x.layout().axes().charAt(place);
        boolean channelsLast = x.layout().axes().charAt(3) == 'C' || x.layout().axes().charAt(1) == 'H' || x.layout().axes().charAt(2) == 'W';
        return axis == '1' ? (channelsLast ? "NHWC" : "NCHW").charAt(place) : axis;
    }

    /** The same order of sides, with the new sizes. */
    private Flow inOrderOfSides(Flow before, Flow after) {
        String axes = IntStream.range(0, 4).mapToObj(i -> "" + axis(before, i)).collect(Collectors.joining());
        return new Flow(after.layer(), after.shape(), Layout.of(axes, after.shape(), images), after.moved());
    }

    /** Every so-manieth row and column: the start of a shortcut with channels of zeros. */
    private void slice(Op op) {
        Flow x = plain(flow(op, 0));
        long[] from = integers(op, "starts", 1);
        long[] to = integers(op, "ends", 2);
        if (from == null || to == null) {
            throw new IllegalArgumentException("it does not say where the part starts and ends");
        }
        long[] axes = integers(op, "axes", 3);
        int[] places = Folding.places(axes == null ? LongStream.range(0, from.length).toArray() : axes, x.layout().rank());
        long[] steps = op.has(4) ? constant(op, 4).integers() : LongStream.generate(() -> 1).limit(from.length).toArray();
        if (to.length != from.length || places.length != from.length || steps.length != from.length) {
            throw new IllegalArgumentException("its starts, ends, axes and steps are not equally many");
        }
        Map<Character, Long> stride = new HashMap<>(Map.of('H', 1L, 'W', 1L));
        for (int i = 0; i < places.length; i++) {
            long size = x.layout().sizes()[places[i]];
            char axis = x.shape().vector() ? 'C' : axis(x, places[i]);
            boolean whole = from[i] == 0 && to[i] >= size;
            if (!whole || steps[i] != 1 && stride.replace(axis, steps[i]) == null) {
                throw new IllegalArgumentException("a part of a tensor of " + x + " can be read if it is every second (third, …) row and column");
            }
        }
        if (x.shape().vector() || !stride.get('H').equals(stride.get('W'))) {
            throw new IllegalArgumentException("a part of a tensor of " + x + " can be read if rows and columns are taken alike");
        }
        int step = Math.toIntExact(stride.get('H'));
        Op next = onlyReader(op.output());
        if (step == 1) {
            put(op, x);
        } else if (next != null && next.type().equals("Pad") && padding(next, x) instanceof PaddedShortcut shortcut) {
            absorbed.add(next);
            put(op, inOrderOfSides(x, add(next.name(), new PaddedShortcut(shortcut.channels(), step), x)));
        } else {
            put(op, inOrderOfSides(x, add(op.name(), new PaddedShortcut(x.shape().channels(), step), x)));
        }
    }

    // ---- tensors turned and regrouped ----

    private void flatten(Op op) {
        regroup(op, Folding.flattened(op, sizes(op)));
    }

    private void reshape(Op op) {
        regroup(op, Folding.sides(sizes(op), integers(op, "shape", 1), op.integer("allowzero", 0) != 0));
    }

    private void squeeze(Op op) {
        regroup(op, Folding.squeezed(sizes(op), integers(op, "axes", 1)));
    }

    private void unsqueeze(Op op) {
        regroup(op, Folding.unsqueezed(sizes(op), integers(op, "axes", 1)));
    }

    private long[] sizes(Op op) {
        return flow(op, 0).layout().sizes();
    }

    private void regroup(Op op, long[] sizes) {
        Flow x = flow(op, 0);
        Layout layout = x.layout().reshaped(sizes);
        if (layout != null) {
            put(op, x, layout);
        } else if (sizes.length == 4 && (images == 1 || sizes[0] == images) && x.layout().parts().equals(Layout.of(x.shape(), images).parts())) {
            put(op, add(op.name(), new Reshape(volume(sizes)), x));
        } else {
            throw new IllegalArgumentException("a tensor of " + x + " can't be followed when it is laid out as " + Layout.text(sizes));
        }
    }

    private static Shape volume(long[] sizes) {
        return Shape.volume(Math.toIntExact(sizes[2]), Math.toIntExact(sizes[3]), Math.toIntExact(sizes[1]));
    }

    private void transpose(Op op) {
        Flow x = flow(op, 0);
        put(op, x, x.layout().transposed(Folding.order(op, x.layout().rank())));
    }

    private void shape(Op op) {
        constants.put(op.output(), Folding.shape(op, flow(op, 0).layout().sizes()));
    }
}
