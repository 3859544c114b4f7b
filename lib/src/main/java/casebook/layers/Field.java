package casebook.layers;

/**
 * The part of its input that one output value sees: a window of {@code height × width}, and how far the window moves from
 * one output to the next. From these, a network computes receptive fields.
 *
 * @param height rows seen
 * @param width columns seen
 * @param strideHeight rows moved
 * @param strideWidth columns moved
 * @param everything true if each output sees the whole input
 */
public record Field(int height, int width, int strideHeight, int strideWidth, boolean everything) {

    /** One position: a 1×1 convolution, an activation, a concatenation. */
    public static final Field POINT = new Field(1, 1, 1, 1, false);

    /** The whole input: a fully connected layer, global pooling. */
    public static final Field EVERYTHING = new Field(1, 1, 1, 1, true);
}
