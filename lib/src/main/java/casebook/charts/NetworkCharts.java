package casebook.charts;

import casebook.layers.Layer.Category;
import java.awt.Color;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Networks beside each other: what they cost and how accurate they are, and when they were published. */
final class NetworkCharts {

    private NetworkCharts() {}

    /**
     * @param title the title, or null to compute one
     * @param cost what is along the bottom, with its unit
     * @param costs one for each point
     * @param front true to draw the Pareto front
     */
    static Picture accuracy(String title, String protocol, List<AccuracyPoint> points, String cost, List<? extends Number> costs,
            boolean front) {
        check(protocol, points);
        if (costs.size() != points.size() || costs.stream().anyMatch(value -> !(value.doubleValue() > 0))) {
            throw new IllegalArgumentException("each of the " + points.size() + " points needs a cost of more than 0; the costs are " + costs);
        }
        double[] x = costs.stream().mapToDouble(Number::doubleValue).toArray();
        boolean[] best = front(points, x);
        List<Scatter.Ball> balls = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            AccuracyPoint point = points.get(i);
            balls.add(new Scatter.Ball(point.network(), x[i], point.accuracy(), point.parameters(), colour(point.network()),
                    front && !best[i]));
            words.add(point.network() + ": " + digits(point.accuracy()) + " %, " + Look.si(x[i]) + (i == 0 ? " " + cost : "") + ", "
                    + Look.si(point.parameters()) + (i == 0 ? " parameters" : "") + (front && best[i] ? ", on the front" : ""));
        }
        double least = points.stream().mapToDouble(AccuracyPoint::accuracy).min().orElseThrow();
        double most = points.stream().mapToDouble(AccuracyPoint::accuracy).max().orElseThrow();
        Scatter.Axis across = new Scatter.Axis(cost + " (logarithmic)",
                Scale.between(IntStream.range(0, x.length).mapToDouble(i -> x[i]).min().orElseThrow(),
                        IntStream.range(0, x.length).mapToDouble(i -> x[i]).max().orElseThrow(), 0.07, 8), null);
        Scatter.Axis up = new Scatter.Axis("accuracy, % · " + protocol, Scale.linear(least, most, 7), null);
        String result = title != null ? title : front ? frontTitle(points, best, cost) : bestTitle(points, x, cost);
        String note = front ? "The dashed line joins the front: for each network beside it, hollow, one on it is at least as cheap and as accurate" : "";
        Table data = Table.create(result, StringColumn.create("Network", points.stream().map(AccuracyPoint::network)),
                DoubleColumn.create("Accuracy, %", points.stream().mapToDouble(AccuracyPoint::accuracy).toArray()),
                LongColumn.create("MACs", points.stream().mapToLong(AccuracyPoint::macs).toArray()),
                LongColumn.create("Parameters", points.stream().mapToLong(AccuracyPoint::parameters).toArray()),
                StringColumn.create("Protocol", points.stream().map(AccuracyPoint::protocol)));
        if (!cost.equals(MULTIPLY_ADDS)) {
            data.addColumns(DoubleColumn.create(cost, x));
        }
        if (front) {
            boolean[] copy = best;
            data.addColumns(BooleanColumn.create("On the front", IntStream.range(0, x.length).mapToObj(i -> copy[i]).toArray(Boolean[]::new)));
        }
        String alt = result + ". Accuracy (" + protocol + ") against " + cost + ", the balls' area is the number of parameters. "
                + String.join("; ", words) + ".";
        List<Scatter.Path> paths = front ? List.of(steps(points, x, best, across.scale().max())) : List.of();
        return Scatter.of(new Sheet.Words(result, note, alt, data), new Scatter.View(balls, across, up, "parameters", paths));
    }

    static final String MULTIPLY_ADDS = "multiply-adds (MACs) per image";

    private static void check(String protocol, List<AccuracyPoint> points) {
        if (points.size() < 2) {
            throw new IllegalArgumentException("a chart that compares networks needs at least two");
        }
        for (AccuracyPoint point : points) {
            if (!point.protocol().equals(protocol)) {
                throw new IllegalArgumentException(point.network() + " was measured by \"" + point.protocol() + "\", but the axis says \"" + protocol
                        + "\". The same network gets a higher accuracy when several crops of an image vote, or when another set of images "
                        + "is used, so that accuracies of different protocols can't be compared. Make a chart for each protocol");
            }
        }
    }

    /** Which points are not beaten: no other is at least as cheap and as accurate, and better in one of both. */
    private static boolean[] front(List<AccuracyPoint> points, double[] x) {
        boolean[] best = new boolean[x.length];
        for (int i = 0; i < x.length; i++) {
            best[i] = true;
            for (int j = 0; j < x.length; j++) {
                boolean asGood = x[j] <= x[i] && points.get(j).accuracy() >= points.get(i).accuracy();
                boolean better = x[j] < x[i] || points.get(j).accuracy() > points.get(i).accuracy();
                best[i] &= !(asGood && better);
            }
        }
        return best;
    }

    /** The front rises in steps: between two of its points, the left one is still the best that can be had. */
    private static Scatter.Path steps(List<AccuracyPoint> points, double[] x, boolean[] best, double end) {
        List<Point2D> corners = new ArrayList<>();
        for (int i : IntStream.range(0, x.length).filter(i -> best[i]).boxed().sorted(Comparator.comparingDouble(i -> x[i])).toList()) {
            if (!corners.isEmpty()) {
                corners.add(new Point2D.Double(x[i], corners.get(corners.size() - 1).getY()));
            }
            corners.add(new Point2D.Double(x[i], points.get(i).accuracy()));
        }
        corners.add(new Point2D.Double(end, corners.get(corners.size() - 1).getY()));
        return new Scatter.Path("", corners);
    }

    private static String frontTitle(List<AccuracyPoint> points, boolean[] best, String cost) {
        List<String> names = IntStream.range(0, best.length).filter(i -> best[i]).boxed()
                .sorted(Comparator.comparingDouble(i -> points.get(i).accuracy())).map(i -> points.get(i).network()).toList();
        String quantity = cost.equals(MULTIPLY_ADDS) ? "multiply-adds" : cost;
        if (names.size() == 1) {
            return "No other of the " + best.length + " networks is as good as " + names.get(0) + " in accuracy or in " + quantity;
        }
        return (names.size() > 5 ? names.size() + " of " + best.length + " networks" : Look.list(names))
                + " are the Pareto front of accuracy and " + quantity;
    }

    /** The most accurate network, and how it compares with the most expensive of the others. */
    private static String bestTitle(List<AccuracyPoint> points, double[] x, String cost) {
        int first = IntStream.range(0, x.length).boxed().max(Comparator.comparingDouble(i -> points.get(i).accuracy())).orElseThrow();
        int other = IntStream.range(0, x.length).filter(i -> i != first).boxed().max(Comparator.comparingDouble(i -> x[i])).orElseThrow();
        String quantity = cost.equals(MULTIPLY_ADDS) ? "multiply-adds" : cost;
        String begin = points.get(first).network() + " is the most accurate, " + digits(points.get(first).accuracy()) + " %";
        String end = digits(points.get(other).accuracy()) + " %";
        double factor = x[other] / x[first];
        return factor > 1.005 ? begin + "; " + points.get(other).network() + " needs " + Look.digits(factor) + " times its " + quantity + " for " + end
                : begin + ", and needs the most " + quantity;
    }

    /** The families of the lectures have colours; a colour for each other network would be taken for a kinship. */
    static Color colour(String network) {
        return Look.known(network) ? Look.network(network) : Look.category(Category.OTHER);
    }

    /** An accuracy as it was given, with two decimals at most. */
    private static String digits(double percent) {
        return Look.digits(Math.round(percent * 10) / 10.0);
    }

    // ---- when they were published ----

    static Picture timeline(String title, String unit, List<TimelineEntry> entries) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a timeline needs at least one entry");
        }
        List<Scatter.Ball> balls = new ArrayList<>();
        List<String> words = new ArrayList<>();
        List<TimelineEntry> ordered = entries.stream().sorted(Comparator.comparingInt(TimelineEntry::year)).toList();
        for (TimelineEntry entry : ordered) {
            balls.add(new Scatter.Ball(entry.network() + " · " + Look.si(entry.figure()), entry.year(), entry.figure(), 0, colour(entry.network()), false));
            words.add(entry.year() + ": " + entry.network() + ", " + Look.si(entry.figure()));
        }
        int first = ordered.get(0).year();
        int last = ordered.get(ordered.size() - 1).year();
        double least = entries.stream().mapToDouble(TimelineEntry::figure).min().orElseThrow();
        double most = entries.stream().mapToDouble(TimelineEntry::figure).max().orElseThrow();
        Scatter.Axis across = new Scatter.Axis("year of publication", years(first, last), year -> String.valueOf((int) year));
        Scatter.Axis up = new Scatter.Axis(unit, least > 0 && most / least >= 1000 ? Scale.between(least, most, 0.06, 7) : Scale.linear(least, most, 7), null);
        Table data = Table.create(title, IntColumn.create("Year", ordered.stream().mapToInt(TimelineEntry::year).toArray()),
                StringColumn.create("Network", ordered.stream().map(TimelineEntry::network)),
                DoubleColumn.create(unit, ordered.stream().mapToDouble(TimelineEntry::figure).toArray()));
        return Scatter.of(new Sheet.Words(title, "", title + ". In " + unit + ": " + String.join("; ", words) + ".", data),
                new Scatter.View(balls, across, up, null, List.of()));
    }

    /** Whole years, a little longer than the entries. */
    private static Scale years(int first, int last) {
        int step = last - first > 20 ? 5 : last - first > 8 ? 2 : 1;
        List<Double> ticks = new ArrayList<>();
        for (int year = first - Math.floorMod(first, step); year <= last + step - 1; year += step) {
            ticks.add((double) year);
        }
        double low = Math.min(first - 0.6, ticks.get(0));
        double high = Math.max(last + 0.6, ticks.get(ticks.size() - 1));
        return new Scale(low, high, false, ticks);
    }
}
