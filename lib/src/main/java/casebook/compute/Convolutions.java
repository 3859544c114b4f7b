package casebook.compute;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Convolution of a batch, forward and backward, through ND4J's {@code conv2d} (with oneDNN below it where ND4J's native
 * library has it).
 *
 * @param strideHeight rows moved
 * @param strideWidth columns moved
 * @param dilation distance between neighbouring weights
 * @param groups number of groups of channels
 * @param zeros rows and columns of zeros: top, left, bottom, right
 */
public record Convolutions(int strideHeight, int strideWidth, int dilation, int groups, int[] zeros) {

    /** Gradients of a convolution; {@code bias} is null where there is none. */
    public record Gradients(INDArray x, INDArray weights, INDArray bias) {}

    /**
     * The convolution itself.
     *
     * @param x {@code [images, channels, height, width]}
     * @param weights {@code [filters, channels / groups, height, width]}
     * @param bias one number a filter, or null
     * @return {@code [images, filters, height, width]}
     */
    public INDArray forward(INDArray x, INDArray weights, INDArray bias) {
        INDArray padded = padded(x);
        weights = spread(weights);
        if (groups == 1) {
            return conv2d("conv2d", weights, inputs(padded, weights, bias))[0];
        }
        if (weights.size(0) == groups && weights.size(1) == 1) {
            // A filter for each channel: one operation instead of one for each of hundreds of groups.
            INDArray filters = Tensors.rowMajor(weights).reshape(1, groups, weights.size(2), weights.size(3));
            return conv2d("depthwise_conv2d", weights, inputs(padded, filters, bias))[0];
        }
        INDArray[] parts = new INDArray[groups];
        for (int g = 0; g < groups; g++) {
            INDArray w = filters(weights, g);
            INDArray b = bias == null ? null : bias.get(NDArrayIndex.interval(g * w.size(0), (g + 1) * w.size(0))).dup();
            parts[g] = conv2d("conv2d", w, inputs(group(padded, g), w, b))[0];
        }
        return Nd4j.concat(1, parts);
    }

    /**
     * The gradients with respect to input, weights and bias.
     *
     * @param dy gradient with respect to the output
     */
    public Gradients backward(INDArray x, INDArray weights, INDArray bias, INDArray dy) {
        INDArray padded = padded(x);
        INDArray y = Tensors.rowMajor(dy);
        weights = spread(weights);
        if (groups == 1) {
            INDArray[] g = conv2d("conv2d_bp", weights, inputs(padded, weights, bias, y));
            return new Gradients(unpadded(g[0]), gathered(g[1]), bias == null ? null : g[2]);
        }
        INDArray[] dx = new INDArray[groups];
        INDArray[] dw = new INDArray[groups];
        for (int g = 0; g < groups; g++) {
            INDArray w = filters(weights, g);
            INDArray[] part = conv2d("conv2d_bp", w, inputs(group(padded, g), w, null, group(y, g)));
            dx[g] = part[0];
            dw[g] = part[1];
        }
        return new Gradients(unpadded(Nd4j.concat(1, dx)), gathered(Nd4j.concat(0, dw)), bias == null ? null : Tensors.sumPerChannel(y));
    }

    /**
     * A dilated filter as an ordinary one, with zeros between its weights: ND4J's own dilation fails in float32 where oneDNN
     * is below it.
     */
    private INDArray spread(INDArray weights) {
        if (dilation == 1) {
            return weights;
        }
        INDArray spread = Tensors.zeros(weights, weights.size(0), weights.size(1),
                dilation * (weights.size(2) - 1) + 1, dilation * (weights.size(3) - 1) + 1);
        spread.get(places(spread)).assign(weights);
        return spread;
    }

    /** The gradient of a spread filter's weights alone. */
    private INDArray gathered(INDArray gradient) {
        return dilation == 1 ? gradient : gradient.get(places(gradient)).dup('c');
    }

    private INDArrayIndex[] places(INDArray spread) {
        return new INDArrayIndex[] {NDArrayIndex.all(), NDArrayIndex.all(),
            every(spread.size(2)), every(spread.size(3))};
    }

    /** ND4J's interval refuses a step that is longer than the side, which a filter of one row or column has. */
    private INDArrayIndex every(long side) {
        return side == 1 ? NDArrayIndex.all() : NDArrayIndex.interval(0, dilation, side);
    }

    private boolean symmetric() {
        return zeros[0] == zeros[2] && zeros[1] == zeros[3];
    }

    private INDArray padded(INDArray x) {
        return Tensors.rowMajor(symmetric() ? x : Tensors.pad(x, zeros, 0));
    }

    private INDArray unpadded(INDArray dx) {
        return symmetric() ? dx : Tensors.crop(dx, zeros);
    }

    private INDArray group(INDArray x, int g) {
        long size = x.size(1) / groups;
        return Tensors.channels(x, g * size, (g + 1) * size).dup('c');
    }

    private INDArray filters(INDArray weights, int g) {
        long size = weights.size(0) / groups;
        return weights.get(NDArrayIndex.interval(g * size, (g + 1) * size), NDArrayIndex.all(), NDArrayIndex.all(),
                NDArrayIndex.all()).dup('c');
    }

    private static INDArray[] inputs(INDArray x, INDArray weights, INDArray bias, INDArray... rest) {
        List<INDArray> all = new ArrayList<>(List.of(x, weights));
        if (bias != null) {
            all.add(bias);
        }
        all.addAll(List.of(rest));
        return all.toArray(new INDArray[0]);
    }

    private INDArray[] conv2d(String operation, INDArray weights, INDArray[] inputs) {
        int top = symmetric() ? zeros[0] : 0;
        int left = symmetric() ? zeros[1] : 0;
        int explicitPadding = 0;
        int nchw = 0;
        int filtersFirst = 1;
        int[] arguments = {(int) weights.size(2), (int) weights.size(3), strideHeight, strideWidth, top, left,
            1, 1, explicitPadding, nchw, filtersFirst};
        return Tensors.run(operation, arguments, inputs);
    }
}
