package casebook.layers;

import casebook.compute.Require;
import casebook.compute.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mixes the channels of several groups: the first of each group, then the second of each, and so on. Between two convolutions
 * with groups it lets each group see all the others (Zhang, Zhou, Lin and Sun 2017, "ShuffleNet", section 3.1). Nothing is
 * computed.
 *
 * @param groups number of groups that the channels come in
 */
public record ChannelShuffle(int groups) implements SingleInputLayer {

    /** @throws IllegalArgumentException if {@code groups} is zero or negative */
    public ChannelShuffle {
        Require.atLeastOne("the number of groups", groups);
    }

    @Override
    public String kind() {
        return "channel shuffle";
    }

    @Override
    public Shape output(Shape input) {
        if (input.vector() || input.channels() % groups != 0) {
            throw new IllegalArgumentException("a shuffle of " + groups
                    + " groups needs a volume whose channels are a multiple of " + groups
                    + ", it got " + input);
        }
        return input;
    }

    /** Nothing is computed. */
    @Override
    public Cost cost(Shape input) {
        return Cost.NONE;
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return shuffled(x, groups);
    }

    /** Shuffling with the other factor puts every channel back. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        return shuffled(dy, (int) dy.size(1) / groups);
    }

    private static INDArray shuffled(INDArray x, int groups) {
        return Tensors.rowMajor(x).reshape(x.size(0), groups, x.size(1) / groups, x.size(2), x.size(3))
                .permute(0, 2, 1, 3, 4).dup('c').reshape(x.shape());
    }

    /** Channels as a table of groups, the table turned, and channels again. */
    @Override
    public String export(GraphWriter graph, String x) {
        Shape shape = graph.shape();
        String table = graph.step("table", Operator.of("Reshape", x, graph.integers("groups", 0, groups,
                shape.channels() / groups,
                shape.height(), shape.width())));
        String turned = graph.step("turned", Operator.of("Transpose", table).integers("perm", 0, 2, 1, 3, 4));
        return graph.result(Operator.of("Reshape", turned, graph.integers("shape", shape.batch(0))));
    }
}
