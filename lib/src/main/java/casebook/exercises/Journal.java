package casebook.exercises;

import casebook.notebook.Notebook;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a learner has answered, a line for each answer, in a file on this machine: {@code 02.1<tab>right<tab>}. Lines are only ever
 * added, so that several kernels can write, and a line that can't be read is passed over. Nothing is sent anywhere.
 */
final class Journal {

    static final String RIGHT = "right";
    static final String TRIED = "tried";
    static final String PREDICTED = "predicted";
    /** How well the learner's best network of an exercise did; a line only where it was better than all before. */
    static final String ACCURACY = "accuracy";

    private Journal() {}

    private static Path file() {
        return Notebook.kept("progress.tsv");
    }

    /**
     * Adds a line.
     *
     * @return what went wrong, in words; empty if it was written
     */
    static synchronized String add(String id, String what, String value) {
        try {
            Path file = file();
            Files.createDirectories(file.getParent());
            String line = id + "\t" + what + "\t" + value.replaceAll("[\\t\\r\\n]", " ") + "\n";
            // A line that a full disk cut off must not swallow the next one.
            boolean cut = Files.exists(file) && Files.size(file) > 0 && !Files.readString(file).endsWith("\n");
            Files.writeString(file, cut ? "\n" + line : line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return "";
        } catch (IOException e) {
            return "It could not be kept: " + e + ".";
        }
    }

    /** The last line of each kind for each id, as {@code value} by {@code id}. */
    static synchronized Map<String, String> last(String what) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            Path file = file();
            for (String line : Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList() : List.<String>of()) {
                String[] parts = line.split("\t", -1);
                if (parts.length == 3 && parts[1].equals(what)) {
                    values.put(parts[0], parts[2]);
                }
            }
        } catch (IOException e) {
            // As if nothing were there.
        }
        return values;
    }
}
