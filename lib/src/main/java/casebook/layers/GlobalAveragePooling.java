package casebook.layers;

import casebook.compute.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Global average pooling: each channel becomes its mean, {@code 7×7×1024 → 1×1×1024}. It replaces fully connected layers
 * and their parameters (Lin, Chen and Yan 2013, "Network in network", section 3.2).
 */
public record GlobalAveragePooling() implements SingleInputLayer {

    @Override
    public String kind() {
        return "global average pooling";
    }

    @Override
    public Category category() {
        return Category.POOLING;
    }

    @Override
    public Shape output(Shape input) {
        if (input.vector()) {
            throw new IllegalArgumentException("global average pooling needs a volume, it got a vector of " + input.channels());
        }
        return Shape.volume(1, 1, input.channels());
    }

    /** One addition for each number of the input. */
    @Override
    public Cost cost(Shape input) {
        return Cost.operations(input.elements());
    }

    @Override
    public Field field(Shape input) {
        return Field.EVERYTHING;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return x.mean(true, 2, 3);
    }

    /** Each of the positions gets the same part of the gradient. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray x = pass.input();
        long positions = x.size(2) * x.size(3);
        return Tensors.zeros(x, x.shape()).addi(dy.div(positions));
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("GlobalAveragePool", x));
    }
}
