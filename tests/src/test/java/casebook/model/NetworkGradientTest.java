package casebook.model;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import casebook.network.Network;
import casebook.network.Node;
import casebook.zoo.GoogLeNet;
import casebook.zoo.ResNet;
import casebook.zoo.ResNet.Shortcut;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The backward pass of whole networks, made of the zoo's own blocks, against finite differences in float64. */
class NetworkGradientTest {

    static Stream<Arguments> networks() {
        return Stream.of(
                arguments(blocks("projection", Shortcut.PROJECT)),
                arguments(blocks("padded shortcut", Shortcut.PAD)),
                arguments(blocks("projection in each block", Shortcut.PROJECT_ALL)),
                arguments(blocks("plain", Shortcut.NONE)),
                arguments(Network.named("bottlenecks").input(6, 6, 3)
                        .module("a", ResNet.bottleneck(2, 1, true, Shortcut.PROJECT))
                        .module("b", ResNet.bottleneck(2, 2, true, Shortcut.PROJECT))
                        .globalAveragePool().dense(3).softmax().build()),
                arguments(Network.named("Inception module with a head").input(7, 7, 4)
                        .localResponseNorm()
                        .module("3a", GoogLeNet.inception(2, 2, 3, 1, 2, 2))
                        .auxiliary(0.3, head -> head.name("head/pool").averagePool(5, stride(2)).name("head/conv").conv(3, 1).relu()
                                .name("head/fc").dense(4).relu().dropout(0.7).name("head/out").dense(3).softmax())
                        .maxPool(3, stride(2), roundUp())
                        .globalAveragePool().dropout(0.4).dense(3).softmax().build()),
                arguments(Network.named("small network in network").input(13, 13, 2)
                        .name("conv1").conv(4, 5, stride(2)).relu().name("cccp1").conv(4, 1).relu().name("cccp2").conv(4, 1).relu()
                        .name("pool1").maxPool(3, stride(2), roundUp()).name("drop").dropout(0.5)
                        .name("conv2").conv(5, 3, same()).relu().name("cccp3").conv(5, 1).relu().name("cccp4").conv(3, 1).relu()
                        .globalAveragePool().flatten().softmax().build()));
    }

    private static Network blocks(String name, Shortcut shortcut) {
        return Network.named(name).input(6, 6, 2)
                .name("conv1").conv(3, 3, same(), noBias()).batchNorm().relu()
                .module("res1", ResNet.basic(3, 1, shortcut))
                .module("res2", ResNet.basic(5, 2, shortcut))
                .globalAveragePool().dense(3).softmax().build();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void backwardAgreesWithFiniteDifferences(Network network) {
        Map<String, Double> errors = GradientCheck.of(network, 11);
        long trained = network.nodes().stream().flatMap(node -> node.parameters().stream()).filter(parameter -> parameter.trainable()).count();
        assertThat(errors).hasSize((int) trained + 1).allSatisfy((name, error) -> assertThat(error).isLessThan(1e-6));
    }

    /** Where everything is zero nothing is checked. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void gradientsReachEveryParameter(Network network) {
        Model model = Model.of(network, 11, DataType.DOUBLE);
        model.parameters().forEach((name, array) -> array.addi(name.endsWith("/bias") ? 0.5 : 0));
        Execution run = Execution.training(model, Nd4j.randn(DataType.DOUBLE, network.input().batch(2)), 11);
        Map<Node, INDArray> starts = new LinkedHashMap<>();
        network.outputs().forEach(output -> starts.put(output.node(), Nd4j.linspace(1, 2, 2 * output.node().output().elements(), DataType.DOUBLE)
                .reshape(output.node().output().batch(2))));
        assertThat(run.backward(starts)).allSatisfy((name, gradient) -> assertThat(gradient.amaxNumber().doubleValue()).isGreaterThan(1e-9));
    }
}
