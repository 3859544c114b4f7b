package casebook.onnx;

import casebook.layers.Cost;
import casebook.layers.Field;
import casebook.layers.Layer.Category;
import casebook.layers.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Operators that are no layer of ours. They are followed by the sides of their tensors ({@link ShapeRules}) and stand in the sheet under
 * their own names. What they cost:
 *
 * <ul>
 * <li>convolutions and products with weights: a multiply-accumulate for each weight at each place (a transposed convolution: at each place
 *     of its input);
 * <li>products of two tensors that depend on the image, as in attention: as many operations as multiplications, and no
 *     multiply-accumulates,
 *     since no weight is in them;
 * <li>poolings and sums over sides: an operation for each number that is looked at; everything else that computes: one for each number that
 *     comes out; what only moves numbers: none.
 * </ul>
 */
final class OtherOperators {

    private static final Set<String> PRODUCTS = Set.of("Conv", "ConvInteger", "ConvTranspose", "Gemm", "MatMul", "MatMulInteger",
            "QLinearConv", "QLinearMatMul", "Einsum", "Attention");
    private static final Set<String> NORMALIZATIONS = Set.of("BatchNormalization", "GroupNormalization", "InstanceNormalization",
            "LayerNormalization", "LpNormalization", "LRN", "MeanVarianceNormalization", "RMSNormalization");
    private static final Set<String> WINDOWS = Set.of("AveragePool", "MaxPool", "LpPool");
    private static final Set<String> MOVES = Set.of("Concat", "DepthToSpace", "Expand", "Gather", "GatherElements", "GatherND", "Identity",
            "Cast", "CastLike", "Pad", "QuantizeLinear", "DequantizeLinear", "Dropout", "Reshape", "Flatten", "Slice", "SpaceToDepth",
                    "Split",
            "Squeeze", "Tile", "Transpose", "Unsqueeze", "ScatterElements", "ScatterND", "Trilu", "ReverseSequence");
    /** Fixed inputs by which they only say how they work. */
    private static final Set<String> SETTINGS = Set.of("Clip", "Pad", "Slice", "Resize", "Upsample", "Reshape", "Expand", "Tile", "TopK",
            "Split", "Squeeze", "Unsqueeze", "OneHot", "CumSum", "Dropout", "QuantizeLinear", "DequantizeLinear", "Trilu", "ArgMax",
                    "ArgMin",
            "ScatterElements", "ScatterND", "ReverseSequence", "GatherElements", "GatherND", "GridSample", "CastLike");

    private final Graph graph;

    OtherOperators(Graph graph) {
        this.graph = graph;
    }

    /** Follows an operator by the sides of its tensors. */
    void read(Op op) {
        List<long[]> inputs = IntStream.range(0, op.inputs().size()).mapToObj(input -> op.has(input) ? sides(op.inputs().get(input)) : null)
                .toList();
        List<long[]> outputs = ShapeRules.outputs(op, inputs, input -> graph.constant(op.inputs().get(input)), graph.version());
        List<Flow> flows = IntStream.range(0, op.inputs().size()).filter(op::has).mapToObj(input -> graph.flow(op.inputs().get(input)))
                .filter(flow -> flow != null).toList();
        for (int i = 0; i < Math.min(outputs.size(), op.outputs().size()); i++) {
            String output = op.outputs().get(i);
            boolean used = !output.isEmpty() && (i == 0 || !graph.readers(output).isEmpty() || graph.isOutput(output));
            if (op.type().equals("DynamicQuantizeLinear") && i > 0) {
                graph.given(output);
            }
            if (used) {
                graph.put(output, flow(op, i, inputs, outputs.get(i), flows));
            }
        }
    }

    private Flow flow(Op op, int output, List<long[]> inputs, long[] sizes, List<Flow> flows) {
        if (Constant.count(sizes) == 0) {
            throw new IllegalArgumentException("a tensor of " + Layout.text(sizes) + " comes out, which is empty");
        }
        Layout.Placed placed = Layout.placed(sizes, graph.images(), flows.get(0).layout());
        boolean first = output == 0;
        List<Parameter> weights = first ? weights(op, flows) : List.of();
        Cost cost = first ? cost(op, inputs, sizes, weights) : Cost.NONE;
        CountedOperator operation = new CountedOperator(op.type(), category(op, flows), placed.shape(), weights, cost, field(op));
        // The same layer twice in a sum is one edge for a shape, and the rule is known already.
        Flow added = graph.add(first ? op.name() : op.name() + "/" + output, operation, flows.toArray(new Flow[0]));
        return new Flow(added.layer(), added.shape(), placed.layout(), op.name());
    }

    private long[] sides(String tensor) {
        return graph.flowing(tensor) ? graph.flow(tensor).layout().sizes() : graph.constant(tensor).sizes();
    }

    // ---- what it has ----

    private List<Parameter> weights(Op op, List<Flow> flows) {
        List<Parameter> weights = new ArrayList<>();
        if (SETTINGS.contains(op.type()) || ShapeRules.reducing(op.type()) || graph.preparing(op)) {
            return weights;
        }
        for (int input = 0; input < op.inputs().size(); input++) {
            Constant constant = op.has(input) ? graph.constant(op.inputs().get(input)) : null;
            if (constant != null && trained(op, input, constant)) {
                long numbers = graph.numbers(constant);
                if (numbers > 0) {
                    Parameter.Role role = bias(op, flows) ? Parameter.Role.BIAS : role(op, input);
                    weights.add(new Parameter("weights " + (input + 1), role, List.of(numbers), new Parameter.Start.Constant(0)));
                }
            }
        }
        return weights;
    }

    private boolean trained(Op op, int input, Constant constant) {
        boolean single = Constant.count(constant.sizes()) <= 1;
        return switch (op.type()) {
            case "BatchNormalization" -> input < 3 && !graph.givenNormalization(op, input);
            case "InstanceNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization" ->
                input > 0 && !graph.givenNormalization(op, input);
            case "Conv", "ConvTranspose", "Gemm", "PRelu" -> true;
            case "QLinearConv" -> input == 3 || input == 8;
            case "QLinearMatMul" -> input == 3;
            case "ConvInteger", "MatMulInteger" -> input == 1;
            case "Where" -> input > 0 && !single;
            case "Gather" -> input == 0 && !constant.whole();
            case "Concat" -> !(constant.whole() && constant.written());
            default -> !single && !constant.whole();
        };
    }

    /** True if a product of weights comes right before a sum. */
    private boolean bias(Op op, List<Flow> flows) {
        return op.type().equals("Add") && flows.size() == 1 && graph.category(flows.get(0)) == Category.FULLY_CONNECTED;
    }

    private static Parameter.Role role(Op op, int input) {
        boolean bias = input == 2 && (op.type().startsWith("Conv") || op.type().equals("Gemm")) || input == 8
                && op.type().equals("QLinearConv");
        return bias ? Parameter.Role.BIAS : NORMALIZATIONS.contains(op.type()) ? Parameter.Role.NORMALIZATION : Parameter.Role.WEIGHT;
    }

    // ---- what it costs ----

    private Cost cost(Op op, List<long[]> inputs, long[] sizes, List<Parameter> weights) {
        long out = Constant.count(sizes);
        if (PRODUCTS.contains(op.type())) {
            boolean fixed = IntStream.range(1, inputs.size()).filter(op::has).anyMatch(i -> graph.fixed(op.inputs().get(i)))
                    || graph.fixed(op.inputs().get(0));
            long products = eachImage(products(op, inputs, sizes, out));
            boolean biased = op.type().equals("QLinearConv") ? op.has(8) : op.has(2) && !op.type().startsWith("MatMul");
            return fixed && operandFixed(op) ? Cost.macs(products, biased ? eachImage(out) : 0) : Cost.operations(products);
        }
        if (MOVES.contains(op.type())) {
            return Cost.NONE;
        }
        if (WINDOWS.contains(op.type())) {
            return Cost.operations(eachImage(out), Constant.count(op.integers("kernel_shape")));
        }
        boolean looksAtAll = ShapeRules.reducing(op.type()) || op.type().startsWith("Global") || op.type().startsWith("Arg")
                || op.type().equals("TopK");
        return Cost.operations(eachImage(looksAtAll ? Constant.count(inputs.get(0)) : out));
    }

    /** True if one of the two tensors that are multiplied is the file's. */
    private boolean operandFixed(Op op) {
        int second = op.type().startsWith("QLinear") ? 3 : 1;
        return !op.type().equals("Attention") && (graph.fixed(op.inputs().get(0)) || graph.fixed(op.inputs().get(second)));
    }

    /** How many numbers are multiplied with one another. */
    private static long products(Op op, List<long[]> inputs, long[] sizes, long out) {
        return switch (op.type()) {
            case "ConvTranspose" -> Math.multiplyExact(Constant.count(inputs.get(0)), Constant.count(inputs.get(1)) / inputs.get(1)[0]);
            case "Conv", "ConvInteger" -> Math.multiplyExact(out, Constant.count(inputs.get(1)) / inputs.get(1)[0]);
            case "QLinearConv" -> Math.multiplyExact(out, Constant.count(inputs.get(3)) / inputs.get(3)[0]);
            case "Gemm" -> Math.multiplyExact(out, inputs.get(0)[op.integer("transA", 0) != 0 ? 0 : 1]);
            case "Einsum" -> sidesOf(op.text("equation", ""), inputs);
            case "Attention" -> {
                long keys = inputs.get(1)[inputs.get(1).length - 2];
                yield Math.addExact(Math.multiplyExact(Constant.count(inputs.get(0)), keys), Math.multiplyExact(out, keys));
            }
            default -> Math.multiplyExact(out, inputs.get(0)[inputs.get(0).length - 1]);
        };
    }

    /** The product of all sides that the equation names. */
    private static long sidesOf(String equation, List<long[]> inputs) {
        String[] terms = equation.replace(" ", "").split("->", -1)[0].split(",", -1);
        String seen = "";
        long product = 1;
        for (int i = 0; i < terms.length; i++) {
            for (int k = 0; k < terms[i].length(); k++) {
                if (seen.indexOf(terms[i].charAt(k)) < 0) {
                    seen += terms[i].charAt(k);
                    product = Math.multiplyExact(product, inputs.get(i)[k]);
                }
            }
        }
        return product;
    }

    /** A file may be written for several images at once. */
    private long eachImage(long numbers) {
        return numbers / graph.images();
    }

    // ---- what it is ----

    private Category category(Op op, List<Flow> flows) {
        String type = op.type();
        if (PRODUCTS.contains(type)) {
            return !type.equals("Attention") && operandFixed(op) ? type.contains("Conv") ? Category.CONVOLUTION : Category.FULLY_CONNECTED
                    : Category.MERGE;
        }
        if (NORMALIZATIONS.contains(type)) {
            return Category.NORMALIZATION;
        }
        if (WINDOWS.contains(type) || ShapeRules.reducing(type) || type.startsWith("Global")) {
            return Category.POOLING;
        }
        if (flows.size() > 1) {
            return Category.MERGE;
        }
        return ShapeRules.ALIKE.contains(type) && !MOVES.contains(type) || type.equals("PRelu") ? Category.ACTIVATION : Category.OTHER;
    }

    private static Field field(Op op) {
        boolean point = ShapeRules.SPREAD.contains(op.type()) || MOVES.contains(op.type()) || ShapeRules.ALIKE.contains(op.type())
                && !NORMALIZATIONS.contains(op.type());
        return point ? Field.POINT : Field.EVERYTHING;
    }
}
