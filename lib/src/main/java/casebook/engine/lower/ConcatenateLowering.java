package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.engine.memory.Value;
import casebook.network.Node;
import java.util.Set;

/** Inputs behind one another along the channels. */
final class ConcatenateLowering implements Lowering {

    @Override
    public boolean supports(Node node, boolean training) {
        return !node.output().vector();
    }

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        return supports(node, training) ? Set.of(Trait.JOINS) : Set.of();
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        c.put(operation, c.concatenation(operation.node()));
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Value output = c.joined(operation.node());
        c.put(operation, output, () -> backward(operation, c, output));
    }

    private static void backward(Operation operation, TrainingCompilation c, Value output) {
        Node node = operation.node();
        Value gradient = c.program.inLayout(c.gradient(operation), output.layout());
        long from = 0;
        for (int i = 0; i < node.inputs().size(); i++) {
            long count = node.inputShapes().get(i).channels();
            Value part = c.program.fresh(output.layout().like(c.source(node, i).layout().dims()));
            c.program.copy(gradient.as(output.layout().channels(from, count)), part);
            c.addGradient(node.inputs().get(i), part);
            from += count;
        }
    }
}
