package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.SOURCE;

import casebook.compute.Stopped;
import casebook.engine.graph.Operation;
import casebook.engine.graph.OperationGraph;
import casebook.engine.memory.Arena;
import casebook.engine.memory.Value;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.PoolingPrimitives;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.Propagation;
import casebook.engine.onednn.SlidingWindow;
import casebook.layers.Shape;
import casebook.model.Model;
import casebook.network.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** A plan for predictions while it is made. Weights are packed once, and values are written over as soon as nobody reads them any more. */
public final class InferenceCompilation extends Compilation {

    private final PackedWeights weights;
    /** Outputs of concatenations into which operations write, by the concatenation's index. */
    private final Map<Integer, Value> wholes = new HashMap<>();
    private final Map<Integer, Value> results = new HashMap<>();

    /** @param reading gives the model's weights, while a plan is made and while it runs */
    public InferenceCompilation(Model model, int images, OperationGraph graph, Program program, PackedWeights weights,
            Supplier<Model.Reading> reading) {
        super(model, images, graph, program, reading);
        this.weights = weights;
    }

    /**
     * Tells all steps.
     *
     * @return where the outputs that are wanted go, by the layers' indices
     */
    public Map<Integer, Value> compile() {
        for (Operation operation : graph.operations()) {
            Stopped.check();
            Lowerings.of(operation.node(), false).predict(operation, this);
            if (graph.wanted(operation.end())) {
                // At once, so that the value's memory is free for others from here on.
                Value value = value(operation.end().index());
                Value result = program.bound(value.layout().dims());
                program.copy(value, result);
                results.put(operation.end().index(), result);
            }
        }
        return results;
    }

    PackedWeights weights() {
        return weights;
    }

    /** One input, one output of the same layout. */
    void pointwise(Operation operation, Primitive primitive, Value source) {
        Value target = program.fresh(source.layout());
        program.execute(primitive, Arguments.of(SOURCE, source).and(DESTINATION, target));
        put(operation, target);
    }

    /** The numbers of each image as one row, in row-major order. */
    Value rows(Node node) {
        return program.rowMajor(source(node, 0)).as(rowMajor(images, node.inputShapes().get(0).elements()));
    }

    /** An input of a pointwise layer: those positions of it that are read of the layer's output. */
    Value readPositions(Node node, int which) {
        int stride = graph.stride(node.index());
        Value source = source(node, which);
        return stride == graph.stride(node.inputs().get(which)) ? source : thinned(source, stride);
    }

    /** Every so many-th row and column of a value. */
    Value thinned(Value whole, int stride) {
        Primitive primitive = PoolingPrimitives.forward(engine, Propagation.INFERENCE, true, whole.layout(),
                any(thinned(whole.layout().dims(), stride)),
                new long[] {1, 1}, new SlidingWindow(new long[] {stride, stride}, 1, new int[4]));
        Value part = program.fresh(primitive.destination());
        program.execute(primitive, Arguments.of(SOURCE, whole).and(DESTINATION, part));
        return part;
    }

    static long[] thinned(long[] dims, int stride) {
        return new long[] {dims[0], dims[1], (dims[2] + stride - 1) / stride, (dims[3] + stride - 1) / stride};
    }

    /** The place in a concatenation's output where this operation writes its own; null if it writes elsewhere. */
    Value placeInJoin(Operation operation) {
        Node join = operation.join();
        if (join == null) {
            return null;
        }
        Value whole = wholes.computeIfAbsent(join.index(), index -> program.fresh(blocks(join.output().batch(images))));
        return part(whole, join, join.inputs().indexOf(operation.end().index()));
    }

    /** The channels of one input in a concatenation's output. */
    private static Value part(Value whole, Node join, int which) {
        long from = join.inputShapes().subList(0, which).stream().mapToLong(Shape::channels).sum();
        return whole.as(whole.layout().channels(from, join.inputShapes().get(which).channels()));
    }

    /** The output of a concatenation: inputs that are not there already are copied to their places. */
    Value concatenation(Node node) {
        Value whole = wholes.get(node.index());
        if (whole == null) {
            return joined(node);
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            Value input = source(node, i);
            if (input.storage() != whole.storage()) {
                program.copy(input, part(whole, node, i));
            }
        }
        return whole;
    }

    /** What an operation's output is added to, and written over. */
    Value addend(Operation operation) {
        Value value = value(operation.addend());
        Value addend = operation.addsInPlace() ? value : thinned(value, graph.stride(operation.end().index()));
        if (!Arena.holds(addend.storage()) || addend.layout().rank() != 4) {
            throw new IllegalStateException(operation.node().name() + ": its sum can't be written over " + network.nodes()
                    .get(operation.addend()).name());
        }
        return addend;
    }

    /** Weights, or a bias, in the layout that a primitive wants. */
    Value packed(Node node, String name, MemoryLayout wanted, long... dims) {
        return weights.packed(node, name, wanted, dims);
    }
}
