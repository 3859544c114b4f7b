package casebook.layers;

/** A layer that changes each number on its own, so that shape and number of elements stay: ReLU, tanh, sigmoid. */
public interface Activation extends SingleInputLayer {

    @Override
    default Category category() {
        return Category.ACTIVATION;
    }

    @Override
    default Shape output(Shape input) {
        return input;
    }

    /** One operation for each element. */
    @Override
    default Cost cost(Shape input) {
        return Cost.operations(input.elements());
    }
}
