package casebook.layers;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer with one input. Write {@code kind}, {@code output}, {@code cost}, {@code forward} and {@code gradient}, and your layer
 * counts, runs, trains and can be gradient-checked like any other. To be written as ONNX it needs {@code export} too.
 */
public interface SingleInputLayer extends Layer {

    /** The shape rule; see {@link Layer#output(List)}. */
    Shape output(Shape input);

    /** The parameters; none unless the layer says otherwise. */
    default List<Parameter> parameters(Shape input) {
        return List.of();
    }

    /** What one image costs. */
    Cost cost(Shape input);

    /** Which part of its input one output value sees; a single position unless the layer says otherwise. */
    default Field field(Shape input) {
        return Field.POINT;
    }

    /** The forward pass on a batch; see {@link Layer#forward(Pass, List)}. */
    INDArray forward(Pass pass, INDArray x);

    /** The gradient with respect to the input; see {@link Layer#backward(Pass, INDArray)}. */
    INDArray gradient(Pass pass, INDArray dy);

    /** Writes the layer as operators of ONNX; see {@link Layer#export(GraphWriter, List)}. */
    default String export(GraphWriter graph, String x) {
        return Layer.super.export(graph, List.of(x));
    }

    @Override
    default Shape output(List<Shape> inputs) {
        return output(Shape.only(inputs));
    }

    @Override
    default List<Parameter> parameters(List<Shape> inputs) {
        return parameters(Shape.only(inputs));
    }

    @Override
    default Cost cost(List<Shape> inputs) {
        return cost(Shape.only(inputs));
    }

    @Override
    default Field field(List<Shape> inputs) {
        return field(Shape.only(inputs));
    }

    @Override
    default INDArray forward(Pass pass, List<INDArray> inputs) {
        return forward(pass, inputs.get(0));
    }

    @Override
    default List<INDArray> backward(Pass pass, INDArray gradient) {
        return List.of(gradient(pass, gradient));
    }

    @Override
    default String export(GraphWriter graph, List<String> inputs) {
        return export(graph, inputs.get(0));
    }
}
