package casebook.layers;

import casebook.compute.Require;
import casebook.compute.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.INDArrayIndex;

/**
 * The shortcut without parameters where a residual network's shape changes (He et al. 2015, section 3.3, option A): it takes
 * every {@code stride}-th row and column, and adds channels of zeros: {@code 32×32×16 → 16×16×32}.
 *
 * @param channels channels of the output, at least as many as come in
 * @param stride distance between the rows and columns that are taken
 */
public record PaddedShortcut(int channels, int stride) implements SingleInputLayer {

    /** @throws IllegalArgumentException if a number is zero or negative */
    public PaddedShortcut {
        Require.atLeastOne("the number of channels", channels);
        Require.atLeastOne("the stride", stride);
    }

    @Override
    public String kind() {
        return "padded shortcut";
    }

    @Override
    public Shape output(Shape input) {
        if (input.vector() || channels < input.channels()) {
            throw new IllegalArgumentException("a shortcut to " + channels + " channels needs a volume of at most so many channels, it got "
                    + input + ": it can add channels of zeros, but take none away");
        }
        return Window.of(1, 1, stride).slide(input, channels);
    }

    /** Nothing is computed: numbers are copied, and zeros added. */
    @Override
    public Cost cost(Shape input) {
        return Cost.NONE;
    }

    @Override
    public Field field(Shape input) {
        return new Field(1, 1, stride, stride, false);
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray taken = x.get(taken(x));
        INDArray y = Tensors.zeros(x, x.size(0), channels, taken.size(2), taken.size(3));
        Tensors.channels(y, 0, x.size(1)).assign(taken);
        return y;
    }

    /** What was taken gets its gradient back; what was skipped gets zero. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray x = pass.input();
        INDArray dx = Tensors.zeros(x, x.shape());
        dx.get(taken(x)).assign(Tensors.channels(dy, 0, x.size(1)));
        return dx;
    }

    /** A slice that takes every {@code stride}-th row and column, and padding with channels of zeros. */
    @Override
    public String export(GraphWriter graph, String x) {
        Shape input = graph.shape();
        String taken = graph.step("take", Operator.of("Slice", x, graph.integers("from", 0, 0),
                graph.integers("to", input.height(), input.width()), graph.integers("axes", 2, 3), graph.integers("stride", stride, stride)));
        int added = channels - input.channels();
        return graph.result(Operator.of("Pad", taken, graph.integers("zeros", 0, 0, 0, 0, 0, added, 0, 0)));
    }

    private INDArrayIndex[] taken(INDArray x) {
        return new INDArrayIndex[] {NDArrayIndex.all(), NDArrayIndex.all(),
            NDArrayIndex.interval(0, stride, x.size(2)), NDArrayIndex.interval(0, stride, x.size(3))};
    }
}
