package casebook.layers;

/** Zeros around the input before a window slides over it: chosen so that the side stays, or given as four numbers. */
public sealed interface Padding {

    /** Output side = ⌈input side ÷ stride⌉; with stride 1 the side stays. An odd zero goes to the bottom and right. */
    Padding SAME = new Same();

    /** No padding. */
    Zeros VALID = new Zeros(0, 0, 0, 0);

    /** The same number of zeros on all four sides: the lecture's {@code p}. */
    static Zeros of(int padding) {
        return new Zeros(padding, padding, padding, padding);
    }

    /** As many zeros as the window needs: {@link Padding#SAME}. */
    record Same() implements Padding {}

    /**
     * So many zeros.
     *
     * @param top rows above
     * @param left columns on the left
     * @param bottom rows below
     * @param right columns on the right
     */
    record Zeros(int top, int left, int bottom, int right) implements Padding {

        /** @throws IllegalArgumentException if a number is negative */
        public Zeros {
            if (top < 0 || left < 0 || bottom < 0 || right < 0) {
                throw new IllegalArgumentException("padding can't be negative, this one is "
                        + top + ", " + left + ", " + bottom + ", " + right);
            }
        }
    }
}
