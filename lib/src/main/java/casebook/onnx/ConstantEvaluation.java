package casebook.onnx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Works out the numbers of small tensors, by which programs that write ONNX say sizes. */
final class ConstantEvaluation {

    private static final Set<String> WHOLE = Set.of("Shape", "Size", "ArgMax", "ArgMin", "Equal", "Greater", "GreaterOrEqual", "Less",
            "LessOrEqual", "Not", "And", "Or", "Xor", "NonZero");
    private static final Map<String, DoubleUnaryOperator> EACH = new HashMap<>();
    private static final Map<String, DoubleBinaryOperator> PAIRS = new HashMap<>();
    private static final Map<String, DoubleBinaryOperator> OVER = Map.of("ReduceSum", Double::sum, "ReduceProd", (a, b) -> a * b,
            "ReduceMax", Math::max, "ReduceMin", Math::min, "ReduceMean", Double::sum);

    static {
        EACH.put("Abs", Math::abs);
        EACH.put("Neg", x -> -x);
        EACH.put("Ceil", Math::ceil);
        EACH.put("Floor", Math::floor);
        EACH.put("Round", Math::rint);
        EACH.put("Sqrt", Math::sqrt);
        EACH.put("Exp", Math::exp);
        EACH.put("Log", Math::log);
        EACH.put("Reciprocal", x -> 1 / x);
        EACH.put("Sign", Math::signum);
        EACH.put("Relu", x -> Math.max(0, x));
        EACH.put("Not", x -> x == 0 ? 1 : 0);
        EACH.put("CastLike", x -> x);
        PAIRS.put("Add", Double::sum);
        PAIRS.put("Sub", (a, b) -> a - b);
        PAIRS.put("Mul", (a, b) -> a * b);
        PAIRS.put("Div", (a, b) -> a / b);
        PAIRS.put("Pow", Math::pow);
        PAIRS.put("Mod", (a, b) -> a - b * Math.floor(a / b));
        PAIRS.put("Max", Math::max);
        PAIRS.put("Min", Math::min);
        PAIRS.put("Sum", Double::sum);
        PAIRS.put("Equal", (a, b) -> a == b ? 1 : 0);
        PAIRS.put("Greater", (a, b) -> a > b ? 1 : 0);
        PAIRS.put("GreaterOrEqual", (a, b) -> a >= b ? 1 : 0);
        PAIRS.put("Less", (a, b) -> a < b ? 1 : 0);
        PAIRS.put("LessOrEqual", (a, b) -> a <= b ? 1 : 0);
        PAIRS.put("And", (a, b) -> a != 0 && b != 0 ? 1 : 0);
        PAIRS.put("Or", (a, b) -> a != 0 || b != 0 ? 1 : 0);
        PAIRS.put("Xor", (a, b) -> (a != 0) == (b != 0) ? 0 : 1);
    }

    private final Op op;
    private final List<Constant> inputs;
    private final List<long[]> sizes;

    private ConstantEvaluation(Op op, List<Constant> inputs, List<long[]> sizes) {
        this.op = op;
        this.inputs = inputs;
        this.sizes = sizes;
    }

    /** True if what comes out are whole numbers. */
    static boolean whole(Op op, List<Constant> inputs) {
        Constant first = op.type().equals("Where") && inputs.size() > 1 ? inputs.get(1) : inputs.isEmpty() ? null : inputs.get(0);
        return WHOLE.contains(op.type()) || !op.type().equals("DequantizeLinear") && first != null && first.whole();
    }

    /**
     * The numbers of each output.
     *
     * @param sizes the outputs' sides
     * @return null if this operator is not worked out
     */
    static List<double[]> of(Op op, List<Constant> inputs, List<long[]> sizes) {
        return new ConstantEvaluation(op, inputs, sizes).all();
    }

    private List<double[]> all() {
        String type = op.type();
        long[] out = sizes.get(0);
        if (type.equals("Split")) {
            return split();
        }
        double[] numbers;
        if (EACH.containsKey(type)) {
            numbers = Arrays.stream(inputs.get(0).known()).map(EACH.get(type)).toArray();
        } else if (PAIRS.containsKey(type)) {
            numbers = pairs(out);
        } else if (OVER.containsKey(type)) {
            numbers = reduced(out);
        } else {
            numbers = switch (type) {
                case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> inputs.get(0).known();
                case "Clip" -> clipped();
                case "Where" -> values(out, at -> spread(0, at) != 0 ? spread(1, at) : spread(2, at));
                case "Expand" -> values(out, at -> spread(0, at));
                case "Transpose" -> transposed(out);
                case "Concat" -> joined(out);
                case "Slice" -> sliced(out);
                case "Gather" -> gathered(out);
                case "Tile" -> values(out, at -> number(0, IntStream.range(0, at.length)
                        .map(i -> at[i] % (int) inputs.get(0).sizes()[i]).toArray()));
                case "Range" -> values(out, at -> inputs.get(0).number() + at[0] * inputs.get(2).number());
                default -> null;
            };
        }
        return numbers == null || sizes.size() > 1 ? null : List.of(numbers);
    }

    private double[] pairs(long[] out) {
        boolean signOfFirst = op.type().equals("Mod") && op.integer("fmod", 0) != 0;
        DoubleBinaryOperator operator = signOfFirst ? (a, b) -> a % b : PAIRS.get(op.type());
        boolean whole = inputs.stream().allMatch(Constant::whole);
        return values(out, at -> {
            double value = spread(0, at);
            for (int i = 1; i < inputs.size(); i++) {
                value = operator.applyAsDouble(value, spread(i, at));
            }
            return whole ? (long) value : value;
        });
    }

    private double[] clipped() {
        double low = inputs.size() > 1 && inputs.get(1) != null ? inputs.get(1).number() : op.number("min", Double.NEGATIVE_INFINITY);
        double high = inputs.size() > 2 && inputs.get(2) != null ? inputs.get(2).number() : op.number("max", Double.POSITIVE_INFINITY);
        return Arrays.stream(inputs.get(0).known()).map(x -> Math.min(high, Math.max(low, x))).toArray();
    }

    private double[] reduced(long[] out) {
        long[] in = inputs.get(0).sizes();
        long[] axes = op.has("axes") ? op.integers("axes") : inputs.size() > 1 && inputs.get(1) != null ? inputs.get(1).integers() : null;
        boolean none = axes == null || axes.length == 0;
        List<Integer> over = none ? IntStream.range(0, in.length).boxed().toList() : Arrays.stream(Folding.places(axes,
                in.length)).boxed().toList();
        boolean each = none && op.integer("noop_with_empty_axes", 0) != 0;
        boolean keep = op.integer("keepdims", 1) != 0;
        double[] numbers = inputs.get(0).known();
        double[] result = new double[(int) Constant.count(out)];
        Arrays.fill(result, op.type().equals("ReduceProd") ? 1 : 0);
        int[] times = new int[result.length];
        int[] next = {0};
        values(in, at -> {
            int[] to = each ? at : IntStream.range(0, at.length).filter(i -> keep || !over.contains(i)).map(i -> over.contains(i) ? 0
                    : at[i])
                    .toArray();
            int place = place(to, out);
            double number = numbers[next[0]++];
            result[place] = times[place]++ == 0 ? number : OVER.get(op.type()).applyAsDouble(result[place], number);
            return 0;
        });
        if (op.type().equals("ReduceMean")) {
            Arrays.setAll(result, i -> times[i] == 0 ? 0 : result[i] / times[i]);
        }
        return result;
    }

    private double[] transposed(long[] out) {
        int[] order = Folding.order(op, out.length);
        return values(out, at -> {
            int[] from = new int[at.length];
            for (int i = 0; i < at.length; i++) {
                from[order[i]] = at[i];
            }
            return number(0, from);
        });
    }

    private double[] joined(long[] out) {
        int axis = Folding.place(op.integer("axis", 0), out.length);
        return values(out, at -> {
            int[] from = at.clone();
            int input = 0;
            while (from[axis] >= inputs.get(input).sizes()[axis]) {
                from[axis] -= (int) inputs.get(input++).sizes()[axis];
            }
            return number(input, from);
        });
    }

    private List<double[]> split() {
        int axis = Folding.place(op.integer("axis", 0), inputs.get(0).sizes().length);
        int[] from = {0};
        return sizes.stream().map(part -> {
            double[] numbers = values(part, at -> {
                int[] there = at.clone();
                there[axis] += from[0];
                return number(0, there);
            });
            from[0] += (int) part[axis];
            return numbers;
        }).toList();
    }

    private double[] sliced(long[] out) {
        long[] in = inputs.get(0).sizes();
        long[] starts = list("starts", 1);
        long[] axes = list("axes", 3);
        long[] steps = inputs.size() > 4 && inputs.get(4) != null ? inputs.get(4).integers() : null;
        int[] from = new int[in.length];
        int[] step = IntStream.generate(() -> 1).limit(in.length).toArray();
        for (int i = 0; i < starts.length; i++) {
            int axis = Folding.place(axes == null ? i : axes[i], in.length);
            step[axis] = (int) Math.max(-Constant.MOST_VALUES, Math.min(Constant.MOST_VALUES, steps == null ? 1 : steps[i]));
            from[axis] = (int) Folding.start(starts[i], step[axis], in[axis]);
        }
        return values(out, at -> number(0, IntStream.range(0, at.length).map(i -> from[i] + at[i] * step[i]).toArray()));
    }

    private long[] list(String attribute, int input) {
        return op.has(attribute) ? op.integers(attribute) : inputs.size() > input && inputs.get(input) != null
                ? inputs.get(input).integers() : null;
    }

    private double[] gathered(long[] out) {
        long[] in = inputs.get(0).sizes();
        int axis = Folding.place(op.integer("axis", 0), in.length);
        int picked = inputs.get(1).sizes().length;
        int[] places = Folding.places(inputs.get(1).integers(), (int) in[axis]);
        return values(out, at -> {
            int[] from = new int[in.length];
            System.arraycopy(at, 0, from, 0, axis);
            from[axis] = places[place(Arrays.copyOfRange(at, axis, axis + picked), inputs.get(1).sizes())];
            System.arraycopy(at, axis + picked, from, axis + 1, in.length - axis - 1);
            return number(0, from);
        });
    }

    // ---- numbers by their place ----

    private double number(int input, int[] at) {
        Constant x = inputs.get(input);
        return x.values()[x.values().length == 1 ? 0 : place(at, x.sizes())];
    }

    /** The number of an input that is repeated along sides that it has only one of. */
    private double spread(int input, int[] at) {
        long[] in = inputs.get(input).sizes();
        int[] from = new int[in.length];
        for (int i = 0; i < in.length; i++) {
            from[i] = in[i] == 1 ? 0 : at[i + at.length - in.length];
        }
        return number(input, from);
    }

    /** All numbers of a tensor, each computed from its place. */
    private static double[] values(long[] sizes, ToDoubleFunction<int[]> value) {
        double[] values = new double[(int) Constant.count(sizes)];
        int[] at = new int[sizes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.applyAsDouble(at);
            for (int axis = at.length - 1; axis >= 0 && ++at[axis] == sizes[axis]; axis--) {
                at[axis] = 0;
            }
        }
        return values;
    }

    /** Where a number lies in the list of all. */
    private static int place(int[] at, long[] sizes) {
        int place = 0;
        for (int axis = 0; axis < at.length; axis++) {
            place = place * (int) sizes[axis] + at[axis];
        }
        return place;
    }
}
