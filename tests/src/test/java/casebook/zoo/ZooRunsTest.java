package casebook.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import casebook.OwnProcess;
import casebook.compute.Scratch;
import casebook.experiments.MemoryGrowth;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every network of the zoo computes, forward and backward. */
class ZooRunsTest {

    static List<String> ids() {
        return Zoo.ids();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ids")
    void forwardAndBackward(String id) {
        Network network = Zoo.network(id);
        Nd4j.getRandom().setSeed(1);
        try (Model model = Model.of(network, 1); Scratch scratch = Scratch.open()) {
            int batch = network.input().elements() < 10_000 ? 3 : 1;
            INDArray images = Nd4j.randn(DataType.FLOAT, network.input().batch(batch));
            Execution run = Execution.training(model, images, 1);
            Map<Node, INDArray> starts = new LinkedHashMap<>();
            for (Network.Output output : network.outputs()) {
                INDArray y = run.output(output.node());
                assertThat(y.shape()).isEqualTo(output.node().output().batch(batch));
                assertThat(y.sumNumber().doubleValue()).isFinite();
                starts.put(output.node(), Nd4j.rand(DataType.FLOAT, y.shape()));
            }
            Map<String, INDArray> gradients = run.backward(starts);
            model.descriptions().forEach((name, parameter) -> {
                if (parameter.trainable()) {
                    assertThat(gradients.get(name).shape()).as(name).isEqualTo(model.parameter(name).shape());
                    assertThat(gradients.get(name).sumNumber().doubleValue()).as(name).isFinite();
                }
            });
        }
    }

    /** Predicts with VGG-16 and prints the most memory that the process ever had. */
    static final class PredictWithVgg16 {
        public static void main(String[] arguments) {
            Model model = Model.of(Vgg.of(Vgg.Configuration.D), 1);
            for (int i = 0; i < 3; i++) {
                INDArray probabilities = model.predict(Nd4j.randn(DataType.FLOAT, 1, 3, 224, 224));
                if (Math.abs(probabilities.sumNumber().doubleValue() - 1) > 1e-4) {
                    throw new IllegalStateException("probabilities that sum to " + probabilities.sumNumber());
                }
            }
            System.out.println("megabytes: " + MemoryGrowth.megabytes("VmHWM"));
        }
    }

    /** Its weights alone are 553 MB. */
    @Test
    void vgg16PredictsInLittleMoreMemoryThanItsWeights() {
        assumeTrue(MemoryGrowth.known());
        OwnProcess.Result result = OwnProcess.run(List.of("-Xmx4g"), Map.of(), PredictWithVgg16.class);
        assertThat(result.output()).contains("megabytes: ");
        assertThat(Long.parseLong(result.output().replaceAll("(?s).*megabytes: (\\d+).*", "$1"))).isBetween(553L, 1500L);
    }
}
