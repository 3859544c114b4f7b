package casebook.experiments;

import casebook.charts.Charts;
import casebook.charts.Curve;
import casebook.charts.Picture;
import casebook.compute.Stopped;
import casebook.data.DataException;
import casebook.experiments.Experiment.Setting;
import casebook.model.SharedLines;
import casebook.model.WholeFile;
import casebook.notebook.Grid;
import casebook.text.Printable;
import casebook.training.TrainingListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The runs of an experiment in a CSV file, a row each. A run that the file has is not made again, and one that was interrupted goes on
 * from a checkpoint beside the file.
 */
public final class Runs {

    private static final int LARGEST = 10_000_000;

    private final Experiment experiment;
    private final Path file;
    private final List<Run> all = new ArrayList<>();

    private Runs(Experiment experiment, Path file) {
        this.experiment = experiment;
        this.file = file;
    }

    /**
     * The runs of this file; a file that is not there, is empty or has only a part of the first line is begun. Nothing is changed where it
     * is refused; a last row that a kill cut off is taken away.
     *
     * @throws DataException if it is a file of another kind, or can't be read or written
     */
    public static Runs in(Path file, Experiment experiment) {
        Runs runs = new Runs(experiment, file);
        runs.update(null);
        return runs;
    }

    /**
     * Reads the file again and puts a run at its end, unless the file has it by now.
     *
     * @param made null to read only
     * @return the file's row of this run
     */
    Run update(Run made) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new DataException(file + " is not a file");
        }
        try (SharedLines lines = SharedLines.open(file)) {
            String text = text(lines);
            if ((Run.HEAD + "\n").startsWith(text)) {
                lines.cut(0);
                lines.add(Run.HEAD);
                text = Run.HEAD + "\n";
            }
            int end = text.lastIndexOf('\n') + 1;
            List<Run> there = read(text.substring(0, end), file.toString());
            // A row with all its digits lacks nothing but the line end.
            if (whole(text.substring(end))) {
                lines.add(text.substring(end));
                there.add(Run.of(text.substring(end)));
            } else {
                lines.cut(end);
            }
            all.clear();
            all.addAll(there);
            if (made == null) {
                return null;
            }
            Optional<Run> known = known(made.key());
            if (known.isEmpty()) {
                lines.add(made.row());
                all.add(made);
            }
            return known.orElse(made);
        } catch (CharacterCodingException e) {
            throw new DataException(file + " is not a file of runs: it is not a text in UTF-8", e);
        } catch (IOException e) {
            throw new DataException(file + " can't be read or written: " + WholeFile.reason(e), e);
        }
    }

    /** The file's text, if it can be one of runs. */
    private String text(SharedLines lines) throws IOException {
        if (!Run.HEAD.startsWith(new String(lines.start(Run.HEAD.length()), StandardCharsets.ISO_8859_1))) {
            throw another(file.toString());
        }
        if (lines.size() > LARGEST) {
            throw new DataException(file + " has " + lines.size() + " bytes; " + LARGEST + " are the most that is read");
        }
        // All places below are those of characters, and a row has ASCII only: else it is refused.
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(lines.start(LARGEST))).toString();
    }

    private static boolean whole(String row) {
        try {
            return Run.of(row).row().equals(row);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static DataException another(String name) {
        return new DataException(name + " is not a file of runs: its first line should be " + Run.HEAD);
    }

    private Optional<Run> known(String key) {
        return all.stream().filter(run -> run.key().equals(key)).findFirst();
    }

    /** The runs that are recorded in {@code datasets/experiments}, with how they were made. */
    public static List<Run> recorded(Experiment experiment) {
        String name = "/casebook/experiments/" + experiment.id() + ".csv";
        try (InputStream file = Runs.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("nothing is recorded of the experiment " + experiment.id());
            }
            return read(new String(file.readAllBytes(), StandardCharsets.UTF_8), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Run> read(String text, String name) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(Run.HEAD)) {
            throw another(name);
        }
        List<Run> runs = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            try {
                runs.add(Run.of(lines.get(i)));
            } catch (IllegalArgumentException e) {
                throw new DataException(name + ", line " + (i + 1) + ": " + Printable.name(e.getMessage()), e);
            }
        }
        return runs;
    }

    /** What the file has. */
    public List<Run> all() {
        return List.copyOf(all);
    }

    /**
     * Makes a run and puts it at the end of the file, or finds it there. Two processes that use one file at the same time may train the
     * same network twice, and write its row once: before it writes, each locks the file and reads it again.
     *
     * @param listener is told how training goes
     * @throws Stopped if training was interrupted; the next call goes on where it stopped
     * @throws IllegalArgumentException if the experiment has no such network
     * @throws DataException if the file can't be written
     */
    public Run run(String kind, int size, double learningRate, long seed, Setting setting, TrainingListener listener) {
        String key = Run.key(kind, size, learningRate, seed, setting);
        if (known(key).isEmpty()) {
            // Another kernel may have made it meanwhile.
            update(null);
        }
        Optional<Run> known = known(key);
        if (known.isPresent()) {
            return known.get();
        }
        Path checkpoint = file.resolveSibling(file.getFileName() + "." + key.replace(',', '-') + ".safetensors");
        Run made = experiment.run(kind, size, learningRate, seed, setting, checkpoint, listener).orElseThrow(() -> new Stopped(
                "stopped in the training of " + kind + " " + size + ", seed " + seed + ". Start it again, and it goes on from there"));
        Run kept = update(made);
        try {
            Files.deleteIfExists(checkpoint);
        } catch (IOException e) {
            throw new DataException(checkpoint + " could not be removed: " + WholeFile.reason(e), e);
        }
        return kept;
    }

    /**
     * Draws all runs: an error against size, every point, with a line for each kind that joins the means.
     *
     * @param title the sentence that the chart shows
     * @param yLabel the error, with its unit: {@code training error, %}
     * @param error the error of a run: {@code Run::trainingError}
     */
    public static Picture chart(Experiment experiment, String title, String yLabel, List<Run> runs, ToDoubleFunction<Run> error) {
        List<Curve> curves = experiment.kinds().stream().map(kind -> runs.stream().filter(run -> run.kind().equals(kind)).toList())
                .filter(group -> !group.isEmpty())
                .map(group -> new Curve(group.get(0).kind(), group.stream().mapToDouble(Run::size).toArray(), group.stream().mapToDouble(error).toArray()))
                .toList();
        return Charts.seeds(title, experiment.size(), yLabel, curves);
    }

    /** The mean error of the runs of a kind and a size. */
    public static double mean(List<Run> runs, String kind, int size, ToDoubleFunction<Run> error) {
        return runs.stream().filter(run -> run.kind().equals(kind) && run.size() == size).mapToDouble(error).average().orElseThrow();
    }

    /**
     * What changes from one network to another, a number for each seed that both have: the error of the second less that of the first.
     *
     * @param kind the kind of the first
     * @param size the size of the first
     * @param otherKind the kind of the second
     * @param otherSize the size of the second
     * @param error the error of a run: {@code Run::testError}
     */
    public static double[] changes(List<Run> runs, String kind, int size, String otherKind, int otherSize, ToDoubleFunction<Run> error) {
        return runs.stream().filter(run -> run.kind().equals(kind) && run.size() == size)
                .flatMap(run -> runs.stream().filter(other -> other.kind().equals(otherKind) && other.size() == otherSize && other.seed() == run.seed())
                        .map(other -> error.applyAsDouble(other) - error.applyAsDouble(run)))
                .mapToDouble(change -> change).toArray();
    }

    /**
     * What {@link #changes} found, in words: {@code smaller in 4 of 5 pairs, by 0.62 points on average (−1.30 to +0.10): the pairs do
     * not agree}.
     */
    public static String inWords(double[] changes) {
        double mean = Arrays.stream(changes).average().orElseThrow();
        long sameWay = Arrays.stream(changes).filter(change -> Math.signum(change) == Math.signum(mean)).count();
        DoubleSummaryStatistics range = Arrays.stream(changes).summaryStatistics();
        return String.format(Locale.ROOT, "%s in %d of %d pairs, by %.2f points on average (%+.2f to %+.2f)%s", mean < 0 ? "smaller" : "larger", sameWay,
                changes.length, Math.abs(mean), range.getMin(), range.getMax(), sameWay < changes.length ? ": the pairs do not agree" : "").replace('-', '−');
    }

    /** The errors of all kinds in one size, a row for each seed, and their means. */
    public static Grid bySeed(Experiment experiment, List<Run> runs, int size) {
        List<String> heads = new ArrayList<>(List.of("Seed"));
        for (String error : List.of("training", "test")) {
            experiment.kinds().forEach(kind -> heads.add(">" + kind + ", " + error));
        }
        Grid grid = Grid.of("Errors, %", heads.toArray(String[]::new));
        List<Run> chosen = runs.stream().filter(run -> run.size() == size).toList();
        List<ToDoubleFunction<Run>> errors = List.of(Run::trainingError, Run::testError);
        for (long seed : chosen.stream().mapToLong(Run::seed).distinct().sorted().toArray()) {
            grid.row(cells(Long.toString(seed), experiment, chosen.stream().filter(run -> run.seed() == seed).toList(), errors));
        }
        grid.total(cells("mean", experiment, chosen, errors));
        return grid;
    }

    private static String[] cells(String head, Experiment experiment, List<Run> runs, List<ToDoubleFunction<Run>> errors) {
        List<String> cells = new ArrayList<>(List.of(head));
        for (ToDoubleFunction<Run> error : errors) {
            for (String kind : experiment.kinds()) {
                OptionalDouble mean = runs.stream().filter(run -> run.kind().equals(kind)).mapToDouble(error).average();
                cells.add(mean.isPresent() ? String.format(Locale.ROOT, "%.2f", mean.getAsDouble()) : "");
            }
        }
        return cells.toArray(String[]::new);
    }
}
