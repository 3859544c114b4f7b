package casebook.cli;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Cells of CSV files (RFC 4180). */
final class Csv {

    private Csv() {}

    /** A line of these cells, each quoted if it has to be. */
    static String line(String... cells) {
        return Stream.of(cells).map(Csv::cell).collect(Collectors.joining(",", "", "\n"));
    }

    /** The cell, quoted if it has to be. */
    static String cell(String text) {
        return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
