package casebook.exercises;

import casebook.model.SharedLines;
import casebook.model.WholeFile;
import casebook.notebook.Notebook;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a learner has answered, a line for each answer, in a file on this machine: {@code 02.1<tab>right<tab>}. Lines are only ever
 * added, one kernel after the other, and a line that can't be read
 * is passed over. Nothing is sent anywhere.
 */
final class Journal {

    static final String RIGHT = "right";
    static final String TRIED = "tried";
    static final String PREDICTED = "predicted";
    /** How well the learner's best network of an exercise did; a line only where it was better than all before. */
    static final String ACCURACY = "accuracy";

    /** What stands for bytes that are no UTF-8. */
    private static final String NO_TEXT = "\uFFFD";

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
        String line = id + "\t" + what + "\t" + value.replaceAll("[\\t\\r\\n]", " ");
        try (SharedLines lines = SharedLines.open(file())) {
            lines.add(line);
            return "";
        } catch (IOException e) {
            return "It could not be kept: " + WholeFile.reason(e) + ".";
        }
    }

    /** The last line of each kind for each id, as {@code value} by {@code id}. */
    static synchronized Map<String, String> last(String what) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            Path file = file();
            String text = Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
            // A last line without an end was cut off.
            for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                String[] parts = line.split("\t", -1);
                if (parts.length == 3 && parts[1].equals(what) && !line.contains(NO_TEXT)) {
                    values.put(parts[0], parts[2]);
                }
            }
        } catch (IOException e) {
            // As if nothing were there.
        }
        return values;
    }
}
