package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.network.Node;
import java.util.Set;

/** Dropout, which does nothing when predicting. In training the layer runs its own code, so that the same seed drops the same numbers. */
final class DropoutLowering implements Lowering {

    @Override
    public boolean supports(Node node, boolean training) {
        return !training;
    }

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        return training ? Set.of() : Set.of(Trait.POINTWISE, Trait.PASSES_ON);
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        c.put(operation, c.readPositions(operation.node(), 0));
    }
}
