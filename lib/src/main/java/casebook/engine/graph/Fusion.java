package casebook.engine.graph;

import casebook.network.Network;
import casebook.network.Node;
import java.util.Set;

/**
 * Puts layers together that are done at once. A normalization behind a convolution is multiplied into its weights; the addition of a
 * shortcut and an activation are done while the convolution still has the numbers in the processor.
 */
public final class Fusion {

    private final OperationGraph graph;

    private Fusion(OperationGraph graph) {
        this.graph = graph;
    }

    /** Runs the pass, for prediction. */
    public static void forInference(OperationGraph graph) {
        new Fusion(graph).run(true);
    }

    /** Runs the pass, for training: what a backward pass needs stays, so that only activations are taken in. */
    public static void forTraining(OperationGraph graph) {
        new Fusion(graph).run(false);
    }

    private void run(boolean inference) {
        for (Node node : graph.nodes()) {
            if (graph.operation(node.index()) == null) {
                Operation operation = graph.begin(node);
                Set<Trait> traits = graph.traits(node);
                if (inference && traits.contains(Trait.CONVOLVES)) {
                    normalization(operation);
                    addition(operation);
                }
                if (traits.contains(Trait.TAKES_ACTIVATION) || traits.contains(Trait.TAKES_RELU)) {
                    activation(operation, traits.contains(Trait.TAKES_ACTIVATION) ? Trait.ACTIVATES : Trait.RECTIFIES);
                }
                graph.done(operation);
            }
        }
    }

    private void normalization(Operation operation) {
        Node next = graph.onlyReader(operation.end(), Trait.NORMALIZES);
        if (next != null) {
            operation.normalize(next);
        }
    }

    private void activation(Operation operation, Trait kind) {
        Node next = graph.onlyReader(operation.end(), kind);
        if (next != null) {
            operation.activate(next);
        }
    }

    private void addition(Operation operation) {
        Node end = operation.end();
        Node sum = graph.onlyReader(end, Trait.ADDS);
        if (sum == null) {
            return;
        }
        int other = sum.inputs().get(0) == end.index() ? sum.inputs().get(1) : sum.inputs().get(0);
        if (other == Network.INPUT || other == end.index() || graph.operation(other) == null) {
            return;
        }
        if (graph.stride(sum.index()) > graph.stride(other)) {
            operation.add(sum, other, false);
        } else if (canBeWrittenOver(other, operation.node(), sum)) {
            operation.add(sum, other, true);
        }
    }

    /** True if the sum can be written over this value: nobody else reads it, or what lies in the same memory, later. */
    private boolean canBeWrittenOver(int value, Node node, Node sum) {
        int root = graph.root(value);
        if (node.inputs().contains(value) || graph.node(value).output().vector() || root == Network.INPUT
                || graph.traits(graph.node(root)).contains(Trait.OWN_CODE)) {
            return false;
        }
        return graph.nodes().stream().map(Node::index).filter(index -> graph.operation(index) != null && index != node.index()
                && graph.root(index) == root)
                .allMatch(index -> graph.readOnlyBefore(index, node.index(), sum.index()));
    }
}
