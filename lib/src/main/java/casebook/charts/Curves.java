package casebook.charts;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Curves against step or epoch, each with its name at its end. They can be the means of points, which are then all drawn.
 */
final class Curves extends Sheet {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 340;
    private static final int TOP = 34;
    private static final int SAMPLE = 34;
    private static final int MARKERS = 6;
    private static final int POINTS = 600;
    private static final List<Marker> SHAPES = List.of(SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.TRIANGLE_UP,
            SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_DOWN, SeriesMarkers.CROSS, SeriesMarkers.PLUS);

    /** A curve that is drawn. */
    private record Drawn(String name, double[] x, double[] y, Color colour, BasicStroke stroke, Marker marker) {
        double end() {
            return y[y.length - 1];
        }
    }

    /** A name at the end of its curve: where the curve ends and where the name stands. */
    record Label(String name, Rectangle2D box, double curveX, double curveY) {}

    private final String xLabel;
    private final String yLabel;
    private final List<Drawn> curves;
    /** The points behind each curve, or nothing. */
    private final List<Curve> points;
    private final Axes axes;

    Curves(Words words, String xLabel, String yLabel, List<Curve> all) {
        this(words, xLabel, yLabel, all, List.of(), false);
    }

    /** On a logarithmic axis, however far the values span. */
    static Curves factors(Words words, String xLabel, String yLabel, List<Curve> all) {
        return new Curves(words, xLabel, yLabel, all, List.of(), true);
    }

    private Curves(Words words, String xLabel, String yLabel, List<Curve> all, List<Curve> points, boolean factors) {
        super(words, WIDTH, TOP + Math.max(HEIGHT, all.size() * Look.LINE) + 52);
        this.points = points;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        curves = styled(all);
        double[] xs = curves.stream().flatMapToDouble(curve -> Arrays.stream(curve.x())).toArray();
        double[] ys = points.isEmpty() ? curves.stream().flatMapToDouble(curve -> Arrays.stream(curve.y())).toArray()
                : points.stream().flatMapToDouble(curve -> Arrays.stream(curve.y())).filter(Double::isFinite).toArray();
        double least = Arrays.stream(xs).min().orElse(0);
        double most = Arrays.stream(xs).max().orElse(1);
        Scale x = points.isEmpty() ? Scale.linear(least, most, 8).cut(least, most > least ? most : least + 1)
                : Scale.settings(Arrays.stream(xs).distinct().sorted().toArray(), 8);
        double lowest = Arrays.stream(ys).min().orElse(0);
        double highest = Arrays.stream(ys).max().orElse(1);
        Scale y = factors ? Scale.between(lowest, highest, 0.06, 7) : Scale.of(lowest, highest, 7);
        double left = MARGIN + Axes.room(y);
        double names = curves.stream().mapToDouble(curve -> Look.width(Look.TEXT, curve.name())).max().orElse(0);
        double right = WIDTH - MARGIN - names - SAMPLE - 28;
        axes = new Axes(new Rectangle2D.Double(Math.ceil(left), TOP, Math.floor(right - left), Math.max(HEIGHT, all.size() * Look.LINE)),
                x, y);
    }

    /** Points that were measured again and again at the same places, and through the mean of each place a line. */
    static Curves means(Words words, String xLabel, String yLabel, List<Curve> groups) {
        return new Curves(words, xLabel, yLabel, groups.stream().map(Curves::mean).toList(), groups, false);
    }

    private static Curve mean(Curve group) {
        Map<Double, List<Double>> places = new TreeMap<>();
        for (int i = 0; i < group.x().length; i++) {
            if (Double.isFinite(group.x()[i]) && Double.isFinite(group.y()[i])) {
                places.computeIfAbsent(group.x()[i], x -> new ArrayList<>()).add(group.y()[i]);
            }
        }
        if (places.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to draw: \"" + group.name() + "\" has no point that is finite");
        }
        return new Curve(group.name(), places.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
                places.values().stream().mapToDouble(ys -> ys.stream().mapToDouble(Double::doubleValue).average().orElseThrow()).toArray());
    }

    // ---- colours, dashes and shapes ----

    private static List<Drawn> styled(List<Curve> all) {
        Map<String, Color> colours = new HashMap<>();
        Map<Color, Integer> used = new HashMap<>();
        List<Drawn> drawn = new ArrayList<>();
        boolean one = all.stream().map(curve -> base(curve.name())).distinct().count() == 1;
        for (Curve curve : all) {
            double[][] points = thinned(curve);
            if (points[0].length == 0) {
                continue;
            }
            // Training and validation of one network have one colour, unless the chart has nothing else.
            String base = one ? curve.name() : base(curve.name());
            Color colour = colours.computeIfAbsent(base, name -> Look.known(name) ? Look.network(name)
                    : Look.CURVES.stream().filter(free -> !colours.containsValue(free)).findFirst().orElse(Color.BLACK));
            int dash = Math.max(used.merge(colour, 1, Integer::sum) - 1, one ? drawn.size() : 0);
            drawn.add(new Drawn(curve.name(), points[0], points[1], colour, Look.dash(2.4f, dash),
                    SHAPES.get(drawn.size() % SHAPES.size())));
        }
        if (drawn.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to draw: no curve has a point that is finite");
        }
        return drawn;
    }

    /** The name without the words that tell the set of images. */
    private static String base(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("\\b(training|validation|test|train)\\b", "");
    }

    /** The finite points; of very many only the lowest and the highest of each small part, so that no peak is lost. */
    private static double[][] thinned(Curve curve) {
        int[] finite = IntStream.range(0, curve.x().length)
                .filter(i -> Double.isFinite(curve.x()[i]) && Double.isFinite(curve.y()[i])).toArray();
        List<Integer> kept = new ArrayList<>();
        int part = Math.max(1, (2 * finite.length + POINTS - 1) / POINTS);
        for (int from = 0; from < finite.length; from += part) {
            int[] here = Arrays.copyOfRange(finite, from, Math.min(finite.length, from + part));
            int low = Arrays.stream(here).boxed().min(Comparator.comparingDouble(i -> curve.y()[i])).orElseThrow();
            int high = Arrays.stream(here).boxed().max(Comparator.comparingDouble(i -> curve.y()[i])).orElseThrow();
            kept.add(Math.min(low, high));
            if (low != high) {
                kept.add(Math.max(low, high));
            }
        }
        if (finite.length > 0 && kept.get(kept.size() - 1) != finite[finite.length - 1]) {
            kept.add(finite[finite.length - 1]);
        }
        return new double[][] {kept.stream().mapToDouble(i -> curve.x()[i]).toArray(),
            kept.stream().mapToDouble(i -> curve.y()[i]).toArray()};
    }

    // ---- painting ----

    @Override
    void body(Graphics2D g) {
        axes.paintY(g, yLabel);
        axes.paintX(g, xLabel);
        Marks.paint(chart(), g, axes.plot());
        paintPoints(g);
        for (Label label : labels()) {
            Drawn curve = curves.stream().filter(candidate -> candidate.name().equals(label.name())).findFirst().orElseThrow();
            double middle = label.box().getCenterY();
            double sample = label.box().getX() - SAMPLE - 6;
            g.setColor(Look.GREY);
            g.setStroke(Look.line(0.8f));
            g.draw(new Line2D.Double(label.curveX() + 5, label.curveY(), sample - 2, middle));
            g.setColor(curve.colour());
            g.setStroke(curve.stroke());
            g.draw(new Line2D.Double(sample, middle, sample + SAMPLE, middle));
            curve.marker().paint(g, sample + SAMPLE / 2.0, middle, 9);
            Look.text(g, Look.TEXT, Look.INK, label.name(), label.box().getX(), middle, 0);
        }
    }

    /** Every point, a little beside its place, so that the groups do not hide each other. */
    private void paintPoints(Graphics2D g) {
        for (int i = 0; i < points.size(); i++) {
            Curve group = points.get(i);
            double beside = 9 * (i - (points.size() - 1) / 2.0);
            g.setColor(Look.mix(curves.get(i).colour(), Color.BLACK, 0.1));
            for (int p = 0; p < group.x().length; p++) {
                if (Double.isFinite(group.x()[p]) && Double.isFinite(group.y()[p])) {
                    curves.get(i).marker().paint(g, axes.x(group.x()[p]) + beside, axes.y(group.y()[p]), 8);
                }
            }
        }
    }

    private XYChart chart() {
        XYChart chart = new XYChart(1, 1);
        Marks.bare(chart.getStyler());
        Marks.range(chart.getStyler(), axes);
        chart.getStyler().setMarkerSize(9);
        for (int i = 0; i < curves.size(); i++) {
            Drawn curve = curves.get(i);
            XYSeries line = chart.addSeries("line " + i, curve.x(), curve.y());
            line.setMarker(SeriesMarkers.NONE).setLineColor(curve.colour()).setLineStyle(curve.stroke());
            if (!points.isEmpty()) {
                continue;
            }
            // A few markers tell the curves apart; they are shifted from curve to curve so that they don't hide each other.
            int points = curve.x().length;
            int step = Math.max(1, points / MARKERS);
            int shift = (step * i / curves.size() + step / 2) % step;
            int[] marked = IntStream.range(0, points).filter(p -> points <= 2 * MARKERS || p % step == shift).toArray();
            if (marked.length > 0) {
                XYSeries markers = chart.addSeries("markers " + i, Arrays.stream(marked).mapToDouble(p -> curve.x()[p]).toArray(),
                        Arrays.stream(marked).mapToDouble(p -> curve.y()[p]).toArray());
                markers.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
                markers.setMarker(curve.marker()).setMarkerColor(curve.colour());
            }
        }
        return chart;
    }

    /** The names from top to bottom, at the height of their curves' ends or as near as they can be without overlap. */
    List<Label> labels() {
        List<Drawn> sorted = curves.stream().sorted(Comparator.comparingDouble(Drawn::end).reversed()).toList();
        double[] ideal = sorted.stream().mapToDouble(curve -> axes.y(curve.end())).toArray();
        Rectangle2D plot = axes.plot();
        double[] middle = Axes.apart(ideal, Look.LINE, plot.getY() - Look.LINE / 2.0, plot.getMaxY() + Look.LINE / 2.0);
        List<Label> labels = new ArrayList<>();
        for (int i = 0; i < middle.length; i++) {
            Drawn curve = sorted.get(i);
            double left = plot.getMaxX() + 22 + SAMPLE + 6;
            Rectangle2D box = new Rectangle2D.Double(left, middle[i] - Look.LINE / 2.0, Look.width(Look.TEXT, curve.name()), Look.LINE);
            labels.add(new Label(curve.name(), box, axes.x(curve.x()[curve.x().length - 1]), ideal[i]));
        }
        return labels;
    }
}
