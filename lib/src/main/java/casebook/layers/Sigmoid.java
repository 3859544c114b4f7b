package casebook.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The sigmoid, {@code 1 ÷ (1 + e^−x)}: any number becomes one between 0 and 1. */
public record Sigmoid() implements Activation {

    @Override
    public String kind() {
        return "sigmoid";
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return Transforms.sigmoid(x, true);
    }

    /** {@code dy · y · (1 − y)}. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray y = pass.output();
        return y.rsub(1).muli(y).muli(dy);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("Sigmoid", x));
    }
}
