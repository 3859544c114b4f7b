package casebook.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import casebook.OwnProcess;
import casebook.charts.Charts;
import casebook.cli.Main;
import casebook.data.Digits;
import casebook.exercises.Exercises;
import casebook.experiments.Experiment.Setting;
import casebook.model.Model;
import casebook.onnx.OnnxFile;
import casebook.training.Trainer;
import casebook.zoo.LeNet5;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where there is no room, or nothing may be written, each place says so in one sentence, and leaves what was there as it was. */
class NoRoomTest {

    /** Six bytes less than the shell's limit below, and than 16 pages of a disk: the start of a line still fits in. */
    private static final int NEARLY_FULL = 65_530;
    private static final List<String> FILES = List.of("model.safetensors", "model.onnx", "bars.svg", "runs.csv", "progress.tsv");
    private static final List<String> PLACES = List.of("model", "onnx", "picture", "runs", "resumable");

    @TempDir
    private Path folder;

    /** Tries to write everything; says what became of it. */
    static final class Writer {
        public static void main(String[] arguments) {
            Path folder = Path.of(arguments[0]);
            Model model = Model.of(LeNet5.taught(10), 5);
            attempt("model", () -> model.save(folder.resolve("model.safetensors")));
            attempt("onnx", () -> OnnxFile.write(folder.resolve("model.onnx"), model));
            double[] values = IntStream.range(0, 900).asDoubleStream().toArray();
            attempt("picture", () -> Charts.bars("Bars", "units", Collections.nCopies(900, "a label"), values).save(folder.resolve("bars.svg")));
            Run run = new Run("plain", 9, 0.1, 1, new Setting(6000, 8, 128), 50, 50, 1);
            attempt("runs", () -> Runs.in(folder.resolve("runs.csv"), Experiment.DEPTH).update(run));
            attempt("resumable", () -> Trainer.of(model).batchSize(20).resumable(folder.resolve("cell.safetensors"))
                    .train(Digits.training().padded(2).first(40)));
            Exercises.predict("02.1", 7);
            System.out.println("end");
        }

        private static void attempt(String what, Runnable work) {
            try {
                work.run();
                System.out.println(what + ": written");
            } catch (RuntimeException e) {
                System.out.println(what + ": " + e.getMessage());
            }
        }
    }

    private static void fill(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String file : FILES.subList(0, 3)) {
            Files.writeString(folder.resolve(file), "an older " + file);
        }
        String row = "plain,8,0.1,1,6000,8,128,50.000,50.000,1.0\n";
        StringBuilder runs = new StringBuilder(Run.HEAD).append('\n');
        while (runs.length() + 2 * row.length() <= NEARLY_FULL) {
            runs.append(row);
        }
        runs.append("k".repeat(NEARLY_FULL - runs.length() - row.length() + 5)).append(row.substring(5));
        Files.writeString(folder.resolve("runs.csv"), runs);
        Files.writeString(folder.resolve("progress.tsv"), "02.1\tright\t" + "v".repeat(NEARLY_FULL - 12) + "\n");
        assertThat(folder.resolve("runs.csv")).hasSize(NEARLY_FULL);
        assertThat(folder.resolve("progress.tsv")).hasSize(NEARLY_FULL);
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                // A lock is an empty file, and not half of anything.
                if (!file.toString().endsWith(".lock")) {
                    contents.put(file.getFileName().toString(), Files.readString(file));
                }
            }
        }
        return contents;
    }

    private static void everythingIsRefused(Path folder, String before, String reason) throws IOException {
        Map<String, String> was = Files.isDirectory(folder) ? contents(folder) : Map.of();
        List<String> options = List.of("-Xmx300m", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true");
        List<String> java = OwnProcess.command(options, Writer.class, folder).command();
        List<String> words = Stream.concat(Stream.of("/bin/sh", "-c", before + " exec \"$@\"", "sh"), java.stream()).toList();
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("CASEBOOK_KEPT", folder.toString());
        OwnProcess.Result result = OwnProcess.run(builder);
        assertThat(result.output()).contains("end\n").doesNotContain("\tat ");
        for (String place : PLACES) {
            assertThat(result.output().lines().filter(line -> line.startsWith(place + ": "))).as(result.output()).singleElement().asString()
                    .contains(folder.toString()).containsPattern(reason).doesNotContain("Exception");
        }
        assertThat(result.output()).containsPattern("It could not be kept: .*" + reason).doesNotContain("Exception");
        if (Files.isDirectory(folder)) {
            assertThat(contents(folder)).isEqualTo(was);
        }
    }

    @Test
    void aFileMayNotGrow() throws IOException {
        assumeTrue(Files.exists(Path.of("/bin/sh")));
        fill(folder);
        // No file over 64 KB, for what comes after it.
        everythingIsRefused(folder, "ulimit -f 128 &&", "File too large");
    }

    @Test
    void aFileIsWhereAFolderShouldBe() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        everythingIsRefused(file.resolve("folder"), "", "file is a file, where a folder is needed|Not a directory");
        assertThat(file).hasContent("mine");
    }

    @Test
    void theDiskIsFullOrMayOnlyBeRead() throws Exception {
        assumeTrue(status("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString()) == 0, "a disk can be mounted here");
        try {
            fill(folder);
            fillUp(folder.resolve("others"));
            everythingIsRefused(folder, "", "No space left on device");
            assertThat(status("mount", "-o", "remount,ro", folder.toString())).isZero();
            everythingIsRefused(folder, "", "Read-only file system");
        } finally {
            status("umount", folder.toString());
        }
    }

    private static void fillUp(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static int status(String... words) throws Exception {
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void csvOnTheTerminalSaysItToo() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        for (String[] words : new String[][] {{"cost", "lenet-5", "--csv"}, {"list", "--csv"}, {"compare", "--csv"}}) {
            ProcessBuilder builder = OwnProcess.command(List.of("-XX:TieredStopAtLevel=1"), Main.class, (Object[]) words).redirectErrorStream(false)
                    .redirectOutput(full.toFile());
            Path said = Files.createTempFile(folder, "said", ".txt");
            Process process = builder.redirectError(said.toFile()).start();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(String.join(" ", words)).isEqualTo(1);
            assertThat(Files.readString(said)).contains("casebook: the output could not be written: No space left on device").doesNotContain("\tat ");
        }
    }
}
