package casebook.charts;

import casebook.layers.Layer.Category;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Points with names: one quantity against another, and the roofline. */
final class Points {

    /** From this factor between the ends on, an axis is logarithmic: the small ones would all lie in one corner. */
    private static final double WIDE = 30;

    private Points() {}

    // ---- one quantity against another ----

    static Picture scatter(String title, String xLabel, String yLabel, List<Point> points, List<Curve> lines) {
        check(points);
        Scale x = scale(DoubleStream.concat(points.stream().mapToDouble(Point::x), lines.stream().flatMapToDouble(line -> Arrays.stream(line.x()))));
        Scale y = scale(DoubleStream.concat(points.stream().mapToDouble(Point::y), lines.stream().flatMapToDouble(line -> Arrays.stream(line.y()))));
        Table data = Table.create(title, StringColumn.create("Name", points.stream().map(Point::name)),
                DoubleColumn.create(xLabel, points.stream().mapToDouble(Point::x).toArray()),
                DoubleColumn.create(yLabel.equals(xLabel) ? yLabel + " (y)" : yLabel, points.stream().mapToDouble(Point::y).toArray()));
        List<String> words = points.stream().map(point -> point.name() + ": " + Look.si(point.y()) + " at " + Look.si(point.x())).toList();
        String against = lines.isEmpty() ? "" : " The dashed lines: " + Look.list(lines.stream().map(Curve::name).toList()) + ".";
        String alt = title + ". Shown is " + yLabel + " against " + xLabel + ": " + String.join("; ", words) + "." + against;
        List<Scatter.Path> paths = lines.stream().map(line -> new Scatter.Path(line.name(), IntStream.range(0, line.x().length)
                .mapToObj(i -> (Point2D) new Point2D.Double(line.x()[i], line.y()[i])).toList())).toList();
        return Scatter.of(new Sheet.Words(title, "", alt, data),
                new Scatter.View(balls(points, false), across(xLabel, x), new Scatter.Axis(yLabel, y, null), null, paths));
    }

    private static void check(List<Point> points) {
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a chart needs at least one point");
        }
        for (Point point : points) {
            if (!Double.isFinite(point.x()) || !Double.isFinite(point.y())) {
                throw new IllegalArgumentException(point.name() + " lies at " + point.x() + ", " + point.y() + ", which can't be drawn");
            }
        }
    }

    private static Scale scale(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        double least = sorted[0];
        double most = sorted[sorted.length - 1];
        return least > 0 && most / least >= WIDE ? Scale.between(least, most, 0.07, 8) : Scale.linear(least, most, 7);
    }

    private static Scatter.Axis across(String label, Scale scale) {
        return new Scatter.Axis(label + (scale.logarithmic() ? " (logarithmic)" : ""), scale, null);
    }

    private static List<Scatter.Ball> balls(List<Point> points, boolean hollow) {
        return points.stream().map(point -> new Scatter.Ball(point.name(), point.x(), point.y(), 0,
                hollow ? Look.category(Category.OTHER) : NetworkCharts.colour(point.name()), hollow)).toList();
    }

    // ---- the roofline ----

    static Picture roofline(double gigaflops, double gigabytes, List<Point> networks, List<Point> layers) {
        List<Point> all = Stream.concat(networks.stream(), layers.stream()).toList();
        check(all);
        if (!(gigaflops > 0 && gigabytes > 0) || all.stream().anyMatch(point -> !(point.x() > 0 && point.y() > 0))) {
            throw new IllegalArgumentException("a roofline has logarithmic axes: the peak, the bandwidth and both values of each point are "
                    + "more than zero, here " + gigaflops + " GFLOP/s, " + gigabytes + " GB/s and " + all);
        }
        double ridge = gigaflops / gigabytes;
        Scale x = Scale.between(Math.min(ridge, least(all, Point::x)), Math.max(ridge, most(all, Point::x)), 0.1, 8);
        double low = Math.min(gigaflops, x.min() * gigabytes);
        Scale y = Scale.between(Math.min(low, least(all, Point::y)), Math.max(gigaflops, most(all, Point::y)), 0.06, 8);
        List<Scatter.Path> roof = List.of(
                new Scatter.Path("memory: " + Look.digits(gigabytes) + " GB/s", List.of(new Point2D.Double(x.min(), low), new Point2D.Double(ridge, gigaflops))),
                new Scatter.Path("processor: " + Look.digits(gigaflops) + " GFLOP/s",
                        List.of(new Point2D.Double(ridge, gigaflops), new Point2D.Double(x.max(), gigaflops))));
        List<Scatter.Ball> balls = new ArrayList<>(balls(networks, false));
        balls.addAll(balls(layers, true));
        ToDoubleFunction<Point> share = point -> point.y() / roof(gigaflops, gigabytes, point);
        Point nearest = all.stream().max(Comparator.comparingDouble(share)).orElseThrow();
        Point farthest = all.stream().min(Comparator.comparingDouble(share)).orElseThrow();
        String title = nearest.name() + " reaches " + Look.percent(share.applyAsDouble(nearest)) + " of what its roof allows"
                + (all.size() > 1 ? ", " + farthest.name() + " " + Look.percent(share.applyAsDouble(farthest)) : "");
        String note = "The roof, dashed, is the lower of two limits; they meet at " + Look.digits(ridge) + " FLOPs a byte"
                + (networks.isEmpty() || layers.isEmpty() ? "" : ". Filled: networks, hollow: single layers");
        List<String> words = all.stream().map(point -> point.name() + ": " + Look.digits(point.y()) + " GFLOP/s at " + Look.digits(point.x())
                + " FLOPs a byte, " + Look.percent(share.applyAsDouble(point)) + " of its roof").toList();
        Table data = Table.create(title, StringColumn.create("Name", all.stream().map(Point::name)),
                StringColumn.create("Kind", all.stream().map(point -> networks.contains(point) ? "network" : "layer")),
                DoubleColumn.create(INTENSITY, all.stream().mapToDouble(Point::x).toArray()),
                DoubleColumn.create(SPEED, all.stream().mapToDouble(Point::y).toArray()),
                DoubleColumn.create("Roof, GFLOP/s", all.stream().mapToDouble(point -> roof(gigaflops, gigabytes, point)).toArray()),
                DoubleColumn.create("Share of the roof, %", all.stream().mapToDouble(point -> 100 * share.applyAsDouble(point)).toArray()));
        String alt = title + ". Shown is speed in GFLOP/s against FLOPs for each byte moved, below a roof of " + Look.digits(gigabytes) + " GB/s and "
                + Look.digits(gigaflops) + " GFLOP/s: " + String.join("; ", words) + ".";
        return Scatter.of(new Sheet.Words(title, note, alt, data),
                new Scatter.View(balls, across(INTENSITY, x), new Scatter.Axis(SPEED, y, null), null, roof));
    }

    private static final String INTENSITY = "FLOPs for each byte moved";
    private static final String SPEED = "Speed, GFLOP/s";

    private static double roof(double gigaflops, double gigabytes, Point point) {
        return Math.min(gigaflops, gigabytes * point.x());
    }

    private static double least(List<Point> points, ToDoubleFunction<Point> quantity) {
        return points.stream().mapToDouble(quantity).min().orElseThrow();
    }

    private static double most(List<Point> points, ToDoubleFunction<Point> quantity) {
        return points.stream().mapToDouble(quantity).max().orElseThrow();
    }
}
