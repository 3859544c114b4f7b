package casebook.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import onnx.Onnx;

/** What operators do that do not depend on the image: with them, programs that write ONNX work out sizes and turn weights. */
final class Folding {

    /** Lists of sizes are short; more numbers than these are not worked out. */
    private static final int MOST_VALUES = 64;

    /** The operators that can be worked out. */
    static final Set<String> OPERATORS = Set.of("Constant", "ConstantOfShape", "Identity", "Dropout", "Cast", "Shape", "Reshape",
            "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Gather", "Slice", "Concat", "Add", "Sub", "Mul", "Div");

    private Folding() {}

    /**
     * What an operator writes whose inputs are all fixed.
     *
     * @param inputs its inputs by their place; null for one that is left out
     * @return null if the operator is not one of those that can be worked out
     */
    static Constant of(Op op, IntFunction<Constant> inputs) {
        return switch (op.type()) {
            case "Constant" -> constant(op);
            case "ConstantOfShape" -> filled(op, required(inputs, 0).integers());
            case "Identity", "Dropout" -> required(inputs, 0);
            case "Cast" -> required(inputs, 0).as(op.integer("to", 0));
            case "Shape" -> shape(op, required(inputs, 0).sizes());
            case "Reshape" -> {
                Constant x = required(inputs, 0);
                yield x.reshaped(sides(x.sizes(), list(op, "shape", inputs.apply(1)), op.integer("allowzero", 0) != 0));
            }
            case "Flatten" -> {
                Constant x = required(inputs, 0);
                yield x.reshaped(flattened(op, x.sizes()));
            }
            case "Squeeze" -> {
                Constant x = required(inputs, 0);
                yield x.reshaped(squeezed(x.sizes(), list(op, "axes", inputs.apply(1))));
            }
            case "Unsqueeze" -> {
                Constant x = required(inputs, 0);
                yield x.reshaped(unsqueezed(x.sizes(), list(op, "axes", inputs.apply(1))));
            }
            case "Transpose" -> transposed(op, required(inputs, 0));
            case "Gather" -> gathered(op, required(inputs, 0), required(inputs, 1));
            case "Slice" -> sliced(op, inputs);
            case "Concat" -> concatenated(op, inputs);
            case "Add" -> combined(op, inputs, Double::sum);
            case "Sub" -> combined(op, inputs, (a, b) -> a - b);
            case "Mul" -> combined(op, inputs, (a, b) -> a * b);
            case "Div" -> combined(op, inputs, (a, b) -> a / b);
            default -> null;
        };
    }

    private static Constant required(IntFunction<Constant> inputs, int input) {
        Constant constant = inputs.apply(input);
        if (constant == null) {
            throw new IllegalArgumentException("its input " + (input + 1) + " is missing");
        }
        return constant;
    }

    private static long[] list(Op op, String attribute, Constant input) {
        return op.has(attribute) ? op.integers(attribute) : input == null ? null : input.integers();
    }

    private static Constant constant(Op op) {
        if (op.has("value")) {
            return Constant.of(op.output(), op.attributes().get("value").getT());
        }
        for (String name : List.of("value_int", "value_ints")) {
            if (op.has(name)) {
                Onnx.AttributeProto attribute = op.attributes().get(name);
                long[] values = attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
                return name.equals("value_ints") ? Constant.of(op.output(), values)
                        : Constant.of(op.output(), attribute.getI()).reshaped();
            }
        }
        for (String name : List.of("value_float", "value_floats")) {
            if (op.has(name)) {
                Onnx.AttributeProto attribute = op.attributes().get(name);
                double[] values = attribute.getFloatsList().stream().mapToDouble(Float::doubleValue).toArray();
                return name.equals("value_floats") ? new Constant(op.output(), new long[] {values.length}, values, false)
                        : new Constant(op.output(), new long[0], new double[] {attribute.getF()}, false);
            }
        }
        throw new IllegalArgumentException("it is a constant without numbers");
    }

    private static Constant filled(Op op, long[] sizes) {
        Constant value = op.has("value") ? Constant.of(op.output(), op.attributes().get("value").getT()) : null;
        boolean few = Arrays.stream(sizes).allMatch(size -> size >= 0 && size <= MOST_VALUES)
                && Constant.count(sizes) <= MOST_VALUES;
        double[] values = few ? new double[(int) Constant.count(sizes)] : null;
        if (few && value != null) {
            Arrays.fill(values, value.reshaped().number());
        }
        return new Constant(op.output(), sizes, values, value != null && value.whole());
    }

    /** The sides of a tensor as a list. */
    static Constant shape(Op op, long[] sizes) {
        int from = clamped(op.integer("start", 0), sizes.length);
        int to = clamped(op.integer("end", sizes.length), sizes.length);
        return Constant.of(op.output(), Arrays.copyOfRange(sizes, from, Math.max(from, to)));
    }

    private static int clamped(long place, int length) {
        return (int) Math.max(0, Math.min(length, place < 0 ? place + length : place));
    }

    /** A place in a list; a negative one counts from its end. */
    static int place(long place, int length) {
        long positive = place < 0 ? place + length : place;
        if (positive < 0 || positive >= length) {
            throw new IllegalArgumentException("it names side " + place + " of a tensor that has " + length);
        }
        return (int) positive;
    }

    /** Places in a list; negative ones count from its end. */
    static int[] places(long[] places, int length) {
        return Arrays.stream(places).mapToInt(place -> place(place, length)).toArray();
    }

    /** The sides that a reshape asks for: 0 keeps a side, −1 stands for what is left. */
    static long[] sides(long[] sizes, long[] wanted, boolean zeroIsZero) {
        if (wanted == null) {
            throw new IllegalArgumentException("it does not say what the new sides are");
        }
        long[] sides = wanted.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < sides.length; i++) {
            if (sides[i] == 0 && !zeroIsZero && i < sizes.length) {
                sides[i] = sizes[i];
            }
            if (sides[i] == -1 && open < 0) {
                open = i;
            } else if (sides[i] < 1) {
                throw new IllegalArgumentException("it asks for the sides " + Layout.text(wanted) + " of a tensor of "
                        + Layout.text(sizes));
            } else {
                known = Math.multiplyExact(known, sides[i]);
            }
        }
        if (open >= 0) {
            sides[open] = Constant.count(sizes) / known;
        }
        return sides;
    }

    /** Two sides: all before the axis, and all from it on. */
    static long[] flattened(Op op, long[] sizes) {
        long axis = op.integer("axis", 1);
        int place = axis == sizes.length ? sizes.length : place(axis, sizes.length);
        long before = Constant.count(Arrays.copyOf(sizes, place));
        return new long[] {before, Constant.count(Arrays.copyOfRange(sizes, place, sizes.length))};
    }

    /** The sides without those of length 1. */
    static long[] squeezed(long[] sizes, long[] axes) {
        List<Integer> gone = axes == null ? null : Arrays.stream(places(axes, sizes.length)).boxed().toList();
        if (gone != null && gone.stream().anyMatch(place -> sizes[place] != 1)) {
            throw new IllegalArgumentException("it takes a side away from " + Layout.text(sizes) + " that is not 1");
        }
        return IntStream.range(0, sizes.length).filter(i -> gone == null ? sizes[i] != 1 : !gone.contains(i))
                .mapToLong(i -> sizes[i]).toArray();
    }

    /** The sides with more of length 1. */
    static long[] unsqueezed(long[] sizes, long[] axes) {
        if (axes == null) {
            throw new IllegalArgumentException("it does not say where the new sides are");
        }
        int rank = sizes.length + axes.length;
        Constant.checkRank(rank);
        List<Integer> added = Arrays.stream(places(axes, rank)).boxed().distinct().toList();
        if (added.size() != axes.length) {
            throw new IllegalArgumentException("it adds a side twice at the same place: " + Layout.text(axes));
        }
        long[] sides = new long[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) {
            sides[i] = added.contains(i) ? 1 : sizes[next++];
        }
        return sides;
    }

    /** The order in which a transposition takes the sides. */
    static int[] order(Op op, int rank) {
        long[] order = op.has("perm") ? op.integers("perm") : LongStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        int[] places = places(order, rank);
        if (places.length != rank || Arrays.stream(places).distinct().count() != rank) {
            throw new IllegalArgumentException("its order " + Layout.text(order) + " does not name each of " + rank
                    + " sides once");
        }
        return places;
    }

    private static Constant transposed(Op op, Constant x) {
        int[] order = order(op, x.sizes().length);
        long[] sizes = Arrays.stream(order).mapToLong(place -> x.sizes()[place]).toArray();
        if (!few(x)) {
            // Which way the numbers of weights lie is of no concern here.
            return new Constant(x.origin(), sizes, null, x.whole());
        }
        return new Constant(x.origin(), sizes, values(sizes, at -> {
            int[] from = new int[at.length];
            for (int i = 0; i < at.length; i++) {
                from[order[i]] = at[i];
            }
            return x.values()[place(from, x.sizes())];
        }), x.whole());
    }

    private static Constant gathered(Op op, Constant x, Constant picked) {
        int axis = place(op.integer("axis", 0), x.sizes().length);
        if (picked.sizes().length > 1 || !few(x) || !few(picked)) {
            throw new IllegalArgumentException("entries can only be picked from a short list; these are from a tensor of " + x);
        }
        int[] places = places(picked.integers(), (int) x.sizes()[axis]);
        if (Math.multiplyExact(Constant.count(x.sizes()), places.length) > MOST_VALUES * x.sizes()[axis]) {
            throw new IllegalArgumentException("it picks more numbers than a list of sizes has");
        }
        Constant taken = taken(op, x, Map.of(axis, places));
        return picked.sizes().length == 1 ? taken : taken.reshaped(squeezed(taken.sizes(), new long[] {axis}));
    }

    private static Constant sliced(Op op, IntFunction<Constant> inputs) {
        Constant x = required(inputs, 0);
        long[] starts = list(op, "starts", inputs.apply(1));
        long[] ends = list(op, "ends", inputs.apply(2));
        if (starts == null || ends == null || starts.length != ends.length || !few(x)) {
            throw new IllegalArgumentException("a part can only be taken of a short list; this one is of a tensor of " + x);
        }
        long[] axes = list(op, "axes", inputs.apply(3));
        long[] ones = LongStream.generate(() -> 1).limit(starts.length).toArray();
        long[] steps = inputs.apply(4) == null ? ones : inputs.apply(4).integers();
        if (steps.length != starts.length || axes != null && axes.length != starts.length) {
            throw new IllegalArgumentException("its starts, ends, axes and steps are not equally many");
        }
        Map<Integer, int[]> places = new HashMap<>();
        for (int i = 0; i < starts.length; i++) {
            int axis = place(axes == null ? i : axes[i], x.sizes().length);
            if (x.sizes()[axis] > MOST_VALUES) {
                // Of no numbers at all there may be any number of rows.
                throw new IllegalArgumentException("a part can only be taken of a short list; this one is of a tensor of " + x);
            }
            places.put(axis, steps(starts[i], ends[i], steps[i], (int) x.sizes()[axis]));
        }
        return taken(op, x, places);
    }

    /** The places from a start to an end, as ONNX's Slice has it: negative ones count from the end, and a negative step goes back. */
    private static int[] steps(long start, long end, long step, int length) {
        if (step == 0) {
            throw new IllegalArgumentException("it takes steps of 0");
        }
        long from = start < 0 ? Math.max(start + length, step < 0 ? -1 : 0) : Math.min(start, step < 0 ? length - 1 : length);
        long to = end < 0 ? Math.max(end, -length - 1) + length : Math.min(end, length);
        if (step > 0) {
            return IntStream.range((int) from, (int) Math.max(from, to)).filter(i -> (i - from) % step == 0).toArray();
        }
        return IntStream.range(0, (int) Math.max(0, from - to)).filter(i -> i % step == 0).map(i -> (int) from - i).toArray();
    }

    /** Some of the entries along some of the sides, all along the others. */
    private static Constant taken(Op op, Constant x, Map<Integer, int[]> places) {
        long[] sizes = x.sizes().clone();
        places.forEach((axis, list) -> sizes[axis] = list.length);
        return new Constant(op.output(), sizes, values(sizes, at -> {
            int[] from = at.clone();
            places.forEach((axis, list) -> from[axis] = list[at[axis]]);
            return x.known()[place(from, x.sizes())];
        }), x.whole());
    }

    private static boolean few(Constant x) {
        return x.values() != null && x.values().length <= MOST_VALUES;
    }

    /** All numbers of a tensor, each computed from its place. */
    private static double[] values(long[] sizes, ToDoubleFunction<int[]> value) {
        double[] values = new double[(int) Math.min(MOST_VALUES, Constant.count(sizes))];
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

    private static Constant concatenated(Op op, IntFunction<Constant> inputs) {
        List<Constant> parts = IntStream.range(0, op.inputs().size()).mapToObj(input -> required(inputs, input)).toList();
        if (parts.isEmpty() || parts.stream().anyMatch(part -> part.sizes().length != 1)) {
            throw new IllegalArgumentException("only lists can be joined");
        }
        long length = 0;
        List<Double> values = new ArrayList<>();
        for (Constant part : parts) {
            length = Math.addExact(length, part.sizes()[0]);
            if (length <= MOST_VALUES) {
                Arrays.stream(part.known()).forEach(values::add);
            }
        }
        double[] all = length <= MOST_VALUES ? values.stream().mapToDouble(value -> value).toArray() : null;
        return new Constant(op.output(), new long[] {length}, all, parts.stream().allMatch(Constant::whole));
    }

    private static Constant combined(Op op, IntFunction<Constant> inputs, DoubleBinaryOperator operator) {
        Constant a = required(inputs, 0);
        Constant b = required(inputs, 1);
        boolean single = Constant.count(b.sizes()) == 1;
        if (!single && !Arrays.equals(a.sizes(), b.sizes()) && Constant.count(a.sizes()) != 1) {
            throw new IllegalArgumentException("fixed tensors of " + a + " and " + b + " can't be combined");
        }
        Constant larger = single ? a : b;
        boolean whole = a.whole() && b.whole();
        double[] values = null;
        if (a.values() != null && b.values() != null && Constant.count(larger.sizes()) <= MOST_VALUES) {
            values = new double[(int) Constant.count(larger.sizes())];
            for (int i = 0; i < values.length; i++) {
                double value = operator.applyAsDouble(a.values()[a.values().length == 1 ? 0 : i],
                        b.values()[b.values().length == 1 ? 0 : i]);
                values[i] = whole ? (long) value : value;
            }
        }
        return new Constant(op.output(), larger.sizes(), values, whole);
    }
}
