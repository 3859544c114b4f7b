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
import java.util.function.BiFunction;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The members of a family below each other: two columns of bars, each bar divided into parts, its sum behind it. */
final class Family extends Sheet {

    private static final int WIDTH = 800;
    private static final int ROW = 34;
    private static final int HEAD = 28;
    private static final int COLUMNS = 28;
    private static final int LEGEND = 28;

    /** A part that bars are divided into: its name, its colour, and the hatching that goes with its kind. */
    private record Part(String name, Color colour, Category category) {}

    /** A column: what is shown, and for each member its parts. */
    private record Column(Quantity quantity, List<long[]> values) {
        long most() {
            return Math.max(1, values.stream().mapToLong(parts -> Arrays.stream(parts).sum()).max().orElse(1));
        }
    }

    private final List<String> names;
    private final List<Part> parts;
    private final List<Column> columns;

    private Family(Words words, List<String> names, List<Part> parts, List<Column> columns) {
        super(words, WIDTH, LEGEND * legendRows(parts) + HEAD + ROW * names.size() + 4);
        this.names = names;
        this.parts = parts;
        this.columns = columns;
    }

    // ---- what is counted ----

    static Picture byStage(List<CostSheet> sheets) {
        check(sheets);
        List<List<String>> stages = sheets.stream().map(sheet -> sheet.stages().stream().map(CostSheet.Sum::name).toList()).toList();
        if (stages.stream().distinct().count() > 1 || stages.get(0).size() > 10) {
            return byKind(sheets);
        }
        Map<String, Category> kinds = new LinkedHashMap<>();
        for (CostSheet.Row row : sheets.get(0).rows()) {
            Category category = Quantity.category(sheets.get(0), row);
            kinds.putIfAbsent(row.stage(), Category.CONVOLUTION);
            if (category == Category.FULLY_CONNECTED) {
                kinds.put(row.stage(), category);
            }
        }
        List<Part> parts = new ArrayList<>();
        for (Map.Entry<String, Category> stage : kinds.entrySet()) {
            List<String> alike = kinds.keySet().stream().filter(name -> kinds.get(name) == stage.getValue()).toList();
            // The deeper, the darker: stages are in an order.
            double place = alike.size() == 1 ? 0.7 : (double) alike.indexOf(stage.getKey()) / (alike.size() - 1);
            Color colour = Look.category(stage.getValue());
            parts.add(new Part(stage.getKey(), place < 0.6 ? Look.tint(colour, 0.3 + place * 0.7 / 0.6)
                    : Look.mix(colour, Color.BLACK, 0.5 * (place - 0.6) / 0.4), stage.getValue()));
        }
        return of(sheets, parts, "stage", (sheet, row) -> row.stage());
    }

    static Picture byKind(List<CostSheet> sheets) {
        check(sheets);
        List<Category> kinds = new ArrayList<>();
        for (Category category : Category.values()) {
            if (sheets.stream().anyMatch(sheet -> sheet.rows().stream().anyMatch(row ->
                    (row.parameters() > 0 || row.macs() > 0) && Quantity.category(sheet, row) == category))) {
                kinds.add(category);
            }
        }
        List<Part> parts = kinds.stream().map(kind -> new Part(Look.words(kind), Look.category(kind), kind)).toList();
        return of(sheets, parts, "kind of layer", (sheet, row) -> Look.words(Quantity.category(sheet, row)));
    }

    private static void check(List<CostSheet> sheets) {
        if (sheets.size() < 2) {
            throw new IllegalArgumentException("a family has two members or more, here are " + sheets.size());
        }
        for (CostSheet sheet : sheets) {
            if (!sheet.convention().equals(sheets.get(0).convention())) {
                throw new IllegalArgumentException(sheet.network().name() + " is counted in another convention (" + sheet.convention() + ") than "
                        + sheets.get(0).network().name() + " (" + sheets.get(0).convention() + "): their numbers can't stand beside each other");
            }
        }
    }

    private static Picture of(List<CostSheet> sheets, List<Part> parts, String what,
            BiFunction<CostSheet, CostSheet.Row, String> partOf) {
        List<Quantity> quantities = List.of(Quantity.PARAMETERS, Quantity.multiplications(sheets.get(0)));
        List<String> names = sheets.stream().map(sheet -> sheet.network().name()).toList();
        List<Column> columns = new ArrayList<>();
        for (Quantity quantity : quantities) {
            List<long[]> values = new ArrayList<>();
            for (CostSheet sheet : sheets) {
                long[] sums = new long[parts.size()];
                for (int i = 0; i < sums.length; i++) {
                    String part = parts.get(i).name();
                    sums[i] = sheet.rows().stream().filter(row -> part.equals(partOf.apply(sheet, row))).mapToLong(quantity.ofRow()).sum();
                }
                values.add(sums);
            }
            columns.add(new Column(quantity, values));
        }
        String title = growth(sheets, quantities);
        StringColumn network = StringColumn.create("Network");
        StringColumn part = StringColumn.create(Look.capital(what.equals("stage") ? "Stage" : "Kind of layer"));
        List<LongColumn> numbers = quantities.stream().map(quantity -> LongColumn.create(quantity.head())).toList();
        List<String> words = new ArrayList<>();
        for (int member = 0; member < sheets.size(); member++) {
            for (int i = 0; i < parts.size(); i++) {
                network.append(names.get(member));
                part.append(parts.get(i).name());
                for (int column = 0; column < columns.size(); column++) {
                    numbers.get(column).append(columns.get(column).values().get(member)[i]);
                }
            }
            CostSheet sheet = sheets.get(member);
            words.add(names.get(member) + ": " + Look.list(quantities.stream().map(quantity -> quantity.number().apply(quantity.total(sheet))
                    + " " + quantity.words()).toList()));
        }
        Table data = Table.create(title, network, part);
        numbers.forEach(data::addColumns);
        String note = "Each bar is divided by " + what + ", in the network's order; multiplications are per image";
        return new Family(new Words(title, what.equals("stage") ? note : "Each bar is divided by kind of layer; multiplications are per image",
                title + ": " + String.join("; ", words) + ".", data), names, parts, columns);
    }

    /** {@code VGG-19 has 1.08 times the parameters and 2.58 times the multiplications of VGG-11}. */
    private static String growth(List<CostSheet> sheets, List<Quantity> quantities) {
        CostSheet first = sheets.get(0);
        CostSheet last = sheets.get(sheets.size() - 1);
        List<String> parts = new ArrayList<>();
        for (Quantity quantity : quantities) {
            double factor = (double) quantity.total(last) / Math.max(1, quantity.total(first));
            parts.add((factor >= 1 ? Look.digits(factor) + " times" : Look.percent(factor) + " of") + " the " + quantity.words());
        }
        return last.network().name() + " has " + Look.list(parts) + " of " + first.network().name();
    }

    // ---- painting ----

    private static double sample(Part part) {
        return 38 + Look.width(Look.TEXT, part.name()) + 22;
    }

    private static int legendRows(List<Part> parts) {
        int rows = 1;
        double x = MARGIN;
        for (Part part : parts) {
            if (x > MARGIN && x + sample(part) > WIDTH) {
                rows++;
                x = MARGIN;
            }
            x += sample(part);
        }
        return rows;
    }

    @Override
    void body(Graphics2D g) {
        double x = MARGIN;
        double y = 2;
        for (Part part : parts) {
            if (x > MARGIN && x + sample(part) > WIDTH) {
                x = MARGIN;
                y += LEGEND;
            }
            fill(g, new Rectangle2D.Double(x, y, 30, 16), part);
            Look.text(g, Look.TEXT, Look.INK, part.name(), x + 38, y + 8, 0);
            x += sample(part);
        }
        double top = LEGEND * legendRows(parts);
        double left = MARGIN + names.stream().mapToDouble(name -> Look.width(Look.TEXT, name)).max().orElse(0) + 12;
        for (int i = 0; i < names.size(); i++) {
            Look.text(g, Look.TEXT, Look.INK, names.get(i), left - 12, top + HEAD + (i + 0.5) * ROW, 1);
        }
        double width = (WIDTH - MARGIN - left - COLUMNS) / columns.size();
        for (Column column : columns) {
            column(g, column, left, top, width);
            left += width + COLUMNS;
        }
    }

    private void column(Graphics2D g, Column column, double left, double top, double width) {
        Look.text(g, Look.TEXT, Look.GREY, column.quantity().head(), left, top + 10, 0);
        List<String> sums = column.values().stream().map(values -> column.quantity().number().apply(Arrays.stream(values).sum())).toList();
        double room = sums.stream().mapToDouble(sum -> Look.width(Look.BOLD, sum)).max().orElse(0) + 12;
        for (int member = 0; member < names.size(); member++) {
            double x = left;
            double y = top + HEAD + member * ROW;
            long[] values = column.values().get(member);
            for (int i = 0; i < values.length; i++) {
                double length = (width - room) * values[i] / column.most();
                part(g, new Rectangle2D.Double(x, y + 5, length, ROW - 10), parts.get(i));
                x += length;
            }
            Look.text(g, Look.BOLD, Look.INK, sums.get(member), x + 7, y + ROW / 2.0, 0);
        }
        g.setColor(Look.INK);
        g.setStroke(Look.line(1));
        g.draw(new Line2D.Double(left, top + HEAD, left, top + HEAD + names.size() * ROW));
    }

    private static void fill(Graphics2D g, Rectangle2D bar, Part part) {
        g.setColor(part.colour());
        g.fill(bar);
        Look.hatch(g, bar, part.category());
    }

    /** A part of a bar, with its name in it where that fits, and a white line to the next. */
    private static void part(Graphics2D g, Rectangle2D bar, Part part) {
        fill(g, bar, part);
        double text = Look.width(Look.TEXT, part.name());
        if (bar.getWidth() > text + 12) {
            g.setColor(part.colour());
            g.fill(new Rectangle2D.Double(bar.getCenterX() - text / 2 - 3, bar.getY(), text + 6, bar.getHeight()));
            Look.text(g, Look.TEXT, Look.on(part.colour()), part.name(), bar.getCenterX(), bar.getCenterY(), 0.5);
        }
        g.setColor(Look.GROUND);
        g.setStroke(Look.line(1));
        g.draw(new Line2D.Double(bar.getMaxX(), bar.getY(), bar.getMaxX(), bar.getMaxY()));
    }
}
