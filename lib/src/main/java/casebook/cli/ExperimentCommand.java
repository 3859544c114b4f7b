package casebook.cli;

import casebook.experiments.DepthExperiment;
import casebook.experiments.DepthExperiment.Kind;
import casebook.experiments.DepthExperiment.Run;
import casebook.training.TrainingException;
import casebook.training.TrainingListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code casebook experiment depth}: the experiments whose recorded results the notebooks show. */
@Command(name = "experiment", mixinStandardHelpOptions = true, subcommands = ExperimentCommand.Depth.class,
        description = "Runs an experiment of the lectures again, and writes its results as CSV.")
final class ExperimentCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Training and test error against depth, plain and residual. */
    @Command(name = "depth", mixinStandardHelpOptions = true, description = "Training and test error against depth, plain and residual, on "
            + "Fashion-MNIST. Results that the file already has are not made again, so that a run that was stopped goes on.")
    static final class Depth implements Callable<Integer> {

        private static final String HEAD = "kind,depth,learning_rate,seed,images,epochs,batch,training_error,test_error,seconds";

        @Spec
        private CommandSpec spec;

        @Option(names = "--depths", split = ",", defaultValue = "8,20,32,56", description = "6n + 2 layers each (${DEFAULT-VALUE}).")
        private List<Integer> depths;

        @Option(names = "--kinds", split = ",", defaultValue = "plain,residual", description = "${DEFAULT-VALUE} unless something else is said.")
        private List<String> kinds;

        @Option(names = "--rates", split = ",", defaultValue = "0.1", description = "Learning rates at the start (${DEFAULT-VALUE}).")
        private List<Double> rates;

        @Option(names = "--seeds", split = ",", defaultValue = "1,2,3,4,5", description = "A run for each (${DEFAULT-VALUE}).")
        private List<Long> seeds;

        @Option(names = "--images", defaultValue = "6000", description = "Training images (${DEFAULT-VALUE}).")
        private int images;

        @Option(names = "--epochs", defaultValue = "8", description = "Times through them (${DEFAULT-VALUE}).")
        private int epochs;

        @Option(names = "--batch", defaultValue = "128", description = "Images in a batch (${DEFAULT-VALUE}).")
        private int batch;

        @Option(names = "--out", required = true, description = "The CSV file; new results are put at its end.")
        private Path file;

        @Override
        public Integer call() throws IOException {
            List<Kind> chosen = kinds.stream().map(this::kind).toList();
            DepthExperiment experiment = new DepthExperiment(images, epochs, batch);
            depths.forEach(depth -> chosen.forEach(kind -> kind.network(depth)));
            Set<String> known = known();
            PrintWriter out = spec.commandLine().getOut();
            for (long seed : seeds) {
                for (double rate : rates) {
                    for (int depth : depths) {
                        for (Kind kind : chosen) {
                            if (known.contains(key(kind, depth, rate, seed))) {
                                continue;
                            }
                            Run run = train(experiment, kind, depth, rate, seed);
                            if (run == null) {
                                return 130;
                            }
                            String line = key(kind, depth, rate, seed)
                                    + String.format(Locale.ROOT, ",%.3f,%.3f,%.1f", run.trainingError(), run.testError(), run.seconds());
                            Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
                            out.println(line);
                            out.flush();
                        }
                    }
                }
            }
            return 0;
        }

        private static Run train(DepthExperiment experiment, Kind kind, int depth, double rate, long seed) {
            try {
                return experiment.run(kind, depth, rate, seed, new TrainingListener() {});
            } catch (TrainingException e) {
                // It is a result that this rate is too large for this network.
                return new Run(kind, depth, rate, seed, Double.NaN, Double.NaN, Double.NaN);
            }
        }

        private Kind kind(String word) {
            try {
                return Kind.valueOf(word.strip().toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--kinds takes plain and residual, not \"" + word + "\"");
            }
        }

        private String key(Kind kind, int depth, double rate, long seed) {
            return String.join(",", kind.name().toLowerCase(Locale.ROOT), Integer.toString(depth), Double.toString(rate), Long.toString(seed),
                    Integer.toString(images), Integer.toString(epochs), Integer.toString(batch));
        }

        /** What the file already has; a file that is not there is begun. */
        private Set<String> known() throws IOException {
            Set<String> known = new HashSet<>();
            if (!Files.exists(file)) {
                Files.writeString(file, HEAD + "\n");
                return known;
            }
            String text = Files.readString(file);
            if (!text.startsWith(HEAD + "\n")) {
                throw new IOException(file + " is not a file of this experiment: its first line should be " + HEAD);
            }
            if (!text.endsWith("\n")) {
                // The last line was cut off by a full disk or a kill: it is made again.
                Files.writeString(file, text.substring(0, text.lastIndexOf('\n') + 1));
            }
            for (String line : Files.readAllLines(file)) {
                String[] cells = line.split(",");
                if (cells.length == 10) {
                    known.add(String.join(",", List.of(cells).subList(0, 7)));
                }
            }
            return known;
        }
    }
}
