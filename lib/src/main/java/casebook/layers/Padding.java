package casebook.layers;

/**
 * Zeros around the input before a window slides over it.
 *
 * @param same true if the padding is chosen so that the output's side is the input's side divided by the stride, rounded
 *     up; the four numbers are then unused
 * @param top rows above
 * @param left columns on the left
 * @param bottom rows below
 * @param right columns on the right
 */
public record Padding(boolean same, int top, int left, int bottom, int right) {

    /** Output side = ⌈input side ÷ stride⌉; with stride 1 the side stays. An odd zero goes to the bottom and right. */
    public static final Padding SAME = new Padding(true, 0, 0, 0, 0);

    /** No padding. */
    public static final Padding VALID = new Padding(false, 0, 0, 0, 0);

    /** @throws IllegalArgumentException if a number is negative, or there are numbers though the padding is to be chosen */
    public Padding {
        if (same && (top | left | bottom | right) != 0) {
            throw new IllegalArgumentException("padding that keeps the side is chosen by the library: take Padding.SAME, or give the four numbers "
                    + top + ", " + left + ", " + bottom + ", " + right + " without it");
        }
        if (top < 0 || left < 0 || bottom < 0 || right < 0) {
            throw new IllegalArgumentException("padding can't be negative, this one is "
                    + top + ", " + left + ", " + bottom + ", " + right);
        }
    }

    /** The same number of zeros on all four sides: the lecture's {@code p}. */
    public static Padding of(int padding) {
        return new Padding(false, padding, padding, padding, padding);
    }
}
