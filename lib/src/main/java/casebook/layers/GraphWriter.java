package casebook.layers;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a layer writes itself when its network is written as ONNX, the file format that other libraries and viewers read. A
 * layer becomes one operator of ONNX or a few: {@code graph.result(Operator.of("Relu", x))}. An operator's output is a tensor
 * with a name, and the operators after it read it by this name.
 *
 * <p>The operators are those of version 13: <a href="https://onnx.ai/onnx/operators/">onnx.ai/onnx/operators</a> lists them
 * with their inputs and attributes.
 */
public interface GraphWriter {

    /** The shapes of the layer's inputs, for one image. */
    List<Shape> shapes();

    /** The shape of the only input. */
    default Shape shape() {
        return Shape.only(shapes());
    }

    /** The tensor of one of the layer's parameters, by the parameter's name within the layer. */
    String parameter(String name);

    /** The same numbers with other dims: one number a channel needs {@code (channels, 1, 1)} to be added to a volume. */
    String parameter(String name, long... dims);

    /** The numbers of a parameter, for a layer that has to compute what it writes. Do not change them. */
    INDArray values(String parameter);

    /** A tensor of fixed numbers, named after the layer and {@code name}. */
    String constant(String name, INDArray values);

    /** A tensor that is one fixed number. */
    String constant(String name, double value);

    /** A tensor of fixed whole numbers, as operators take for places and sizes. */
    String integers(String name, long... values);

    /**
     * Writes an operator that is not the layer's last.
     *
     * @param name what it does; it is named after the layer and this
     * @return the name of its output, for the operators after it
     */
    String step(String name, Operator operator);

    /**
     * Writes the layer's last operator, which has the layer's name.
     *
     * @return the name of its output, for {@link Layer#export} to return
     */
    String result(Operator operator);
}
