package casebook.cli;

import casebook.data.DataException;
import casebook.experiments.Experiment;
import casebook.experiments.Experiment.Setting;
import casebook.experiments.Run;
import casebook.experiments.Runs;
import casebook.model.ModelFileException;
import casebook.training.TrainingListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casebook experiment depth --out depth.csv}: makes an experiment of the lectures again. */
@Command(name = "experiment", mixinStandardHelpOptions = true, description = "Runs an experiment of the lectures on Fashion-MNIST again: "
        + "networks are trained, and their errors written as CSV, a row a run. Runs that the file has already are not made again, and one "
        + "that was interrupted goes on. Without a name: lists the experiments.")
final class ExperimentCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "Which one.")
    private String name;

    @Option(names = "--kinds", split = ",", description = "Which kinds of networks; all unless some are named.")
    private List<String> kinds;

    @Option(names = "--sizes", split = ",", description = "Which sizes; those that were recorded unless some are named.")
    private List<Integer> sizes;

    @Option(names = "--rates", split = ",", description = "Learning rates at the start; the recorded one unless some are named.")
    private List<Double> rates;

    @Option(names = "--seeds", split = ",", defaultValue = "1,2,3,4,5", description = "A run for each (${DEFAULT-VALUE}).")
    private List<Long> seeds;

    @Option(names = "--images", description = "Training images; as recorded unless said otherwise.")
    private Integer images;

    @Option(names = "--epochs", description = "Times through them; as recorded unless said otherwise.")
    private Integer epochs;

    @Option(names = "--batch", description = "Images in a batch; as recorded unless said otherwise.")
    private Integer batch;

    @Option(names = "--out", description = "The CSV file; new results are put at its end.")
    private Path file;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (name == null) {
            for (Experiment experiment : Experiment.values()) {
                out.println(String.format(Locale.ROOT, "%-10s  %s", experiment.id(), experiment.what()));
            }
            return 0;
        }
        Experiment experiment;
        try {
            experiment = Experiment.of(name);
            for (String kind : kinds(experiment)) {
                sizes(experiment, kind).forEach(size -> experiment.network(kind, size));
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        if (file == null) {
            throw new ParameterException(spec.commandLine(), "say where the results go: --out " + experiment.id() + ".csv");
        }
        try {
            return run(experiment, out);
        } catch (DataException | ModelFileException e) {
            spec.commandLine().getErr().println("casebook: " + e.getMessage());
            return 1;
        }
    }

    private int run(Experiment experiment, PrintWriter out) {
        Setting usual = experiment.setting();
        Setting setting = new Setting(images == null ? usual.images() : images, epochs == null ? usual.epochs() : epochs,
                batch == null ? usual.batchSize() : batch);
        Runs runs = Runs.in(file, experiment);
        for (long seed : seeds) {
            for (double rate : rates == null ? List.of(experiment.learningRate()) : rates) {
                for (String kind : kinds(experiment)) {
                    for (int size : sizes(experiment, kind)) {
                        int before = runs.all().size();
                        Run run = runs.run(kind, size, rate, seed, setting, new TrainingListener() {});
                        if (runs.all().size() > before) {
                            out.println(String.format(Locale.ROOT, "%s %d, rate %s, seed %d: training error %.2f %%, test error %.2f %%, %.0f s",
                                    kind, size, rate, seed, run.trainingError(), run.testError(), run.seconds()));
                            out.flush();
                        }
                    }
                }
            }
        }
        return 0;
    }

    private List<String> kinds(Experiment experiment) {
        return kinds == null ? experiment.kinds() : kinds;
    }

    private List<Integer> sizes(Experiment experiment, String kind) {
        return sizes == null ? experiment.sizes(kind) : sizes;
    }
}
