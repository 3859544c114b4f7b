package casebook.layers;

import casebook.compute.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Lays a volume out as a vector, {@code 5×5×16 → 400}: channel by channel, row by row. Nothing is computed. */
public record Flatten() implements SingleInputLayer {

    @Override
    public String kind() {
        return "flatten";
    }

    @Override
    public Shape output(Shape input) {
        return Shape.vector(Math.toIntExact(input.elements()));
    }

    @Override
    public Cost cost(Shape input) {
        return Cost.NONE;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return Tensors.rowMajor(x).reshape(x.size(0), x.length() / x.size(0));
    }

    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return Tensors.rowMajor(dy).reshape(pass.input().shape());
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("Flatten", x).integer("axis", 1));
    }
}
