package casebook.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.OwnProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileClaimTest {

    @TempDir
    Path folder;

    /** Claims a file until it is killed. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            System.out.println(FileClaim.ifFree(Path.of(arguments[0])) == null ? "taken" : "held");
            TimeUnit.MINUTES.sleep(1);
        }
    }

    private Process holder(Path file, String says) throws IOException {
        Process process = OwnProcess.command(List.of("-Xmx64m"), Holder.class, file).start();
        String line;
        do {
            line = process.inputReader().readLine();
        } while (line != null && !line.matches("held|taken"));
        assertThat(line).isEqualTo(says);
        return process;
    }

    @Test
    void oneOnlyHasIt() throws Exception {
        Path file = folder.resolve("new/some.csv");
        FileClaim first = FileClaim.ifFree(file);
        assertThat(FileClaim.ifFree(folder.resolve("new/../new/some.csv"))).isNull();
        // Not even a failed try of this process unlocks it for another.
        holder(file, "taken").destroyForcibly().waitFor();
        first.close();

        Process other = holder(file, "held");
        assertThat(FileClaim.ifFree(file)).isNull();
        assertThat(FileClaim.ifFree(folder.resolve("new/other.csv"))).isNotNull().satisfies(FileClaim::close);
        other.destroyForcibly().waitFor();
        try (FileClaim now = FileClaim.ifFree(file)) {
            assertThat(now).as("the system unlocks what was killed").isNotNull();
        }
    }

    @Test
    void whoWaitsGetsItAlsoWithAStopPending() throws Exception {
        Path file = folder.resolve("some.csv");
        FileClaim first = FileClaim.ifFree(file);
        Thread waits = Thread.currentThread();
        Thread later = new Thread(() -> {
            try {
                Thread.sleep(200);
                // The stop that was pending, and one more while it waits.
                waits.interrupt();
                Thread.sleep(200);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            first.close();
        });
        later.start();
        Thread.currentThread().interrupt();
        try (FileClaim second = FileClaim.of(file)) {
            assertThat(second).isNotNull();
        }
        assertThat(Thread.interrupted()).isTrue();
        later.join();
        assertThatThrownBy(() -> FileClaim.ifFree(Path.of("/proc/none/some.csv"))).isInstanceOf(IOException.class);
    }

    @Test
    void manyAtOnceCountRight() throws Exception {
        Path file = folder.resolve("some.txt");
        List<Process> all = List.of(counter(file), counter(file), counter(file));
        for (Process process : all) {
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(said).isZero();
        }
        assertThat(Files.readAllLines(file)).hasSize(3 * Counter.LINES).doesNotHaveDuplicates();
        assertThat(folder.toFile().list()).containsExactly("some.txt");
    }

    private static Process counter(Path file) throws IOException {
        return OwnProcess.command(List.of("-Xmx64m"), Counter.class, file).start();
    }

    /** Adds lines, each with the number of lines that were there: with two at once in the file, a number would be there twice. */
    static final class Counter {
        static final int LINES = 100;

        public static void main(String[] arguments) throws Exception {
            Path file = Path.of(arguments[0]);
            for (int i = 0; i < LINES; i++) {
                try (SharedLines lines = SharedLines.open(file)) {
                    lines.add("line " + new String(lines.start(1 << 20)).lines().count());
                }
            }
        }
    }
}
