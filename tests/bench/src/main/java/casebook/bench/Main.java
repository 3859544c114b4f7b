package casebook.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./casebook bench}: how fast it is here, beside others, taken in turns in one run. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "How fast it is here, beside others.")
public final class Main implements Runnable {

    private Main() {}

    /** Without a task: the help. */
    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /**
     * Runs a task and ends the process with its exit status.
     *
     * @param arguments the task and its options
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).addSubcommand(new CountingTask()).addSubcommand(new MemoryTask()).addSubcommand(new ForwardTask()).addSubcommand(new TrainingTask())
                .setExecutionExceptionHandler((e, command, result) -> {
                    command.getErr().println("casebook bench: " + e.getMessage());
                    return 1;
                }).execute(arguments));
    }

    /** {@code bench counting}: ResNet-152 and its whole sheet, against {@code torchinfo.summary} of torchvision's. */
    @Command(name = "counting", mixinStandardHelpOptions = true,
            description = "Builds ResNet-152 and its whole cost sheet, against torchinfo.summary of torchvision's (where torch is installed).")
    static final class CountingTask implements Callable<Integer> {

        private static final String NETWORK = "resnet-152";

        @Option(names = "--rounds", defaultValue = "3", description = "How many times each takes its turn (3 unless something else is said).")
        private int rounds;

        @Option(names = "--csv", description = "CSV: task,network,batch,candidate,median_ms")
        private boolean csv;

        @Option(names = "--python", description = "A Python that has torch, torchvision and torchinfo.")
        private String python = System.getenv().getOrDefault("CASEBOOK_PYTHON", "python3");

        @Override
        public Integer call() throws Exception {
            if (rounds < 1) {
                throw new IllegalArgumentException("--rounds must be at least 1, it is " + rounds);
            }
            Map<String, List<Double>> milliseconds = new LinkedHashMap<>();
            milliseconds.put("casebook", new ArrayList<>());
            for (int round = 1; round <= rounds; round++) {
                System.err.println("round " + round + " of " + rounds + " …");
                milliseconds.get("casebook").addAll(ours());
                List<Double> theirs = theirs();
                if (!theirs.isEmpty()) {
                    milliseconds.computeIfAbsent("torchinfo", name -> new ArrayList<>()).addAll(theirs);
                }
            }
            if (csv) {
                System.out.println("task,network,batch,candidate,median_ms");
                milliseconds.forEach((name, times) -> System.out.printf(Locale.ROOT, "counting,%s,1,%s,%.4f%n", NETWORK, name, median(times)));
                return 0;
            }
            milliseconds.forEach((name, times) -> System.out.printf(Locale.ROOT, "%-10s %10.4f ms  (median of %d, from %.4f to %.4f)%n", name,
                    median(times), times.size(), times.stream().min(Double::compare).get(), times.stream().max(Double::compare).get()));
            if (milliseconds.containsKey("torchinfo")) {
                System.out.printf(Locale.ROOT, "casebook is %.0f times as fast%n",
                        median(milliseconds.get("torchinfo")) / median(milliseconds.get("casebook")));
            }
            return 0;
        }

        /** Average milliseconds of each of JMH's measurements, after warming up. */
        private static List<Double> ours() throws RunnerException, IOException {
            // What JMH says of its progress would stand in the CSV.
            PrintStream out = System.out;
            System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
            try {
                List<Double> times = new ArrayList<>();
                for (RunResult result : new Runner(new OptionsBuilder().include(Counting.class.getName()).param("network", NETWORK).build()).run()) {
                    result.getAggregatedResult().getIterationResults().forEach(iteration -> times.add(iteration.getPrimaryResult().getScore()));
                }
                return times;
            } finally {
                System.setOut(out);
            }
        }

        /** Milliseconds of each call of torchinfo; none where it is not installed. */
        private List<Double> theirs() throws IOException, InterruptedException {
            Path script = Path.of(System.getenv().getOrDefault("CASEBOOK_HOME", "")).resolve("tests/bench/peers/torchinfo_counting.py");
            Process process = new ProcessBuilder(python, script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Arrays.stream(output.split("\\s+")).filter(word -> !word.isEmpty()).map(Double::valueOf).toList() : List.of();
        }

        private static double median(List<Double> times) {
            double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }
}
