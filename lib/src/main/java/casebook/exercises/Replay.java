package casebook.exercises;

import casebook.charts.Picture;
import casebook.data.Datasets;
import casebook.experiments.Experiment;
import casebook.experiments.Run;
import casebook.experiments.Runs;
import casebook.notebook.Grid;
import casebook.notebook.Notebook;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Shows the recorded runs of an experiment, where a live one fails or takes too long. */
public final class Replay {

    private Replay() {}

    /**
     * Shows charts and a table of the runs that come with the project, and how they were made.
     *
     * @param id a notebook, a dot, and an experiment: {@code "05.depth"}; or the experiment alone
     * @throws IllegalArgumentException if there is no such experiment
     */
    public static void show(String id) {
        Experiment experiment = Experiment.of(id.substring(id.indexOf('.') + 1));
        List<Run> runs = runs(experiment);
        charts(experiment, runs).forEach(Notebook::show);
        Notebook.show(table(experiment, runs));
        System.out.println(origin(experiment, runs));
    }

    /** Both errors: that plain networks learn worse when they are deeper shows in training, what dropout is good for only in the test. */
    static List<Picture> charts(Experiment experiment, List<Run> runs) {
        return List.of(Runs.chart(experiment, "Recorded training error: " + experiment.what(), "training error, %", runs, Run::trainingError),
                Runs.chart(experiment, "Recorded test error: " + experiment.what(), "test error, %", runs, Run::testError));
    }

    /** The recorded runs in the experiment's own setting. */
    static List<Run> runs(Experiment experiment) {
        return Runs.recorded(experiment).stream()
                .filter(run -> run.setting().equals(experiment.setting()) && run.learningRate() == experiment.learningRate()).toList();
    }

    static Grid table(Experiment experiment, List<Run> runs) {
        Grid grid = Grid.of("Recorded runs: " + experiment.setting().inWords() + ", means over the seeds", "Kind", ">" + capital(experiment.size()), ">Seeds",
                ">Training error, %", ">Test error, %", ">Seconds a run");
        for (String kind : experiment.kinds()) {
            for (int size : runs.stream().filter(run -> run.kind().equals(kind)).map(Run::size).distinct().sorted(Comparator.naturalOrder()).toList()) {
                grid.row(kind, Integer.toString(size), Long.toString(runs.stream().filter(run -> run.kind().equals(kind) && run.size() == size).count()),
                        String.format(Locale.ROOT, "%.2f", Runs.mean(runs, kind, size, Run::trainingError)),
                        String.format(Locale.ROOT, "%.2f", Runs.mean(runs, kind, size, Run::testError)),
                        String.format(Locale.ROOT, "%.0f", Runs.mean(runs, kind, size, Run::seconds)));
            }
        }
        return grid;
    }

    private static String capital(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** With which command, with which seeds and where the runs were made: the file {@code datasets/README.md} says it. */
    static String origin(Experiment experiment, List<Run> runs) {
        String file = experiment.id() + ".csv";
        List<String> readme;
        try {
            readme = Files.readAllLines(Datasets.file("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException("datasets/README.md, which says how the runs were made, can't be read: " + e.getMessage(), e);
        }
        String row = readme.stream().filter(line -> line.startsWith("|") && line.contains("`" + file + "`")).findFirst()
                .orElseThrow(() -> new IllegalStateException("datasets/README.md does not say how " + file + " was made"));
        // A row for several files gives the command of the first.
        String command = row.split("\\|")[1].contains(",") ? "./casebook experiment " + experiment.id() + " --out " + file
                : row.split("\\|")[2].strip().replace("`", "");
        int machine = readme.indexOf(readme.stream().filter(line -> line.startsWith("All of them on ")).findFirst()
                .orElseThrow(() -> new IllegalStateException("datasets/README.md does not say on which machine the experiments were run")));
        String where = readme.subList(machine, readme.size()).stream().takeWhile(line -> !line.isBlank()).collect(Collectors.joining(" ")).replace("`", "");
        String seeds = runs.stream().map(run -> Long.toString(run.seed())).distinct().sorted().collect(Collectors.joining(", "));
        return "Recorded with: " + command + "\nSeeds: " + seeds + "\n" + where;
    }
}
