package casebook.onnx;

import casebook.layers.Cost;
import casebook.layers.Field;
import casebook.layers.GraphWriter;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Pass;
import casebook.layers.Shape;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer whose parameters are not all its own: a tensor of the file that an earlier layer uses in another way, with another stride or
 * turned over, counts there. It can be counted, and not be run.
 *
 * @param layer what it does
 * @param own what counts here
 */
record Counted(Layer layer, List<Parameter> own) implements Layer {

    /** @throws UnsupportedOperationException always: where its weights come from is not kept */
    @Override
    public INDArray forward(Pass pass, List<INDArray> inputs) {
        throw CountedOperator.onlyCounted(kind());
    }

    /** @throws UnsupportedOperationException always: where its weights come from is not kept */
    @Override
    public List<INDArray> backward(Pass pass, INDArray gradient) {
        throw CountedOperator.onlyCounted(kind());
    }

    /** @throws UnsupportedOperationException always: where its weights come from is not kept */
    @Override
    public String export(GraphWriter graph, List<String> inputs) {
        throw CountedOperator.onlyCounted(kind());
    }

    @Override
    public String kind() {
        return layer.kind();
    }

    @Override
    public Category category() {
        return layer.category();
    }

    @Override
    public Shape output(List<Shape> inputs) {
        return layer.output(inputs);
    }

    @Override
    public List<Parameter> parameters(List<Shape> inputs) {
        return own;
    }

    @Override
    public Cost cost(List<Shape> inputs) {
        return layer.cost(inputs);
    }

    @Override
    public Field field(List<Shape> inputs) {
        return layer.field(inputs);
    }
}
