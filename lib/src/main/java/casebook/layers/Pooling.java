package casebook.layers;

/** A layer that puts one number in the place of each window. It has no parameters; channels stay as they are. */
interface Pooling extends SingleInputLayer {

    /** The window's size, stride and padding. */
    Window window();

    /** A window of {@code size × size} that moves by {@code size}, unless the options say otherwise. */
    static Window window(int size, Option... options) {
        Option.allow("a pooling", options, Option.PaddingOption.class, Option.StrideOption.class, Option.RoundUpOption.class);
        return Window.of(size, size, size, options);
    }

    @Override
    default Category category() {
        return Category.POOLING;
    }

    @Override
    default Shape output(Shape input) {
        return window().pool(input);
    }

    /** One addition or comparison for each number in each window. */
    @Override
    default Cost cost(Shape input) {
        return Cost.operations(output(input).elements(), (long) window().height() * window().width());
    }

    @Override
    default Field field(Shape input) {
        return window().field();
    }
}
