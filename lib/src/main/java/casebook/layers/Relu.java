package casebook.layers;

import casebook.compute.Elements;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ReLU: {@code max(0, x)}, the non-linearity of AlexNet and all that came after. */
public record Relu() implements Activation {

    @Override
    public String kind() {
        return "ReLU";
    }

    @Override
    public double gain() {
        return 2;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return Elements.positive(x);
    }

    /** The gradient passes where the output is positive. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return Elements.wherePositive(pass.output(), dy);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("Relu", x));
    }
}
