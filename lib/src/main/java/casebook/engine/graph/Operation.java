package casebook.engine.graph;

import casebook.network.Node;
import java.util.ArrayList;
import java.util.List;

/** A layer, and the layers behind it that are done at once with it. */
public final class Operation {

    private final List<Node> nodes = new ArrayList<>();
    private Node normalization;
    private Node addition;
    private int addend;
    private boolean addsInPlace;
    private Node activation;
    private Node join;

    Operation(Node node) {
        nodes.add(node);
    }

    /** The layer itself. */
    public Node node() {
        return nodes.get(0);
    }

    /** The last of its layers, whose output is the operation's. */
    public Node end() {
        return nodes.get(nodes.size() - 1);
    }

    /** All its layers. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    void normalize(Node with) {
        normalization = with;
        nodes.add(with);
    }

    void add(Node with, int other, boolean inPlace) {
        addition = with;
        addend = other;
        addsInPlace = inPlace;
        nodes.add(with);
    }

    void activate(Node with) {
        activation = with;
        nodes.add(with);
    }

    void writeInto(Node concatenation) {
        join = concatenation;
    }

    /** The normalization that is multiplied into its weights, or null. */
    public Node normalization() {
        return normalization;
    }

    /** True if it adds its output to another value. */
    public boolean adds() {
        return addition != null;
    }

    /** The index of the layer whose output it is added to. */
    public int addend() {
        return addend;
    }

    /** True if the sum is written over the addend; otherwise over a copy of those positions of it that are read. */
    public boolean addsInPlace() {
        return addsInPlace;
    }

    /** The activation that is applied to its output, or null. */
    public Node activation() {
        return activation;
    }

    /** The concatenation into whose output it writes its own, or null. */
    public Node join() {
        return join;
    }
}
