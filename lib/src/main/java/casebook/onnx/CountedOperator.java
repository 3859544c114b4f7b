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
 * An operator of the file that is no layer of ours. It is counted by the sides of its tensors, under its own name; it can't be run.
 *
 * @param kind the operator's name in ONNX
 * @param category the family that it belongs to
 * @param result the shape that goes out
 * @param weights what the file has of numbers for it
 * @param work what one image costs
 * @param sees which part of its input one output value sees
 */
record CountedOperator(String kind, Category category, Shape result, List<Parameter> weights, Cost work, Field sees) implements Layer {

    static UnsupportedOperationException onlyCounted(String kind) {
        return new UnsupportedOperationException("this " + kind
                + " was read from an ONNX file to be counted, and can't be run or written again: "
                + "ONNX Runtime runs the file itself");
    }

    @Override
    public Shape output(List<Shape> inputs) {
        return result;
    }

    @Override
    public List<Parameter> parameters(List<Shape> inputs) {
        return weights;
    }

    @Override
    public Cost cost(List<Shape> inputs) {
        return work;
    }

    @Override
    public Field field(List<Shape> inputs) {
        return sees;
    }

    /** @throws UnsupportedOperationException always: only its shapes are known */
    @Override
    public INDArray forward(Pass pass, List<INDArray> inputs) {
        throw onlyCounted(kind);
    }

    /** @throws UnsupportedOperationException always: only its shapes are known */
    @Override
    public List<INDArray> backward(Pass pass, INDArray gradient) {
        throw onlyCounted(kind);
    }

    /** @throws UnsupportedOperationException always: only its shapes are known */
    @Override
    public String export(GraphWriter graph, List<String> inputs) {
        throw onlyCounted(kind);
    }
}
