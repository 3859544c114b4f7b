package casebook.charts;

import casebook.cost.CostSheet;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The charts of the course. Each is a {@link Picture}: {@code Charts.parametersByStage(CostSheet.of(lenet5))}. Where a
 * chart is made from a cost sheet, its title is the result, read off the numbers.
 */
public final class Charts {

    private Charts() {}

    // ---- what a network costs ----

    /**
     * The parameters of each layer that has any.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture parameters(CostSheet sheet) {
        return CostCharts.byLayer(sheet, Quantity.PARAMETERS);
    }

    /**
     * The multiplications of each layer that has any, for one image.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture multiplications(CostSheet sheet) {
        return CostCharts.byLayer(sheet, Quantity.multiplications(sheet));
    }

    /**
     * The parameters of each stage.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture parametersByStage(CostSheet sheet) {
        return CostCharts.byStage(sheet, Quantity.PARAMETERS);
    }

    /**
     * The multiplications of each stage, for one image.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture multiplicationsByStage(CostSheet sheet) {
        return CostCharts.byStage(sheet, Quantity.multiplications(sheet));
    }

    /**
     * Each stage's share of the parameters beside its share of the multiplications: where the weights are, and where the work is.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture sharesByStage(CostSheet sheet) {
        return CostCharts.shares(sheet);
    }

    /**
     * Each stage's parameters, multiplications and activation memory beside each other. The memory is that of all outputs in
     * float32, as training keeps them for the backward pass.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture costsByStage(CostSheet sheet) {
        return CostCharts.costs(sheet);
    }

    /**
     * Parameters, multiplications and activations of each layer with weights, from the input to the output: three charts
     * below each other on one axis. A chart whose numbers span three decades or more is logarithmic and has dots; layers
     * with none of its quantity are left out there.
     *
     * @param sheet what the network costs
     * @return the chart
     * @throws IllegalArgumentException if no layer has weights
     */
    public static Picture alongDepth(CostSheet sheet) {
        return Depth.layers(sheet);
    }

    /**
     * How much of the parameters, of the multiplications and of the activation memory is reached after each layer with
     * weights, in per cent. What comes after such a layer (activation, normalization, pooling) counts with it.
     *
     * @param sheet what the network costs
     * @return the chart
     * @throws IllegalArgumentException if no layer has weights
     */
    public static Picture cumulative(CostSheet sheet) {
        return Depth.cumulative(sheet);
    }

    /**
     * The members of a family below each other: parameters and multiplications of each, divided by stage where all have the
     * same stages, and by kind of layer otherwise.
     *
     * @param sheets what the members cost, from the smallest to the largest
     * @return the chart
     * @throws IllegalArgumentException if there are fewer than two, or their conventions differ
     */
    public static Picture family(List<CostSheet> sheets) {
        return Family.byStage(sheets);
    }

    /**
     * The members of a family below each other: parameters and multiplications of each, divided by kind of layer.
     *
     * @param sheets what the members cost, from the smallest to the largest
     * @return the chart
     * @throws IllegalArgumentException if there are fewer than two, or their conventions differ
     */
    public static Picture familyByKind(List<CostSheet> sheets) {
        return Family.byKind(sheets);
    }

    // ---- networks beside each other ----

    /**
     * Accuracy against multiply-adds, as balls whose area is the number of parameters. The title names the most accurate
     * network and the most expensive of the others.
     *
     * @param protocol how all of them were measured; it is written on the axis: {@code top-1, ImageNet validation, one crop}
     * @param points the networks
     * @return the chart
     * @throws IllegalArgumentException if one was measured by another protocol, or there are fewer than two
     */
    public static Picture accuracy(String protocol, List<AccuracyPoint> points) {
        return accuracy(null, protocol, points);
    }

    /**
     * The same with a title of your own.
     *
     * @param title the sentence that the chart shows
     * @param protocol how all of them were measured
     * @param points the networks
     * @return the chart
     * @throws IllegalArgumentException if one was measured by another protocol, or there are fewer than two
     */
    public static Picture accuracy(String title, String protocol, List<AccuracyPoint> points) {
        return NetworkCharts.accuracy(title, protocol, points, NetworkCharts.MULTIPLY_ADDS,
                points.stream().map(AccuracyPoint::macs).toList(), false);
    }

    /**
     * Accuracy against multiply-adds with the Pareto front: the networks that no other beats in one of both without losing
     * in the other. The title names them.
     *
     * @param protocol how all of them were measured; it is written on the axis
     * @param points the networks
     * @return the chart
     * @throws IllegalArgumentException if one was measured by another protocol, or there are fewer than two
     */
    public static Picture pareto(String protocol, List<AccuracyPoint> points) {
        return pareto(protocol, points, NetworkCharts.MULTIPLY_ADDS, points.stream().map(AccuracyPoint::macs).toList());
    }

    /**
     * The same against another cost, such as a measured time.
     *
     * @param protocol how all of them were measured; it is written on the axis
     * @param points the networks
     * @param cost what the costs are, with their unit: {@code milliseconds per image, measured here}
     * @param costs one for each network, each more than zero
     * @return the chart
     * @throws IllegalArgumentException if one was measured by another protocol, there are fewer than two, or the costs don't fit
     */
    public static Picture pareto(String protocol, List<AccuracyPoint> points, String cost, List<? extends Number> costs) {
        return NetworkCharts.accuracy(null, protocol, points, cost, costs, true);
    }

    /**
     * Networks at the year of their publication, each with one figure. The axis is logarithmic where the figures span three
     * decades or more.
     *
     * @param title the sentence that the chart shows
     * @param unit what the figures are: {@code parameters}
     * @param entries the networks
     * @return the chart
     * @throws IllegalArgumentException if there are none
     */
    public static Picture timeline(String title, String unit, List<TimelineEntry> entries) {
        return NetworkCharts.timeline(title, unit, entries);
    }

    /**
     * Computed figures against published ones: a row for each, with the difference in per cent and both figures. What lies
     * within 1 % has a round mark, what does not a pointed one.
     *
     * @param quantity what the figures are, in the plural: {@code parameters}
     * @param rows the figures
     * @return the chart
     * @throws IllegalArgumentException if there are fewer than two
     */
    public static Picture comparison(String quantity, List<PublishedFigure> rows) {
        return Differences.of(quantity, rows);
    }

    // ---- what was measured ----

    /**
     * One quantity against another: points with their names, and dashed lines to hold them against. An axis is logarithmic where
     * its values span a factor of 30 or more.
     *
     * @param title the sentence that the chart shows
     * @param xLabel what is along the bottom, with its unit
     * @param yLabel what is upwards, with its unit
     * @param points the points
     * @param lines the lines; none is fine
     * @return the chart
     * @throws IllegalArgumentException if there is no point, or one that is not finite
     */
    public static Picture scatter(String title, String xLabel, String yLabel, List<Point> points, Curve... lines) {
        return Points.scatter(title, xLabel, yLabel, points, List.of(lines));
    }

    /**
     * A roofline: how fast networks and layers run, below the speed that the machine allows. A layer that computes I FLOPs for
     * each byte that it moves can't be faster than {@code min(peak, bandwidth · I)} (Williams, Waterman and Patterson 2009,
     * "Roofline: an insightful visual performance model for multicore architectures"). The title says how much of that is reached
     * at best and at worst.
     *
     * @param gigaflops the peak: the most GFLOP/s that this machine computes
     * @param gigabytes the bandwidth: the most GB/s that it moves between memory and processor
     * @param networks points at FLOPs for each byte and GFLOP/s, drawn filled
     * @param layers the same of single layers, drawn hollow; one of both lists may be empty
     * @return the chart
     * @throws IllegalArgumentException if there is no point, or something is not more than zero
     */
    public static Picture roofline(double gigaflops, double gigabytes, List<Point> networks, List<Point> layers) {
        return Points.roofline(gigaflops, gigabytes, networks, layers);
    }

    // ---- training ----

    /**
     * Curves against step or epoch, each with its name at its end. The axis is logarithmic where the values span three
     * decades or more.
     *
     * @param title the sentence that the chart shows
     * @param xLabel what is along the bottom: {@code epoch}
     * @param yLabel what is upwards, with its unit: {@code error, %}
     * @param curves the curves
     * @return the chart
     * @throws IllegalArgumentException if there is nothing to draw
     */
    public static Picture curves(String title, String xLabel, String yLabel, List<Curve> curves) {
        return new Curves(words(title, xLabel, yLabel, curves), xLabel, yLabel, curves);
    }

    /**
     * Curves whose heights are to be compared by factors, such as the norms of gradients: the axis is logarithmic, however far they span.
     *
     * @param title the sentence that the chart shows
     * @param xLabel what is along the bottom: {@code block}
     * @param yLabel what is upwards, with its unit
     * @param curves the curves
     * @return the chart
     * @throws IllegalArgumentException if there is nothing to draw, or a height is zero or negative
     */
    public static Picture factors(String title, String xLabel, String yLabel, List<Curve> curves) {
        for (Curve curve : curves) {
            for (int i = 0; i < curve.y().length; i++) {
                if (curve.y()[i] <= 0) {
                    throw new IllegalArgumentException("a logarithmic axis has no place for " + curve.y()[i] + ", which \"" + curve.name() + "\" has at "
                            + xLabel + " " + Look.digits(curve.x()[i]) + ": leave it out, or use Charts.curves");
                }
            }
        }
        return Curves.factors(words(title, xLabel, yLabel, curves), xLabel, yLabel, curves);
    }

    private static Sheet.Words words(String title, String xLabel, String yLabel, List<Curve> curves) {
        List<String> words = curves.stream().map(curve -> words(curve, xLabel)).toList();
        String alt = alt(title + ". Shown is " + yLabel + " against " + xLabel, words);
        return new Sheet.Words(title, "", alt, table(title, xLabel, yLabel, curves));
    }

    private static Table table(String title, String xLabel, String yLabel, List<Curve> curves) {
        StringColumn names = StringColumn.create("Curve");
        DoubleColumn xs = DoubleColumn.create(xLabel);
        DoubleColumn ys = DoubleColumn.create(yLabel.equals(xLabel) ? yLabel + " (y)" : yLabel);
        for (Curve curve : curves) {
            for (int i = 0; i < curve.x().length; i++) {
                names.append(curve.name());
                xs.append(curve.x()[i]);
                ys.append(curve.y()[i]);
            }
        }
        return Table.create(title, names, xs, ys);
    }

    private static String alt(String beginning, List<String> words) {
        return beginning + ": " + String.join("; ", words) + ".";
    }

    private static String words(Curve curve, String xLabel) {
        int last = curve.x().length - 1;
        DoubleSummaryStatistics range = Arrays.stream(curve.y()).summaryStatistics();
        return curve.name() + " goes from " + Look.digits(curve.y()[0]) + " at " + xLabel + " " + Look.digits(curve.x()[0])
                + " to " + Look.digits(curve.y()[last]) + " at " + xLabel + " " + Look.digits(curve.x()[last])
                + ", lowest " + Look.digits(range.getMin()) + ", highest " + Look.digits(range.getMax());
    }

    /**
     * Curves against step or epoch: see {@link #curves(String, String, String, List)}.
     *
     * @param title the sentence that the chart shows
     * @param xLabel what is along the bottom
     * @param yLabel what is upwards, with its unit
     * @param curves the curves
     * @return the chart
     */
    public static Picture curves(String title, String xLabel, String yLabel, Curve... curves) {
        return curves(title, xLabel, yLabel, List.of(curves));
    }

    /**
     * Measurements that were repeated, with different seeds for example: every point is drawn, and a line joins the means.
     * Where the places along the bottom are powers of two and span a factor of eight or more, they stand at equal distances.
     *
     * @param title the sentence that the chart shows
     * @param xLabel what is along the bottom: {@code layers}
     * @param yLabel what is upwards, with its unit: {@code training error, %}
     * @param groups what is compared; a group has several points with the same x, one for each repetition
     * @return the chart
     * @throws IllegalArgumentException if a group has no point to draw
     */
    public static Picture seeds(String title, String xLabel, String yLabel, List<Curve> groups) {
        List<String> words = new ArrayList<>();
        for (Curve group : groups) {
            List<String> places = new ArrayList<>();
            for (double x : Arrays.stream(group.x()).filter(Double::isFinite).distinct().sorted().toArray()) {
                DoubleSummaryStatistics ys = IntStream.range(0, group.x().length).filter(i -> group.x()[i] == x && Double.isFinite(group.y()[i]))
                        .mapToDouble(i -> group.y()[i]).summaryStatistics();
                if (ys.getCount() > 0) {
                    places.add(Look.digits(ys.getAverage()) + " at " + Look.digits(x) + (ys.getCount() == 1 ? " (one point)" : " (" + ys.getCount()
                            + " points, " + Look.digits(ys.getMin()) + " to " + Look.digits(ys.getMax()) + ")"));
                }
            }
            words.add("the mean of " + group.name() + " is " + Look.list(places));
        }
        String alt = alt(title + ". Shown is " + yLabel + " against " + xLabel, words);
        return Curves.means(new Sheet.Words(title, "Each point is one run; the line joins the means", alt, table(title, xLabel, yLabel, groups)),
                xLabel, yLabel, groups);
    }

    /**
     * Which class was taken for which. A cell is the darker, the larger its share of its row.
     *
     * @param title the sentence that the chart shows
     * @param classes names of the classes
     * @param counts {@code counts[actual][predicted]}
     * @return the chart
     * @throws IllegalArgumentException if there is not a row and a column for each class
     */
    public static Picture confusionMatrix(String title, List<String> classes, long[][] counts) {
        if (counts.length != classes.size() || Arrays.stream(counts).anyMatch(row -> row.length != classes.size())) {
            throw new IllegalArgumentException("a confusion matrix of " + classes.size() + " classes needs as many rows and columns, "
                    + "this one has rows of " + Arrays.stream(counts).map(row -> row.length).toList());
        }
        long[][] copy = Arrays.stream(counts).map(long[]::clone).toArray(long[][]::new);
        StringColumn actual = StringColumn.create("Actual");
        StringColumn predicted = StringColumn.create("Predicted");
        LongColumn images = LongColumn.create("Images");
        long right = 0;
        long all = 0;
        int worstRow = 0;
        int worstColumn = 0;
        for (int i = 0; i < copy.length; i++) {
            for (int j = 0; j < copy.length; j++) {
                actual.append(classes.get(i));
                predicted.append(classes.get(j));
                images.append(copy[i][j]);
                all += copy[i][j];
                right += i == j ? copy[i][j] : 0;
                if (i != j && (worstRow == worstColumn || copy[i][j] > copy[worstRow][worstColumn])) {
                    worstRow = i;
                    worstColumn = j;
                }
            }
        }
        String note = Look.count(right) + " of " + Look.count(all) + " images are right (" + Look.percent(Quantity.share(right, all)) + ")";
        if (right < all) {
            note += "; the most frequent mistake: " + classes.get(worstRow) + " taken for " + classes.get(worstColumn) + ", "
                    + Look.plural(copy[worstRow][worstColumn], "time");
        }
        return new ConfusionMatrix(new Sheet.Words(title, note, title + ". " + note + ".", Table.create(title, actual, predicted, images)),
                List.copyOf(classes), copy);
    }

    // ---- images ----

    /**
     * Images in a grid, each with a line below it.
     *
     * @param title the sentence that the picture shows
     * @param tiles the images, from left to right and down
     * @return the gallery
     * @throws IllegalArgumentException if there are none
     */
    public static Picture gallery(String title, List<Tile> tiles) {
        if (tiles.isEmpty()) {
            throw new IllegalArgumentException("a gallery needs at least one image");
        }
        List<String> captions = tiles.stream().map(Tile::caption).toList();
        Table data = Table.create(title, StringColumn.create("Caption", captions),
                LongColumn.create("Height", tiles.stream().mapToLong(tile -> tile.image().getHeight()).toArray()),
                LongColumn.create("Width", tiles.stream().mapToLong(tile -> tile.image().getWidth()).toArray()));
        String alt = title + ". " + Look.plural(tiles.size(), "image") + ": " + String.join("; ", captions) + ".";
        return new Gallery(new Sheet.Words(title, "", alt, data), List.copyOf(tiles), null);
    }

    /**
     * Filters as images: blue is positive, white is zero, red is negative, on one scale for all. Filters over three channels
     * are shown in colour, where grey is zero.
     *
     * @param title the sentence that the picture shows
     * @param weights {@code [filters, height, width]}, or {@code [filters, channels, height, width]} with 1 or 3 channels
     * @return the gallery
     * @throws IllegalArgumentException if there is another number of channels
     */
    public static Picture filters(String title, INDArray weights) {
        return Weights.filters(title, weights);
    }

    /**
     * The channels of a layer's output as images, on one scale for all: white is zero, the darker the larger, and what is
     * negative is red.
     *
     * @param title the sentence that the picture shows
     * @param channels {@code [channels, height, width]}, or {@code [1, channels, height, width]}
     * @return the gallery
     * @throws IllegalArgumentException if it has another shape
     */
    public static Picture featureMaps(String title, INDArray channels) {
        return Weights.featureMaps(title, channels);
    }

    // ---- anything else ----

    /**
     * Horizontal bars with their values; where these span three decades or more, dots on a logarithmic axis.
     *
     * @param title the sentence that the chart shows
     * @param unit what the values are: {@code images per second}
     * @param labels what the bars stand for
     * @param values their lengths, none negative
     * @return the chart
     * @throws IllegalArgumentException if there are not as many labels as values, none at all, or one that is negative
     */
    public static Picture bars(String title, String unit, List<String> labels, double... values) {
        if (labels.size() != values.length || values.length == 0) {
            throw new IllegalArgumentException("a chart needs as many labels as values and at least one, this one has "
                    + labels.size() + " labels and " + values.length + " values");
        }
        double least = Arrays.stream(values).min().getAsDouble();
        double most = Arrays.stream(values).max().getAsDouble();
        if (!(least >= 0 && Double.isFinite(most)) || Arrays.stream(values).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException("bars need values that are not negative: " + Arrays.toString(values));
        }
        Scale scale = least > 0 && most / least >= 1000 ? Scale.logarithmic(least, most, 8) : null;
        List<Bars.Bar> bars = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            Color colour = Look.known(labels.get(i)) ? Look.network(labels.get(i)) : Look.BLUE;
            bars.add(new Bars.Bar(values[i], Look.si(values[i]), colour, null));
            words.add(labels.get(i) + ": " + Look.si(values[i]));
        }
        Table data = Table.create(title, StringColumn.create("Label", labels), DoubleColumn.create(unit, values));
        Bars.Column column = new Bars.Column(unit + (scale == null ? "" : " (logarithmic)"), bars, Math.max(most, 1e-300));
        String alt = alt(title + ". In " + unit, words);
        return new Bars(new Sheet.Words(title, "", alt, data), List.copyOf(labels), List.of(column), scale);
    }
}
