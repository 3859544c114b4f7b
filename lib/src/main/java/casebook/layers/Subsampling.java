package casebook.layers;

import casebook.compute.Require;
import casebook.compute.Tensors;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Subsampling as in LeNet-5 (LeCun et al. 1998, section II.B): the numbers of each window are added, multiplied with one
 * trainable coefficient a channel, and one trainable bias is added. It is average pooling that can learn how strong it is.
 *
 * @param size side of the window, and how far it moves
 */
public record Subsampling(int size) implements SingleInputLayer {

    /** @throws IllegalArgumentException if {@code size} is zero or negative */
    public Subsampling {
        Require.atLeastOne("the window's side", size);
    }

    @Override
    public String kind() {
        return "subsampling";
    }

    @Override
    public Category category() {
        return Category.POOLING;
    }

    @Override
    public Shape output(Shape input) {
        return window().slide(input, input.channels());
    }

    /** One coefficient and one bias a channel. */
    @Override
    public List<Parameter> parameters(Shape input) {
        List<Long> channels = List.of((long) input.channels());
        return List.of(
                new Parameter("coefficient", Parameter.Role.WEIGHT, channels, new Parameter.Start.Constant(1.0 / (size * size))),
                Parameter.bias(input.channels()));
    }

    /** The paper counts one connection for each number of a window, and one for the bias. */
    @Override
    public Cost cost(Shape input) {
        long outputs = output(input).elements();
        return Cost.macs(outputs * size * size, outputs);
    }

    @Override
    public Field field(Shape input) {
        return window().field();
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray sum = window().poolings(x).average(x).muli(size * size);
        pass.keep("sum", sum);
        return sum.mul(Tensors.perChannel(pass.parameter("coefficient"), sum))
                .addi(Tensors.perChannel(pass.parameter("bias"), sum));
    }

    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        pass.gradient("coefficient", Tensors.sumPerChannel(dy.mul(pass.kept("sum"))));
        pass.gradient("bias", Tensors.sumPerChannel(dy));
        INDArray dSum = dy.mul(Tensors.perChannel(pass.parameter("coefficient"), dy)).muli(size * size);
        return window().poolings(pass.input()).averageGradient(pass.input(), dSum);
    }

    /** ONNX has no such operator: a mean, made a sum again, then the coefficient and the bias of each channel. */
    @Override
    public String export(GraphWriter graph, String x) {
        int channels = graph.shape().channels();
        String mean = graph.step("mean", window().operator("AveragePool", graph.shape(), x));
        String sum = graph.step("sum", Operator.of("Mul", mean, graph.constant("numbers", size * size)));
        String scaled = graph.step("scaled", Operator.of("Mul", sum, graph.parameter("coefficient", channels, 1, 1)));
        return graph.result(Operator.of("Add", scaled, graph.parameter("bias", channels, 1, 1)));
    }

    private Window window() {
        return Window.of(size, size, size);
    }
}
