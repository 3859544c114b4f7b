package casebook.exercises;

import casebook.compute.Stopped;
import casebook.data.Datasets;
import casebook.notebook.Notebook;
import casebook.text.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Brings a notebook to the point where the others in the room are: runs its cells up to there, without what they show. */
public final class CatchUp {

    private static final Pattern ASKED = Pattern.compile("\\b(?:check|predict)\\(\"([^\"]+)\"");
    private static final Set<String> SKIPPED = Set.of("setup", "exercise", "prediction", "solution");
    private static final String SLOW = "slow";

    private CatchUp() {}

    /**
     * A cell of a notebook.
     *
     * @param id its id in the file
     * @param code false for text
     * @param tags of its metadata
     * @param source what is in it
     */
    record Cell(String id, boolean code, Set<String> tags, String source) {

        /** The first line that says something. */
        String firstLine() {
            return source.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("//") && !line.startsWith("/*") && !line.startsWith("*"))
                    .findFirst().orElse("");
        }
    }

    /**
     * Runs, in this kernel, the code cells of the original notebook that stand before a place. The set-up, exercises, predictions and cells
     * that are tagged as slow are left out, and so are those that need what a left-out cell makes.
     *
     * @param place the notebook, a dot, and an exercise ({@code "05.3"}), a prediction ({@code "05.b"}), the id of a cell
     *     ({@code "05.cell-17"}) or words of a heading ({@code "05.The skip connection"}); the notebook alone ({@code "05"}) is all of it
     * @throws IllegalArgumentException if there is no such notebook or place
     * @throws IllegalStateException if a cell fails
     */
    public static void to(String place) {
        String notebook = place.contains(".") ? place.substring(0, place.indexOf('.')) : place;
        List<Cell> cells = before(place, cells(file(notebook)));
        List<Cell> chosen = cells.stream().filter(cell -> cell.tags().stream().noneMatch(SKIPPED::contains)).toList();
        List<String> leftOut = new ArrayList<>();
        int done = 0;
        for (int i = 0; i < chosen.size(); i++) {
            Cell cell = chosen.get(i);
            System.out.println("cell " + (i + 1) + " of " + chosen.size() + ":  " + cell.firstLine());
            if (cell.tags().contains(SLOW)) {
                leftOut.add(cell.firstLine() + "   (takes long)");
                continue;
            }
            Stopped.check();
            try {
                Notebook.runQuietly(cell.source());
                done++;
            } catch (Stopped e) {
                throw e;
            } catch (RuntimeException e) {
                if (leftOut.isEmpty()) {
                    throw new IllegalStateException("the cell that begins with \"" + cell.firstLine() + "\" failed: " + e.getMessage(), e);
                }
                leftOut.add(cell.firstLine() + "   (" + e.getMessage() + ")");
            }
        }
        System.out.println("Notebook " + notebook + " is ready" + (place.equals(notebook) ? "" : " for " + place) + ": " + done + " cells have run."
                + (leftOut.isEmpty() ? "" : " Left out; run them yourself where you need them:"));
        leftOut.forEach(line -> System.out.println("    " + line));
    }

    static Path file(String notebook) {
        try (Stream<Path> files = Files.list(Datasets.home().resolve("notebooks"))) {
            List<Path> all = files.filter(file -> file.getFileName().toString().endsWith(".ipynb")).sorted().toList();
            return all.stream().filter(file -> file.getFileName().toString().startsWith(notebook + "-")).findFirst().orElseThrow(
                    () -> new IllegalArgumentException("there is no notebook \"" + notebook + "\"; there are "
                            + String.join(", ", all.stream().map(file -> file.getFileName().toString().split("-")[0]).toList())));
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of the notebooks can't be read: " + e.getMessage(), e);
        }
    }

    static List<Cell> cells(Path file) {
        List<Cell> cells = new ArrayList<>();
        try {
            for (JsonNode cell : new ObjectMapper().readTree(Files.readString(file)).path("cells")) {
                StringBuilder source = new StringBuilder(cell.path("source").isTextual() ? cell.path("source").asText() : "");
                cell.path("source").forEach(line -> source.append(line.asText()));
                Set<String> tags = new LinkedHashSet<>();
                cell.path("metadata").path("tags").forEach(tag -> tags.add(tag.asText()));
                cells.add(new Cell(cell.path("id").asText(), cell.path("cell_type").asText().equals("code"), tags, source.toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read: " + e.getMessage(), e);
        }
        return cells;
    }

    /** The code cells before a place. */
    static List<Cell> before(String place, List<Cell> cells) {
        int dot = place.indexOf('.');
        int end = dot < 0 ? cells.size() : find(place, place.substring(dot + 1), cells);
        return cells.subList(0, end).stream().filter(cell -> cell.code() && !cell.source().isBlank()).toList();
    }

    private static int find(String place, String rest, List<Cell> cells) {
        List<String> places = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (cell.id().equals(rest)) {
                return i;
            }
            if (cell.code()) {
                Matcher asked = ASKED.matcher(cell.source());
                while (asked.find()) {
                    if (asked.group(1).equals(place)) {
                        return i;
                    }
                    places.add(asked.group(1));
                }
            }
        }
        for (int i = 0; i < cells.size(); i++) {
            if (!cells.get(i).code() && cells.get(i).source().lines().anyMatch(line -> line.startsWith("#")
                    && line.toLowerCase(Locale.ROOT).contains(rest.toLowerCase(Locale.ROOT)))) {
                return i;
            }
        }
        throw new IllegalArgumentException("the notebook has no exercise, no cell and no heading \"" + place + "\""
                + (places.isEmpty() ? "" : "; the nearest exercises are " + Nearest.to(place, places)));
    }
}
