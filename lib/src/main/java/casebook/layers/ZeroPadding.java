package casebook.layers;

import casebook.compute.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Puts rows and columns of zeros around each channel. A convolution does this by itself with {@code same()} or {@code padding(…)}; some
 * networks have it as a layer of its own.
 *
 * @param padding how many rows and columns on each side
 */
public record ZeroPadding(Padding.Zeros padding) implements SingleInputLayer {

    @Override
    public String kind() {
        return "zero padding";
    }

    @Override
    public Shape output(Shape input) {
        if (input.vector()) {
            throw new IllegalArgumentException("zero padding needs a volume, it got a vector of " + input.channels());
        }
        return Shape.volume(Math.addExact(input.height(), Math.addExact(padding.top(), padding.bottom())),
                Math.addExact(input.width(), Math.addExact(padding.left(), padding.right())), input.channels());
    }

    /** Nothing is computed. */
    @Override
    public Cost cost(Shape input) {
        return Cost.NONE;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return Tensors.pad(x, zeros(), 0);
    }

    /** The zeros' part of the gradient is dropped. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return Tensors.crop(dy, zeros());
    }

    private int[] zeros() {
        return new int[] {padding.top(), padding.left(), padding.bottom(), padding.right()};
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("Pad", x, graph.integers("zeros", 0, 0, padding.top(), padding.left(), 0, 0,
                padding.bottom(), padding.right())));
    }
}
