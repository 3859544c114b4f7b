package casebook.layers;

import casebook.compute.Poolings;
import casebook.compute.Require;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A window that slides over a volume, as in convolution and pooling. It holds the lecture's rule for the output's side,
 * {@code ⌊(n + 2p − f) ÷ s⌋ + 1}.
 *
 * @param height rows of the filter, f
 * @param width columns of the filter, f
 * @param strideHeight rows it moves at a time, s
 * @param strideWidth columns it moves at a time, s
 * @param padding zeros around the input, p
 * @param dilation distance between neighbouring weights, 1 for an ordinary filter
 * @param roundUp true where a last, incomplete window counts too ({@code ⌈ ⌉} instead of {@code ⌊ ⌋}), as in the poolings
 *     of GoogLeNet and SqueezeNet
 */
public record Window(int height, int width, int strideHeight, int strideWidth, Padding padding, int dilation,
        boolean roundUp) {

    /** More than any network has in its padding. */
    private static final int MOST_WINDOWS = 10_000;

    /** @throws IllegalArgumentException if a number is zero or negative */
    public Window {
        Require.atLeastOne("the filter's height", height);
        Require.atLeastOne("the filter's width", width);
        Require.atLeastOne("the stride", Math.min(strideHeight, strideWidth));
        Require.atLeastOne("the dilation", dilation);
        long extent = (long) dilation * (Math.max(height, width) - 1) + 1;
        if (extent > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a filter with dilation " + dilation + " would reach over " + extent + " positions: no image is that large");
        }
    }

    /** A window that moves by one, without padding, dilation and rounding up. */
    public static Window of(int height, int width) {
        return new Window(height, width, 1, 1, Padding.VALID, 1, false);
    }

    /** The same window that moves so many rows and columns at a time. */
    public Window withStride(int rows, int columns) {
        return new Window(height, width, rows, columns, padding, dilation, roundUp);
    }

    /** The same window over an input with other zeros around it. */
    public Window withPadding(Padding other) {
        return new Window(height, width, strideHeight, strideWidth, other, dilation, roundUp);
    }

    /** The same window with another distance between its weights. */
    public Window withDilation(int distance) {
        return new Window(height, width, strideHeight, strideWidth, padding, distance, roundUp);
    }

    /** The same window, whose last, incomplete place counts or does not. */
    public Window withRoundUp(boolean up) {
        return new Window(height, width, strideHeight, strideWidth, padding, dilation, up);
    }

    /** A window with the given options; {@code stride} is used where the options name none. */
    static Window of(int height, int width, int stride, Option... options) {
        Window window = of(height, width).withStride(stride, stride);
        for (Option option : options) {
            window = option.apply(window);
        }
        return window;
    }

    /** Rows from the first to the last weight: the height, unless the filter is dilated. */
    public int extentHeight() {
        return dilation * (height - 1) + 1;
    }

    /** Columns from the first to the last weight. */
    public int extentWidth() {
        return dilation * (width - 1) + 1;
    }

    /**
     * The output's shape when this window slides over {@code input}.
     *
     * @throws IllegalArgumentException if the window is larger than the padded input
     */
    public Shape slide(Shape input, int channels) {
        if (input.vector()) {
            throw new IllegalArgumentException("a " + height + "×" + width + " filter needs a volume, it got a vector of "
                    + input.channels() + "; it has to stand before the first fully connected layer");
        }
        int rows;
        int columns;
        if (padding instanceof Padding.Zeros zeros) {
            rows = side(input.height(), extentHeight(), strideHeight, zeros.top(), zeros.bottom());
            columns = side(input.width(), extentWidth(), strideWidth, zeros.left(), zeros.right());
        } else {
            rows = roundedUp(input.height(), strideHeight);
            columns = roundedUp(input.width(), strideWidth);
        }
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException(doesNotFit(input));
        }
        return Shape.volume(rows, columns, channels);
    }

    /**
     * The output's shape of a pooling with this window. A pooling leaves the padding out, so each window has to see a part of the input.
     *
     * @throws IllegalArgumentException if the window is larger than the padded input, or would lie in the padding alone somewhere
     */
    Shape pool(Shape input) {
        Shape output = slide(input, input.channels());
        int[] zeros = zeros(input);
        if (blind(input.height(), output.height(), extentHeight(), strideHeight, zeros[0])
                || blind(input.width(), output.width(), extentWidth(), strideWidth, zeros[1])) {
            throw new IllegalArgumentException("a " + height + "×" + width + " pooling" + (dilation > 1 ? " with dilation " + dilation : "")
                    + " of a " + input + " input with this padding would have windows that see nothing but padding; it has to be smaller"
                    + " than the window");
        }
        return output;
    }

    private boolean blind(int n, int windows, int extent, int stride, int before) {
        if (before >= extent || (long) (windows - 1) * stride - before >= n) {
            return true;
        }
        // With gaps a window may step over a small input. What the first places before it see repeats after so many windows as the gap
        // is wide.
        boolean gaps = dilation > 1 && n < dilation;
        for (int i = 0; gaps && i < Math.min(windows, dilation) && (long) i * stride < before; i++) {
            if (i == MOST_WINDOWS || Math.floorMod((int) ((long) i * stride - before), dilation) >= n) {
                return true;
            }
        }
        return false;
    }

    private int side(int n, int f, int s, int before, int after) {
        long room = (long) n + before + after - f;
        if (room < 0) {
            return 0;
        }
        if (!roundUp) {
            return Math.toIntExact(room / s + 1);
        }
        int side = Math.toIntExact((room + s - 1) / s + 1);
        // A window that would start beyond the input and its left padding sees nothing, and is left out.
        return (long) (side - 1) * s >= (long) n + before ? side - 1 : side;
    }

    private static int roundedUp(long n, long s) {
        return (int) ((n + s - 1) / s);
    }

    private String doesNotFit(Shape input) {
        String filter = "a " + height + "×" + width + " filter" + (dilation > 1 ? " with dilation " + dilation : "");
        String padded = padding.equals(Padding.VALID) ? "" : " with its padding";
        String cause = input.height() == 1 && input.width() == 1
                ? "a volume of one position has nothing left to slide over: use a 1×1 filter or a fully connected layer"
                : "the networks of this course stop pooling at 7×7: is one pooling too many, or was padding meant (same())?";
        return filter + " does not fit a " + input + " input" + padded + "; " + cause;
    }

    /** The zeros that this window needs around {@code input}: top, left, bottom, right, rounding up included. */
    public int[] zeros(Shape input) {
        Shape output = slide(input, 1);
        int rows = Math.toIntExact((output.height() - 1L) * strideHeight + extentHeight() - input.height());
        int columns = Math.toIntExact((output.width() - 1L) * strideWidth + extentWidth() - input.width());
        if (padding instanceof Padding.Zeros given) {
            // Where the division leaves a remainder, the last rows and columns of the padding are never read.
            return new int[] {given.top(), given.left(), Math.max(0, rows - given.top()), Math.max(0, columns - given.left())};
        }
        rows = Math.max(0, rows);
        columns = Math.max(0, columns);
        return new int[] {rows / 2, columns / 2, rows - rows / 2, columns - columns / 2};
    }

    /** The pooling of a batch {@code [images, channels, height, width]} with this window. */
    Poolings poolings(INDArray x) {
        Shape input = Shape.volume((int) x.size(2), (int) x.size(3), (int) x.size(1));
        return new Poolings(height, width, strideHeight, strideWidth, dilation, zeros(input));
    }

    /**
     * An operator of ONNX with this window, for an input of this shape. The zeros are written out side by side: ONNX says only
     * since version 22 which windows rounding up leaves out, and advises against automatic padding.
     */
    Operator operator(String type, Shape input, String... inputs) {
        int[] zeros = zeros(input);
        Operator operator = Operator.of(type, inputs).integers("kernel_shape", height, width).integers("strides", strideHeight, strideWidth)
                .integers("pads", zeros[0], zeros[1], zeros[2], zeros[3]);
        return dilation == 1 ? operator : operator.integers("dilations", dilation, dilation);
    }

    /** What one output of this window sees. */
    Field field() {
        return new Field(extentHeight(), extentWidth(), strideHeight, strideWidth, false);
    }

    /** As in a table: {@code 5×5}, {@code 3×3 / 2}. */
    @Override
    public String toString() {
        String stride = strideHeight != strideWidth ? " / " + strideHeight + "×" + strideWidth
                : strideHeight > 1 ? " / " + strideHeight : "";
        return height + "×" + width + stride;
    }
}
