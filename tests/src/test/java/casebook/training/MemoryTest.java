package casebook.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import casebook.OwnProcess;
import casebook.data.Batch;
import casebook.model.Model;
import casebook.network.Network;
import casebook.zoo.Zoo;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Memory does not grow while a model is trained or used; {@code ./casebook bench memory} runs the same for longer. */
class MemoryTest {

    private static final int WARM_UP = 50;

    /** Trains or predicts and prints how much its memory grew after the first {@value #WARM_UP} runs. */
    static final class Runs {
        public static void main(String[] arguments) {
            Network network = Zoo.network(arguments[1]);
            int size = Integer.parseInt(arguments[2]);
            int steps = Integer.parseInt(arguments[3]);
            Model model = Model.of(network, 1);
            Trainer trainer = Trainer.of(model).optimiser(new Nesterovs(0.01, 0.9));
            Batch batch = new Batch(Nd4j.randn(DataType.FLOAT, network.input().batch(size)), IntStream.range(0, size).map(i -> i % 10).toArray());
            long before = 0;
            for (int step = 1; step <= steps; step++) {
                if (arguments[0].equals("training")) {
                    trainer.step(batch);
                } else {
                    model.predict(batch.images());
                }
                before = step == WARM_UP ? OwnProcess.megabytes("VmRSS") : before;
            }
            System.out.println("grown by: " + (OwnProcess.megabytes("VmRSS") - before));
        }
    }

    @ParameterizedTest(name = "{0}, {1}, batch {2}, {3} times")
    @CsvSource({"training, lenet-5, 128, 400", "prediction, lenet-5, 128, 400", "training, cifar-resnet-20, 8, 150", "prediction, cifar-resnet-20, 8, 150"})
    void memoryStaysTheSame(String what, String id, int size, int steps) {
        assumeTrue(OwnProcess.tellsItsMemory());
        // As the launcher starts Java.
        OwnProcess.Result result = OwnProcess.run(List.of("-Xmx4g", "-XX:+UseSerialGC", "-Xmn32m", "-XX:SurvivorRatio=3"),
                Map.of("OMP_WAIT_POLICY", "passive", "MALLOC_ARENA_MAX", "2"), Runs.class, what, id, size, steps);
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(Long.parseLong(result.output().replaceAll("(?s).*grown by: (-?\\d+).*", "$1"))).isLessThan(50);
    }
}
