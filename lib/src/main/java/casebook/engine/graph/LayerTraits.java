package casebook.engine.graph;

import casebook.network.Node;
import java.util.Set;

/** Tells the passes what they need to know of layers. */
public interface LayerTraits {

    /** What is true of this layer at its place. */
    Set<Trait> of(Node node);

    /**
     * How far apart the rows and columns are that a convolution reads of its input: 1 if each is for one position alone, 0 if
     * positions share some.
     */
    int inputStride(Node node);
}
