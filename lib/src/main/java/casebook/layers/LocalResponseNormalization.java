package casebook.layers;

import casebook.compute.Require;
import casebook.compute.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Local response normalization (Krizhevsky, Sutskever and Hinton 2012, section 3.3): each number is divided by the activity of the
 * channels around it, at the same position: {@code y_i = x_i ÷ (k + α Σ x_j²)^β}, with j over the {@code size} channels nearest to i.
 *
 * <p>Later libraries divide α by {@code size}; this is the paper's formula.
 *
 * @param size number of neighbouring channels, n
 * @param alpha α
 * @param beta β
 * @param k k, at least 1 so that nothing is amplified
 */
public record LocalResponseNormalization(int size, double alpha, double beta, double k) implements SingleInputLayer {

    /** @throws IllegalArgumentException if {@code size} is zero or negative */
    public LocalResponseNormalization {
        Require.atLeastOne("the number of neighbouring channels", size);
    }

    /** AlexNet's constants: n = 5, α = 0.0001, β = 0.75, k = 2. */
    public LocalResponseNormalization() {
        this(5, 1e-4, 0.75, 2);
    }

    @Override
    public String kind() {
        return "local response normalization";
    }

    @Override
    public Category category() {
        return Category.NORMALIZATION;
    }

    @Override
    public Shape output(Shape input) {
        return input;
    }

    /** For each number: {@code size} squares and additions, one power and one division. */
    @Override
    public Cost cost(Shape input) {
        return Cost.operations(input.elements(), 2L * size + 2);
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray activity = sumOfNeighbours(x.mul(x)).muli(alpha).addi(k);
        pass.keep("activity", activity);
        return Transforms.pow(activity, -beta, true).muli(x);
    }

    /** With the activity {@code s = k + α Σ x²}: {@code dx = dy s^−β − 2 α β x Σ (dy y ÷ s)}. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray x = pass.input();
        INDArray activity = pass.kept("activity");
        // Channel j has i among its neighbours exactly where i has j among its own, as the window is symmetric.
        INDArray shared = sumOfNeighbours(dy.mul(pass.output()).divi(activity));
        return Transforms.pow(activity, -beta, true).muli(dy).subi(shared.muli(x).muli(2 * alpha * beta));
    }

    /** ONNX divides α by the number of channels in a window, so it is written that many times as large. */
    @Override
    public String export(GraphWriter graph, String x) {
        int window = 2 * (size / 2) + 1;
        return graph.result(Operator.of("LRN", x).integer("size", window).number("alpha", alpha * window).number("beta", beta).number("bias", k));
    }

    /** For each channel, the sum over the channels at most {@code size ÷ 2} away. */
    private INDArray sumOfNeighbours(INDArray x) {
        INDArray sum = x.dup('c');
        long channels = x.size(1);
        for (long distance = 1; distance <= size / 2 && distance < channels; distance++) {
            Tensors.channels(sum, 0, channels - distance).addi(Tensors.channels(x, distance, channels));
            Tensors.channels(sum, distance, channels).addi(Tensors.channels(x, 0, channels - distance));
        }
        return sum;
    }
}
