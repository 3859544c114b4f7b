package casebook.onnx;

import casebook.layers.ChannelShuffle;
import casebook.layers.Cost;
import casebook.layers.Field;
import casebook.layers.Flatten;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Reshape;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.text.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A file's graph while it is read: what each of its tensors is, and the network as far as it is built. */
final class Graph {

    private static final int LONGEST_NAME = 100;
    private static final Pattern LEADING = Pattern.compile("^/+");
    private static final Pattern UNFIT = Pattern.compile("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}\"']");

    /** What a program does to the image before the network: mean and deviation are no parameters. */
    private static final Set<String> PREPARING = Set.of("Add", "Sub", "Mul", "Div", "Cast", "Identity", "Transpose", "Reshape", "Unsqueeze",
            "Squeeze", "Resize", "Clip", "Pad", "Slice", "Split", "Gather", "Concat");

    /** Operators that are one layer with one before them, so that they do nothing more. */
    final Set<Op> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());

    private final List<Op> absorbing = new ArrayList<>();
    private final long version;
    private final Set<String> outputs;
    private final Map<String, List<Op>> readers = new HashMap<>();
    private final Map<String, Flow> flows = new HashMap<>();
    private final Map<String, Constant> constants = new HashMap<>();
    private final Map<List<Object>, String> sharers = new HashMap<>();
    private final Map<String, Flow> rearranged = new HashMap<>();
    private final Set<String> names = new HashSet<>(List.of("input"));
    private final Map<String, Integer> count = new HashMap<>();
    private final Map<String, Step> steps = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new HashMap<>();
    private final Set<String> countedTensors = new HashSet<>();
    private final Set<String> prepared = new HashSet<>();
    private NetworkBuilder net;
    private long images;

    /**
     * A layer that will be in the network if something depends on it.
     *
     * @param inputs the names of the layers that it reads
     * @param again the layer of which it is another use; null if it is none
     */
    private record Step(Layer layer, List<String> inputs, String again) {}

    /**
     * A graph without layers yet.
     *
     * @param version the version of ONNX's operators
     * @param operators those that are read
     * @param outputs the names of the tensors that the graph is for
     */
    Graph(long version, List<Op> operators, List<String> outputs) {
        this.version = version;
        this.outputs = Set.copyOf(outputs);
        operators.forEach(op -> op.inputs().stream().distinct().forEach(input ->
                readers.computeIfAbsent(input, key -> new ArrayList<>()).add(op)));
    }

    /** Says that an operator is a part of the layer that is being read. */
    void absorb(Op op) {
        absorbed.add(op);
        absorbing.add(op);
    }

    /** What was made a part of a layer so far stays so. */
    void keepAbsorbed() {
        absorbing.clear();
    }

    /** The layer that was being read is none: what was to be a part of it is read by itself. */
    void forgetAbsorbed() {
        absorbing.forEach(absorbed::remove);
    }

    /** The version of ONNX's operators: some changed their meaning. */
    long version() {
        return version;
    }

    /** How many images the file is written for; 1 where it leaves this open. */
    long images() {
        return images;
    }

    /** Says what the input is, and how its numbers lie. */
    void start(String tensor, NetworkBuilder input, Layout layout, long images) {
        this.net = input;
        this.images = images;
        shapes.put("input", input.shape());
        put(tensor, new Flow("input", input.shape(), layout, null));
        prepared.add(tensor);
    }

    /** Says that there is another input beside the image. It stands in the sheet as a layer that gives out what comes in. */
    void another(String tensor, long[] sides) {
        Flow image = new Flow("input", shapes.get("input"), Layout.of(shapes.get("input"), images), null);
        if (Arrays.stream(sides).anyMatch(side -> side < 1)) {
            throw new IllegalArgumentException("\"" + Printable.name(tensor) + "\", an input beside the images, leaves a side open: "
                    + "write the file for a fixed size");
        }
        Layout.Placed placed = Layout.placed(sides, images, image.layout());
        Flow flow = add(tensor, new CountedOperator("input", Layer.Category.OTHER, placed.shape(), List.of(), Cost.NONE, Field.EVERYTHING),
                image);
        put(tensor, new Flow(flow.layer(), flow.shape(), placed.layout(), tensor));
        prepared.add(tensor);
    }

    /** The finished network; the first end is its main output. What only says how large something is does not belong to it. */
    Network end(List<String> ends) {
        Set<String> needed = new HashSet<>(ends);
        for (String name : reversed(steps.keySet())) {
            if (needed.contains(name)) {
                needed.addAll(steps.get(name).inputs);
            }
        }
        steps.forEach((name, step) -> {
            if (needed.contains(name)) {
                build(name, step);
            }
        });
        ends.stream().skip(1).distinct().filter(end -> !end.equals(ends.get(0))).forEach(end -> net.output(end, 1));
        return net.from(ends.get(0)).build();
    }

    private void build(String name, Step step) {
        net.from(step.inputs.get(0)).name(name);
        if (step.again != null) {
            net.again(step.again);
        } else if (step.inputs.size() == 1) {
            net.layer(step.layer);
        } else {
            net.join(step.layer, step.inputs.stream().skip(1).toArray(String[]::new));
        }
    }

    private static List<String> reversed(Set<String> names) {
        List<String> list = new ArrayList<>(names);
        Collections.reverse(list);
        return list;
    }

    /** Operators that read a tensor. */
    List<Op> readers(String tensor) {
        return readers.getOrDefault(tensor, List.of());
    }

    /** True if a tensor depends on the image. */
    boolean flowing(String tensor) {
        return flows.containsKey(tensor);
    }

    /** True if a tensor is one of the file, or worked out from such. */
    boolean fixed(String tensor) {
        return constants.containsKey(tensor);
    }

    /** A tensor that depends on the image; null if it does not. */
    Flow flow(String tensor) {
        return flows.get(tensor);
    }

    /** A tensor of the file; null if it is none. */
    Constant constant(String tensor) {
        return constants.get(tensor);
    }

    /** True if a tensor is one that the graph is for. */
    boolean isOutput(String tensor) {
        return outputs.contains(tensor);
    }

    /** Says what a tensor that depends on the image is. */
    void put(String tensor, Flow flow) {
        flows.put(tensor, flow);
    }

    /** Says what a fixed tensor is. */
    void put(String tensor, Constant constant) {
        constants.put(tensor, constant);
    }

    // ---- what operators read and write ----

    /** The input of an operator at this place, which has to depend on the image. */
    Flow flow(Op op, int input) {
        Flow flow = op.has(input) ? flows.get(op.inputs().get(input)) : null;
        if (flow == null) {
            throw new IllegalArgumentException("its input " + (input + 1) + " should depend on the image, and does not");
        }
        return flow;
    }

    /** All inputs of an operator, which have to depend on the image. */
    List<Flow> flows(Op op) {
        return IntStream.range(0, op.inputs().size()).mapToObj(input -> flow(op, input)).toList();
    }

    /** The input of an operator at this place, which has to be a tensor of the file. */
    Constant constant(Op op, int input) {
        Constant constant = op.has(input) ? constants.get(op.inputs().get(input)) : null;
        if (constant == null) {
            throw new IllegalArgumentException("its input " + (input + 1)
                    + " should be a tensor of the file, and is computed from the image or missing");
        }
        return constant;
    }

    /** A list that was an attribute once and is an input since; null if there is neither. */
    long[] integers(Op op, String attribute, int input) {
        return op.has(attribute) ? op.integers(attribute) : op.has(input) ? constant(op, input).integers() : null;
    }

    /** A number that was an attribute once and is an input since. */
    double number(Op op, String attribute, int input, double otherwise) {
        return op.has(attribute) || !op.has(input) ? op.number(attribute, otherwise)
                : Op.decimal((float) constant(op, input).number());
    }

    /** Says what an operator writes. */
    void put(Op op, Flow flow) {
        put(op.output(), flow);
    }

    /** Says that an operator writes the same numbers in another order. */
    void put(Op op, Flow flow, Layout layout) {
        put(op, new Flow(flow.layer(), flow.shape(), layout, op.name()));
    }

    /** Adds a layer whose output lies in memory as all of ours do. */
    Flow add(String name, Layer layer, Flow... inputs) {
        return step(name, layer, null, inputs);
    }

    private Flow step(String name, Layer layer, String again, Flow... inputs) {
        List<String> from = Arrays.stream(inputs).map(Flow::layer).toList();
        Shape shape = layer.output(from.stream().map(shapes::get).toList());
        String unique = unique(name);
        steps.put(unique, new Step(layer, from, again));
        shapes.put(unique, shape);
        return new Flow(unique, shape, Layout.of(shape, images), name);
    }

    /**
     * Adds a layer with weights, or uses an earlier one again that has the same. A tensor of the file counts once, whatever the layers are
     * that use it.
     *
     * @param weights the tensors that are the layer's parameters, in their order; null for one that is left out
     */
    Flow addWeighted(Op op, Layer layer, Flow input, Constant... weights) {
        List<Constant> given = Arrays.stream(weights).filter(Objects::nonNull).toList();
        List<Object> key = List.of(layer, given.stream().map(Constant::origin).toList());
        String earlier = given.stream().allMatch(Constant::uniform) ? null : sharers.get(key);
        if (earlier != null) {
            return step(op.name(), layer, earlier, input);
        }
        layer.output(List.of(input.shape()));
        List<Parameter> own = layer.parameters(List.of(input.shape()));
        List<Parameter> counted = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            counted.add(i < given.size() ? counted(own.get(i), given.get(i)) : own.get(i));
        }
        Flow flow = add(op.name(), counted.equals(own) ? layer : new Counted(layer, counted), input);
        sharers.putIfAbsent(key, flow.layer());
        return flow;
    }

    /** What kind of layer puts this out. */
    Layer.Category category(Flow flow) {
        Step step = steps.get(flow.layer());
        return step == null ? Layer.Category.OTHER : step.layer.category();
    }

    /** A parameter with as many numbers as the file has for it, and none that an earlier layer has. */
    Parameter counted(Parameter own, Constant tensor) {
        long numbers = numbers(tensor);
        return numbers == own.count() ? own : new Parameter(own.name(), own.role(), List.of(numbers), own.start());
    }

    /** How many numbers of the file a tensor is made of, without those that an earlier layer has. They belong to a layer from now on. */
    long numbers(Constant tensor) {
        long numbers = 0;
        for (Map.Entry<String, Long> part : tensor.parts().entrySet()) {
            // What is the same everywhere was merged because it is alike: two layers have it each for itself.
            if (countedTensors.add(part.getKey()) || tensor.uniform()) {
                numbers = Math.addExact(numbers, part.getValue());
            }
        }
        return numbers;
    }

    /** Adds a layer that changes each number for itself, so that the order of the sides does not matter. */
    Flow eachNumber(String name, Flow input, Layer layer) {
        Flow x = input.layout().rank() == 2 ? vector(input) : input;
        return Flow.inOrderOf(x, add(name, layer, x));
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
    static String clean(String name) {
        String text = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
        text = UNFIT.matcher(LEADING.matcher(text).replaceAll("")).replaceAll("_");
        return text.isBlank() ? "layer" : text;
    }

    // ---- what is no parameter ----

    /** True if an operator only prepares the image: nothing before it has weights. */
    boolean preparing(Op op) {
        return PREPARING.contains(op.type()) && op.inputs().stream().filter(this::flowing).allMatch(prepared::contains);
    }

    /** Says that what this tensor is multiplied with is no weight: it is a factor of quantization, or the image. */
    void given(String tensor) {
        prepared.add(tensor);
    }

    /** Notes, after an operator was read, whether what it writes is still the image as it was taken. */
    void prepare(Op op) {
        if (preparing(op)) {
            prepared.addAll(op.outputs());
        }
    }

    /**
     * True if γ or β of a normalization is there only because ONNX demands it: ones and zeros that were written into the graph, or beside a
     * partner, a mean and a variance that have all changed. Where the partner is as it starts, too, the network may just not be trained.
     */
    boolean givenNormalization(Op op, int input) {
        Constant constant = op.has(input) ? constants.get(op.inputs().get(input)) : null;
        if (constant == null || !constant.all(input == 1 ? 1 : 0)) {
            return false;
        }
        boolean groups = op.type().equals("InstanceNormalization") && flowing(op.inputs().get(0)) && groups(flows.get(op.inputs().get(0)));
        return constant.written() || groups || op.type().equals("BatchNormalization")
                && IntStream.of(3 - input, 3, 4).mapToObj(other -> op.has(other) ? constants.get(op.inputs().get(other)) : null)
                .allMatch(other -> other != null && other.values() != null && !other.uniform());
    }

    /** True if what is normalized are groups of channels, so that γ and β come after it, one for each channel. */
    private static boolean groups(Flow flow) {
        List<List<Layout.Part>> sides = flow.layout().sides();
        return flow.layout().rank() < 4 && flow.layout().axes() == null && sides.size() > 1;
    }

    // ---- tensors as layers read them ----

    /** An image as our layers read it: channels, then height and width. */
    Flow volume(Flow flow) {
        if (flow.layout().rank() != 4) {
            throw new IllegalArgumentException("it needs images, with four sides, and gets " + flow);
        }
        Flow plain = plain(flow);
        String axes = plain.layout().axes();
        for (int i = 1; i < 4; i++) {
            if (axes.charAt(i) != '1' && axes.charAt(i) != "NCHW".charAt(i)) {
                throw new IllegalArgumentException("it reads the images with their sides in the order " + axes
                        + ", as if rows were channels: "
                        + "that can't be read");
            }
        }
        return plain;
    }

    /** A vector for each image. */
    Flow vector(Flow flow) {
        if (flow.layout().rank() != 2) {
            throw new IllegalArgumentException("it needs vectors, with two sides, and gets " + flow);
        }
        return plain(flow);
    }

    /** A tensor whose sides are the axes of a volume in any order, or a vector. It gets a layer if numbers had to be rearranged. */
    Flow plain(Flow flow) {
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
                return add(name, new Reshape(shape(sizes)), flow);
            }
            List<Layout.Part> channels = layout.sides().get(1);
            Layout shuffled = layout.with('C', 1, from.channels());
            if (channels.size() == 2 && shuffled.equals(Layout.of(from, images)) && channels.get(0).step() == 1
                    && channels.get(1).step() == channels.get(0).size()) {
                return add(name, new ChannelShuffle(Math.toIntExact(channels.get(1).size())), flow);
            }
        }
        throw new IllegalArgumentException("it gets a tensor of " + layout + " made of " + from
                + " in a way that no layer here does");
    }

    // ---- what comes after ----

    /** The fixed tensor with one number for each channel that an operator of this type has; null if it is not so. */
    Constant forEachChannel(Op op, String type, Layout layout, int channels) {
        if (op == null || !op.type().equals(type) || op.inputs().size() != 2 || layout.axes() == null) {
            return null;
        }
        Constant fixed = constants.get(op.inputs().get(constants.containsKey(op.inputs().get(0)) ? 0 : 1));
        int place = layout.axes().indexOf('C');
        return fixed != null && place >= 0 && alongSide(fixed, place, layout.rank()) == channels ? fixed : null;
    }

    /** The only operator that reads what another writes, types of numbers and copies apart; null if there is not just one. */
    Op next(Op op) {
        Op next = onlyReader(op.output());
        while (next != null && (next.type().equals("Cast") || next.type().equals("Identity"))) {
            next = onlyReader(next.output());
        }
        return next;
    }

    /** The only operator that reads a tensor; null if there are more, or none, or it is an output. */
    Op onlyReader(String tensor) {
        List<Op> all = readers(tensor);
        return all.size() == 1 && !outputs.contains(tensor) ? all.get(0) : null;
    }

    /** How many numbers a tensor has along one side of another, when it is spread over it; −1 if it varies along others too. */
    static long alongSide(Constant constant, int place, int rank) {
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

    /** The shape of images with these four sides. */
    static Shape shape(long[] sizes) {
        return Shape.volume(Math.toIntExact(sizes[2]), Math.toIntExact(sizes[3]), Math.toIntExact(sizes[1]));
    }
}
