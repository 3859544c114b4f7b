package casebook.layers;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max pooling: of each window only the largest number stays. It has no parameters; channels stay as they are.
 *
 * @param window the window's size, stride and padding; padded positions are never the largest
 */
public record MaxPooling(Window window) implements Pooling {

    /** Windows of {@code size × size} that move by {@code size}, unless the options say otherwise. */
    public static MaxPooling of(int size, Option... options) {
        return new MaxPooling(Pooling.window(size, options));
    }

    @Override
    public String kind() {
        return "max pooling";
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return window.poolings(x).max(x);
    }

    /** The gradient goes to the number that was the largest, the others get none. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return window.poolings(pass.input()).maxGradient(pass.input(), pass.output(), dy);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(window.operator("MaxPool", graph.shape(), x));
    }
}
