package casebook.notebook;

import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Tablesaw's tables as tables to look at. */
final class Tables {

    private static final String MISSING = "–";

    private Tables() {}

    /**
     * The table with its figures written for readers: thousands separators, percentages with one decimal, as many decimals
     * in the whole column. A last row that begins with "total" is set off.
     */
    static Grid grid(Table table) {
        List<Column<?>> columns = table.columns();
        String title = table.name() == null ? "" : table.name();
        Grid grid = Grid.of(title, columns.stream()
                .map(column -> (column instanceof NumericColumn ? ">" : "") + column.name()).toArray(String[]::new));
        List<Format> formats = columns.stream().map(Format::of).toList();
        for (int row = 0; row < table.rowCount(); row++) {
            String[] cells = new String[columns.size()];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = columns.get(i).isMissing(row) ? MISSING : formats.get(i).cell(columns.get(i), row);
            }
            if (row == table.rowCount() - 1 && cells.length > 0 && cells[0].toLowerCase(Locale.ROOT).startsWith("total")) {
                grid.total(cells);
            } else {
                grid.row(cells);
            }
        }
        return grid;
    }

    /** How the cells of one column are written. */
    @FunctionalInterface
    private interface Format {

        String cell(Column<?> column, int row);

        static Format of(Column<?> column) {
            String name = column.name().toLowerCase(Locale.ROOT);
            if (!(column instanceof NumericColumn<?> numbers)) {
                return Column::getString;
            }
            if (name.equals("year") || name.endsWith(" year")) {
                return (c, row) -> String.format(Locale.ROOT, "%.0f", ((NumericColumn<?>) c).getDouble(row));
            }
            String format = name.contains("%") ? "%,.1f" : decimals(numbers);
            return (c, row) -> c instanceof LongColumn longs ? Grid.number(longs.getLong(row))
                    : String.format(Locale.ROOT, format, ((NumericColumn<?>) c).getDouble(row));
        }

        /** Three significant figures of the column's largest number, or none after the point if all numbers are whole. */
        private static String decimals(NumericColumn<?> numbers) {
            double largest = 0;
            boolean whole = true;
            for (int row = 0; row < numbers.size(); row++) {
                if (!numbers.isMissing(row)) {
                    double number = Math.abs(numbers.getDouble(row));
                    largest = Math.max(largest, number);
                    whole &= number == Math.rint(number);
                }
            }
            if (whole || largest >= 1000) {
                return "%,.0f";
            }
            if (largest < 1e-3) {
                return "%.2e";
            }
            return largest >= 100 ? "%.1f" : largest >= 10 ? "%.2f" : largest >= 1 ? "%.3f" : "%.4f";
        }
    }
}
