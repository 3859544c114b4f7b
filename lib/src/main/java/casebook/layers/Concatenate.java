package casebook.layers;

import casebook.compute.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Puts the channels of its inputs behind one another: the end of an Inception module. */
public record Concatenate() implements Layer {

    @Override
    public String kind() {
        return "concatenate";
    }

    @Override
    public Category category() {
        return Category.MERGE;
    }

    @Override
    public Shape output(List<Shape> inputs) {
        Shape first = inputs.get(0);
        int channels = 0;
        for (Shape input : inputs) {
            if (!input.withChannels(1).equals(first.withChannels(1))) {
                throw new IllegalArgumentException("height and width must be equal to be concatenated, these are " + first
                        + " and " + input + ": every branch needs the same stride, and padding that keeps the side (same())");
            }
            channels = Math.addExact(channels, input.channels());
        }
        return first.withChannels(channels);
    }

    /** Nothing is computed. */
    @Override
    public Cost cost(List<Shape> inputs) {
        return Cost.NONE;
    }

    @Override
    public INDArray forward(Pass pass, List<INDArray> inputs) {
        return Nd4j.concat(1, inputs.toArray(new INDArray[0]));
    }

    /** Each input gets the part of the gradient that belongs to its channels. */
    @Override
    public List<INDArray> backward(Pass pass, INDArray gradient) {
        List<INDArray> gradients = new ArrayList<>();
        long from = 0;
        for (INDArray input : pass.inputs()) {
            gradients.add(Tensors.channels(gradient, from, from + input.size(1)).dup('c'));
            from += input.size(1);
        }
        return gradients;
    }

    @Override
    public String export(GraphWriter graph, List<String> inputs) {
        return graph.result(Operator.of("Concat", inputs).integer("axis", 1));
    }
}
