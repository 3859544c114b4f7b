package casebook.layers;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Average pooling: of each window the mean stays. It has no parameters; channels stay as they are.
 *
 * @param window the window's size, stride and padding; padded positions are not counted in the mean
 */
public record AveragePooling(Window window) implements Pooling {

    /** Windows of {@code size × size} that move by {@code size}, unless the options say otherwise. */
    public static AveragePooling of(int size, Option... options) {
        return new AveragePooling(Pooling.window(size, options));
    }

    @Override
    public String kind() {
        return "average pooling";
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return window.poolings(x).average(x);
    }

    /** Each number of a window gets the same part of the gradient. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return window.poolings(pass.input()).averageGradient(pass.input(), dy);
    }

    /** @throws UnsupportedOperationException if the window is dilated: average pooling has no dilation before ONNX's version 19 */
    @Override
    public String export(GraphWriter graph, String x) {
        if (window.dilation() > 1) {
            throw new UnsupportedOperationException("a dilated average pooling can't be exported: version 13 of ONNX's operators has none");
        }
        return graph.result(window.operator("AveragePool", graph.shape(), x).integer("count_include_pad", 0));
    }
}
