package casebook.cli;

/** Cells of CSV files (RFC 4180). */
final class Csv {

    private Csv() {}

    /** The cell, quoted if it has to be. */
    static String cell(String text) {
        return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
