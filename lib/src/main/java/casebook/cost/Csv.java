package casebook.cost;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rows of CSV files (RFC 4180). */
public final class Csv {

    private Csv() {}

    /** The cells in a row, with its line end; a cell that holds a comma, a quotation mark or a line end is quoted. */
    public static String row(Object... cells) {
        return Stream.of(cells).map(cell -> quoted(cell.toString())).collect(Collectors.joining(",", "", "\n"));
    }

    private static String quoted(String text) {
        return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
