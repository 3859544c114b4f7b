package casebook.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How large what an operator writes is, from the sides of what it reads: the rules of ONNX's standard operators (version 7 and newer),
 * whatever they compute.
 */
final class ShapeRules {

    /** As large as the first input. */
    static final Set<String> ALIKE = Set.of("Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization", "Bernoulli",
            "BitwiseNot", "Cast", "CastLike", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumSum", "DequantizeLinear", "Dropout", "Elu", "Erf",
            "Exp", "Floor", "Gelu", "GroupNormalization", "Hardmax", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization",
            "IsInf", "IsNaN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "LpNormalization", "LRN",
            "MeanVarianceNormalization", "Mish", "Neg", "Not", "QuantizeLinear", "RandomNormalLike", "RandomUniformLike", "Reciprocal",
                    "Relu",
            "ReverseSequence", "RMSNormalization", "RotaryEmbedding", "Round", "ScatterElements", "ScatterND", "Scatter", "Selu", "Shrink",
            "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu",
                    "Trilu");
    /** Number by number, where a tensor is repeated along the sides that it has only one of. */
    static final Set<String> SPREAD = Set.of("Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Equal", "Greater",
            "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Or", "Pow", "PRelu", "Sub", "Sum", "Where",
                    "Xor");
    private static final Map<String, Integer> REDUCING = new HashMap<>();
    private static final Set<String> OTHERS = Set.of("AffineGrid", "ArgMax", "ArgMin", "Attention", "AveragePool", "Concat", "Constant",
            "ConstantOfShape", "Conv", "ConvInteger", "ConvTranspose", "DeformConv", "DepthToSpace", "DynamicQuantizeLinear", "Einsum",
                    "Expand",
                    "Flatten", "Gather",
            "GatherElements", "GatherND", "Gemm", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "GridSample", "GRU", "LpPool",
                    "LSTM", "MatMul",
            "MatMulInteger", "MaxPool", "OneHot", "Pad", "QLinearConv", "QLinearMatMul", "Range", "RNN", "Reshape", "Resize", "Shape",
                    "Size",
                    "Slice",
            "SpaceToDepth", "Split", "Squeeze", "Tile", "TopK", "Transpose", "Unsqueeze", "Upsample");

    static {
        // The version from which on the axes are an input.
        List.of("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
                "ReduceSumSquare").forEach(name -> REDUCING.put(name, 18));
        REDUCING.put("ReduceSum", 13);
    }

    private final Op op;
    private final List<long[]> inputs;
    private final IntFunction<Constant> constants;
    private final long version;

    private ShapeRules(Op op, List<long[]> inputs, IntFunction<Constant> constants, long version) {
        this.op = op;
        this.inputs = inputs;
        this.constants = constants;
        this.version = version;
    }

    /** True if there is a rule for operators of this name. */
    static boolean known(String type) {
        return ALIKE.contains(type) || SPREAD.contains(type) || reducing(type) || OTHERS.contains(type);
    }

    /** True for sums, means and so on over some sides. */
    static boolean reducing(String type) {
        return REDUCING.containsKey(type);
    }

    /**
     * The sides of what an operator writes.
     *
     * @param inputs the sides of what it reads; null for one that is left out
     * @param constants its inputs that do not depend on the image; null for one that does, or is left out
     * @param version the version of ONNX's operators
     * @throws IllegalArgumentException if the inputs do not fit, or there is no rule
     */
    static List<long[]> outputs(Op op, List<long[]> inputs, IntFunction<Constant> constants, long version) {
        List<long[]> outputs = new ShapeRules(op, inputs, constants, version).outputs();
        outputs.forEach(Constant::count);
        return outputs;
    }

    private List<long[]> outputs() {
        String type = op.type();
        if (ALIKE.contains(type)) {
            checkNormalization();
            return alike();
        }
        if (SPREAD.contains(type)) {
            return List.of(spread(IntStream.range(0, inputs.size()).filter(op::has).mapToObj(this::sides).toList()));
        }
        if (reducing(type)) {
            return List.of(reduced(list("axes", 1), op.integer("keepdims", 1) != 0));
        }
        return switch (type) {
            case "Concat" -> List.of(joined());
            case "Split" -> split();
            case "Attention" -> attention();
            case "GRU", "LSTM", "RNN" -> recurrent();
            case "DynamicQuantizeLinear" -> List.of(sides(0), new long[0], new long[0]);
            case "TopK" -> Collections.nCopies(2, topK());
            case "MaxPool" -> Collections.nCopies(2, pooled());
            default -> List.of(only());
        };
    }

    private long[] only() {
        return switch (op.type()) {
            case "ArgMax", "ArgMin" -> reduced(new long[] {op.integer("axis", 0)}, op.integer("keepdims", 1) != 0);
            case "AffineGrid" -> grid();
            case "AveragePool", "LpPool" -> pooled();
            case "Conv", "ConvInteger", "DeformConv" -> convolved(sides(1));
            case "QLinearConv" -> convolved(sides(3));
            case "ConvTranspose" -> spreadOut();
            case "DepthToSpace", "SpaceToDepth" -> blocks();
            case "Einsum" -> summed();
            case "Expand" -> spread(List.of(sides(0), integers(1)));
            case "Flatten" -> Folding.flattened(op, sides(0));
            case "Gather" -> gathered();
            case "GatherElements" -> sides(1);
            case "GatherND" -> gatheredByPlace();
            case "Gemm" -> within(multiplied(turned(0, "transA"), turned(1, "transB")), 2);
            case "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool" -> whole();
            case "GridSample" -> LongStream.concat(Arrays.stream(sides(0)).limit(2),
                    Arrays.stream(sides(1)).skip(1).limit(sides(0).length - 2)).toArray();
            case "MatMul", "MatMulInteger" -> multiplied(sides(0), sides(1));
            case "QLinearMatMul" -> multiplied(sides(0), sides(3));
            case "OneHot" -> oneHot();
            case "Pad" -> padded();
            case "Range" -> new long[] {range()};
            case "Reshape" -> laidOut();
            case "Resize", "Upsample" -> resized();
            case "Shape" -> new long[] {sides(0).length};
            case "Size" -> new long[0];
            case "Slice" -> sliced();
            case "Squeeze" -> Folding.squeezed(sides(0), list("axes", 1));
            case "Tile" -> tiled();
            case "Transpose" -> Arrays.stream(Folding.order(op, sides(0).length)).mapToLong(place -> sides(0)[place]).toArray();
            case "Unsqueeze" -> Folding.unsqueezed(sides(0), list("axes", 1));
            default -> throw new IllegalArgumentException("there is no rule for how large what it writes is");
        };
    }

    // ---- what it reads ----

    private long[] sides(int input) {
        long[] sides = input < inputs.size() ? inputs.get(input) : null;
        if (sides == null) {
            throw new IllegalArgumentException("its input " + (input + 1) + " is missing");
        }
        return sides;
    }

    private Constant constant(int input) {
        return op.has(input) ? constants.apply(input) : null;
    }

    /** A list that was an attribute once and is an input since; null if there is neither. */
    private long[] list(String attribute, int input) {
        if (op.has(attribute)) {
            return op.integers(attribute);
        }
        if (op.has(input) && constant(input) == null) {
            throw new IllegalArgumentException("its " + attribute + " depend on what the image shows, so that its size can't be told");
        }
        return op.has(input) ? constant(input).integers() : null;
    }

    private long[] integers(int input) {
        long[] list = list("input " + (input + 1), input);
        if (list == null) {
            throw new IllegalArgumentException("its input " + (input + 1) + " is missing");
        }
        return list;
    }

    private int axis(String name, long otherwise, int rank) {
        return Folding.place(op.integer(name, otherwise), rank);
    }

    // ---- number by number ----

    /** What tensors make together that are repeated along the sides that they have only one of. */
    static long[] spread(List<long[]> all) {
        int rank = all.stream().mapToInt(sides -> sides.length).max().orElseThrow(() -> new IllegalArgumentException("it reads nothing"));
        long[] result = LongStream.generate(() -> 1).limit(rank).toArray();
        for (long[] sides : all) {
            for (int i = 0; i < sides.length; i++) {
                int place = i + rank - sides.length;
                if (result[place] == 1) {
                    result[place] = sides[i];
                } else if (sides[i] != 1 && sides[i] != result[place]) {
                    throw new IllegalArgumentException("tensors of " + Layout.text(all.get(0)) + " and " + Layout.text(sides)
                            + " do not fit together number by number: a side has to be the same in both, or 1");
                }
            }
        }
        return result;
    }

    /** As large as the first input; beside it, what a normalization measured. */
    private List<long[]> alike() {
        long[] sizes = sides(0);
        return switch (op.type()) {
            case "BatchNormalization" -> List.of(sizes, sides(1), sides(1), sides(1), sides(1));
            case "LayerNormalization" -> {
                long[] measured = sizes.clone();
                Arrays.fill(measured, axis("axis", -1, sizes.length), sizes.length, 1);
                yield List.of(sizes, measured, measured);
            }
            default -> Collections.nCopies(Math.max(1, op.outputs().size()), sizes);
        };
    }

    /** An output whose further inputs only add to it or multiply it: they must not be larger. */
    private long[] within(long[] result, int... others) {
        for (int other : others) {
            if (op.has(other) && !Arrays.equals(spread(List.of(result, sides(other))), result)) {
                throw new IllegalArgumentException("its input " + (other + 1) + " of " + Layout.text(sides(other)) + " is larger than the "
                        + Layout.text(result) + " that it belongs to");
            }
        }
        return result;
    }

    /** A normalization has as many numbers as what it normalizes. */
    private void checkNormalization() {
        long[] sizes = sides(0);
        switch (op.type()) {
            case "BatchNormalization", "InstanceNormalization" -> {
                for (int input = 1; input < inputs.size(); input++) {
                    if (sizes.length < 2 || Constant.count(sides(input)) != sizes[1]) {
                        throw new IllegalArgumentException("its input " + (input + 1) + " of " + Layout.text(sides(input))
                                + " is not one number for each channel of " + Layout.text(sizes));
                    }
                }
            }
            case "LayerNormalization", "RMSNormalization" -> within(sizes, 1, 2);
            default -> { }
        }
    }

    private long[] laidOut() {
        long[] result = Folding.sides(sides(0), list("shape", 1), op.integer("allowzero", 0) != 0);
        if (Constant.count(result) != Constant.count(sides(0))) {
            throw new IllegalArgumentException("a tensor of " + Layout.text(sides(0)) + " can't be laid out as " + Layout.text(result)
                    + ", which has another number of numbers");
        }
        return result;
    }

    private long[] reduced(long[] axes, boolean keep) {
        long[] sizes = sides(0);
        boolean none = axes == null || axes.length == 0;
        if (none && op.integer("noop_with_empty_axes", 0) != 0) {
            return sizes;
        }
        int[] places = none ? IntStream.range(0, sizes.length).toArray() : Folding.places(axes, sizes.length);
        List<Integer> over = Arrays.stream(places).boxed().toList();
        return IntStream.range(0, sizes.length).filter(i -> keep || !over.contains(i)).mapToLong(i -> over.contains(i) ? 1 : sizes[i])
                .toArray();
    }

    // ---- windows ----

    private long[] whole() {
        long[] sizes = sides(0).clone();
        Arrays.fill(sizes, Math.min(2, sizes.length), sizes.length, 1);
        return sizes;
    }

    private long[] numbers(String attribute, int length, long otherwise) {
        return op.integers(attribute, LongStream.generate(() -> otherwise).limit(length).toArray());
    }

    private long[] convolved(long[] weights) {
        long[] sizes = sides(0);
        long groups = op.integer("group", 1);
        if (weights.length != sizes.length || sizes.length < 3) {
            throw new IllegalArgumentException("weights of " + Layout.text(weights) + " do not fit an input of " + Layout.text(sizes));
        }
        if (groups < 1 || Math.multiplyExact(weights[1], groups) != sizes[1] || weights[0] % groups != 0) {
            throw new IllegalArgumentException("its weights " + Layout.text(weights) + " and " + groups + " groups do not fit the "
                    + sizes[1] + " channels of its input " + Layout.text(sizes));
        }
        int bias = op.type().equals("QLinearConv") ? 8 : op.type().equals("Conv") ? 2 : -1;
        if (bias > 0 && op.has(bias) && Constant.count(sides(bias)) != weights[0]) {
            throw new IllegalArgumentException("its " + weights[0] + " filters need as many biases, it has " + Layout.text(sides(bias)));
        }
        return slid(sizes, weights[0], Arrays.copyOfRange(weights, 2, weights.length));
    }

    private long[] pooled() {
        long[] sizes = sides(0);
        long[] kernel = op.integers("kernel_shape");
        if (kernel == null || kernel.length != sizes.length - 2) {
            throw new IllegalArgumentException("its kernel_shape does not fit a tensor of " + Layout.text(sizes));
        }
        return slid(sizes, sizes[1], kernel);
    }

    private long[] slid(long[] sizes, long channels, long[] kernel) {
        int rank = kernel.length;
        long[] strides = numbers("strides", rank, 1);
        long[] dilations = numbers("dilations", rank, 1);
        long[] pads = numbers("pads", 2 * rank, 0);
        String automatic = op.text("auto_pad", "NOTSET");
        boolean up = op.integer("ceil_mode", 0) != 0;
        long[] result = sizes.clone();
        result[1] = channels;
        for (int i = 0; i < rank; i++) {
            long extent = extent(kernel[i], dilations[i], strides[i]);
            long before = automatic.equals("NOTSET") ? pads[i] : 0;
            long room = Math.addExact(sizes[i + 2], Math.addExact(before, automatic.equals("NOTSET") ? pads[i + rank] : 0)) - extent;
            long side = automatic.startsWith("SAME") ? (sizes[i + 2] - 1) / strides[i] + 1
                    : room < 0 ? 0 : (up ? (room + strides[i] - 1) / strides[i] : room / strides[i]) + 1;
            // A window that would start in the padding behind the input is left out.
            result[i + 2] = up && (side - 1) * strides[i] >= sizes[i + 2] + before ? side - 1 : side;
            if (side < 1) {
                throw new IllegalArgumentException("a window of " + Layout.text(kernel) + " does not fit a tensor of "
                        + Layout.text(sizes));
            }
        }
        return result;
    }

    private static long extent(long kernel, long dilation, long stride) {
        if (kernel < 1 || dilation < 1 || stride < 1) {
            throw new IllegalArgumentException("the sides, steps and dilations of its window must be at least 1");
        }
        return Math.addExact(Math.multiplyExact(dilation, kernel - 1), 1);
    }

    private long[] spreadOut() {
        long[] sizes = sides(0);
        long[] weights = sides(1);
        int rank = sizes.length - 2;
        if (rank < 1 || weights.length != sizes.length || weights[0] != sizes[1]) {
            throw new IllegalArgumentException("weights of " + Layout.text(weights) + " do not fit an input of " + Layout.text(sizes));
        }
        long[] strides = numbers("strides", rank, 1);
        long[] dilations = numbers("dilations", rank, 1);
        long[] pads = numbers("pads", 2 * rank, 0);
        long[] more = numbers("output_padding", rank, 0);
        long[] wanted = op.integers("output_shape");
        long[] result = sizes.clone();
        result[1] = Math.multiplyExact(weights[1], op.integer("group", 1));
        for (int i = 0; i < rank; i++) {
            long extent = extent(weights[i + 2], dilations[i], strides[i]);
            long full = Math.addExact(Math.multiplyExact(sizes[i + 2] - 1, strides[i]), extent + more[i]);
            result[i + 2] = wanted != null ? wanted[wanted.length - rank + i]
                    : op.text("auto_pad", "NOTSET").startsWith("SAME") ? Math.multiplyExact(sizes[i + 2], strides[i])
                    : full - pads[i] - pads[i + rank];
        }
        return result;
    }

    // ---- products ----

    private long[] turned(int input, String attribute) {
        long[] sizes = sides(input);
        if (sizes.length != 2) {
            throw new IllegalArgumentException("it multiplies matrices; its input " + (input + 1) + " is a tensor of "
                    + Layout.text(sizes));
        }
        return op.integer(attribute, 0) != 0 ? new long[] {sizes[1], sizes[0]} : sizes;
    }

    /** A product of matrices, or of many of them at once. */
    private static long[] multiplied(long[] first, long[] second) {
        if (first.length == 0 || second.length == 0) {
            throw new IllegalArgumentException("a product of matrices needs sides");
        }
        long[] a = first.length == 1 ? new long[] {1, first[0]} : first;
        long[] b = second.length == 1 ? new long[] {second[0], 1} : second;
        if (a[a.length - 1] != b[b.length - 2]) {
            throw new IllegalArgumentException("tensors of " + Layout.text(first) + " and " + Layout.text(second) + " can't be multiplied");
        }
        List<Long> result = new ArrayList<>();
        long[] outer = spread(List.of(Arrays.copyOf(a, a.length - 2), Arrays.copyOf(b, b.length - 2)));
        Arrays.stream(outer).forEach(result::add);
        if (first.length > 1) {
            result.add(a[a.length - 2]);
        }
        if (second.length > 1) {
            result.add(b[b.length - 1]);
        }
        return result.stream().mapToLong(Long::longValue).toArray();
    }

    /** A product in Einstein's notation: {@code bhid,bhjd->bhij}. */
    private long[] summed() {
        String[] parts = op.text("equation", "").replace(" ", "").split("->", -1);
        String[] terms = parts[0].split(",", -1);
        Map<Character, Long> sides = new HashMap<>();
        if (parts.length != 2 || terms.length != inputs.size()) {
            throw new IllegalArgumentException("its equation has to name the sides of each input, and of what comes out");
        }
        for (int i = 0; i < terms.length; i++) {
            long[] sizes = sides(i);
            if (terms[i].length() != sizes.length) {
                throw new IllegalArgumentException("its equation names " + terms[i].length() + " sides of a tensor of "
                        + Layout.text(sizes));
            }
            for (int k = 0; k < sizes.length; k++) {
                sides.merge(terms[i].charAt(k), sizes[k], Math::max);
            }
        }
        if (!sides.keySet().containsAll(parts[1].chars().mapToObj(side -> (char) side).toList())) {
            throw new IllegalArgumentException("its equation names a side of what comes out that no input has");
        }
        return parts[1].chars().mapToLong(side -> sides.get((char) side)).toArray();
    }

    /** Scaled dot products; beside the result, keys and values with those from before, and the products of queries and keys. */
    private List<long[]> attention() {
        long[] queries = sides(0);
        long[] keys = sides(1);
        long[] values = sides(2);
        boolean flat = queries.length == 3;
        if (keys.length != queries.length || values.length != queries.length || queries.length < 3) {
            throw new IllegalArgumentException("queries, keys and values of " + Layout.text(queries) + ", " + Layout.text(keys) + ", "
                    + Layout.text(values) + " do not fit together");
        }
        long heads = flat ? op.integer("q_num_heads", 1) : queries[1];
        long keyHeads = flat ? op.integer("kv_num_heads", 1) : keys[1];
        if (heads < 1 || keyHeads < 1) {
            throw new IllegalArgumentException("it does not say how many heads it has");
        }
        long before = op.has(4) ? sides(4)[2] : 0;
        long length = Math.addExact(before, keys[keys.length - 2]);
        long deep = flat ? keys[2] / keyHeads : keys[3];
        long wide = flat ? values[2] / keyHeads : values[3];
        long[] result = flat ? new long[] {queries[0], queries[1], Math.multiplyExact(wide, heads)}
                : new long[] {queries[0], heads, queries[2], wide};
        return List.of(result, new long[] {keys[0], keyHeads, length, deep}, new long[] {keys[0], keyHeads, length, wide},
                new long[] {queries[0], heads, queries[queries.length - 2], length});
    }

    private List<long[]> recurrent() {
        long[] sizes = sides(0);
        long hidden = op.integer("hidden_size", sides(2)[sides(2).length - 1]);
        long directions = op.text("direction", "forward").equals("bidirectional") ? 2 : 1;
        boolean imagesFirst = op.integer("layout", 0) != 0;
        long images = sizes[imagesFirst ? 0 : 1];
        long[] last = imagesFirst ? new long[] {images, directions, hidden} : new long[] {directions, images, hidden};
        return List.of(imagesFirst ? new long[] {images, sizes[1], directions, hidden} : new long[] {sizes[0], directions, images, hidden},
                last, last);
    }

    private long[] grid() {
        long[] sizes = integers(1);
        return LongStream.concat(LongStream.concat(LongStream.of(sizes[0]), Arrays.stream(sizes).skip(2)),
                LongStream.of(sizes.length - 2)).toArray();
    }

    // ---- parts and rearrangements ----

    private long[] joined() {
        long[] result = sides(0).clone();
        int axis = axis("axis", 1, result.length);
        result[axis] = 0;
        for (int i = 0; i < inputs.size(); i++) {
            long[] sizes = sides(i).clone();
            if (sizes.length != result.length) {
                throw new IllegalArgumentException("tensors of " + Layout.text(sides(0)) + " and " + Layout.text(sizes)
                        + " can't be joined");
            }
            long length = sizes[axis];
            sizes[axis] = result[axis];
            if (!Arrays.equals(sizes, result)) {
                throw new IllegalArgumentException("tensors of " + Layout.text(sides(0)) + " and " + Layout.text(sides(i))
                        + " can't be joined at side " + axis + ": their other sides differ");
            }
            result[axis] = Math.addExact(result[axis], length);
        }
        return result;
    }

    private List<long[]> split() {
        long[] sizes = sides(0);
        int axis = axis("axis", 0, sizes.length);
        long[] lengths = list("split", 1);
        int parts = op.outputs().size();
        if (lengths == null) {
            long each = (sizes[axis] + parts - 1) / parts;
            lengths = LongStream.range(0, parts).map(i -> Math.min(each, sizes[axis] - i * each)).toArray();
        }
        if (lengths.length != parts || Arrays.stream(lengths).sum() != sizes[axis]) {
            throw new IllegalArgumentException("a side of " + sizes[axis] + " can't be split into " + Layout.text(lengths));
        }
        return Arrays.stream(lengths).mapToObj(length -> with(sizes, axis, length)).toList();
    }

    private static long[] with(long[] sizes, int axis, long length) {
        long[] changed = sizes.clone();
        changed[axis] = length;
        return changed;
    }

    private long[] topK() {
        long[] sizes = sides(0);
        long[] k = op.has("k") ? new long[] {op.integer("k", 1)} : integers(1);
        return with(sizes, axis("axis", -1, sizes.length), k[0]);
    }

    private long[] sliced() {
        long[] sizes = sides(0).clone();
        long[] starts = list("starts", 1);
        long[] ends = list("ends", 2);
        if (starts == null || ends == null) {
            throw new IllegalArgumentException("it does not say where the part starts and ends");
        }
        long[] axes = list("axes", 3);
        long[] steps = op.has(4) ? integers(4) : LongStream.generate(() -> 1).limit(starts.length).toArray();
        if (ends.length != starts.length || steps.length != starts.length || axes != null && axes.length != starts.length) {
            throw new IllegalArgumentException("its starts, ends, axes and steps are not equally many");
        }
        for (int i = 0; i < starts.length; i++) {
            int axis = Folding.place(axes == null ? i : axes[i], sizes.length);
            sizes[axis] = Folding.taken(starts[i], ends[i], steps[i], sizes[axis]);
        }
        return sizes;
    }

    private long[] gathered() {
        long[] sizes = sides(0);
        int axis = axis("axis", 0, sizes.length);
        return LongStream.concat(LongStream.concat(Arrays.stream(sizes, 0, axis), Arrays.stream(sides(1))),
                Arrays.stream(sizes, axis + 1, sizes.length)).toArray();
    }

    private long[] gatheredByPlace() {
        long[] sizes = sides(0);
        long[] places = sides(1);
        long named = places.length == 0 ? -1 : places[places.length - 1] + op.integer("batch_dims", 0);
        if (named < 0 || named > sizes.length) {
            throw new IllegalArgumentException("places of " + Layout.text(places) + " do not fit a tensor of " + Layout.text(sizes));
        }
        return LongStream.concat(Arrays.stream(places, 0, places.length - 1), Arrays.stream(sizes, (int) named, sizes.length)).toArray();
    }

    private long[] oneHot() {
        long[] sizes = sides(0);
        int axis = axis("axis", -1, sizes.length + 1);
        return LongStream.concat(LongStream.concat(Arrays.stream(sizes, 0, axis), LongStream.of(integers(1)[0])),
                Arrays.stream(sizes, axis, sizes.length)).toArray();
    }

    private long[] padded() {
        long[] sizes = sides(0).clone();
        long[] pads = list("pads", 1);
        int[] axes = op.has(3) ? Folding.places(integers(3), sizes.length) : IntStream.range(0, sizes.length).toArray();
        if (pads == null || pads.length != 2 * axes.length) {
            throw new IllegalArgumentException("it needs two numbers of padding for each of " + axes.length + " sides");
        }
        for (int i = 0; i < axes.length; i++) {
            sizes[axes[i]] = Math.addExact(sizes[axes[i]], Math.addExact(pads[i], pads[i + axes.length]));
        }
        return sizes;
    }

    private long range() {
        double from = number(0);
        double step = number(2);
        double length = Math.ceil((number(1) - from) / step);
        if (step == 0 || Double.isNaN(length)) {
            throw new IllegalArgumentException("it counts in steps of 0");
        }
        return (long) Math.max(0, length);
    }

    private double number(int input) {
        if (constant(input) == null) {
            throw new IllegalArgumentException("its input " + (input + 1)
                    + " depends on what the image shows, so that its size can't be told");
        }
        return constant(input).number();
    }

    private long[] resized() {
        long[] sizes = sides(0).clone();
        boolean upsampling = op.type().equals("Upsample");
        int scales = upsampling || version < 11 ? 1 : 2;
        int[] axes = op.has("axes") ? Folding.places(op.integers("axes"), sizes.length) : IntStream.range(0, sizes.length).toArray();
        if (!upsampling && op.has(3)) {
            return stretched(sizes, axes, integers(3));
        }
        double[] factors = op.has("scales")
                ? op.attributes().get("scales").getFloatsList().stream().mapToDouble(Float::doubleValue).toArray()
                : op.has(scales) && constant(scales) != null ? constant(scales).known() : new double[0];
        if (factors.length != axes.length) {
            throw new IllegalArgumentException("it needs one factor for each of " + axes.length + " sides, it has " + factors.length);
        }
        for (int i = 0; i < axes.length; i++) {
            sizes[axes[i]] = (long) Math.floor(sizes[axes[i]] * (double) (float) factors[i]);
        }
        return sizes;
    }

    /** The sizes that are asked for, or those of the same proportions that fit into them or around them. */
    private long[] stretched(long[] sizes, int[] axes, long[] wanted) {
        String policy = op.text("keep_aspect_ratio_policy", "stretch");
        if (wanted.length != axes.length) {
            throw new IllegalArgumentException("it needs one size for each of " + axes.length + " sides, it has " + wanted.length);
        }
        DoubleStream factors = IntStream.range(0, axes.length).mapToDouble(i -> wanted[i] / (double) sizes[axes[i]]);
        double factor = policy.equals("not_larger") ? factors.min().orElse(1) : factors.max().orElse(1);
        for (int i = 0; i < axes.length; i++) {
            sizes[axes[i]] = policy.equals("stretch") ? wanted[i] : (long) Math.floor(factor * sizes[axes[i]] + 0.5);
        }
        return sizes;
    }

    private long[] tiled() {
        long[] sizes = sides(0).clone();
        long[] times = integers(1);
        if (times.length != sizes.length) {
            throw new IllegalArgumentException("it repeats " + times.length + " sides of a tensor of " + Layout.text(sizes));
        }
        Arrays.setAll(sizes, i -> Math.multiplyExact(sizes[i], times[i]));
        return sizes;
    }

    private long[] blocks() {
        long[] sizes = sides(0).clone();
        long block = op.integer("blocksize", 0);
        if (sizes.length != 4 || block < 1) {
            throw new IllegalArgumentException("it needs images, with four sides, and a blocksize");
        }
        long area = Math.multiplyExact(block, block);
        boolean deeper = op.type().equals("SpaceToDepth");
        return deeper ? new long[] {sizes[0], Math.multiplyExact(sizes[1], area), sizes[2] / block, sizes[3] / block}
                : new long[] {sizes[0], sizes[1] / area, Math.multiplyExact(sizes[2], block), Math.multiplyExact(sizes[3], block)};
    }
}
