package casebook.layers;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The output layer of LeNet-5 (LeCun et al. 1998, section II.B, equation 7): each class has a fixed code, and its output is
 * the squared Euclidean distance between the input and the code, {@code y_i = Σ_j (x_j − w_ij)²}. The <em>smallest</em>
 * output is the answer. The codes are not trained, so they do not count as parameters.
 *
 * @param codes for each class, its code
 */
public record RadialBasis(List<List<Double>> codes) implements SingleInputLayer {

    /** @throws IllegalArgumentException if there are no codes or their lengths differ */
    public RadialBasis {
        codes = codes.stream().map(List::copyOf).toList();
        int length = codes.isEmpty() ? 0 : codes.get(0).size();
        if (length == 0 || codes.stream().anyMatch(code -> code.size() != length)) {
            throw new IllegalArgumentException("the output codes must all have the same length, and there must be at least one");
        }
    }

    @Override
    public String kind() {
        return "radial basis functions";
    }

    @Override
    public Category category() {
        return Category.FULLY_CONNECTED;
    }

    @Override
    public Shape output(Shape input) {
        int length = codes.get(0).size();
        if (!input.equals(Shape.vector(length))) {
            throw new IllegalArgumentException("the output codes have " + length + " numbers, the input is " + input);
        }
        return Shape.vector(codes.size());
    }

    /** The codes, {@code [classes, numbers]}: fixed. */
    @Override
    public List<Parameter> parameters(Shape input) {
        List<Double> values = codes.stream().flatMap(List::stream).toList();
        return List.of(new Parameter("codes", Parameter.Role.FIXED, List.of((long) codes.size(), (long) codes.get(0).size()),
                new Parameter.Start.Values(values)));
    }

    /** One squared difference for each number of each code. */
    @Override
    public Cost cost(Shape input) {
        return Cost.macs((long) codes.size() * codes.get(0).size(), 0);
    }

    @Override
    public Field field(Shape input) {
        return Field.EVERYTHING;
    }

    /** {@code Σ (x − w)² = Σ x² − 2 x·w + Σ w²}. */
    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray w = pass.parameter("codes");
        INDArray y = x.mmul(w.transpose()).muli(-2);
        y.addiColumnVector(x.mul(x).sum(1).reshape(x.size(0), 1));
        return y.addiRowVector(w.mul(w).sum(1));
    }

    /** {@code dx_j = Σ_i 2 dy_i (x_j − w_ij)}. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray x = pass.input();
        INDArray total = dy.sum(1).reshape(dy.size(0), 1);
        return x.mulColumnVector(total).subi(dy.mmul(pass.parameter("codes"))).muli(2);
    }

    /** The formula as it stands: a difference for each class and number, and the sum of their squares. */
    @Override
    public String export(GraphWriter graph, String x) {
        String row = graph.step("row", Operator.of("Unsqueeze", x, graph.integers("axis", 1)));
        String difference = graph.step("difference", Operator.of("Sub", row, graph.parameter("codes")));
        return graph.result(Operator.of("ReduceSumSquare", difference).integers("axes", 2).integer("keepdims", 0));
    }
}
