package casebook.charts;

import casebook.cost.CostSheet;
import casebook.layers.Layer.Category;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What a network costs along its depth: a chart for each quantity, below each other; or shares that add up to 100 %. */
final class Depth extends Sheet {

    private static final int WIDTH = 800;
    private static final int HEAD = 30;
    private static final int PANEL = 112;
    private static final int GAP = 20;
    private static final int SHARES = 320;
    /** Places along a line beside which its name can stand. */
    private static final int PLACES = 24;

    /** A chart of the pile: what it shows, its axes, and a number for each layer. */
    private record Panel(String head, Axes axes, long[] values) {}

    /** A line of shares. */
    private record Line(String name, double[] shares, Color colour, int dash, Marker marker) {}

    private final List<Panel> panels;
    private final List<Line> lines;
    private final List<Category> categories;
    private final StageAxis stages;
    private final List<Labels.Label> labels;

    private Depth(Words words, List<Panel> panels, List<Line> lines, List<Category> categories, StageAxis stages,
            List<Labels.Label> labels) {
        super(words, WIDTH, (int) Math.ceil(panels.get(panels.size() - 1).axes().plot().getMaxY() + stages.height + 24));
        this.panels = panels;
        this.lines = lines;
        this.categories = categories;
        this.stages = stages;
        this.labels = labels;
    }

    // ---- what is counted ----

    /**
     * The layers with weights, and how the rows of the sheet fall to them.
     *
     * @param sheet the sheet
     * @param rows the rows of the layers with weights
     * @param place for each row of the sheet, the layer with weights that it is or follows
     */
    private record Weighted(CostSheet sheet, List<CostSheet.Row> rows, int[] place) {

        static Weighted of(CostSheet sheet) {
            List<CostSheet.Row> rows = new ArrayList<>();
            int[] place = new int[sheet.rows().size()];
            for (int i = 0; i < place.length; i++) {
                CostSheet.Row row = sheet.rows().get(i);
                Category category = Quantity.category(sheet, row);
                if (category == Category.CONVOLUTION || category == Category.FULLY_CONNECTED
                        || category != Category.NORMALIZATION && row.parameters() > 0) {
                    rows.add(row);
                }
                place[i] = Math.max(0, rows.size() - 1);
            }
            if (rows.isEmpty()) {
                throw new IllegalArgumentException(sheet.network().name() + " has no layer with weights, so there is nothing to show along its depth");
            }
            return new Weighted(sheet, rows, place);
        }

        int count() {
            return rows.size();
        }

        List<String> stages() {
            return rows.stream().map(CostSheet.Row::stage).toList();
        }

        /** The sum of all rows up to each layer with weights and what follows it. */
        long[] reached(Quantity quantity) {
            long[] reached = new long[count()];
            for (int i = 0; i < place.length; i++) {
                reached[place[i]] += quantity.ofRow().applyAsLong(sheet.rows().get(i));
            }
            for (int i = 1; i < reached.length; i++) {
                reached[i] += reached[i - 1];
            }
            return reached;
        }

        String note(List<Quantity> quantities) {
            return CostCharts.totals(sheet, quantities) + ". Shown " + (count() == 1 ? "is the one layer" : "are the " + count() + " layers")
                    + " with weights";
        }

        /** A sentence of the stages' sums; the rows of hundreds of layers would be no help to a listener. */
        List<String> words(List<Quantity> quantities) {
            return sheet.stages().stream().map(stage -> stage.name() + ": " + Look.list(quantities.stream()
                    .map(quantity -> quantity.number().apply(quantity.ofSum().applyAsLong(stage)) + " " + quantity.words()).toList())).toList();
        }
    }

    // ---- a chart for each quantity ----

    static Picture layers(CostSheet sheet) {
        Weighted weighted = Weighted.of(sheet);
        List<Quantity> quantities = List.of(Quantity.PARAMETERS, Quantity.multiplications(sheet), Quantity.ACTIVATIONS);
        List<long[]> values = quantities.stream()
                .map(quantity -> weighted.rows().stream().mapToLong(quantity.ofRow()).toArray()).toList();
        List<Category> categories = weighted.rows().stream().map(row -> Quantity.category(sheet, row)).toList();
        List<Scale> scales = values.stream().map(Depth::scale).toList();
        double room = scales.stream().mapToDouble(Axes::room).max().orElse(0);
        StageAxis stages = new StageAxis(weighted.stages(), MARGIN + room, WIDTH - MARGIN);
        double top = categories.stream().distinct().count() > 1 ? 34 : 0;
        List<Panel> panels = new ArrayList<>();
        for (int i = 0; i < quantities.size(); i++) {
            Rectangle2D plot = new Rectangle2D.Double(stages.left, top + HEAD, stages.width, PANEL);
            Quantity quantity = quantities.get(i);
            panels.add(new Panel(quantity.head(), new Axes(plot, new Scale(0, weighted.count(), false, List.of()), scales.get(i)), values.get(i)));
            top += HEAD + PANEL + GAP;
        }
        String title = halves(weighted, quantities);
        String note = weighted.note(quantities) + ". Activations are the numbers that a layer puts out";
        Table data = Table.create(sheet.network().name(),
                StringColumn.create("Layer", weighted.rows().stream().map(CostSheet.Row::layer)),
                StringColumn.create("Kind", weighted.rows().stream().map(CostSheet.Row::kind)),
                StringColumn.create("Stage", weighted.stages()));
        for (int i = 0; i < quantities.size(); i++) {
            data.addColumns(LongColumn.create(quantities.get(i).head(), values.get(i)));
        }
        String alt = title + ". " + Look.plural(weighted.count(), "layer") + " with weights. By stage, with all layers: "
                + String.join("; ", weighted.words(quantities)) + ".";
        return new Depth(new Words(title, note, alt, data), panels, List.of(), categories, stages, List.of());
    }

    private static Scale scale(long[] values) {
        long[] some = Arrays.stream(values).filter(value -> value > 0).toArray();
        double least = Arrays.stream(some).min().orElse(0);
        double most = Arrays.stream(some).max().orElse(1);
        return least > 0 && most / least >= 1000 ? Scale.logarithmic(least, most, 5) : Scale.linear(0, most, 4);
    }

    /** Which half of the layers has the most of each: {@code The first 8 of VGG-16's 16 layers …}. */
    private static String halves(Weighted weighted, List<Quantity> quantities) {
        int first = weighted.count() / 2;
        String name = weighted.sheet().network().name();
        String layers = Look.possessive(name) + " " + weighted.count() + " layers ";
        if (first == 0) {
            return name + " has one layer with weights, " + weighted.rows().get(0).layer();
        }
        List<String> early = new ArrayList<>();
        List<String> late = new ArrayList<>();
        int rest = weighted.count() - first;
        for (Quantity quantity : quantities) {
            long[] reached = weighted.reached(quantity);
            long total = reached[reached.length - 1];
            if (total > 0) {
                double share = Quantity.share(reached[first - 1], total);
                boolean before = share >= 0.5;
                String verb = (before ? first : rest) == 1 ? quantity.verb() : quantity.verbs();
                (before ? early : late).add(verb + " " + Look.percent(before ? share : 1 - share) + " of the " + quantity.words());
            }
        }
        String which = (first == 1 ? "The first" : "The first " + first) + " of " + layers;
        String other = rest == 1 ? "the last one " : "the last " + rest + " ";
        if (early.isEmpty()) {
            return "The last " + (rest == 1 ? "" : rest + " ") + "of " + layers + Look.list(late);
        }
        return which + Look.list(early) + (late.isEmpty() ? "" : "; " + other + Look.list(late));
    }

    // ---- shares that add up ----

    static Picture cumulative(CostSheet sheet) {
        Weighted weighted = Weighted.of(sheet);
        List<Quantity> all = List.of(Quantity.PARAMETERS, Quantity.multiplications(sheet), Quantity.MEMORY);
        List<Quantity> quantities = all.stream().filter(quantity -> quantity.total(sheet) > 0).toList();
        Scale y = Scale.linear(0, 100, 6);
        StageAxis stages = new StageAxis(weighted.stages(), MARGIN + Axes.room(y), WIDTH - MARGIN);
        Rectangle2D plot = new Rectangle2D.Double(stages.left, HEAD + 4, stages.width, SHARES);
        Axes axes = new Axes(plot, new Scale(0, weighted.count(), false, List.of()), y);
        List<Marker> markers = List.of(SeriesMarkers.SQUARE, SeriesMarkers.CIRCLE, SeriesMarkers.TRIANGLE_UP);
        Table data = Table.create(sheet.network().name() + ", reached after each layer",
                StringColumn.create("After layer", weighted.rows().stream().map(CostSheet.Row::layer)), StringColumn.create("Stage", weighted.stages()));
        List<Line> lines = new ArrayList<>();
        Map<Quantity, Integer> half = new LinkedHashMap<>();
        for (Quantity quantity : quantities) {
            long[] reached = weighted.reached(quantity);
            double[] shares = new double[weighted.count() + 1];
            for (int i = 0; i < reached.length; i++) {
                shares[i + 1] = 100 * Quantity.share(reached[i], reached[reached.length - 1]);
            }
            half.put(quantity, IntStream.range(1, shares.length).filter(i -> shares[i] >= 50).findFirst().orElseThrow());
            int kind = all.indexOf(quantity);
            lines.add(new Line(quantity.words(), shares, Look.CURVES.get(kind), kind, markers.get(kind)));
            data.addColumns(DoubleColumn.create(quantity.words() + ", %", Arrays.copyOfRange(shares, 1, shares.length)));
        }
        String title = halfReached(weighted, half);
        String note = weighted.note(quantities) + "; what follows one counts with it. " + CostCharts.MEMORY;
        String alt = title + ". By stage: " + String.join("; ", weighted.words(quantities)) + ".";
        return new Depth(new Words(title, note, alt, data), List.of(new Panel("reached, % of the whole", axes, new long[0])), lines,
                List.of(), stages, names(lines, axes));
    }

    private static String halfReached(Weighted weighted, Map<Quantity, Integer> half) {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<Quantity, Integer> entry : half.entrySet().stream().sorted(Map.Entry.comparingByValue()).toList()) {
            parts.add(entry.getKey().words() + " after " + entry.getValue()
                    + (parts.isEmpty() ? " of " + Look.plural(weighted.count(), "layer") : ""));
        }
        return weighted.sheet().network().name() + " reaches half of its " + Look.list(parts);
    }

    /** A name beside its line, where there is room. */
    private static List<Labels.Label> names(List<Line> lines, Axes axes) {
        List<Labels.Line> pieces = new ArrayList<>();
        List<Labels.Item> items = new ArrayList<>();
        for (Line line : lines) {
            List<Labels.Mark> places = new ArrayList<>();
            double[] shares = line.shares();
            int step = 1 + shares.length / PLACES;
            for (int i = 1; i < shares.length; i++) {
                Line2D piece = new Line2D.Double(axes.at(i - 1, shares[i - 1]), axes.at(i, shares[i]));
                pieces.add(new Labels.Line(piece, line.name()));
                // Far from the ends, where all lines meet.
                if (shares[i - 1] < 95 && shares[i] > 5 && i % step == 0) {
                    places.add(new Labels.Mark((piece.getX1() + piece.getX2()) / 2, (piece.getY1() + piece.getY2()) / 2, 6));
                }
            }
            items.add(new Labels.Item(line.name(), places));
        }
        Rectangle2D plot = axes.plot();
        Rectangle2D area = new Rectangle2D.Double(plot.getX() + 4, plot.getY() + 2, plot.getWidth() - 4, plot.getHeight() - 4);
        Optional<List<Labels.Label>> labels = new Labels(List.of(), pieces, area).place(items);
        return labels.orElseThrow(() -> new IllegalStateException("no room for the names of three lines"));
    }

    // ---- painting ----

    @Override
    void body(Graphics2D g) {
        List<Category> kinds = categories.stream().distinct().sorted().toList();
        if (kinds.size() > 1) {
            legend(g, kinds);
        }
        for (Panel panel : panels) {
            stages.paintBands(g, panel.axes().plot());
            panel.axes().paintY(g, panel.head());
            if (lines.isEmpty()) {
                dots(g, panel, kinds);
            }
        }
        lines(g);
        Labels.paint(g, labels);
        stages.paint(g, panels.get(panels.size() - 1).axes().plot().getMaxY());
    }

    private static void legend(Graphics2D g, List<Category> kinds) {
        double x = MARGIN;
        for (Category kind : kinds) {
            g.setColor(Look.category(kind));
            marker(kind).paint(g, x + 6, 8, 10);
            Look.text(g, Look.TEXT, Look.INK, Look.words(kind), x + 18, 8, 0);
            x += 18 + Look.width(Look.TEXT, Look.words(kind)) + 24;
        }
    }

    private static Marker marker(Category category) {
        return switch (category) {
            case CONVOLUTION -> SeriesMarkers.CIRCLE;
            case FULLY_CONNECTED -> SeriesMarkers.SQUARE;
            case POOLING -> SeriesMarkers.TRIANGLE_DOWN;
            default -> SeriesMarkers.DIAMOND;
        };
    }

    private void dots(Graphics2D g, Panel panel, List<Category> kinds) {
        Axes axes = panel.axes();
        double slot = stages.width / panel.values().length;
        if (!axes.y().logarithmic()) {
            // A stem starts at zero, which a logarithmic axis does not have.
            g.setStroke(Look.line((float) Math.max(1, Math.min(2, slot / 3))));
            for (int i = 0; i < panel.values().length; i++) {
                g.setColor(Look.tint(Look.category(categories.get(i)), 0.55));
                g.draw(new Line2D.Double(stages.x(i), axes.y(0), stages.x(i), axes.y(panel.values()[i])));
            }
        }
        int size = (int) Math.max(5, Math.min(9, slot));
        for (Category kind : kinds) {
            g.setColor(Look.category(kind));
            for (int i = 0; i < panel.values().length; i++) {
                boolean shown = panel.values()[i] > 0 || !axes.y().logarithmic();
                if (categories.get(i) == kind && shown) {
                    marker(kind).paint(g, stages.x(i), axes.y(panel.values()[i]), size);
                }
            }
        }
    }

    private void lines(Graphics2D g) {
        for (Line line : lines) {
            Axes axes = panels.get(0).axes();
            XYChart chart = new XYChart(1, 1);
            Marks.bare(chart.getStyler());
            Marks.range(chart.getStyler(), axes);
            double[] places = IntStream.range(0, line.shares().length).asDoubleStream().toArray();
            chart.addSeries("line", places, line.shares()).setMarker(SeriesMarkers.NONE).setLineColor(line.colour())
                    .setLineStyle(Look.dash(2.4f, line.dash()));
            Marks.paint(chart, g, axes.plot());
            g.setColor(line.colour());
            int step = Math.max(1, line.shares().length / 12);
            for (int i = step; i < line.shares().length; i += step) {
                line.marker().paint(g, axes.x(i), axes.y(line.shares()[i]), 8);
            }
        }
    }

    // ---- for tests ----

    List<Labels.Label> labels() {
        return labels;
    }
}
