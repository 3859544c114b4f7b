package casebook.charts;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;

/** Which class was taken for which: a row for each actual class, a column for each predicted one. */
final class ConfusionMatrix extends Sheet {

    private static final String ACTUAL = "actual ↓";
    private static final int NUMBERED = 20;
    private static final Color DARK = new Color(0x08306B);

    private final List<String> classes;
    private final long[][] counts;
    private final int cell;
    private final double names;
    private final double head;

    ConfusionMatrix(Words words, List<String> classes, long[][] counts) {
        super(words, Math.max(520, (int) (54 + names(classes) + cell(counts) * classes.size() + 90 + 2 * MARGIN)),
                (int) (slanted(classes) + 60 + cell(counts) * classes.size()));
        this.classes = classes;
        this.counts = counts;
        cell = cell(counts);
        names = names(classes);
        head = slanted(classes);
    }

    private static double widest(List<String> classes) {
        return classes.stream().mapToDouble(name -> Look.width(Look.TEXT, name)).max().orElse(0);
    }

    /** How wide the names before the rows are, the word above them included. */
    private static double names(List<String> classes) {
        return Math.max(widest(classes), Look.width(Look.BOLD, ACTUAL));
    }

    /** How high the slanted names above the columns are. */
    private static double slanted(List<String> classes) {
        return widest(classes) * Math.sqrt(0.5) + 16;
    }

    /** Wide enough for the largest number. */
    private static int cell(long[][] counts) {
        if (counts.length > NUMBERED) {
            return 22;
        }
        long largest = Arrays.stream(counts).flatMapToLong(Arrays::stream).max().orElse(0);
        return (int) Math.max(36, Look.width(Look.TEXT, Look.count(largest)) + 12);
    }

    @Override
    void body(Graphics2D g) {
        int n = classes.size();
        double left = MARGIN + 8 + names + 12;
        double top = 34 + head;
        Rectangle2D plot = new Rectangle2D.Double(left, top, n * cell, n * cell);
        Look.text(g, Look.BOLD, Look.INK, ACTUAL, MARGIN, top - 14, 0);
        Look.text(g, Look.BOLD, Look.INK, "predicted →", left, 10, 0);
        Marks.paint(chart(), g, plot);
        for (int i = 0; i < n; i++) {
            double middle = top + (i + 0.5) * cell;
            Look.text(g, Look.TEXT, Look.INK, classes.get(i), left - 10, middle, 1);
            AffineTransform before = g.getTransform();
            g.translate(left + (i + 0.5) * cell - 2, top - 8);
            g.rotate(-Math.PI / 4);
            Look.text(g, Look.TEXT, Look.INK, classes.get(i), 0, 0, 0);
            g.setTransform(before);
            long all = Arrays.stream(counts[i]).sum();
            if (all > 0) {
                Look.text(g, Look.TEXT, Look.INK, Look.percent((double) counts[i][i] / all), left + n * cell + 26, middle, 0);
            }
            if (n <= NUMBERED) {
                numbers(g, i, left, middle);
            }
        }
        Look.text(g, Look.BOLD, Look.INK, "right", left + n * cell + 26, top - 14, 0);
        g.setColor(Look.GRID);
        g.setStroke(Look.line(1));
        g.draw(plot);
    }

    private void numbers(Graphics2D g, int row, double left, double middle) {
        for (int column = 0; column < counts.length; column++) {
            long count = counts[row][column];
            Color ink = count == 0 ? new Color(0xBBBBBB) : shade(row, column) > 0.5 ? Color.WHITE : Look.INK;
            Look.text(g, row == column ? Look.BOLD : Look.TEXT, ink, Look.count(count), left + (column + 0.5) * cell, middle, 0.5);
        }
    }

    /** The root of the share of the row, so that a few mistakes can be seen beside many right ones. */
    private double shade(int row, int column) {
        return Math.sqrt(counts[row][column] / (double) Math.max(1, Arrays.stream(counts[row]).sum()));
    }

    private HeatMapChart chart() {
        HeatMapChart chart = new HeatMapChart(1, 1);
        Marks.bare(chart.getStyler());
        chart.getStyler().setShowValue(false).setMin(0).setMax(1).setRangeColors(new Color[] {Color.WHITE, DARK});
        List<Integer> places = IntStream.range(0, classes.size()).boxed().toList();
        List<Number[]> cells = new ArrayList<>();
        for (int row : places) {
            for (int column : places) {
                // XChart's rows count from the bottom.
                cells.add(new Number[] {column, classes.size() - 1 - row, shade(row, column)});
            }
        }
        List<String> names = places.stream().map(String::valueOf).toList();
        chart.addSeries("counts", names, names, cells);
        return chart;
    }
}
