package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.DESTINATION_GRADIENT;
import static casebook.engine.onednn.Argument.SECOND_SOURCE;
import static casebook.engine.onednn.Argument.SOURCE;
import static casebook.engine.onednn.Argument.SOURCE_GRADIENT;
import static casebook.engine.onednn.Argument.WEIGHTS;

import casebook.compute.Stopped;
import casebook.engine.graph.Operation;
import casebook.engine.graph.OperationGraph;
import casebook.engine.memory.Value;
import casebook.engine.onednn.ElementwisePrimitives;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.PostOp;
import casebook.engine.onednn.Primitive;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A plan for training steps while it is made. Each operation tells its steps forward and leaves behind how it goes backward; when the
 * last one is told, those are told from the last to the first. Weights are read anew in each step.
 */
public final class TrainingCompilation extends Compilation {

    private final LongSupplier seed;
    private final Map<Integer, Value> gradients = new HashMap<>();
    private final Deque<Runnable> backward = new ArrayDeque<>();
    private final Map<String, Value> parameters = new LinkedHashMap<>();
    private final ParameterGradients parameterGradients;

    /**
     * A plan that is not made yet.
     *
     * @param reading gives the model's weights, while a plan is made and while it runs
     * @param seed gives the seed of a run
     */
    public TrainingCompilation(Model model, int images, OperationGraph graph, Program program, Supplier<Model.Reading> reading,
            LongSupplier seed) {
        super(model, images, graph, program, reading);
        this.seed = seed;
        this.parameterGradients = new ParameterGradients(this);
    }

    /** Tells all steps forward. */
    public void compileForward() {
        for (Operation operation : graph.operations()) {
            Stopped.check();
            Lowerings.of(operation.node(), true).train(operation, this);
        }
    }

    /** Tells all steps backward, when the gradients of the ends are there. */
    public void compileBackward() {
        backward.forEach(Runnable::run);
    }

    /** The model's parameters that are bound for each run, by their full names. */
    public Map<String, Value> parameters() {
        return parameters;
    }

    /** Where their gradients go, by their full names. */
    public Map<String, Value> gradientsOfParameters() {
        return parameterGradients.bound();
    }

    long seed() {
        return seed.getAsLong();
    }

    /** Whether a value needs no gradient: that of the images. */
    boolean isInput(Value value) {
        return value == input();
    }

    /** The output of an operation, and its backward pass, which is told if a gradient comes to it. */
    void put(Operation operation, Value output, Runnable backwardPass) {
        put(operation, output);
        backward.push(() -> {
            if (gradients.get(operation.end().index()) != null) {
                backwardPass.run();
            }
        });
    }

    /** The gradient of an operation's output. */
    Value gradient(Operation operation) {
        return gradients.get(operation.end().index());
    }

    /** The gradient of an operation's output before the activation that was applied to it. */
    Value gradientBeforeActivation(Operation operation, Value output) {
        Value gradient = gradient(operation);
        return operation.activation() == null ? gradient : backwardThrough(Lowerings.postOp(operation.activation()), output, gradient,
                output.layout());
    }

    /**
     * The gradient of a function's input.
     *
     * @param known its output, or its input if the function needs that
     */
    Value backwardThrough(PostOp function, Value known, Value gradient, MemoryLayout layout) {
        Value alike = program.inLayout(gradient, layout);
        Value before = program.fresh(layout);
        program.execute(ElementwisePrimitives.backward(engine, function, layout),
                Arguments.of(function.backwardFromOutput() ? DESTINATION : SOURCE, known)
                .and(DESTINATION_GRADIENT, alike).and(SOURCE_GRADIENT, before));
        return before;
    }

    /** A gradient of a layer's output. Where several layers read the same output, their gradients add up. */
    public void addGradient(int index, Value more) {
        Value soFar = gradients.get(index);
        if (soFar == null) {
            gradients.put(index, more);
            return;
        }
        Value alike = program.inLayout(more, soFar.layout());
        Value sum = program.fresh(soFar.layout());
        program.execute(ElementwisePrimitives.sum(engine, soFar.layout(), null),
                Arguments.of(SOURCE, soFar).and(SECOND_SOURCE, alike).and(DESTINATION, sum));
        gradients.put(index, sum);
    }

    /** A parameter where it lies in the model, read as an array of these dims. */
    Value parameter(Node node, String name, long... dims) {
        INDArray array = parameter(node, name);
        return parameters.computeIfAbsent(network.parameterName(node, name), full -> program.bound(array.shape())).as(rowMajor(dims));
    }

    ParameterGradients parameterGradients() {
        return parameterGradients;
    }

    /** Tells the step that computes the gradient of a layer's input from that of its output and the weights. */
    void backwardData(Node node, Primitive primitive, Value gradient, Value weights) {
        Value ofSource = program.fresh(primitive.sourceGradient());
        program.execute(primitive, Arguments.of(DESTINATION_GRADIENT, gradient).and(WEIGHTS, weights).and(SOURCE_GRADIENT, ofSource));
        addGradient(node.inputs().get(0), ofSource);
    }

    /** Whether a layer reads the images. */
    static boolean readsImages(Node node, int which) {
        return node.inputs().get(which) == Network.INPUT;
    }
}
