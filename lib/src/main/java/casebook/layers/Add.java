package casebook.layers;

import java.util.Collections;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum of its inputs, number by number: where the shortcut of a residual block meets its main path. */
public record Add() implements Layer {

    @Override
    public String kind() {
        return "add";
    }

    @Override
    public Category category() {
        return Category.MERGE;
    }

    @Override
    public Shape output(List<Shape> inputs) {
        for (Shape input : inputs) {
            if (!input.equals(inputs.get(0))) {
                throw new IllegalArgumentException("shapes must be equal to be added, these are " + inputs.get(0) + " and "
                        + input + ": " + cause(inputs.get(0), input));
            }
        }
        return inputs.get(0);
    }

    /** A few rows less and the same channels are what a convolution without padding leaves; a stride leaves half of them. */
    private static String cause(Shape first, Shape other) {
        int larger = Math.max(first.height(), other.height());
        int smaller = Math.min(first.height(), other.height());
        return first.channels() == other.channels() && larger > smaller && 3 * smaller > 2 * larger
                ? "a convolution on the main path takes " + (larger - smaller) + " rows off, so it needs padding that keeps the side "
                + "(same())"
                : "the shortcut needs a 1×1 convolution (with the main path's stride) that makes them equal";
    }

    /** One addition for each number, for each input after the first. */
    @Override
    public Cost cost(List<Shape> inputs) {
        return Cost.operations(inputs.get(0).elements(), inputs.size() - 1);
    }

    @Override
    public INDArray forward(Pass pass, List<INDArray> inputs) {
        INDArray sum = inputs.size() > 1 ? inputs.get(0).add(inputs.get(1)) : inputs.get(0);
        for (int i = 2; i < inputs.size(); i++) {
            sum.addi(inputs.get(i));
        }
        return sum;
    }

    /** An addition copies the gradient: every input gets it whole. */
    @Override
    public List<INDArray> backward(Pass pass, INDArray gradient) {
        return Collections.nCopies(pass.inputs().size(), gradient);
    }

    @Override
    public String export(GraphWriter graph, List<String> inputs) {
        // ONNX's Add takes two inputs, its Sum any number.
        return graph.result(Operator.of(inputs.size() == 2 ? "Add" : "Sum", inputs));
    }
}
