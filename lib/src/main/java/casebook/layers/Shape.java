package casebook.layers;

import java.util.List;

/**
 * What flows between two layers, for one image: a volume {@code height × width × channels} in the lecture's order, or a
 * vector of {@code channels} numbers. A batch of volumes is an ND4J array {@code [images, channels, height, width]}, a
 * batch of vectors is {@code [images, channels]}.
 *
 * @param height rows, 1 for a vector
 * @param width columns, 1 for a vector
 * @param channels channels of a volume, length of a vector
 * @param vector true for a vector
 */
public record Shape(int height, int width, int channels, boolean vector) {

    /** @throws IllegalArgumentException if a side is zero or negative */
    public Shape {
        if (height < 1 || width < 1 || channels < 1) {
            throw new IllegalArgumentException("every side of a shape must be at least 1, this one is "
                    + height + "×" + width + "×" + channels);
        }
        if (vector && (height != 1 || width != 1)) {
            throw new IllegalArgumentException("a vector has no height and no width, this one has " + height + "×" + width);
        }
    }

    /** A volume, in the lecture's order. */
    public static Shape volume(int height, int width, int channels) {
        return new Shape(height, width, channels, false);
    }

    /** A vector of {@code length} numbers. */
    public static Shape vector(int length) {
        return new Shape(1, 1, length, true);
    }

    /** How many numbers it holds. */
    public long elements() {
        return Math.multiplyExact(Math.multiplyExact((long) height, width), channels);
    }

    /** The ND4J shape of a batch of these: {@code [images, channels, height, width]} or {@code [images, channels]}. */
    public long[] batch(long images) {
        return vector ? new long[] {images, channels} : new long[] {images, channels, height, width};
    }

    /** The same area with another number of channels. */
    public Shape withChannels(int channels) {
        return new Shape(height, width, channels, vector);
    }

    /** The only shape of a list, for layers with one input. */
    static Shape only(List<Shape> inputs) {
        if (inputs.size() != 1) {
            throw new IllegalArgumentException("this layer takes one input, it got " + inputs.size());
        }
        return inputs.get(0);
    }

    /** As in CSV files: {@code 28x28x6}, or {@code 120} for a vector. */
    public String csv() {
        return vector ? Integer.toString(channels) : height + "x" + width + "x" + channels;
    }

    /** As in the lectures: {@code 28×28×6}, or {@code 120} for a vector. */
    @Override
    public String toString() {
        return csv().replace('x', '×');
    }
}
