package casebook.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Softmax: turns the outputs of the last layer into probabilities that add up to 1, {@code y_i = e^x_i ÷ Σ_j e^x_j}. In a volume it does
 * so over the channels, at each position.
 */
public record Softmax() implements Activation {

    @Override
    public String kind() {
        return "softmax";
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        // Subtracting the largest changes nothing in the result and keeps e^x from overflowing.
        INDArray y = Transforms.exp(x.sub(x.max(true, 1)), false);
        return y.divi(y.sum(true, 1));
    }

    /** {@code dx_i = y_i · (dy_i − Σ_j dy_j y_j)}. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray y = pass.output();
        return dy.sub(dy.mul(y).sum(true, 1)).muli(y);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("Softmax", x).integer("axis", 1));
    }
}
