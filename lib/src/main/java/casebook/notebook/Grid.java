package casebook.notebook;

import casebook.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table whose cells are text already: it only has to be laid out, for a terminal or as HTML. Columns of figures are
 * aligned at the right, a total is set off.
 */
public final class Grid {

    /** No more rows than these are shown in a notebook. */
    static final int MOST_ROWS = 40;

    private final String title;
    private final List<String> heads;
    private final List<Boolean> figures;
    private final List<List<String>> rows = new ArrayList<>();
    private List<String> total = List.of();

    private Grid(String title, List<String> heads, List<Boolean> figures) {
        this.title = Printable.line(title);
        this.heads = heads;
        this.figures = figures;
    }

    /**
     * A table without rows.
     *
     * @param title what stands above it; may be empty
     * @param heads the names of the columns; a column of figures has a {@code >} in front of its name
     */
    public static Grid of(String title, String... heads) {
        return new Grid(title, Stream.of(heads).map(head -> head.startsWith(">") ? head.substring(1) : head).toList(),
                Stream.of(heads).map(head -> head.startsWith(">")).toList());
    }

    /** Adds a row. */
    public Grid row(String... cells) {
        rows.add(checked(cells));
        return this;
    }

    /** The cells of all rows, without the totals. */
    List<List<String>> rows() {
        return List.copyOf(rows);
    }

    /** Puts the totals below the last row. */
    public Grid total(String... cells) {
        total = checked(cells);
        return this;
    }

    private List<String> checked(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException("a row of this table has " + heads.size() + " cells, this one has " + cells.length);
        }
        return Stream.of(cells).map(Printable::line).toList();
    }

    /** A whole number with thousands separators: {@code 62,378,344}. */
    public static String number(long number) {
        // String.format would take a tenth of a terminal command's whole time.
        StringBuilder digits = new StringBuilder(Long.toString(number));
        for (int i = digits.length() - 3; i > (number < 0 ? 1 : 0); i -= 3) {
            digits.insert(i, ',');
        }
        return digits.toString();
    }

    /** The table for a terminal, all rows. */
    public String text() {
        return text(rows.size());
    }

    /** The table for a terminal, with so many rows at most. */
    String text(int most) {
        int[] widths = new int[heads.size()];
        List<List<String>> shown = rows.subList(0, Math.min(most, rows.size()));
        Stream.of(List.of(heads), shown, total.isEmpty() ? List.<List<String>>of() : List.of(total)).flatMap(List::stream)
                .forEach(cells -> {
                    for (int i = 0; i < widths.length; i++) {
                        widths[i] = Math.max(widths[i], cells.get(i).codePointCount(0, cells.get(i).length()));
                    }
                });
        StringBuilder text = new StringBuilder();
        if (!title.isEmpty()) {
            text.append(title).append('\n');
        }
        line(text, heads, widths);
        rule(text, widths);
        shown.forEach(cells -> line(text, cells, widths));
        if (shown.size() < rows.size()) {
            text.append(more(rows.size() - shown.size())).append('\n');
        }
        if (!total.isEmpty()) {
            rule(text, widths);
            line(text, total, widths);
        }
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String blank = " ".repeat(widths[i] - cells.get(i).codePointCount(0, cells.get(i).length()));
            line.append(i == 0 ? "" : "  ").append(figures.get(i) ? blank + cells.get(i) : cells.get(i) + blank);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static void rule(StringBuilder text, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            text.append(i == 0 ? "" : "  ").append("─".repeat(widths[i]));
        }
        text.append('\n');
    }

    private static String more(int rows) {
        return "… " + number(rows) + " more row" + (rows == 1 ? "" : "s");
    }

    /**
     * The table as HTML, with so many rows at most. All style is written at the element: a notebook that is not trusted
     * yet loses style sheets. The alignment is written twice, because a code host drops styles and JupyterLab's own style
     * overrules the attribute. Colours are left to the page, which may be a dark one.
     */
    String html(int most) {
        StringBuilder html = new StringBuilder("<div style=\"overflow-x:auto\"><table>");
        if (!title.isEmpty()) {
            html.append("<caption style=\"text-align:left\">").append(escape(title)).append("</caption>");
        }
        html.append("<thead>").append(htmlRow("th scope=\"col\"", "", heads)).append("</thead><tbody>\n");
        List<List<String>> shown = rows.subList(0, Math.min(most, rows.size()));
        shown.forEach(cells -> html.append(htmlRow("td", "", cells)).append('\n'));
        if (shown.size() < rows.size()) {
            html.append("<tr><td colspan=\"").append(heads.size()).append("\" style=\"text-align:left\">")
                    .append(more(rows.size() - shown.size())).append("</td></tr>\n");
        }
        html.append("</tbody>");
        if (!total.isEmpty()) {
            html.append("<tfoot>").append(htmlRow("th", ";border-top:2px solid gray", total)).append("</tfoot>");
        }
        return html.append("</table></div>").toString();
    }

    /** Text that is longer than this keeps some width: on a phone it would become a tower of single words. */
    private static final int LONG = 60;

    private String htmlRow(String tag, String style, List<String> cells) {
        String end = "</" + tag.split(" ")[0] + ">";
        StringBuilder row = new StringBuilder("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            row.append('<').append(tag).append(figures.get(i) ? " align=\"right\" style=\"text-align:right" : " style=\"text-align:left")
                    .append(style).append(cells.get(i).length() > LONG ? ";min-width:20em" : "").append("\">").append(escape(cells.get(i))).append(end);
        }
        return row.append("</tr>").toString();
    }

    /** The text with what HTML would take for markup written as references. */
    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return text();
    }
}
