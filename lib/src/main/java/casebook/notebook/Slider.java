package casebook.notebook;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * A slider over the rows of a table: one row is shown at a time, each of its figures with a bar. It is plain HTML with a few lines of
 * JavaScript, needs neither kernel nor network, and works with the mouse, the keyboard and a screen reader. Where scripts are
 * taken out, as in a notebook that is not trusted yet, a table with a selection of the rows is left.
 */
final class Slider {

    private Slider() {}

    /**
     * The slider as HTML, and as text.
     *
     * @param label what the slider sets: the name of the first column in words
     * @param table its rows, all columns figures; the first column is what the slider sets
     * @param start the value of the first column where it stands at first
     * @throws IllegalArgumentException if no row has this value
     */
    static Bundle of(String label, Table table, int start) {
        List<String> heads = table.columnNames();
        NumericColumn<?> first = (NumericColumn<?>) table.column(0);
        int at = IntStream.range(0, table.rowCount()).filter(row -> first.getDouble(row) == start).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the slider can't start at " + start + ": no row has it in " + first.name()));
        List<List<String>> cells = Tables.grid(table).rows();
        String id = "slider-" + UUID.nameUUIDFromBytes((label + table.name() + table.rowCount()).getBytes(StandardCharsets.UTF_8));
        Grid selection = selection(table, at);
        double[] most = table.columns().stream().mapToDouble(column -> ((NumericColumn<?>) column).max()).toArray();
        StringBuilder rows = new StringBuilder();
        StringBuilder parts = new StringBuilder();
        for (int row = 0; row < table.rowCount(); row++) {
            int r = row;
            rows.append(row == 0 ? "[" : ",[").append(IntStream.range(0, heads.size()).mapToObj(column -> "\"" + cells.get(r).get(column) + "\"")
                    .collect(Collectors.joining(","))).append(']');
            parts.append(row == 0 ? "[" : ",[").append(IntStream.range(1, heads.size()).mapToObj(column -> share(((NumericColumn<?>) table.column(column)).getDouble(r), most[column]))
                    .collect(Collectors.joining(","))).append(']');
        }
        StringBuilder lines = new StringBuilder();
        for (int column = 1; column < heads.size(); column++) {
            lines.append("<div style=\"margin:.4em 0\"><div>").append(Grid.escape(heads.get(column))).append(": <b data-value></b></div>")
                    .append("<div style=\"background:rgba(128,128,128,.2);height:.7em\"><div data-bar style=\"background:#0072B2;height:100%\"></div></div></div>");
        }
        // The script makes the controls: where it is taken out, nothing is left that can't be moved. JupyterLab would take the
        // arrow keys for moving between cells, unless the element with the focus itself says that it needs them.
        String html = """
                <div id="%1$s">
                <details open><summary>As a table</summary>%6$s</details>
                </div>
                <script>
                (function () {
                  var root = document.getElementById("%1$s"), rows = [%7$s], parts = [%8$s], live = document.createElement("div");
                  live.style.maxWidth = "36em";
                  live.innerHTML = '<label for="%1$s-input">%2$s: <b data-position></b></label>'
                    + '<input id="%1$s-input" type="range" min="0" max="%3$d" value="%4$d" style="width:100%%" data-lm-suppress-shortcuts="true">'
                    + '<div role="status" aria-live="polite">%5$s</div>';
                  root.insertBefore(live, root.firstChild);
                  var input = live.querySelector("input"), values = live.querySelectorAll("[data-value]"), bars = live.querySelectorAll("[data-bar]");
                  function show() {
                    var row = rows[input.value];
                    live.querySelector("[data-position]").textContent = row[0];
                    input.setAttribute("aria-valuetext", row[0]);
                    values.forEach(function (value, i) { value.textContent = row[i + 1]; bars[i].style.width = 100 * parts[input.value][i] + "%%"; });
                  }
                  input.addEventListener("input", show);
                  root.querySelector("details").open = false;
                  show();
                })();
                </script>
                """.formatted(id, quoted(Grid.escape(label)), table.rowCount() - 1, at, quoted(lines.toString()),
                selection.html(Grid.MOST_ROWS), rows, parts);
        return Bundle.html(html, selection.text());
    }

    /** For a script, between single quotes. */
    private static String quoted(String html) {
        return html.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ");
    }

    /** The length of a figure's bar: its share of the column's largest. */
    private static String share(double figure, double most) {
        return String.format(Locale.ROOT, "%.4f", most > 0 ? figure / most : 0);
    }

    /** About a dozen rows: the first, the last, the one to start with, and some between. */
    private static Grid selection(Table table, int start) {
        int step = Math.max(1, table.rowCount() / 12);
        int[] chosen = IntStream.range(0, table.rowCount())
                .filter(row -> row == 0 || row == start || (row + 1) % step == 0 || row == table.rowCount() - 1).toArray();
        Table some = table.rows(chosen);
        some.setName(table.name());
        return Tables.grid(some);
    }
}
