package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.engine.onednn.PostOp;
import casebook.layers.Layer;
import casebook.network.Node;
import java.util.Set;

/** How layers of one class become steps of a plan. */
public interface Lowering {

    /**
     * Whether it knows how at this place. Where it does not, the layer runs its own code.
     *
     * @param training true if a backward pass follows
     */
    default boolean supports(Node node, boolean training) {
        return true;
    }

    /**
     * What the passes over the graph may do with a layer at this place.
     *
     * @param training true if a backward pass follows
     */
    default Set<Trait> traits(Node node, boolean training) {
        return Set.of();
    }

    /** See {@link casebook.engine.graph.LayerTraits#inputStride}. */
    default int inputStride(Node node) {
        return 0;
    }

    /** The function that can be applied to the output of an operation before it; null if it is none. */
    default PostOp postOp(Layer layer) {
        return null;
    }

    /** Tells the steps of a prediction, and where the output is. */
    void predict(Operation operation, InferenceCompilation c);

    /** Tells the steps forward, and leaves behind how it goes backward. */
    default void train(Operation operation, TrainingCompilation c) {
        throw new UnsupportedOperationException(operation.node().name() + ": " + getClass().getSimpleName()
                + " has no backward pass; its supports() has to say so");
    }
}
