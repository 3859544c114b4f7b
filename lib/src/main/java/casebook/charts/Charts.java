package casebook.charts;

import casebook.cost.CostSheet;
import casebook.layers.Layer.Category;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToLongFunction;
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

    /** So many bars at most; the smallest of more are added up. */
    private static final int ROWS = 32;

    private Charts() {}

    // ---- what a network costs ----

    /**
     * The parameters of each layer that has any.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture parameters(CostSheet sheet) {
        return layers(sheet, CostSheet.Row::parameters, "holds", "hold", "parameters", "parameters");
    }

    /**
     * The multiplications of each layer that has any, for one image.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture multiplications(CostSheet sheet) {
        return layers(sheet, CostSheet.Row::macs, "does", "do", operations(sheet), unit(sheet));
    }

    /**
     * The parameters of each stage.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture parametersByStage(CostSheet sheet) {
        return stages(sheet, CostSheet.Sum::parameters, "holds", "hold", "parameters", "parameters");
    }

    /**
     * The multiplications of each stage, for one image.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture multiplicationsByStage(CostSheet sheet) {
        return stages(sheet, CostSheet.Sum::macs, "does", "do", operations(sheet), unit(sheet));
    }

    /**
     * Each stage's share of the parameters beside its share of the multiplications: where the weights are, and where the work is.
     *
     * @param sheet what the network costs
     * @return the chart
     */
    public static Picture sharesByStage(CostSheet sheet) {
        List<CostSheet.Sum> stages = sheet.stages().stream().filter(stage -> stage.parameters() > 0 || stage.macs() > 0).toList();
        List<String> names = stages.stream().map(CostSheet.Sum::name).toList();
        List<Double> parameters = stages.stream().map(stage -> share(stage.parameters(), sheet.parameters())).toList();
        List<Double> macs = stages.stream().map(stage -> share(stage.macs(), sheet.macs())).toList();
        Table data = Table.create(sheet.network().name() + " by stage", StringColumn.create("Stage", names),
                DoubleColumn.create("Parameters, %", parameters.stream().map(share -> 100 * share).toList()),
                DoubleColumn.create(sheet.convention().unit() + ", %", macs.stream().map(share -> 100 * share).toList()));
        List<String> words = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            words.add(names.get(i) + ": " + Look.percent(parameters.get(i)) + " of the parameters, " + Look.percent(macs.get(i))
                    + " of the " + operations(sheet));
        }
        double most = Math.max(parameters.stream().max(Double::compare).orElse(1.0), macs.stream().max(Double::compare).orElse(1.0));
        Color colour = Look.network(sheet.network().name());
        String title = whereTheWorkIs(sheet);
        String note = "Shares of " + Look.si(sheet.parameters()) + " parameters and of " + Look.si(sheet.macs()) + " "
                + operations(sheet) + " per image, by stage";
        return new Bars(new Sheet.Words(title, note, alt(title, words), data), names, List.of(
                new Bars.Column("parameters, %", bars(parameters, colour), most),
                new Bars.Column(operations(sheet) + ", %", bars(macs, colour), most)), null);
    }

    private static List<Bars.Bar> bars(List<Double> shares, Color colour) {
        return shares.stream().map(share -> new Bars.Bar(share, Look.percent(share), colour, null)).toList();
    }

    /** The convolutions' share of both, where there is anything beside them; otherwise which stages hold the parameters. */
    private static String whereTheWorkIs(CostSheet sheet) {
        long parameters = 0;
        long macs = 0;
        boolean connected = false;
        for (CostSheet.Row row : sheet.rows()) {
            Category category = category(sheet, row);
            connected |= category == Category.FULLY_CONNECTED;
            if (category == Category.CONVOLUTION) {
                parameters += row.parameters();
                macs += row.macs();
            }
        }
        if (!connected || macs == 0 || sheet.macs() == 0 || sheet.parameters() == 0) {
            return most(sheet.stages().stream().map(CostSheet.Sum::name).toList(),
                    sheet.stages().stream().map(CostSheet.Sum::parameters).toList(), "holds", "hold", possessive(sheet) + " parameters");
        }
        return "Convolutions do " + Look.percent(share(macs, sheet.macs())) + " of " + possessive(sheet) + " " + operations(sheet)
                + " with " + Look.percent(share(parameters, sheet.parameters())) + " of its parameters";
    }

    private static Picture layers(CostSheet sheet, ToLongFunction<CostSheet.Row> value, String verb,
            String verbs, String what, String unit) {
        List<CostSheet.Row> rows = sheet.rows().stream().filter(row -> value.applyAsLong(row) > 0).toList();
        List<String> names = new ArrayList<>(rows.stream().map(CostSheet.Row::layer).toList());
        List<Long> values = new ArrayList<>(rows.stream().map(value::applyAsLong).toList());
        String title = most(names, values, verb, verbs, possessive(sheet) + " " + what);
        Table data = table(sheet, "Layer", names, unit, values);
        String alt = alt(title, words(names, values, what));
        List<Category> categories = new ArrayList<>(rows.stream().map(row -> category(sheet, row)).toList());
        if (rows.size() > ROWS) {
            long smallest = values.stream().sorted(Comparator.reverseOrder()).skip(ROWS - 2).findFirst().orElse(0L);
            long rest = 0;
            int many = 0;
            for (int i = values.size() - 1; i >= 0; i--) {
                if (values.get(i) <= smallest) {
                    rest += values.get(i);
                    many++;
                    names.remove(i);
                    values.remove(i);
                    categories.remove(i);
                }
            }
            names.add("the other " + Look.plural(many, "layer"));
            values.add(rest);
            categories.add(Category.OTHER);
        }
        return counted(new Sheet.Words(title, note(sheet, values, what, unit, "layer"), alt, data), names, values, categories, unit, null);
    }

    private static Picture stages(CostSheet sheet, ToLongFunction<CostSheet.Sum> value, String verb,
            String verbs, String what, String unit) {
        List<CostSheet.Sum> stages = sheet.stages().stream().filter(stage -> value.applyAsLong(stage) > 0).toList();
        List<String> names = stages.stream().map(CostSheet.Sum::name).toList();
        List<Long> values = stages.stream().map(value::applyAsLong).toList();
        String title = most(names, values, verb, verbs, possessive(sheet) + " " + what);
        Table data = table(sheet, "Stage", names, unit, values);
        return counted(new Sheet.Words(title, note(sheet, values, what, unit, "stage"), alt(title, words(names, values, what)), data),
                names, values, null, unit, Look.network(sheet.network().name()));
    }

    private static Picture counted(Sheet.Words words, List<String> names, List<Long> values, List<Category> categories, String unit,
            Color colour) {
        long total = sum(values);
        List<Bars.Bar> bars = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String text = number(values.get(i), total) + " · " + Look.percent(share(values.get(i), total));
            Category category = categories == null ? null : categories.get(i);
            bars.add(new Bars.Bar(values.get(i), text, category == null ? colour : Look.category(category), category));
        }
        long most = values.stream().max(Long::compare).orElse(1L);
        return new Bars(words, names, List.of(new Bars.Column(unit + " · share of all", bars, most)), null);
    }

    private static String note(CostSheet sheet, List<Long> values, String what, String unit, String part) {
        return sheet.network().name() + " has " + number(sum(values), sum(values)) + " " + what
                + (unit.equals(what) ? "" : " per image") + "; by " + part;
    }

    /** Exact where that is short, with a prefix where the whole is a million or more. */
    private static String number(long value, long total) {
        return total < 1_000_000 ? Look.count(value) : Look.si(value);
    }

    /** The fewest parts, three at most, that have two thirds of the whole. */
    private static String most(List<String> names, List<Long> values, String verb, String verbs, String ofWhat) {
        long total = sum(values);
        if (total == 0) {
            return "None of " + ofWhat;
        }
        List<Integer> order = IntStream.range(0, values.size()).boxed()
                .sorted(Comparator.comparing((Integer i) -> values.get(i)).reversed()).toList();
        long held = 0;
        for (int k = 1; k <= Math.min(3, order.size()); k++) {
            held += values.get(order.get(k - 1));
            if (3 * held >= 2 * total) {
                List<String> chosen = order.subList(0, k).stream().sorted().map(names::get).toList();
                return Look.capital(Look.list(chosen)) + " " + (k == 1 ? verb : verbs) + " "
                        + Look.percent(share(held, total)) + " of " + ofWhat;
            }
        }
        int first = order.get(0);
        return Look.capital(names.get(first)) + " " + verb + " the most of " + ofWhat + ", "
                + Look.percent(share(values.get(first), total));
    }

    private static Table table(CostSheet sheet, String part, List<String> names, String unit, List<Long> values) {
        long total = sum(values);
        return Table.create(sheet.network().name(), StringColumn.create(part, names),
                LongColumn.create(unit, values.stream().mapToLong(Long::longValue).toArray()),
                DoubleColumn.create(unit + ", %", values.stream().map(value -> 100 * share(value, total)).toList()));
    }

    private static List<String> words(List<String> names, List<Long> values, String what) {
        List<String> words = new ArrayList<>();
        long total = sum(values);
        for (int i = 0; i < names.size(); i++) {
            String unit = i == 0 ? " " + what : "";
            words.add(names.get(i) + ": " + Look.count(values.get(i)) + unit + " (" + Look.percent(share(values.get(i), total)) + ")");
        }
        return words;
    }

    private static String alt(String beginning, List<String> words) {
        return beginning + ": " + String.join("; ", words) + ".";
    }

    private static Category category(CostSheet sheet, CostSheet.Row row) {
        return sheet.network().node(row.layer()).layer().category();
    }

    private static String possessive(CostSheet sheet) {
        return sheet.network().name() + "'s";
    }

    private static String operations(CostSheet sheet) {
        return sheet.convention().flops() ? "floating-point operations" : "multiplications";
    }

    private static String unit(CostSheet sheet) {
        return operations(sheet) + " (" + sheet.convention().unit() + ")";
    }

    private static long sum(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
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
        StringColumn names = StringColumn.create("Curve");
        DoubleColumn xs = DoubleColumn.create(xLabel);
        DoubleColumn ys = DoubleColumn.create(yLabel.equals(xLabel) ? yLabel + " (y)" : yLabel);
        List<String> words = new ArrayList<>();
        for (Curve curve : curves) {
            for (int i = 0; i < curve.x().length; i++) {
                names.append(curve.name());
                xs.append(curve.x()[i]);
                ys.append(curve.y()[i]);
            }
            words.add(words(curve, xLabel));
        }
        Table data = Table.create(title, names, xs, ys);
        String alt = alt(title + ". Shown is " + yLabel + " against " + xLabel, words);
        return new Curves(new Sheet.Words(title, "", alt, data), xLabel, yLabel, curves);
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
        String note = Look.count(right) + " of " + Look.count(all) + " images are right (" + Look.percent(share(right, all)) + ")";
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
