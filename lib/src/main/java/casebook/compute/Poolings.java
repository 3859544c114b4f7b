package casebook.compute;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Max and average pooling of a batch, forward and backward. Zeros of the padding take part in neither: a maximum ignores
 * them, an average divides by the number of real values in the window.
 *
 * @param height rows of the window
 * @param width columns of the window
 * @param strideHeight rows moved
 * @param strideWidth columns moved
 * @param dilation distance between neighbouring positions of the window
 * @param zeros rows and columns of padding: top, left, bottom, right
 */
public record Poolings(int height, int width, int strideHeight, int strideWidth, int dilation, int[] zeros) {

    /** The largest value of each window. */
    public INDArray max(INDArray x) {
        return pool("maxpool2d", Tensors.pad(x, zeros, -Float.MAX_VALUE))[0];
    }

    /** The gradient of {@link #max}: it goes to the largest value of each window. */
    public INDArray maxGradient(INDArray x, INDArray dy) {
        INDArray padded = Tensors.pad(x, zeros, -Float.MAX_VALUE);
        return Tensors.crop(pool("maxpool2d_bp", padded, Tensors.rowMajor(dy))[0], zeros);
    }

    /** The mean of each window. */
    public INDArray average(INDArray x) {
        INDArray y = pool("avgpool2d", Tensors.pad(x, zeros, 0))[0];
        INDArray share = shareOfRealValues(x);
        return share == null ? y : y.divi(share);
    }

    /** The gradient of {@link #average}: it goes to all values of a window in equal parts. */
    public INDArray averageGradient(INDArray x, INDArray dy) {
        INDArray share = shareOfRealValues(x);
        INDArray scaled = share == null ? Tensors.rowMajor(dy) : dy.div(share);
        return Tensors.crop(pool("avgpool2d_bp", Tensors.pad(x, zeros, 0), scaled)[0], zeros);
    }

    /** Which part of each window lies inside the image; null if all do. */
    private INDArray shareOfRealValues(INDArray x) {
        if (zeros[0] + zeros[1] + zeros[2] + zeros[3] == 0) {
            return null;
        }
        INDArray ones = Nd4j.ones(x.dataType(), 1, 1, x.size(2), x.size(3));
        return pool("avgpool2d", Tensors.pad(ones, zeros, 0))[0];
    }

    private INDArray[] pool(String operation, INDArray... inputs) {
        int explicitPadding = 0;
        int divideByWindow = 1;
        int nchw = 0;
        int[] arguments = {height, width, strideHeight, strideWidth, 0, 0, dilation, dilation, explicitPadding,
            divideByWindow, nchw};
        inputs[0] = Tensors.rowMajor(inputs[0]);
        return Tensors.run(operation, arguments, inputs);
    }
}
