package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.engine.memory.Value;
import casebook.engine.onednn.MemoryLayout;
import casebook.network.Node;
import java.util.Set;

/** A volume as a row. Nothing moves in row-major order; only the dims are others. */
final class FlattenLowering implements Lowering {

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        return Set.of(Trait.PASSES_ON);
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        c.put(operation, c.rows(operation.node()));
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Value source = c.source(operation.node(), 0);
        MemoryLayout plain = c.rowMajor(source.layout().dims());
        Value output = c.program.inLayout(source, plain).as(c.rowMajor(operation.node().output().batch(c.images)));
        c.put(operation, output, () -> c.addGradient(operation.node().inputs().get(0),
                c.program.inLayout(c.gradient(operation), output.layout()).as(plain)));
    }
}
