package casebook.layers;

import casebook.compute.Elements;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The hyperbolic tangent, {@code amplitude · tanh(slope · x)}. LeNet-5's is {@code 1.7159 · tanh(⅔ x)}, so that ±1, its
 * targets, lie where the curve bends most (LeCun et al. 1998, appendix A).
 *
 * @param amplitude the largest value it comes near to
 * @param slope factor of its input
 */
public record Tanh(double amplitude, double slope) implements Activation {

    /** The plain hyperbolic tangent. */
    public Tanh() {
        this(1, 1);
    }

    @Override
    public String kind() {
        return "tanh";
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray y = Elements.tanh(slope == 1 ? x : x.mul(slope));
        return amplitude == 1 ? y : y.muli(amplitude);
    }

    /** {@code dy · slope · (amplitude − y² ÷ amplitude)}: for the plain one, {@code dy · (1 − y²)}. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return Elements.timesQuadratic(dy, slope * amplitude, -slope / amplitude, pass.output());
    }

    @Override
    public String export(GraphWriter graph, String x) {
        String inner = slope == 1 ? x : graph.step("slope", Operator.of("Mul", x, graph.constant("slope", slope)));
        Operator tanh = Operator.of("Tanh", inner);
        return graph.result(amplitude == 1 ? tanh : Operator.of("Mul", graph.step("tanh", tanh), graph.constant("amplitude", amplitude)));
    }
}
