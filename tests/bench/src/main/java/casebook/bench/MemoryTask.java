package casebook.bench;

import casebook.experiments.MemoryGrowth;
import casebook.zoo.Zoo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench memory}: how much a process's memory grows while a network is trained or used, each in a process of its own. */
@Command(name = "memory", mixinStandardHelpOptions = true, description = "Trains and predicts a thousand times and prints by how much the "
        + "process's memory grew after the first " + MemoryGrowth.WARM_UP + " times. Linux only.")
final class MemoryTask implements Callable<Integer> {

    /** The most that it may grow, in megabytes. */
    private static final long LIMIT = 50;

    private record Case(String network, int batch) {}

    private static final List<Case> CASES = List.of(new Case("lenet-5", 128), new Case("cifar-resnet-20", 64));

    @Option(names = "--rounds", defaultValue = "1000", description = "How many times (1000 unless something else is said).")
    private int rounds;

    @Option(names = "--csv", description = "CSV: task,network,batch,candidate,times,start_mb,most_mb,grown_mb")
    private boolean csv;

    @Override
    public Integer call() throws Exception {
        if (rounds <= MemoryGrowth.WARM_UP) {
            throw new IllegalArgumentException("--rounds must be more than the " + MemoryGrowth.WARM_UP + " that do not count, it is " + rounds);
        }
        if (!MemoryGrowth.known()) {
            throw new IllegalStateException("this system does not tell how much memory a process has; Linux does");
        }
        if (csv) {
            System.out.println("task,network,batch,candidate,times,start_mb,most_mb,grown_mb");
        }
        boolean held = true;
        for (MemoryGrowth.Task task : MemoryGrowth.Task.values()) {
            for (Case one : CASES) {
                MemoryGrowth growth = inOwnProcess(task, one);
                held &= growth.grown() < LIMIT;
                System.out.printf(Locale.ROOT, csv ? "memory %s,%s,%d,casebook,%d,%d,%d,%d%n" : "%-10s  %-15s  batch %3d, %d times: %d MB after "
                        + MemoryGrowth.WARM_UP + ", %d MB at most, grown by %d MB%n", task.name().toLowerCase(Locale.ROOT), one.network, one.batch,
                        rounds, growth.afterWarmUp(), growth.most(), growth.grown());
            }
        }
        if (!held) {
            System.err.println("casebook bench: memory grew by " + LIMIT + " MB or more");
        }
        return held ? 0 : 1;
    }

    private MemoryGrowth inOwnProcess(MemoryGrowth.Task task, Case one) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), One.class.getName(), task.name(), one.network,
                Integer.toString(one.batch), Integer.toString(rounds)));
        Process process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String[] numbers = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip().split(" ");
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the process that was measured ended with status " + process.exitValue());
        }
        return new MemoryGrowth(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    /** The process that is measured. */
    static final class One {
        public static void main(String[] arguments) {
            MemoryGrowth growth = MemoryGrowth.of(MemoryGrowth.Task.valueOf(arguments[0]), Zoo.network(arguments[1]), Integer.parseInt(arguments[2]),
                    Integer.parseInt(arguments[3]), MemoryGrowth.WARM_UP);
            System.out.println(growth.afterWarmUp() + " " + growth.most());
        }
    }
}
