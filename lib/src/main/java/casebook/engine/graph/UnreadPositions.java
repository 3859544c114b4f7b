package casebook.engine.graph;

import casebook.network.Network;
import casebook.network.Node;
import java.util.List;
import java.util.Set;

/**
 * Finds positions that nobody reads. A block of a ResNet ends in an output of which the next stage's 1×1 convolutions, of stride 2, read
 * every second row and column: the other three quarters need not be computed. For each layer it says how far apart the rows and columns
 * are that are.
 */
public final class UnreadPositions {

    private final OperationGraph graph;

    private UnreadPositions(OperationGraph graph) {
        this.graph = graph;
    }

    /** Runs the pass; before {@link Fusion}. */
    public static void find(OperationGraph graph) {
        List<Node> nodes = graph.nodes();
        UnreadPositions pass = new UnreadPositions(graph);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            graph.stride(nodes.get(i), pass.computed(nodes.get(i)));
        }
    }

    private int computed(Node node) {
        if (graph.wanted(node) || !(graph.traits(node).contains(Trait.CONVOLVES) || pointwise(node))) {
            return 1;
        }
        List<Integer> read = graph.readers(node.index()).stream().map(reader -> read(graph.node(reader))).distinct().toList();
        return read.size() == 1 ? read.get(0) : 1;
    }

    /** How far apart the positions are that a layer reads of its inputs. */
    private int read(Node reader) {
        if (graph.traits(reader).contains(Trait.CONVOLVES)) {
            return Math.max(1, graph.inputStride(reader) * graph.stride(reader.index()));
        }
        return pointwise(reader) ? graph.stride(reader.index()) : 1;
    }

    private boolean pointwise(Node node) {
        Set<Trait> traits = graph.traits(node);
        if (traits.contains(Trait.NORMALIZES)) {
            int from = node.inputs().get(0);
            return from != Network.INPUT && graph.traits(graph.node(from)).contains(Trait.CONVOLVES)
                    && graph.onlyReader(graph.node(from)) == node;
        }
        return traits.contains(Trait.POINTWISE);
    }
}
