package casebook.layers;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multiplies every number with the same factor and adds the same summand, {@code factor · x + summand}: to bring pixels from 0
 * to 255 to what a network was trained with, {@code x ÷ 127.5 − 1}. Nothing of it is trained.
 *
 * @param factor of every number
 * @param summand added to every number
 */
public record Rescaling(double factor, double summand) implements SingleInputLayer {

    /** @throws IllegalArgumentException if the factor or the summand is not a finite number */
    public Rescaling {
        if (!Double.isFinite(factor) || !Double.isFinite(summand)) {
            throw new IllegalArgumentException("factor and summand of a rescaling must be finite, they are " + factor + " and "
                    + summand);
        }
    }

    @Override
    public String kind() {
        return "rescaling";
    }

    @Override
    public Category category() {
        return Category.NORMALIZATION;
    }

    @Override
    public Shape output(Shape input) {
        return input;
    }

    /** One multiplication and one addition for each number, unless the factor is 1 or the summand 0. */
    @Override
    public Cost cost(Shape input) {
        return Cost.operations(input.elements(), (factor == 1 ? 0 : 1) + (summand == 0 ? 0 : 1));
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return x.mul(factor).addi(summand);
    }

    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return dy.mul(factor);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        if (summand == 0) {
            return graph.result(Operator.of("Mul", x, graph.constant("factor", factor)));
        }
        String scaled = factor == 1 ? x : graph.step("scaled", Operator.of("Mul", x, graph.constant("factor", factor)));
        return graph.result(Operator.of("Add", scaled, graph.constant("summand", summand)));
    }
}
