package casebook.cost;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rows of CSV files (RFC 4180). A spreadsheet takes a text that begins with {@code =}, {@code +}, {@code -} or {@code @} for a formula, and
 * computes it; the names of layers come from files of others. Such a text gets an apostrophe in front, which is what OWASP recommends
 * (CSV Injection): a spreadsheet shows it as text. Numbers stay what they are.
 */
public final class Csv {

    private static final Pattern FORMULA = Pattern.compile("(?s)[=+\\-@\t\r\n＝＋－＠].*");
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");

    private Csv() {}

    /** The cells in a row, with its line end; a cell that holds a comma, a quotation mark or a line end is quoted. */
    public static String row(Object... cells) {
        return Stream.of(cells).map(cell -> quoted(cell instanceof Number ? cell.toString() : text(cell.toString())))
                .collect(Collectors.joining(",", "", "\n"));
    }

    /** A text as a cell that no spreadsheet computes. */
    public static String text(String text) {
        return FORMULA.matcher(text).matches() && !NUMBER.matcher(text).matches() ? "'" + text : text;
    }

    private static String quoted(String text) {
        return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
