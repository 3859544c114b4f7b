package casebook.engine.graph;

import casebook.layers.Shape;
import casebook.network.Node;
import java.util.Collections;

/** Lets operations write into the place where their outputs are joined, so that nothing is copied. */
public final class ConcatInPlace {

    private ConcatInPlace() {}

    /**
     * Runs the pass; after {@link Fusion}.
     *
     * @param block so many channels lie side by side, and must not be of two layers; 0 if channels lie otherwise
     */
    public static void find(OperationGraph graph, int block) {
        if (block == 0) {
            return;
        }
        for (Operation operation : graph.operations()) {
            Node join = graph.onlyReader(operation.end(), Trait.JOINS);
            if (join != null && graph.traits(operation.node()).contains(Trait.CONVOLVES) && !operation.adds() && wholeBlocks(join, block)
                    && Collections.frequency(join.inputs(), operation.end().index()) == 1) {
                operation.writeInto(join);
            }
        }
    }

    private static boolean wholeBlocks(Node join, int block) {
        return join.inputShapes().stream().noneMatch((Shape shape) -> shape.vector() || shape.channels() % block != 0);
    }
}
