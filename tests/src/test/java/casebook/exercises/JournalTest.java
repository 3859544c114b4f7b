package casebook.exercises;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.OwnProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    @TempDir
    Path folder;

    /** Says what the journal has, and adds a line. */
    static final class Learner {
        public static void main(String[] arguments) {
            Thread.currentThread().interrupt();
            System.out.println("has " + Journal.last(Journal.PREDICTED));
            System.out.println("added " + Journal.add("02.4", Journal.PREDICTED, "seven\ttimes").isEmpty());
            System.out.println("has now " + Journal.last(Journal.PREDICTED));
        }
    }

    @Test
    void linesThatCannotBeReadArePassedOver() throws Exception {
        Path file = folder.resolve("progress.tsv");
        byte[] start = ("02.1\tpredicted\t5\n02.2\tpredicted\t\u00ff\n\u0000\u0080\u00fe\nnothing\n02.3\tpredicted\t6\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] cut = "02.1\tpredicted\t12".getBytes(StandardCharsets.UTF_8);
        Files.write(file, start);
        Files.write(file, cut, java.nio.file.StandardOpenOption.APPEND);
        String said = OwnProcess.run(List.of("-Xmx64m"), Map.of("CASEBOOK_KEPT", folder.toString()), Learner.class).output();
        // The last line was cut off: it may have been 125.
        assertThat(said).contains("has {02.1=5, 02.3=6}\n").contains("added true\n").contains("has now {02.1=5, 02.3=6, 02.4=seven times}\n");
        assertThat(Files.readAllBytes(file)).as("what others wrote stays").startsWith(start)
                .endsWith("\n02.4\tpredicted\tseven times\n".getBytes(StandardCharsets.UTF_8));
    }
}
