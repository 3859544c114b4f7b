package casebook.layers;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import casebook.model.Execution;
import casebook.model.GradientCheck;
import casebook.model.Model;
import casebook.network.Network;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every layer's backward pass against finite differences, in float64. */
class GradientTest {

    static final double LIMIT = 1e-6;

    static Stream<Arguments> layers() {
        Shape volume = Shape.volume(7, 6, 4);
        Shape vector = Shape.vector(9);
        return Stream.of(
                arguments(Convolution.of(3, 3, 3), volume),
                arguments(Convolution.of(3, 3, 3, same()), volume),
                arguments(Convolution.of(3, 3, 3, same(), stride(2)), volume),
                arguments(Convolution.of(3, 2, 2, same()), volume),
                arguments(Convolution.of(3, 5, 3, padding(1, 2, 0, 3), stride(2, 3)), volume),
                arguments(Convolution.of(5, 1, 1, noBias()), volume),
                arguments(Convolution.of(3, 1, 7, padding(3)), volume),
                arguments(Convolution.of(3, 3, 3, dilation(2)), volume),
                arguments(Convolution.of(3, 1, 3, dilation(2)), volume),
                arguments(Convolution.of(4, 1, 1, dilation(3), groups(2)), volume),
                arguments(Convolution.of(6, 3, 3, groups(2), padding(1)), volume),
                arguments(Convolution.of(4, 3, 2, groups(2), same(), stride(2), dilation(2)), volume),
                arguments(Convolution.of(4, 3, 3, groups(4), same(), noBias()), volume),
                arguments(MaxPooling.of(2), volume),
                arguments(MaxPooling.of(3, stride(2)), volume),
                arguments(MaxPooling.of(3, stride(2), roundUp()), volume),
                arguments(MaxPooling.of(3, stride(1), same()), volume),
                arguments(AveragePooling.of(2), volume),
                arguments(AveragePooling.of(3, stride(2), roundUp()), volume),
                arguments(AveragePooling.of(3, stride(1), same()), volume),
                arguments(new GlobalAveragePooling(), volume),
                arguments(FullyConnected.of(5), vector),
                arguments(FullyConnected.of(5, noBias()), vector),
                arguments(new BatchNormalization(), volume),
                arguments(new BatchNormalization(), vector),
                arguments(new LocalResponseNormalization(), volume),
                arguments(new LocalResponseNormalization(3, 0.5, 0.75, 1), volume),
                arguments(new LocalResponseNormalization(9, 0.5, 0.75, 1), volume),
                arguments(new Relu(), volume),
                arguments(new Tanh(), volume),
                arguments(new Tanh(1.7159, 2.0 / 3), vector),
                arguments(new Sigmoid(), volume),
                arguments(new Softmax(), vector),
                arguments(new Softmax(), volume),
                arguments(new Dropout(0.4), volume),
                arguments(new Flatten(), volume),
                arguments(new Clip(-0.5, 0.5), volume),
                arguments(new Clip(0, 6), vector),
                arguments(new HardSigmoid(0.2, 0.5), volume),
                arguments(new HardSigmoid(1.0 / 6, 0.5), vector),
                arguments(new Rescaling(2.5, -1), volume),
                arguments(new Rescaling(0.5, 0), vector),
                arguments(new ChannelScaling(true, true), volume),
                arguments(new ChannelScaling(true, false), vector),
                arguments(new ChannelScaling(false, true), volume),
                arguments(new ZeroPadding(new Padding.Zeros(1, 2, 0, 3)), volume),
                arguments(new Reshape(Shape.volume(3, 3, 1)), vector),
                arguments(new Reshape(Shape.volume(4, 7, 6)), volume),
                arguments(new ChannelShuffle(2), volume),
                arguments(new ChannelShuffle(3), Shape.volume(2, 3, 12)),
                arguments(new Subsampling(2), volume),
                arguments(new PaddedShortcut(6, 1), volume),
                arguments(new PaddedShortcut(7, 2), volume),
                arguments(new TableConvolution(List.of(List.of(0, 1), List.of(1, 2, 3), List.of(3)), 3), volume),
                arguments(new RadialBasis(List.of(List.of(1.0, -1.0, 1.0), List.of(-1.0, -1.0, 1.0))), Shape.vector(3)));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("layers")
    void backwardAgreesWithFiniteDifferences(Layer layer, Shape input) {
        assertSmall(GradientCheck.of(layer, input, 7));
    }

    /** Single precision takes other ways through the numerics library, and they must lead to the same place. */
    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("layers")
    void singlePrecisionAgreesWithDouble(Layer layer, Shape input) {
        Network.Named named = Network.named("one layer");
        Network network = (input.vector() ? named.input(input.channels()) : named.input(input.height(), input.width(), input.channels()))
                .name("layer").layer(layer).build();
        Model model = Model.of(network, 1, DataType.DOUBLE);
        model.parameters().values().forEach(array -> array.addi(0.1));
        Model single = Model.of(network, 1, DataType.FLOAT);
        single.parameters().forEach((name, array) -> array.assign(model.parameter(name).castTo(DataType.FLOAT)));
        INDArray x = ForwardTest.random(input.batch(3));
        Execution exact = Execution.training(model, x, 5);
        Execution run = Execution.training(single, x.castTo(DataType.FLOAT), 5);
        assertAgree(run.output(network.output()), exact.output(network.output()));
        // Not x's own numbers: batch normalization takes them out of the gradient, and rounding would be all that is left.
        INDArray dy = ForwardTest.random(network.output().output().batch(3));
        dy.muli(dy).addi(0.2);
        Map<String, INDArray> wanted = exact.backward(Map.of(network.output(), dy));
        Map<String, INDArray> got = run.backward(Map.of(network.output(), dy.castTo(DataType.FLOAT)));
        assertAgree(run.inputGradient(), exact.inputGradient());
        wanted.forEach((name, gradient) -> assertAgree(got.get(name), gradient));
    }

    private static void assertAgree(INDArray got, INDArray wanted) {
        assertThat(got.dataType()).isEqualTo(DataType.FLOAT);
        assertThat(got.castTo(DataType.DOUBLE).sub(wanted).amaxNumber().doubleValue()).isLessThan(1e-4 * wanted.amaxNumber().doubleValue() + 1e-12);
    }

    @Test
    void predictingBatchNormalizationHasItsOwnGradient() {
        Network network = Network.named("bn").input(5, 4, 3).batchNorm().build();
        assertSmall(GradientCheck.of(network, 3, false));
    }

    @Test
    void residualBlocksBranchesHeadsAndSharedLayers() {
        Network network = Network.named("all").input(6, 6, 2)
                .name("stem").conv(4, 3, same(), noBias()).batchNorm().tanh()
                .residual(main -> main.conv(4, 3, same()).tanh().conv(4, 3, same()))
                .residual(main -> main.conv(6, 3, same(), stride(2)), shortcut -> shortcut.conv(6, 1, stride(2)))
                .branches(a -> a.conv(2, 1), b -> b.conv(3, 1).tanh().conv(3, 3, same()), c -> c)
                .auxiliary(0.3, head -> head.globalAveragePool().dense(3).softmax())
                .name("mix").conv(11, 1).tanh().again("mix").again("mix")
                .name("features").conv(11, 1)
                .globalAveragePool().name("squeeze").conv(11, 1).sigmoid().name("scale").from("features").multiply("squeeze/sigmoid")
                .add("mix").tanh()
                .dense(3).build();
        assertSmall(GradientCheck.of(network, 5));
    }

    /** A layer that a learner could write, with a mistake in its gradient. */
    record Squared(double factor) implements Activation {
        @Override
        public String kind() {
            return "squared";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return x.mul(x);
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return pass.input().mul(dy).muli(factor);
        }
    }

    @Test
    void aWrongGradientIsFound() {
        assertSmall(GradientCheck.of(new Squared(2), Shape.vector(5), 1));
        assertThat(GradientCheck.of(new Squared(1.999), Shape.vector(5), 1).get("input")).isGreaterThan(1e-4);
    }

    private static void assertSmall(Map<String, Double> errors) {
        assertThat(errors).isNotEmpty().allSatisfy((name, error) -> assertThat(error).isLessThan(LIMIT));
    }
}
