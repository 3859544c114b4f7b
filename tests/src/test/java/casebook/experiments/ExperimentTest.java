package casebook.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.compute.Stopped;
import casebook.cost.CostSheet;
import casebook.data.DataException;
import casebook.experiments.Experiment.Setting;
import casebook.network.Network;
import casebook.training.TrainingListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentTest {

    private static final TrainingListener NOBODY = new TrainingListener() {};
    private static final Setting SHORT = new Setting(64, 2, 32);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void everyNetworkTakesTheImagesAndAnswersWithTenClasses(Experiment experiment) {
        for (String kind : experiment.kinds()) {
            assertThat(experiment.sizes(kind)).isNotEmpty();
            for (int size : experiment.sizes(kind)) {
                Network network = experiment.network(kind, size);
                assertThat(network.input()).hasToString("28×28×1");
                assertThat(network.outputs()).allSatisfy(output -> assertThat(output.node().output().elements()).isEqualTo(10));
            }
        }
    }

    @Test
    void whatIsComparedDiffersInOneThingOnly() {
        assertThat(parameters(Experiment.DEPTH, "plain", 32)).isEqualTo(parameters(Experiment.DEPTH, "residual", 32));
        assertThat(parameters(Experiment.DROPOUT, "with", 256)).isEqualTo(parameters(Experiment.DROPOUT, "without", 256));
        // Both read the same side of the image behind the first convolution.
        for (int side : List.of(5, 7)) {
            assertThat(receptiveField("one", side)).isEqualTo(receptiveField("stack", side));
        }
        assertThat(Experiment.HEADS.network("with", 6).outputs()).hasSize(3);
        assertThat(CostSheet.of(Experiment.HEADS.network("without", 6)).parameters())
                .isEqualTo(CostSheet.of(Experiment.HEADS.network("with", 6)).rows().stream().filter(row -> !row.layer().startsWith("head"))
                        .mapToLong(CostSheet.Row::parameters).sum());
    }

    private static long parameters(Experiment experiment, String kind, int size) {
        return CostSheet.of(experiment.network(kind, size)).parameters();
    }

    private static int receptiveField(String kind, int side) {
        return CostSheet.of(Experiment.STACK.network(kind, side)).row("pool").receptiveField();
    }

    @Test
    void aRunIsMadeOnceAndKept() throws IOException {
        Path file = folder.resolve("kept/depth.csv");
        Run run = Runs.in(file, Experiment.DEPTH).run("plain", 8, 0.1, 3, SHORT, NOBODY);
        assertThat(run.trainingError()).isBetween(0.0, 100.0);
        assertThat(run.testError()).isBetween(0.0, 100.0);
        String kept = Files.readString(file);
        assertThat(kept).isEqualTo(Run.HEAD + "\n" + run.row() + "\n");
        Run again = Runs.in(file, Experiment.DEPTH).run("plain", 8, 0.1, 3, SHORT, new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                throw new AssertionError("trained again");
            }
        });
        assertThat(again.row()).isEqualTo(run.row());
        assertThat(Files.readString(file)).isEqualTo(kept);
        assertThat(folder.resolve("kept")).isDirectoryContaining("glob:**depth.csv");
        try (var files = Files.list(folder.resolve("kept"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aRunThatWasInterruptedGoesOn() {
        Run whole = Runs.in(folder.resolve("whole.csv"), Experiment.DEPTH).run("residual", 8, 0.1, 3, SHORT, NOBODY);
        Path file = folder.resolve("depth.csv");
        assertThatThrownBy(() -> Runs.in(file, Experiment.DEPTH).run("residual", 8, 0.1, 3, SHORT, new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                if (step == 3) {
                    Thread.currentThread().interrupt();
                }
            }
        })).isInstanceOf(Stopped.class).hasMessageContaining("residual 8");
        int[] first = {0};
        Run goneOn = Runs.in(file, Experiment.DEPTH).run("residual", 8, 0.1, 3, SHORT, new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                first[0] = first[0] == 0 ? step : first[0];
            }
        });
        assertThat(first[0]).isEqualTo(4);
        assertThat(goneOn.trainingError()).isEqualTo(whole.trainingError());
        assertThat(goneOn.testError()).isEqualTo(whole.testError());
    }

    @Test
    void aRateThatIsTooLargeIsAResult() {
        Run run = Experiment.STACK.run("one", 5, 1e30, 1, SHORT, null, NOBODY).orElseThrow();
        assertThat(run.trainingError()).isNaN();
        assertThat(Run.of(run.row()).trainingError()).isNaN();
    }

    @Test
    void damagedFiles() throws IOException {
        Path file = folder.resolve("runs.csv");
        Files.writeString(file, "name,price\n");
        assertThatThrownBy(() -> Runs.in(file, Experiment.DEPTH)).isInstanceOf(DataException.class).hasMessageContaining("not a file of runs");
        Files.writeString(file, Run.HEAD + "\nplain,8,0.1,1,64,2,32,50.0\n");
        assertThatThrownBy(() -> Runs.in(file, Experiment.DEPTH)).isInstanceOf(DataException.class).hasMessageContaining("line 2");
        // A line that was cut off is made again.
        Files.writeString(file, Run.HEAD + "\nplain,8,0.1,1,64,2,32,50.0,50.0,1.0\nplain,8,0.1,2,64,2,32,50.0,5");
        assertThat(Runs.in(file, Experiment.DEPTH).all()).hasSize(1);
        assertThat(Files.readString(file)).endsWith("1.0\n");
    }

    private static final String ROW = "plain,8,0.1,1,64,2,32,50.000,50.000,1.0";

    @ParameterizedTest
    @ValueSource(strings = {"My thesis.\nIt has taken years, and this line has no end", "one line without an end", "\u0000\u0001\u00ff",
        Run.HEAD + " and more", Run.HEAD + "\nplain,8,0.1,1,64,2,32,50.0\nplain,8,0.1", Run.HEAD + "\n" + ROW + "\nplain,0,0.1,1,64,2,32,50.0,50.0,1.0\n",
        Run.HEAD + "\nplain,8,0.1,1,64,2,32,1e999,50.0,1.0\n", Run.HEAD + "\nplain,8,0.1,1,64,-2,32,50.0,50.0,1.0\n",
        Run.HEAD + "\npl\u001b[31m,8,0.1,1,64,2,32,50.0,50.0,1.0\n", "kind,size,\n"})
    void aFileThatIsRefusedIsNotChanged(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("runs.csv"), text);
        assertThatThrownBy(() -> Runs.in(file, Experiment.DEPTH)).isInstanceOf(DataException.class).hasMessageContaining(file.toString())
                .satisfies(e -> assertThat(e.getMessage().chars()).noneMatch(Character::isISOControl));
        assertThat(file).hasContent(text).hasSize(text.getBytes(StandardCharsets.UTF_8).length);
        assertThat(folder.toFile().list()).containsExactly("runs.csv");
    }

    @Test
    void aFileThatIsNoTextIsNotChanged() throws IOException {
        byte[] bytes = (Run.HEAD + "\nplain,8,0.1\u00e9,1").getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("runs.csv"), bytes);
        assertThatThrownBy(() -> Runs.in(file, Experiment.DEPTH)).isInstanceOf(DataException.class).hasMessageContaining("not a text in UTF-8");
        assertThat(file).hasBinaryContent(bytes);
        Path pipes = Files.createDirectory(folder.resolve("folder.csv"));
        assertThatThrownBy(() -> Runs.in(pipes, Experiment.DEPTH)).isInstanceOf(DataException.class).hasMessageContaining("is not a file");
        assertThatThrownBy(() -> Runs.in(file.resolve("runs.csv"), Experiment.DEPTH)).isInstanceOf(DataException.class)
                .hasMessageContaining("runs.csv is a file, where a folder is needed");
    }

    @Test
    void whatAKillLeavesIsMended() throws IOException {
        Path file = folder.resolve("runs.csv");
        for (String begun : List.of("", "k", "kind,size,", Run.HEAD, Run.HEAD + "\n")) {
            Files.writeString(file, begun);
            assertThat(Runs.in(file, Experiment.DEPTH).all()).isEmpty();
            assertThat(file).hasContent(Run.HEAD + "\n");
        }
        String whole = Run.HEAD + "\n" + ROW + "\n";
        for (int cut = 1; cut < ROW.length(); cut++) {
            Files.writeString(file, whole + ROW.substring(0, cut));
            assertThat(Runs.in(file, Experiment.DEPTH).all()).hasSize(1);
            assertThat(Files.readString(file)).isEqualTo(whole);
        }
        Files.writeString(file, whole + ROW);
        assertThat(Runs.in(file, Experiment.DEPTH).all()).hasSize(2);
        assertThat(Files.readString(file)).isEqualTo(whole + ROW + "\n");
    }

    @Test
    void twoAtOnceWriteARowOnce() throws IOException {
        Path file = folder.resolve("runs.csv");
        Runs one = Runs.in(file, Experiment.DEPTH);
        Runs other = Runs.in(file, Experiment.DEPTH);
        Run[] made = new Run[1];
        Run found = other.run("plain", 8, 0.1, 3, SHORT, new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                if (step == 1) {
                    made[0] = one.run("plain", 8, 0.1, 3, SHORT, NOBODY);
                }
            }
        });
        assertThat(found).as("the row of the one that was first").isEqualTo(Run.of(made[0].row()));
        assertThat(Files.readString(file)).isEqualTo(Run.HEAD + "\n" + made[0].row() + "\n");
        assertThat(Runs.in(file, Experiment.DEPTH).run("plain", 8, 0.1, 3, SHORT, NOBODY)).isEqualTo(found);
        assertThat(folder.toFile().list()).containsExactly("runs.csv");
    }

    @Test
    void aStopDoesNotBreakWriting() throws IOException {
        Path file = folder.resolve("runs.csv");
        Thread.currentThread().interrupt();
        Runs runs = Runs.in(file, Experiment.DEPTH);
        Run made = runs.update(Run.of(ROW));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(made.row()).isEqualTo(ROW);
        assertThat(file).hasContent(Run.HEAD + "\n" + ROW + "\n");
    }

    @Test
    void changesFromSeedToSeed() {
        Setting setting = new Setting(10, 1, 10);
        List<Run> runs = List.of(new Run("plain", 8, 0.1, 1, setting, 10, 20, 1), new Run("plain", 8, 0.1, 2, setting, 11, 21, 1),
                new Run("plain", 20, 0.1, 2, setting, 15, 22, 1), new Run("plain", 20, 0.1, 1, setting, 12, 19, 1),
                new Run("plain", 20, 0.1, 3, setting, 40, 40, 1));
        assertThat(Runs.changes(runs, "plain", 8, "plain", 20, Run::trainingError)).containsExactly(2, 4);
        assertThat(Runs.mean(runs, "plain", 8, Run::testError)).isEqualTo(20.5);
        assertThat(Runs.inWords(new double[] {2, 4})).isEqualTo("larger in 2 of 2 pairs, by 3.00 points on average (+2.00 to +4.00)");
        assertThat(Runs.inWords(new double[] {-2, 0.5, -3})).isEqualTo(
                "smaller in 2 of 3 pairs, by 1.50 points on average (−3.00 to +0.50): the pairs do not agree");
        assertThat(Runs.bySeed(Experiment.DEPTH, runs, 20).text()).contains("plain, training").containsPattern("3 +40.00").containsPattern("mean +22.33");
    }

    @Test
    void whatThereIsNot() {
        assertThatThrownBy(() -> Experiment.of("dept")).hasMessageContaining("the nearest are depth");
        assertThatThrownBy(() -> Experiment.DEPTH.network("plane", 8)).hasMessageContaining("plain, residual");
        assertThatThrownBy(() -> Experiment.WIDTH.network("direct", 8)).hasMessageContaining("[48]");
        // A stack sees an odd side, and two heads stand behind a third and two thirds of the modules.
        assertThatThrownBy(() -> Experiment.STACK.network("stack", 6)).hasMessageContaining("[5, 7]");
        assertThatThrownBy(() -> Experiment.HEADS.network("with", 2)).hasMessageContaining("[6]");
    }
}
