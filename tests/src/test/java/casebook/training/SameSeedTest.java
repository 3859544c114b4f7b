package casebook.training;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.OwnProcess;
import casebook.data.Digits;
import casebook.data.ImageSet;
import casebook.model.Model;
import casebook.network.Network;
import casebook.zoo.LeNet5;
import casebook.zoo.ResNet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Nesterovs;

/** The same seed on the same machine gives the same history and the same weights, to the last bit, with one thread and with two. */
class SameSeedTest {

    /** Trains LeNet-5 and a small residual network, and prints all that came of it. */
    static final class Train {
        public static void main(String[] arguments) {
            print(LeNet5.taught(10), Digits.training().padded(2).first(1000));
            print(ResNet.small(8, ResNet.Shortcut.PROJECT), Digits.training().first(600));
        }

        private static void print(Network network, ImageSet images) {
            Model model = Model.of(network, 5);
            History history = Trainer.of(model).optimiser(new Nesterovs(0.05, 0.9)).weightDecay(1e-4).batchSize(128).epochs(2).seed(6)
                    .validateOn(images.first(300)).train(images);
            System.out.println(history.steps());
            System.out.println(history.epochs());
            model.parameters().forEach((name, array) -> System.out.println(name + " " + java.util.Arrays.hashCode(array.dup().data().asFloat())));
        }
    }

    @ParameterizedTest(name = "{0} threads")
    @ValueSource(strings = {"1", "2"})
    void inProcessesOfTheirOwn(String threads) {
        Set<String> outputs = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            OwnProcess.Result result = OwnProcess.run(List.of("-Xmx1g"), Map.of("OMP_NUM_THREADS", threads, "OMP_WAIT_POLICY", "passive"), Train.class);
            assertThat(result.status()).as(result.output()).isZero();
            assertThat(result.output()).contains("conv1/weights").doesNotContain("NaN");
            outputs.add(result.output().lines().filter(line -> !line.startsWith("Warning")).reduce("", (a, b) -> a + "\n" + b));
        }
        assertThat(outputs).hasSize(1);
    }
}
