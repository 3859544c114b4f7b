package casebook.layers;

import casebook.compute.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lays the same numbers out in another shape, channel by channel, row by row: a vector of 96 as {@code 1×1×96}. Nothing is
 * computed.
 *
 * @param shape the output's shape, with as many numbers as the input
 */
public record Reshape(Shape shape) implements SingleInputLayer {

    @Override
    public String kind() {
        return "reshape";
    }

    @Override
    public Shape output(Shape input) {
        if (input.elements() != shape.elements()) {
            throw new IllegalArgumentException("the " + input.elements() + " numbers of a " + input
                    + " input can't be laid out as " + shape
                    + ", which has " + shape.elements());
        }
        return shape;
    }

    /** Nothing is computed. */
    @Override
    public Cost cost(Shape input) {
        return Cost.NONE;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return Tensors.rowMajor(x).reshape(shape.batch(x.size(0)));
    }

    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return Tensors.rowMajor(dy).reshape(pass.input().shape());
    }

    @Override
    public String export(GraphWriter graph, String x) {
        // A side of 0 stays what it is in the input: the number of images.
        return graph.result(Operator.of("Reshape", x, graph.integers("shape", shape.batch(0))));
    }
}
