package casebook.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import casebook.OwnProcess;
import casebook.experiments.MemoryGrowth;
import casebook.zoo.Zoo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory does not grow while a model is trained or used; {@code ./casebook bench memory} runs the same for longer. */
class MemoryTest {

    static final class Growing {
        public static void main(String[] arguments) {
            System.out.println("grown by: " + MemoryGrowth.of(MemoryGrowth.Task.valueOf(arguments[0]), Zoo.network(arguments[1]),
                    Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4])).grown());
        }
    }

    /** Java compiles and fills its heap for longer on a busy machine, so that more than the usual 50 times come first. */
    @ParameterizedTest(name = "{0}, {1}, batch {2}, {3} times after {4}")
    @CsvSource({"TRAINING, lenet-5, 128, 450, 200", "PREDICTION, lenet-5, 128, 450, 200", "TRAINING, cifar-resnet-20, 8, 200, 100",
        "PREDICTION, cifar-resnet-20, 8, 200, 100"})
    void memoryStaysTheSame(String task, String id, int size, int times, int warmUp) {
        assumeTrue(MemoryGrowth.known());
        // As the launcher starts Java.
        OwnProcess.Result result = OwnProcess.run(List.of("-Xmx4g", "-XX:+UseSerialGC", "-Xmn32m", "-XX:SurvivorRatio=3"),
                Map.of("GOMP_SPINCOUNT", "10000", "MALLOC_ARENA_MAX", "2"), Growing.class, task, id, size, times, warmUp);
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(Long.parseLong(result.output().replaceAll("(?s).*grown by: (-?\\d+).*", "$1"))).isLessThan(50);
    }
}
