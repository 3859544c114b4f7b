package casebook.charts;

import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.function.DoubleFunction;

/**
 * The two axes of a chart and the rectangle between them.
 *
 * @param plot where the marks are painted
 * @param x the axis along the bottom
 * @param y the axis upwards
 */
record Axes(Rectangle2D plot, Scale x, Scale y) {

    /** The room that the numbers left of the plot need. */
    static double room(Scale y) {
        return y.ticks().stream().mapToDouble(tick -> Look.width(Look.TEXT, number(tick, y))).max().orElse(0) + 10;
    }

    double x(double value) {
        return plot.getX() + x.share(value) * plot.getWidth();
    }

    double y(double value) {
        return plot.getMaxY() - y.share(value) * plot.getHeight();
    }

    Point2D at(double x, double y) {
        return new Point2D.Double(x(x), y(y));
    }

    /** Grid lines with their numbers, and above them what they count. */
    void paintY(Graphics2D g, String label) {
        g.setStroke(Look.line(1));
        for (double tick : y.ticks()) {
            double at = y(tick);
            g.setColor(Look.GRID);
            g.draw(new Line2D.Double(plot.getX(), at, plot.getMaxX(), at));
            Look.text(g, Look.TEXT, Look.GREY, number(tick, y), plot.getX() - 8, at, 1);
        }
        g.setColor(Look.GREY);
        g.draw(new Line2D.Double(plot.getX(), plot.getMaxY(), plot.getMaxX(), plot.getMaxY()));
        Look.text(g, Look.TEXT, Look.INK, label + (y.logarithmic() ? " (logarithmic)" : ""), Sheet.MARGIN, plot.getY() - 26, 0);
    }

    /** Marks with their numbers along the bottom, and below them what they count. */
    void paintX(Graphics2D g, String label) {
        paintX(g, label, tick -> number(tick, x));
    }

    /** The same with numbers written in another way. */
    void paintX(Graphics2D g, String label, DoubleFunction<String> number) {
        g.setStroke(Look.line(1));
        for (double tick : x.ticks()) {
            double at = x(tick);
            g.setColor(Look.GREY);
            g.draw(new Line2D.Double(at, plot.getMaxY(), at, plot.getMaxY() + 5));
            Look.text(g, Look.TEXT, Look.GREY, number.apply(tick), at, plot.getMaxY() + 17, 0.5);
        }
        Look.text(g, Look.TEXT, Look.INK, label, plot.getCenterX(), plot.getMaxY() + 40, 0.5);
    }

    private static String number(double tick, Scale scale) {
        return scale.max() > 10_000 ? Look.si(tick) : Look.digits(tick);
    }

    /**
     * Moves things on a line apart until none overlaps another, as little as possible (least squares: neighbours that
     * overlap are moved as one).
     *
     * @param ideal where their middles should be, ascending
     * @param sizes how long they are
     * @param low where the line begins
     * @param high where it ends; if they don't fit, the last ones stand beyond it
     * @return where their middles are
     */
    static double[] apart(double[] ideal, double[] sizes, double low, double high) {
        int n = ideal.length;
        double[] before = new double[n];
        double total = 0;
        for (int i = 0; i < n; i++) {
            before[i] = total + sizes[i] / 2;
            total += sizes[i];
        }
        // Without what lies before each, the condition is that they ascend: pool those that don't.
        double[] mean = new double[n];
        int[] count = new int[n];
        int pools = 0;
        for (int i = 0; i < n; i++) {
            mean[pools] = ideal[i] - before[i];
            count[pools] = 1;
            while (pools > 0 && mean[pools - 1] > mean[pools]) {
                int both = count[pools - 1] + count[pools];
                mean[pools - 1] = (mean[pools - 1] * count[pools - 1] + mean[pools] * count[pools]) / both;
                count[pools - 1] = both;
                pools--;
            }
            pools++;
        }
        double[] middles = new double[n];
        int i = 0;
        for (int pool = 0; pool < pools; pool++) {
            double start = Math.max(low, Math.min(high - total, mean[pool]));
            int end = i + count[pool];
            for (; i < end; i++) {
                middles[i] = start + before[i];
            }
        }
        return middles;
    }

    /** The same for things of one size. */
    static double[] apart(double[] ideal, double size, double low, double high) {
        double[] sizes = new double[ideal.length];
        Arrays.fill(sizes, size);
        return apart(ideal, sizes, low, high);
    }
}
