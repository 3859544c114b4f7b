package casebook.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import onnx.Onnx;

/**
 * What operators do that do not depend on the image: with them, programs that write ONNX work out sizes and turn weights. The sides
 * of what comes out are always known ({@link ShapeRules}), its numbers where they are few ({@link ConstantEvaluation}).
 */
final class Folding {

    /** What they say of the first input is where its numbers go; the others say how. */
    private static final Set<String> MOVING = Set.of("Cast", "CastLike", "DequantizeLinear", "DepthToSpace", "Expand", "Flatten", "Gather",
            "GatherElements", "GatherND", "Pad", "QuantizeLinear", "Reshape", "Resize", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile",
            "TopK", "Transpose", "Unsqueeze", "Upsample");

    private Folding() {}

    /** True if such an operator can be worked out where all its inputs are fixed. */
    static boolean known(String type) {
        return ShapeRules.known(type);
    }

    /**
     * What an operator writes whose inputs are all fixed.
     *
     * @param inputs its inputs; null for one that is left out
     * @param version the version of ONNX's operators
     */
    static List<Constant> of(Op op, List<Constant> inputs, long version) {
        IntFunction<Constant> at = input -> input < inputs.size() ? inputs.get(input) : null;
        return switch (op.type()) {
            case "Constant" -> List.of(constant(op));
            case "ConstantOfShape" -> List.of(filled(op, required(at, 0).integers()));
            case "Identity", "Dropout" -> Collections.nCopies(op.outputs().size(), required(at, 0));
            case "Cast" -> List.of(required(at, 0).as(op.integer("to", 0)));
            case "Shape" -> List.of(shape(op, required(at, 0).sizes()));
            case "Size" -> List.of(Constant.of(op.output(), Constant.count(required(at, 0).sizes())).reshaped());
            default -> worked(op, inputs, at, version);
        };
    }

    private static List<Constant> worked(Op op, List<Constant> inputs, IntFunction<Constant> at, long version) {
        List<long[]> sizes = ShapeRules.outputs(op, inputs.stream().map(input -> input == null ? null : input.sizes()).toList(), at,
                version);
        Map<String, Long> parts = parts(op, inputs);
        boolean written = inputs.stream().allMatch(input -> input == null || input.written());
        // Weights stay who they are when they are only turned or laid out anew.
        boolean same = Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "DequantizeLinear").contains(op.type());
        boolean few = inputs.stream().allMatch(input -> input == null || input.few())
                && sizes.stream().allMatch(sides -> Constant.count(sides) <= Constant.MOST_VALUES);
        List<double[]> values = few ? ConstantEvaluation.of(op, inputs, sizes) : null;
        boolean repeated = same && !inputs.isEmpty() && inputs.get(0).values() != null && inputs.get(0).values().length == 1;
        List<Constant> outputs = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            String origin = same ? inputs.get(0).origin() : op.outputs().size() > i ? op.outputs().get(i) : op.output();
            double[] numbers = values != null ? values.get(i) : repeated ? inputs.get(0).values() : null;
            outputs.add(new Constant(origin, parts, sizes.get(i), numbers, ConstantEvaluation.whole(op, inputs), written));
        }
        return outputs;
    }

    /** The tensors of the file that the result is made of. A single number, or one beside weights that is written in, is not trained. */
    private static Map<String, Long> parts(Op op, List<Constant> inputs) {
        if (MOVING.contains(op.type())) {
            return inputs.isEmpty() || inputs.get(0) == null ? Map.of() : inputs.get(0).parts();
        }
        boolean trained = inputs.stream().anyMatch(input -> input != null && !input.written());
        Map<String, Long> parts = new LinkedHashMap<>();
        for (Constant input : inputs) {
            if (input != null && Constant.count(input.sizes()) > 1 && !(trained && input.written())) {
                parts.putAll(input.parts());
            }
        }
        return parts;
    }

    private static Constant required(IntFunction<Constant> inputs, int input) {
        Constant constant = inputs.apply(input);
        if (constant == null) {
            throw new IllegalArgumentException("its input " + (input + 1) + " is missing");
        }
        return constant;
    }

    private static Constant constant(Op op) {
        if (op.has("value")) {
            return Constant.written(op.output(), op.attributes().get("value").getT());
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

    /** So many times the same number: weights, too, where somebody took a network's numbers out to make its file small. */
    private static Constant filled(Op op, long[] sizes) {
        Constant value = op.has("value") ? Constant.of(op.output(), op.attributes().get("value").getT()) : null;
        return new Constant(op.output(), Map.of(op.output(), Constant.count(sizes)), sizes,
                new double[] {value == null ? 0 : value.reshaped().number()}, value != null && value.whole(), false);
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

    /** How many entries there are from a start to an end, as ONNX's Slice has it: see {@link #start}. */
    static long taken(long start, long end, long step, long length) {
        if (step == 0) {
            throw new IllegalArgumentException("it takes steps of 0");
        }
        long from = start(start, step, length);
        long to = end < 0 ? Math.max(end, -length - 1) + length : Math.min(end, length);
        long way = step > 0 ? to - from : from - to;
        long size = step == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(step);
        return way <= 0 ? 0 : (way - 1) / size + 1;
    }

    /** Where a part begins: negative starts count from the end, and a negative step goes back. */
    static long start(long start, long step, long length) {
        return start < 0 ? Math.max(start + length, step < 0 ? -1 : 0) : Math.min(start, step < 0 ? length - 1 : length);
    }
}
