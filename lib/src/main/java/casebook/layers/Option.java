package casebook.layers;

/**
 * What may follow the sizes of a convolution or a pooling: {@code conv(64, 7, stride(2), padding(3))}. Import the methods
 * with {@code import static casebook.layers.Option.*}.
 */
public sealed interface Option {

    /** The window with this option; options that do not concern the window leave it as it is. */
    default Window apply(Window window) {
        return window;
    }

    /** Zeros so that the output's side is the input's side divided by the stride, rounded up. */
    static Option same() {
        return new PaddingOption(Padding.SAME);
    }

    /** No zeros: the default. */
    static Option valid() {
        return new PaddingOption(Padding.VALID);
    }

    /** So many zeros on all four sides: the lecture's p. */
    static Option padding(int padding) {
        return new PaddingOption(Padding.of(padding));
    }

    /** Zeros on each side by itself. */
    static Option padding(int top, int left, int bottom, int right) {
        return new PaddingOption(new Padding.Zeros(top, left, bottom, right));
    }

    /** How far the window moves: the lecture's s. */
    static Option stride(int stride) {
        return new StrideOption(stride, stride);
    }

    /** How far the window moves down and to the right. */
    static Option stride(int height, int width) {
        return new StrideOption(height, width);
    }

    /** Distance between neighbouring weights of a filter. */
    static Option dilation(int dilation) {
        return new DilationOption(dilation);
    }

    /** Pooling only: a last, incomplete window counts too, ⌈(n + 2p − f) ÷ s⌉ + 1. */
    static Option roundUp() {
        return new RoundUpOption();
    }

    /** Convolution only: channels are split into groups that do not see each other, as on AlexNet's two GPUs. */
    static Option groups(int groups) {
        return new GroupsOption(groups);
    }

    /** Convolution and fully connected layers: no bias, as before a batch normalization. */
    static Option noBias() {
        return new NoBiasOption();
    }

    /** @param padding the zeros around the input */
    record PaddingOption(Padding padding) implements Option {
        @Override
        public Window apply(Window w) {
            return w.withPadding(padding);
        }
    }

    /** @param height rows moved @param width columns moved */
    record StrideOption(int height, int width) implements Option {
        @Override
        public Window apply(Window w) {
            return w.withStride(height, width);
        }
    }

    /** @param dilation distance between neighbouring weights */
    record DilationOption(int dilation) implements Option {
        @Override
        public Window apply(Window w) {
            return w.withDilation(dilation);
        }
    }

    /** Rounds up instead of down. */
    record RoundUpOption() implements Option {
        @Override
        public Window apply(Window w) {
            return w.withRoundUp(true);
        }
    }

    /** @param groups number of groups */
    record GroupsOption(int groups) implements Option {}

    /** No bias. */
    record NoBiasOption() implements Option {}

    /** @throws IllegalArgumentException if an option is of a type that the layer does not know */
    static void allow(String layer, Option[] options, Class<?>... known) {
        for (Option option : options) {
            if (!java.util.List.of(known).contains(option.getClass())) {
                String name = option.getClass().getSimpleName().replace("Option", "");
                throw new IllegalArgumentException(layer + " has no option " + Character.toLowerCase(name.charAt(0))
                        + name.substring(1) + "()");
            }
        }
    }
}
