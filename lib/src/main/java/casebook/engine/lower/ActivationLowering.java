package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.SOURCE;

import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.engine.memory.Value;
import casebook.engine.onednn.ElementwisePrimitives;
import casebook.engine.onednn.PostOp;
import casebook.engine.onednn.Propagation;
import casebook.layers.Layer;
import casebook.network.Node;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

/** A function of each number that oneDNN has: by itself, or applied to the output of the operation before it. */
public final class ActivationLowering implements Lowering {

    private final Function<Layer, PostOp> function;

    /** A layer that is always the same function. */
    public ActivationLowering(PostOp function) {
        this(layer -> function);
    }

    /** A layer whose constants decide which function it is; null if oneDNN has none for them. */
    public ActivationLowering(Function<Layer, PostOp> function) {
        this.function = function;
    }

    @Override
    public PostOp postOp(Layer layer) {
        return function.apply(layer);
    }

    @Override
    public boolean supports(Node node, boolean training) {
        return postOp(node.layer()) != null;
    }

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        PostOp postOp = postOp(node.layer());
        if (postOp == null) {
            return Set.of();
        }
        Set<Trait> traits = EnumSet.of(Trait.POINTWISE);
        // Applied at once, its input is never in memory: in training its gradient has to do without.
        if (!training || postOp.backwardFromOutput()) {
            traits.add(Trait.ACTIVATES);
        }
        if (postOp.equals(PostOp.RELU)) {
            traits.add(Trait.RECTIFIES);
        }
        return traits;
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        Value source = c.readPositions(operation.node(), 0);
        c.pointwise(operation, ElementwisePrimitives.forward(c.engine, Propagation.INFERENCE, postOp(operation.node().layer()),
                source.layout()), source);
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        PostOp postOp = postOp(operation.node().layer());
        Value source = c.source(operation.node(), 0);
        Value output = c.program.fresh(source.layout());
        c.program.execute(ElementwisePrimitives.forward(c.engine, Propagation.TRAINING, postOp, source.layout()),
                Arguments.of(SOURCE, source).and(DESTINATION, output));
        c.put(operation, output, () -> c.addGradient(operation.node().inputs().get(0),
                c.backwardThrough(postOp, postOp.backwardFromOutput() ? output : source, c.gradient(operation), source.layout())));
    }
}
