package casebook.engine.onednn;

/**
 * How a window moves over an image.
 *
 * @param strides down and to the right
 * @param dilation how far apart its rows and columns are
 * @param padding zeros above, on the left, below and on the right
 */
public record SlidingWindow(long[] strides, long dilation, int[] padding) {

    /** Over the whole image, once. */
    public static final SlidingWindow WHOLE = new SlidingWindow(new long[] {1, 1}, 1, new int[4]);

    long[] gaps() {
        return new long[] {dilation - 1, dilation - 1};
    }

    long[] before() {
        return new long[] {padding[0], padding[1]};
    }

    long[] behind() {
        return new long[] {padding[2], padding[3]};
    }
}
