package casebook.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.OwnProcess;
import casebook.charts.Charts;
import casebook.data.Digits;
import casebook.exercises.Exercises;
import casebook.experiments.Experiment.Setting;
import casebook.model.Model;
import casebook.model.Safetensors;
import casebook.network.Network;
import casebook.training.History;
import casebook.training.Trainer;
import casebook.training.TrainingListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A Java that saves a model, checkpoints, a picture, rows of an experiment and lines of the journal, all the time and all at once, is
 * killed (SIGKILL) 50 times at moments that a seed decides. After each kill every file is there, whole, with all that was written before
 * the last one, and the next Java goes on from there.
 */
class KilledTest {

    private static final int FOLDERS = 5;
    private static final int KILLS = 10;
    private static final Network WIDE = Network.named("wide").input(16, 16, 1).name("fc").dense(1000).softmax().build();
    private static final Network TINY = Network.named("tiny").input(28, 28, 1).averagePool(7).name("fc").dense(10).softmax().build();

    @TempDir
    Path folder;

    static final class Writer {

        private static PrintStream said;

        public static void main(String[] arguments) {
            said = System.out;
            Thread ends = new Thread(() -> {
                // The test's end of it closes when the test ends, however it ends: nobody would kill this one then.
                while (nothingYet()) {
                    Thread.onSpinWait();
                }
                Runtime.getRuntime().halt(1);
            });
            ends.setDaemon(true);
            ends.start();
            // The journal's answers are for learners.
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            Path folder = Path.of(arguments[0]);
            int from = Integer.parseInt(arguments[1]);
            Runs runs = Runs.in(folder.resolve("runs.csv"), Experiment.DEPTH);
            said.println("there " + runs.all().size());
            Model model = Model.of(WIDE, 1);
            again("model", from, turn -> {
                model.parameter("fc/weights").assign(turn);
                model.save(folder.resolve("model.safetensors"));
            });
            again("picture", from, turn -> Charts.bars("Turn " + turn, "turns", List.of("a"), turn).save(folder.resolve("bars.svg")));
            again("row", from, turn -> runs.update(new Run("plain", turn, 0.1, 1, new Setting(6000, 8, 128), 50, 50, 1)));
            again("line", from, turn -> Exercises.predict("02.1", turn));
            Path checkpoint = folder.resolve("run.safetensors");
            Trainer.of(Model.of(TINY, 1)).batchSize(10).epochs(100_000).checkpoint(checkpoint).listener(new TrainingListener() {
                @Override
                public void goesOn(List<Double> losses) {
                    say("goes", losses.size());
                }

                @Override
                public void step(int step, int steps, double loss) {
                    // An epoch has two steps: at the next one's first, its checkpoint is written.
                    if (step % 2 == 1 && step > 1) {
                        say("steps", step - 1);
                    }
                }
            }).train(Digits.training().first(20));
        }

        private static boolean nothingYet() {
            try {
                return System.in.read() >= 0;
            } catch (IOException e) {
                return false;
            }
        }

        private interface Turn {
            void take(int turn);
        }

        private static void again(String what, int from, Turn work) {
            new Thread(() -> {
                for (int turn = from; ; turn++) {
                    work.take(turn);
                    say(what, turn);
                }
            }).start();
        }

        private static void say(String what, int number) {
            said.println(what + " " + number);
        }
    }

    @Test
    void nothingIsLostButTheLast() throws Exception {
        ExecutorService streams = Executors.newFixedThreadPool(3);
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < FOLDERS; i++) {
            int seed = i;
            all.add(streams.submit(() -> kills(Files.createDirectory(folder.resolve("" + seed)), new Random(seed))));
        }
        int leftovers = 0;
        for (Future<Integer> stream : all) {
            leftovers += stream.get(15, TimeUnit.MINUTES);
        }
        streams.shutdown();
        assertThat(leftovers).as("some were killed in the middle of writing").isPositive();
    }

    /** Returns how many half-written files were seen. */
    private static int kills(Path folder, Random random) throws Exception {
        int leftovers = 0;
        int stepsBefore = 0;
        int rowsBefore = 0;
        int turn = 1;
        for (int kill = 0; kill < KILLS; kill++) {
            List<String> options = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true");
            ProcessBuilder builder = OwnProcess.command(options, Writer.class, folder, turn);
            builder.environment().put("CASEBOOK_KEPT", folder.toString());
            Process process = builder.start();
            List<String> said = new ArrayList<>();
            while (!List.of("model", "picture", "row", "line", "steps").stream().allMatch(what -> last(said, what) > 0)) {
                String line = process.inputReader().readLine();
                assertThat(line).as("it ended: %s", said).isNotNull();
                said.add(line);
            }
            Thread.sleep(random.nextInt(60));
            // By its handle: Process itself would throw away what was said last.
            process.toHandle().destroyForcibly();
            process.waitFor();
            process.inputReader().lines().filter(line -> line.matches("\\w+ \\d+")).forEach(said::add);

            assertThat(last(said, "there")).as("rows that were read").isEqualTo(rowsBefore);
            assertThat(last(said, "goes")).as("steps to go on from").isEqualTo(stepsBefore);

            Safetensors model = Safetensors.read(folder.resolve("model.safetensors"));
            INDArray weights = model.tensors().get("fc/weights");
            assertThat(weights.minNumber()).isEqualTo(weights.maxNumber());
            assertThat(weights.minNumber().intValue()).as("model").isBetween(last(said, "model"), last(said, "model") + 1);

            String svg = Files.readString(folder.resolve("bars.svg"));
            assertThat(svg.strip()).endsWith("</svg>");
            int drawn = Integer.parseInt(svg.replaceFirst("(?s).*?<title>Turn (\\d+)</title>.*", "$1"));
            assertThat(drawn).as("picture").isBetween(last(said, "picture"), last(said, "picture") + 1);

            Safetensors run = Safetensors.read(folder.resolve("run.safetensors"));
            stepsBefore = run.metadata().get("steps").split(" ").length;
            assertThat(stepsBefore).as("checkpoint").isBetween(last(said, "steps"), last(said, "steps") + 2);

            List<String> rows = wholeLines(folder.resolve("runs.csv"));
            rowsBefore = rows.size() - 1;
            assertThat(Run.of(rows.get(rowsBefore)).size()).as("rows").isBetween(last(said, "row"), last(said, "row") + 1);
            List<String> lines = wholeLines(folder.resolve("progress.tsv"));
            String number = lines.get(lines.size() - 1).split("\t")[2];
            assertThat(Integer.parseInt(number)).as("journal").isBetween(last(said, "line"), last(said, "line") + 1);

            leftovers += leftovers(folder);
            turn = 1 + List.of("model", "picture", "row", "line").stream().mapToInt(what -> last(said, what)).max().orElseThrow() + 1;
            // A whole row without a line end is taken as whole.
            List<Run> mended = Runs.in(folder.resolve("runs.csv"), Experiment.DEPTH).all();
            assertThat(mended.size()).isBetween(rowsBefore, rowsBefore + 1);
            assertThat(mended.stream().map(Run::size).distinct().count()).isEqualTo(mended.size());
            rowsBefore = mended.size();
        }
        Model.of(WIDE, 1).save(folder.resolve("model.safetensors"));
        Charts.bars("Turn", "turns", List.of("a"), 1).save(folder.resolve("bars.svg"));
        History history = Trainer.of(Model.of(TINY, 1)).batchSize(10).epochs(stepsBefore / 2 + 1).checkpoint(folder.resolve("run.safetensors"))
                .train(Digits.training().first(20));
        assertThat(history.steps()).hasSize(stepsBefore / 2 * 2 + 2);
        assertThat(leftovers(folder)).as("what was left is removed").isZero();
        return leftovers;
    }

    private static int leftovers(Path folder) {
        return (int) List.of(folder.toFile().list()).stream().filter(name -> name.endsWith(".part")).count();
    }

    private static List<String> wholeLines(Path file) throws Exception {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** The last number that was said of this; 0 if none was. */
    private static int last(List<String> said, String what) {
        return said.stream().filter(line -> line.startsWith(what + " ")).mapToInt(line -> Integer.parseInt(line.substring(what.length() + 1)))
                .reduce(0, (before, number) -> number);
    }
}
