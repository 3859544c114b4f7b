package casebook.layers;

import casebook.compute.Convolutions;
import casebook.compute.Require;
import casebook.compute.Tensors;
import java.util.List;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A convolution in which each filter sees only the channels that a table gives it, as layer C3 of LeNet-5 (LeCun et al.
 * 1998, table I): different filters get different inputs, so they learn different things, with fewer connections.
 *
 * @param channels for each filter, the input channels that it sees
 * @param size side of the filters
 */
public record TableConvolution(List<List<Integer>> channels, int size) implements SingleInputLayer {

    /** @throws IllegalArgumentException if a filter sees no channel, or {@code size} is zero or negative */
    public TableConvolution {
        Require.atLeastOne("the filter's side", size);
        channels = channels.stream().map(List::copyOf).toList();
        if (channels.isEmpty() || channels.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("each filter of the table must see at least one channel: " + channels);
        }
    }

    @Override
    public String kind() {
        return "table convolution";
    }

    @Override
    public Category category() {
        return Category.CONVOLUTION;
    }

    @Override
    public Shape output(Shape input) {
        int last = channels.stream().flatMap(List::stream).mapToInt(c -> c).max().getAsInt();
        if (last >= input.channels()) {
            throw new IllegalArgumentException("the table names channel " + last + ", but a " + input
                    + " input has only channels 0 to " + (input.channels() - 1));
        }
        return window().slide(input, channels.size());
    }

    /** One {@code size × size} weight matrix for each connection of the table, and one bias a filter. */
    @Override
    public List<Parameter> parameters(Shape input) {
        long inputs = (long) size * size * connections() / channels.size();
        return List.of(Parameter.weights(inputs, connections(), size, size), Parameter.bias(channels.size()));
    }

    /** {@code size × size} multiplications at each position for each connection of the table. */
    @Override
    public Cost cost(Shape input) {
        Shape output = output(input);
        long positions = (long) output.height() * output.width();
        return Cost.macs(positions * size * size * connections(), output.elements());
    }

    @Override
    public Field field(Shape input) {
        return window().field();
    }

    private long connections() {
        return channels.stream().mapToLong(List::size).sum();
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray full = fullWeights(pass.parameter("weights"), x.size(1));
        pass.keep("full", full);
        return kernel().forward(x, full, pass.parameter("bias"));
    }

    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        Convolutions.Gradients all = kernel().backward(pass.input(), pass.kept("full"), pass.parameter("bias"), dy);
        INDArray dWeights = Tensors.zeros(dy, connections(), size, size);
        eachConnection((connection, place) -> dWeights.get(NDArrayIndex.point(connection)).assign(all.weights().get(place)));
        pass.gradient("weights", dWeights);
        pass.gradient("bias", all.bias());
        return all.x();
    }

    /** As an ordinary convolution, with weights of zero where the table has no connection. */
    @Override
    public String export(GraphWriter graph, String x) {
        String weights = graph.constant("weights", fullWeights(graph.values("weights"), graph.shape().channels()));
        return graph.result(window().operator("Conv", graph.shape(), x, weights, graph.parameter("bias")));
    }

    /** Weights {@code [filters, channels, size, size]} of an ordinary convolution: zero where the table has no connection. */
    private INDArray fullWeights(INDArray weights, long inputs) {
        INDArray full = Tensors.zeros(weights, channels.size(), inputs, size, size);
        eachConnection((connection, place) -> full.get(place).assign(weights.get(NDArrayIndex.point(connection))));
        return full;
    }

    private void eachConnection(BiConsumer<Integer, INDArrayIndex[]> action) {
        int connection = 0;
        for (int filter = 0; filter < channels.size(); filter++) {
            for (int channel : channels.get(filter)) {
                action.accept(connection++, new INDArrayIndex[] {NDArrayIndex.point(filter), NDArrayIndex.point(channel)});
            }
        }
    }

    private Window window() {
        return Window.of(size, size, 1);
    }

    private static Convolutions kernel() {
        return new Convolutions(1, 1, 1, 1, new int[4]);
    }
}
