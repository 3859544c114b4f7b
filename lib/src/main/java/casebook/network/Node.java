package casebook.network;

import casebook.layers.Cost;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Shape;
import java.util.List;

/**
 * A layer at its place in a network.
 *
 * @param index its place in the network's order, in which each layer comes after its inputs
 * @param name its name, unique in the network
 * @param layer what it does
 * @param inputs the places of the layers that feed it; {@link Network#INPUT} is the network's input
 * @param inputShapes the shapes that come in, in the same order
 * @param output the shape that goes out
 * @param path the stages that it lies in, from the outermost in; empty if it lies in none
 * @param parametersFrom the place of the layer whose parameters it uses: its own, unless it is shared
 * @param auxiliary true if it only serves an auxiliary head, which is dropped at inference
 */
public record Node(int index, String name, Layer layer, List<Integer> inputs, List<Shape> inputShapes, Shape output,
        List<String> path, int parametersFrom, boolean auxiliary) {

    /** The stage that tables and charts add it to: the outermost of its path, or else its name up to the first slash. */
    public String stage() {
        return path.isEmpty() ? name.split("/", 2)[0] : path.get(0);
    }

    /** True if it uses the parameters of an earlier layer. */
    public boolean shared() {
        return parametersFrom != index;
    }

    /** The same layer in an auxiliary head. */
    Node inHead() {
        return new Node(index, name, layer, inputs, inputShapes, output, path, parametersFrom, true);
    }

    /** Its own parameters; none if it uses those of an earlier layer. */
    public List<Parameter> parameters() {
        return shared() ? List.of() : layer.parameters(inputShapes);
    }

    /** What one image costs here. */
    public Cost cost() {
        return layer.cost(inputShapes);
    }
}
