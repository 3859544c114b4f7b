package casebook.layers;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The product of two inputs, number by number; a second input of {@code 1×1×n_C} scales each channel of the first, as in
 * squeeze-and-excite blocks (Hu, Shen and Sun 2017).
 */
public record Multiply() implements Layer {

    @Override
    public String kind() {
        return "multiply";
    }

    @Override
    public Category category() {
        return Category.MERGE;
    }

    @Override
    public Shape output(List<Shape> inputs) {
        if (inputs.size() != 2) {
            throw new IllegalArgumentException("a product takes two inputs, it got " + inputs.size());
        }
        Shape first = inputs.get(0);
        Shape second = inputs.get(1);
        if (!second.equals(first) && !scales(first, second)) {
            throw new IllegalArgumentException("a " + first + " input can be multiplied with another of the same shape, or with "
                    + "one number a channel (1×1×" + first.channels() + "), not with " + second);
        }
        return first;
    }

    private static boolean scales(Shape first, Shape second) {
        return second.height() == 1 && second.width() == 1 && second.channels() == first.channels()
                && second.vector() == first.vector();
    }

    /** One multiplication for each number. */
    @Override
    public Cost cost(List<Shape> inputs) {
        return Cost.operations(inputs.get(0).elements());
    }

    @Override
    public INDArray forward(Pass pass, List<INDArray> inputs) {
        return inputs.get(0).mul(inputs.get(1));
    }

    /** Each input gets the gradient times the other; a scale gets the sum over its channel. */
    @Override
    public List<INDArray> backward(Pass pass, INDArray gradient) {
        INDArray a = pass.inputs().get(0);
        INDArray b = pass.inputs().get(1);
        INDArray db = gradient.mul(a);
        return List.of(gradient.mul(b), b.equalShapes(a) ? db : db.sum(true, 2, 3));
    }

    @Override
    public String export(GraphWriter graph, List<String> inputs) {
        return graph.result(Operator.of("Mul", inputs));
    }
}
