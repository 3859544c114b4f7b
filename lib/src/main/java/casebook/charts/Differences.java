package casebook.charts;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** By how much computed figures differ from published ones, a row for each, with both figures beside. */
final class Differences extends Sheet {

    private static final int WIDTH = 800;
    private static final int ROW = 30;
    private static final int HEAD = 30;
    private static final int NUMBER = 92;
    /** What agrees to this many per cent is said to agree. */
    private static final double CLOSE = 1;

    private final List<PublishedFigure> rows;
    private final Axes axes;

    private Differences(Words words, List<PublishedFigure> rows, Axes axes) {
        super(words, WIDTH, HEAD + rows.size() * ROW + 48);
        this.rows = rows;
        this.axes = axes;
    }

    static Picture of(String quantity, List<PublishedFigure> rows) {
        if (rows.size() < 2) {
            throw new IllegalArgumentException("a chart that compares figures needs at least two rows, here is " + rows.size());
        }
        double least = rows.stream().mapToDouble(PublishedFigure::difference).min().orElseThrow();
        double most = rows.stream().mapToDouble(PublishedFigure::difference).max().orElseThrow();
        double margin = Math.max(0.5, 0.05 * Math.max(-least, most));
        Scale x = Scale.linear(Math.min(least, 0) - margin, Math.max(most, 0) + margin, 6);
        double left = Math.ceil(MARGIN + rows.stream().mapToDouble(row -> Look.width(Look.TEXT, row.name())).max().orElse(0) + 14);
        Rectangle2D plot = new Rectangle2D.Double(left, HEAD, WIDTH - MARGIN - 2 * NUMBER - left, rows.size() * ROW);
        PublishedFigure widest = rows.stream().max(Comparator.comparingDouble(row -> Math.abs(row.difference()))).orElseThrow();
        long close = rows.stream().filter(row -> Math.abs(row.difference()) < CLOSE).count();
        String title = close == rows.size() ? (rows.size() == 2 ? "Both" : "All " + rows.size()) + " computed numbers of " + quantity + " lie within 1 % of the published ones"
                : close + " of " + rows.size() + " computed numbers of " + quantity + " lie within 1 % of the published ones; " + widest.name()
                        + " differs most, by " + signed(widest.difference());
        List<String> words = new ArrayList<>();
        rows.forEach(row -> words.add(row.name() + ": published " + Look.si(row.published()) + ", computed " + Look.si(row.computed()) + " ("
                + signed(row.difference()) + ")"));
        Table data = Table.create(title, StringColumn.create("Name", rows.stream().map(PublishedFigure::name)),
                DoubleColumn.create("Published", rows.stream().mapToDouble(PublishedFigure::published).toArray()),
                DoubleColumn.create("Computed", rows.stream().mapToDouble(PublishedFigure::computed).toArray()),
                DoubleColumn.create("Difference, %", rows.stream().mapToDouble(PublishedFigure::difference).toArray()));
        return new Differences(new Words(title, "", title + ": " + String.join("; ", words) + ".", data), List.copyOf(rows),
                new Axes(plot, x, new Scale(0, rows.size(), false, List.of())));
    }

    private static String signed(double percent) {
        return Math.abs(percent) < 0.05 ? "0 %" : (percent > 0 ? "+" : "−") + Look.digits(Math.round(Math.abs(percent) * 10) / 10.0) + " %";
    }

    @Override
    void body(Graphics2D g) {
        Rectangle2D plot = axes.plot();
        Look.text(g, Look.TEXT, Look.GREY, "published", WIDTH - MARGIN - NUMBER, 10, 1);
        Look.text(g, Look.TEXT, Look.GREY, "computed", WIDTH - MARGIN, 10, 1);
        g.setStroke(Look.line(1));
        for (int i = 0; i < rows.size(); i++) {
            double y = plot.getY() + (i + 0.5) * ROW;
            g.setColor(Look.GRID);
            g.draw(new Line2D.Double(plot.getX(), y, plot.getMaxX(), y));
        }
        g.setColor(Look.INK);
        g.draw(new Line2D.Double(axes.x(0), plot.getY(), axes.x(0), plot.getMaxY()));
        for (int i = 0; i < rows.size(); i++) {
            PublishedFigure row = rows.get(i);
            double y = plot.getY() + (i + 0.5) * ROW;
            Color colour = Math.abs(row.difference()) < CLOSE ? Look.BLUE : Look.VERMILLION;
            g.setColor(colour);
            g.setStroke(Look.line(3));
            g.draw(new Line2D.Double(axes.x(0), y, axes.x(row.difference()), y));
            (Math.abs(row.difference()) < CLOSE ? SeriesMarkers.CIRCLE : SeriesMarkers.DIAMOND).paint(g, axes.x(row.difference()), y, 11);
            Look.text(g, Look.TEXT, Look.INK, row.name(), plot.getX() - 14, y, 1);
            Look.text(g, Look.TEXT, Look.INK, Look.si(row.published()), WIDTH - MARGIN - NUMBER, y, 1);
            Look.text(g, Look.TEXT, Look.INK, Look.si(row.computed()), WIDTH - MARGIN, y, 1);
        }
        g.setColor(Look.GREY);
        g.draw(new Line2D.Double(plot.getX(), plot.getMaxY(), plot.getMaxX(), plot.getMaxY()));
        axes.paintX(g, "computed minus published, % of the published");
    }
}
