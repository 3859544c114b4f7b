package casebook.layers;

import casebook.compute.Tensors;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dropout: while training, each number is set to zero with the given probability, and the others are divided by the
 * probability of staying, so that the expected value does not change. When predicting it does nothing (Srivastava et al.
 * 2014; in AlexNet, section 4.2, the division is done when predicting instead).
 *
 * @param probability of being dropped, at least 0 and less than 1
 */
public record Dropout(double probability) implements Activation {

    /** @throws IllegalArgumentException if the probability is not at least 0 and less than 1 */
    public Dropout {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("the probability of being dropped must be at least 0 and less than 1, it is "
                    + probability);
        }
    }

    @Override
    public String kind() {
        return "dropout";
    }

    @Override
    public Category category() {
        return Category.OTHER;
    }

    /** Nothing when predicting, and that is what costs are of. */
    @Override
    public Cost cost(Shape input) {
        return Cost.NONE;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        if (!pass.training()) {
            return x;
        }
        RandomGenerator random = pass.random();
        double[] mask = new double[Math.toIntExact(x.length())];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextDouble() < probability ? 0 : 1 / (1 - probability);
        }
        INDArray kept = Tensors.of(x.dataType(), mask, x.shape());
        pass.keep("mask", kept);
        return x.mul(kept);
    }

    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return pass.training() ? dy.mul(pass.kept("mask")) : dy;
    }

    /** Readers of the file leave it out when predicting. */
    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("Dropout", x, graph.constant("probability", probability)));
    }
}
