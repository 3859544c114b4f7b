package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.SECOND_SOURCE;
import static casebook.engine.onednn.Argument.SOURCE;

import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.engine.memory.Value;
import casebook.engine.onednn.ElementwisePrimitives;
import casebook.network.Node;
import java.util.Set;

/** The sum of two inputs, if no convolution has taken it in. */
final class AddLowering implements Lowering {

    @Override
    public boolean supports(Node node, boolean training) {
        return node.inputs().size() == 2;
    }

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        return supports(node, training) ? Set.of(Trait.ADDS, Trait.POINTWISE, Trait.TAKES_ACTIVATION) : Set.of();
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        c.put(operation, sum(operation, c, c.readPositions(operation.node(), 0), c.readPositions(operation.node(), 1)));
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Value output = sum(operation, c, c.source(operation.node(), 0), c.source(operation.node(), 1));
        c.put(operation, output, () -> {
            Value gradient = c.gradientBeforeActivation(operation, output);
            operation.node().inputs().forEach(from -> c.addGradient(from, gradient));
        });
    }

    private static Value sum(Operation operation, Compilation c, Value first, Value other) {
        Value second = c.program.inLayout(other, first.layout());
        Value output = c.program.fresh(first.layout());
        c.program.execute(ElementwisePrimitives.sum(c.engine, first.layout(), Lowerings.postOp(operation.activation())),
                Arguments.of(SOURCE, first).and(SECOND_SOURCE, second).and(DESTINATION, output));
        return output;
    }
}
