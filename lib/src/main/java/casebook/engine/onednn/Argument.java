package casebook.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

/** What an argument of a primitive is. */
public enum Argument {
    /** The input. */
    SOURCE(DNNL_ARG_SRC),
    /** The second input. */
    SECOND_SOURCE(DNNL_ARG_SRC_1),
    /** The output. */
    DESTINATION(DNNL_ARG_DST),
    /** Weights. */
    WEIGHTS(DNNL_ARG_WEIGHTS),
    /** A bias for each output channel. */
    BIAS(DNNL_ARG_BIAS),
    /** The mean of each channel. */
    MEAN(DNNL_ARG_MEAN),
    /** The variance of each channel. */
    VARIANCE(DNNL_ARG_VARIANCE),
    /** A factor for each channel. */
    SCALE(DNNL_ARG_SCALE),
    /** What is added to each channel. */
    SHIFT(DNNL_ARG_SHIFT),
    /** The factors of a {@linkplain ReorderPrimitives#scaled scaled reorder}. */
    SOURCE_SCALES(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC),
    /** Memory that it works in, and leaves behind. */
    SCRATCHPAD(DNNL_ARG_SCRATCHPAD),
    /** What a forward primitive keeps for the backward one. */
    WORKSPACE(DNNL_ARG_WORKSPACE),
    /** The gradient of the input. */
    SOURCE_GRADIENT(DNNL_ARG_DIFF_SRC),
    /** The gradient of the output. */
    DESTINATION_GRADIENT(DNNL_ARG_DIFF_DST),
    /** The gradient of the weights. */
    WEIGHTS_GRADIENT(DNNL_ARG_DIFF_WEIGHTS),
    /** The gradient of the bias. */
    BIAS_GRADIENT(DNNL_ARG_DIFF_BIAS),
    /** The gradient of the scale. */
    SCALE_GRADIENT(DNNL_ARG_DIFF_SCALE),
    /** The gradient of the shift. */
    SHIFT_GRADIENT(DNNL_ARG_DIFF_SHIFT);

    final int number;

    Argument(int number) {
        this.number = number;
    }
}
