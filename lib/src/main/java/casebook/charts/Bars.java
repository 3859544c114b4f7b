package casebook.charts;

import casebook.layers.Layer.Category;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Horizontal bars, each with its value written behind it; one column of bars, or several beside each other with the same
 * names. A bar starts at zero, so where the values span three decades or more they are dots on a logarithmic axis instead.
 */
final class Bars extends Sheet {

    private static final int WIDTH = 800;
    private static final int ROW = 30;
    private static final int HEAD = 28;
    private static final int GAP = 28;

    /** One bar: its value, how that is written, its colour, and the family of layers that gives its hatching, or null. */
    record Bar(double value, String text, Color colour, Category category) {}

    /**
     * One column of bars.
     *
     * @param head what is shown, with its unit
     * @param bars the bars, from top to bottom
     * @param most the value at which a bar is as long as can be
     */
    record Column(String head, List<Bar> bars, double most) {}

    private final List<String> names;
    private final List<Column> columns;
    private final Scale dots;
    private final List<Category> legend;

    /** @param dots the logarithmic axis on which to draw dots, or null for bars */
    Bars(Words words, List<String> names, List<Column> columns, Scale dots) {
        super(words, WIDTH, HEAD + names.size() * ROW + (dots == null ? 4 : 30) + (legend(columns).size() > 1 ? 30 : 0));
        this.names = names.stream().map(name -> Look.shorten(Look.TEXT, name, 230)).toList();
        this.columns = columns;
        this.dots = dots;
        this.legend = legend(columns);
    }

    private static List<Category> legend(List<Column> columns) {
        return columns.stream().flatMap(column -> column.bars().stream()).map(Bar::category)
                .filter(category -> category != null).distinct().sorted().toList();
    }

    @Override
    void body(Graphics2D g) {
        double top = 0;
        if (legend.size() > 1) {
            legend(g);
            top = 30;
        }
        double left = MARGIN + names.stream().mapToDouble(name -> Look.width(Look.TEXT, name)).max().orElse(0) + 12;
        for (int i = 0; i < names.size(); i++) {
            Look.text(g, Look.TEXT, Look.INK, names.get(i), left - 12, top + HEAD + (i + 0.5) * ROW, 1);
        }
        double width = (WIDTH - MARGIN - left - GAP * (columns.size() - 1)) / columns.size();
        for (Column column : columns) {
            column(g, column, left, top, width);
            left += width + GAP;
        }
    }

    private void legend(Graphics2D g) {
        double x = MARGIN;
        for (Category category : legend) {
            Rectangle2D sample = new Rectangle2D.Double(x, 2, 30, 16);
            g.setColor(Look.category(category));
            g.fill(sample);
            Look.hatch(g, sample, category);
            Look.text(g, Look.TEXT, Look.INK, Look.words(category), x + 38, 10, 0);
            x += 38 + Look.width(Look.TEXT, Look.words(category)) + 24;
        }
    }

    private void column(Graphics2D g, Column column, double left, double top, double width) {
        Look.text(g, Look.TEXT, Look.GREY, column.head(), left, top + 10, 0);
        double text = column.bars().stream().mapToDouble(bar -> Look.width(Look.TEXT, bar.text())).max().orElse(0) + 10;
        Rectangle2D plot = new Rectangle2D.Double(left, top + HEAD, Math.floor(width - text), names.size() * ROW);
        double[] ends;
        if (dots == null) {
            ends = column.bars().stream().mapToDouble(bar -> plot.getWidth() * bar.value() / column.most()).toArray();
            bars(g, column, plot, ends);
        } else {
            ends = column.bars().stream().mapToDouble(bar -> plot.getWidth() * dots.share(bar.value())).toArray();
            dots(g, column, plot);
        }
        for (int i = 0; i < ends.length; i++) {
            Look.text(g, Look.TEXT, Look.INK, column.bars().get(i).text(), plot.getX() + ends[i] + (dots == null ? 7 : 12),
                    plot.getY() + (i + 0.5) * ROW, 0);
        }
    }

    private void bars(Graphics2D g, Column column, Rectangle2D plot, double[] ends) {
        // A series of XChart has one colour, so each colour is a chart of its own, with nothing in the others' rows.
        for (Color colour : column.bars().stream().map(Bar::colour).distinct().toList()) {
            HorizontalBarChart chart = new HorizontalBarChart(1, 1);
            Marks.bare(chart.getStyler());
            chart.getStyler().setAvailableSpaceFill(0.66).setXAxisMin(0.0).setXAxisMax(column.most());
            List<Double> values = column.bars().stream().map(bar -> bar.colour().equals(colour) ? bar.value() : 0).toList();
            List<Integer> rows = IntStream.range(0, values.size()).boxed().toList();
            chart.addSeries("bars", values, rows).setFillColor(colour);
            Marks.paint(chart, g, plot);
        }
        for (int i = 0; i < ends.length; i++) {
            if (column.bars().get(i).category() != null) {
                Look.hatch(g, new Rectangle2D.Double(plot.getX(), plot.getY() + (i + 0.17) * ROW, ends[i], 0.66 * ROW),
                        column.bars().get(i).category());
            }
        }
        g.setColor(Look.INK);
        g.setStroke(Look.line(1));
        g.draw(new Line2D.Double(plot.getX(), plot.getY(), plot.getX(), plot.getMaxY()));
    }

    private void dots(Graphics2D g, Column column, Rectangle2D plot) {
        g.setStroke(Look.line(1));
        for (double tick : dots.ticks()) {
            double x = plot.getX() + dots.share(tick) * plot.getWidth();
            g.setColor(Look.GRID);
            g.draw(new Line2D.Double(x, plot.getY(), x, plot.getMaxY()));
            Look.text(g, Look.TEXT, Look.GREY, Look.si(tick), x, plot.getMaxY() + 14, 0.5);
        }
        XYChart chart = new XYChart(1, 1);
        Marks.bare(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true).setXAxisMin(dots.min()).setXAxisMax(dots.max());
        chart.getStyler().setYAxisMin(0.0).setYAxisMax((double) names.size());
        for (int i = 0; i < names.size(); i++) {
            XYSeries series = chart.addSeries("row " + i, new double[] {column.bars().get(i).value()},
                    new double[] {names.size() - i - 0.5});
            series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(column.bars().get(i).colour());
        }
        chart.getStyler().setMarkerSize(11);
        Marks.paint(chart, g, plot);
    }
}
