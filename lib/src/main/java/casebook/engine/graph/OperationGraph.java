package casebook.engine.graph;

import casebook.network.Network;
import casebook.network.Node;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The operations that lead to the outputs that are wanted. At first each layer is one; passes put some together. */
public final class OperationGraph {

    private final Network network;
    private final LayerTraits traits;
    private final BitSet wanted = new BitSet();
    private final BitSet needed;
    private final List<List<Integer>> readers;
    private final int[] strides;
    private final Map<Integer, Operation> byLayer = new LinkedHashMap<>();

    /** @param wanted the layers whose outputs are wanted */
    public OperationGraph(Network network, List<Node> wanted, LayerTraits traits) {
        this.network = network;
        this.traits = traits;
        wanted.forEach(node -> this.wanted.set(node.index()));
        needed = needed(network, this.wanted);
        readers = network.readers().stream().map(all -> all.stream().filter(needed::get).toList()).toList();
        strides = new int[network.nodes().size()];
        Arrays.fill(strides, 1);
    }

    private static BitSet needed(Network network, BitSet wanted) {
        BitSet needed = (BitSet) wanted.clone();
        for (int index = network.nodes().size() - 1; index >= 0; index--) {
            if (needed.get(index)) {
                network.nodes().get(index).inputs().stream().filter(from -> from != Network.INPUT).forEach(needed::set);
            }
        }
        return needed;
    }

    /** The operations in their order; when the passes have run. */
    public List<Operation> operations() {
        return byLayer.values().stream().distinct().toList();
    }

    /** The operation that a layer belongs to; null before a pass has come to it. */
    Operation operation(int index) {
        return byLayer.get(index);
    }

    Operation begin(Node node) {
        Operation operation = new Operation(node);
        byLayer.put(node.index(), operation);
        return operation;
    }

    void done(Operation operation) {
        operation.nodes().forEach(node -> byLayer.put(node.index(), operation));
    }

    /** The layers that lead to those that are wanted, in their order. */
    List<Node> nodes() {
        return network.nodes().stream().filter(node -> needed.get(node.index())).toList();
    }

    Node node(int index) {
        return network.nodes().get(index);
    }

    Set<Trait> traits(Node node) {
        return traits.of(node);
    }

    int inputStride(Node node) {
        return traits.inputStride(node);
    }

    /** True if the output of this layer is wanted. */
    public boolean wanted(Node node) {
        return wanted.get(node.index());
    }

    /** The layers that read this one. */
    List<Integer> readers(int index) {
        return readers.get(index);
    }

    /** The layer that reads this one, if it is the only one and this one's output is not wanted itself; or null. */
    Node onlyReader(Node node) {
        List<Integer> all = readers.get(node.index());
        return all.size() != 1 || wanted(node) ? null : node(all.get(0));
    }

    /** The only reader, if it has this trait; or null. */
    Node onlyReader(Node node, Trait trait) {
        Node reader = onlyReader(node);
        return reader != null && traits(reader).contains(trait) ? reader : null;
    }

    /** Are all that read this value done before this layer, or is it this other layer? Then its memory can be written over. */
    boolean readOnlyBefore(int value, int layer, int besides) {
        return value != Network.INPUT && !wanted.get(value) && readers.get(value).stream()
                .allMatch(reader -> reader < layer || reader == besides);
    }

    /** How far apart the rows and columns of a value are that are computed: 1 if all are. */
    public int stride(int value) {
        return value == Network.INPUT ? 1 : strides[value];
    }

    void stride(Node node, int stride) {
        strides[node.index()] = stride;
    }

    /**
     * The layer in whose memory a value may lie: its own, or that of a layer whose output it writes over or passes on;
     * {@link Network#INPUT} for memory of the caller's.
     */
    int root(int value) {
        if (value == Network.INPUT) {
            return value;
        }
        Operation operation = byLayer.get(value);
        if (operation.addsInPlace()) {
            return root(operation.addend());
        }
        Node node = operation.node();
        return traits(node).contains(Trait.PASSES_ON) ? root(node.inputs().get(0)) : node.index();
    }
}
