package casebook.experiments;

import casebook.data.Batch;
import casebook.model.Model;
import casebook.network.Network;
import casebook.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * How much memory this process has while the same thing is done over and over, in megabytes (2²⁰ bytes), as Linux tells it:
 * what is resident, Java's heap and the arrays outside it together.
 *
 * @param afterWarmUp after the first times, which do not count
 * @param most the most after any later time
 */
public record MemoryGrowth(long afterWarmUp, long most) {

    /** How many times come first and do not count, usually. */
    public static final int WARM_UP = 50;

    private static final Path STATUS = Path.of("/proc/self/status");

    /** What is done over and over. */
    public enum Task {
        /** A training step: forward, backward, and the weights move. */
        TRAINING,
        /** A prediction. */
        PREDICTION
    }

    /**
     * Trains or predicts with random images.
     *
     * @param times how many times
     * @param warmUp how many of them come first and do not count: {@link #WARM_UP}
     */
    public static MemoryGrowth of(Task task, Network network, int batchSize, int times, int warmUp) {
        Model model = Model.of(network, 1);
        int classes = Math.toIntExact(network.output().output().elements());
        Batch batch = new Batch(Nd4j.randn(DataType.FLOAT, network.input().batch(batchSize)), IntStream.range(0, batchSize).map(i -> i % classes).toArray());
        // Random images and their labels have nothing to do with each other: the rate is small, so that the weights do not run away.
        Trainer trainer = Trainer.of(model).optimiser(new Nesterovs(0.001, 0.9));
        long afterWarmUp = 0;
        long most = 0;
        for (int time = 1; time <= times; time++) {
            if (task == Task.TRAINING) {
                trainer.step(batch);
            } else {
                model.predict(batch.images());
            }
            if (time == warmUp) {
                afterWarmUp = megabytes("VmRSS");
            }
            if (time >= warmUp && (time % 10 == 0 || time == times)) {
                most = Math.max(most, megabytes("VmRSS"));
            }
        }
        return new MemoryGrowth(afterWarmUp, most);
    }

    /** How much it has grown. */
    public long grown() {
        return most - afterWarmUp;
    }

    /** Whether this system tells how much memory a process has: Linux does. */
    public static boolean known() {
        return Files.exists(STATUS);
    }

    /**
     * Megabytes of this process's memory.
     *
     * @param what as Linux calls it: {@code VmRSS}, what is resident now, or {@code VmHWM}, the most that ever was
     * @throws IllegalStateException on a system that does not tell it
     */
    public static long megabytes(String what) {
        try {
            List<String> lines = Files.readAllLines(STATUS);
            return Long.parseLong(lines.stream().filter(line -> line.startsWith(what + ":")).findFirst().orElseThrow().replaceAll("\\D", "")) / 1024;
        } catch (IOException e) {
            throw new IllegalStateException("only Linux tells how much memory a process has: " + e, e);
        }
    }
}
