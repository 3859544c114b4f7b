package casebook.layers;

import casebook.compute.Require;
import casebook.compute.Tensors;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A fully connected layer: each of the outputs is a weighted sum of all inputs, {@code y = W x + b}.
 *
 * @param outputs number of outputs
 * @param bias true if each output has a bias
 */
public record FullyConnected(int outputs, boolean bias) implements SingleInputLayer {

    /** @throws IllegalArgumentException if {@code outputs} is zero or negative */
    public FullyConnected {
        Require.atLeastOne("the number of outputs", outputs);
    }

    /** {@code outputs} outputs, with biases unless {@link Option#noBias()} is given. */
    public static FullyConnected of(int outputs, Option... options) {
        Option.allow("a fully connected layer", options, Option.NoBiasOption.class);
        return new FullyConnected(outputs, options.length == 0);
    }

    @Override
    public String kind() {
        return "fully connected";
    }

    @Override
    public Category category() {
        return Category.FULLY_CONNECTED;
    }

    @Override
    public Shape output(Shape input) {
        if (!input.vector()) {
            throw new IllegalArgumentException("a fully connected layer needs a vector, it got a " + input
                    + " volume: put flatten() before it");
        }
        return Shape.vector(outputs);
    }

    /** Weights {@code [outputs, inputs]}, and one bias an output. */
    @Override
    public List<Parameter> parameters(Shape input) {
        Parameter weights = Parameter.weights(input.channels(), outputs, input.channels());
        return bias ? List.of(weights, Parameter.bias(outputs)) : List.of(weights);
    }

    /** One multiplication for each weight. */
    @Override
    public Cost cost(Shape input) {
        return Cost.macs((long) outputs * input.channels(), bias ? outputs : 0);
    }

    @Override
    public Field field(Shape input) {
        return Field.EVERYTHING;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        // Images are rows here, so y = x Wᵀ.
        INDArray y = Tensors.product(x, false, pass.parameter("weights"), true);
        return bias ? y.addiRowVector(pass.parameter("bias")) : y;
    }

    /** {@code dW = dyᵀ x}, {@code db} = the sum of dy over the batch, {@code dx = dy W}. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        pass.gradient("weights", Tensors.product(dy, true, pass.input(), false));
        if (bias) {
            pass.gradient("bias", dy.sum(0));
        }
        return Tensors.product(dy, false, pass.parameter("weights"), false);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        String weights = graph.parameter("weights");
        return graph.result((bias ? Operator.of("Gemm", x, weights, graph.parameter("bias")) : Operator.of("Gemm", x, weights))
                .integer("transB", 1));
    }
}
