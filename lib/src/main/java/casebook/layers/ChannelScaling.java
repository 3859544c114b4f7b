package casebook.layers;

import casebook.compute.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multiplies each channel with a trained number of its own and adds another: {@code y = scale · x + shift}. Caffe's models have
 * it behind a batch normalization that only shifts and scales to mean 0 and variance 1.
 *
 * @param scales true if each channel is multiplied
 * @param shifts true if something is added to each channel
 */
public record ChannelScaling(boolean scales, boolean shifts) implements SingleInputLayer {

    /** @throws IllegalArgumentException if it does neither */
    public ChannelScaling {
        if (!scales && !shifts) {
            throw new IllegalArgumentException("a channel scaling that neither scales nor shifts does nothing: leave it out");
        }
    }

    @Override
    public String kind() {
        return "channel scaling";
    }

    @Override
    public Category category() {
        return Category.NORMALIZATION;
    }

    @Override
    public Shape output(Shape input) {
        return input;
    }

    /** A scale and a shift for each channel. */
    @Override
    public List<Parameter> parameters(Shape input) {
        List<Long> channels = List.of((long) input.channels());
        List<Parameter> parameters = new ArrayList<>();
        if (scales) {
            parameters.add(new Parameter("scale", Parameter.Role.NORMALIZATION, channels, new Parameter.Start.Constant(1)));
        }
        if (shifts) {
            parameters.add(new Parameter("shift", Parameter.Role.NORMALIZATION, channels, new Parameter.Start.Constant(0)));
        }
        return parameters;
    }

    /** One multiplication and one addition for each number, as far as it has them. */
    @Override
    public Cost cost(Shape input) {
        return Cost.operations(input.elements(), (scales ? 1 : 0) + (shifts ? 1 : 0));
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray y = scales ? x.mul(Tensors.perChannel(pass.parameter("scale"), x)) : x.dup();
        return shifts ? y.addi(Tensors.perChannel(pass.parameter("shift"), x)) : y;
    }

    /** {@code d scale = Σ dy x}, {@code d shift = Σ dy}, {@code dx = dy · scale}. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        if (shifts) {
            pass.gradient("shift", Tensors.sumPerChannel(dy));
        }
        if (!scales) {
            return dy;
        }
        pass.gradient("scale", Tensors.sumPerChannel(dy.mul(pass.input())));
        return dy.mul(Tensors.perChannel(pass.parameter("scale"), dy));
    }

    @Override
    public String export(GraphWriter graph, String x) {
        long channels = graph.shape().channels();
        long[] dims = graph.shape().vector() ? new long[] {channels} : new long[] {channels, 1, 1};
        if (!shifts) {
            return graph.result(Operator.of("Mul", x, graph.parameter("scale", dims)));
        }
        String scaled = scales ? graph.step("scaled", Operator.of("Mul", x, graph.parameter("scale", dims))) : x;
        return graph.result(Operator.of("Add", scaled, graph.parameter("shift", dims)));
    }
}
