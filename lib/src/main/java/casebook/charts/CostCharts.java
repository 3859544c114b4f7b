package casebook.charts;

import casebook.cost.CostSheet;
import casebook.layers.Layer.Category;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Bars of what a network costs, by layer and by stage. */
final class CostCharts {

    /** So many bars at most; the smallest of more are added up. */
    private static final int ROWS = 32;

    /** What is meant by activation memory. */
    static final String MEMORY = "The memory is that of each layer's output, in float32, as training keeps it";

    private CostCharts() {}

    static Picture byLayer(CostSheet sheet, Quantity quantity) {
        List<CostSheet.Row> rows = sheet.rows().stream().filter(row -> quantity.ofRow().applyAsLong(row) > 0).toList();
        List<String> names = new ArrayList<>(rows.stream().map(CostSheet.Row::layer).toList());
        List<Long> values = new ArrayList<>(rows.stream().map(quantity.ofRow()::applyAsLong).toList());
        String title = quantity.most(sheet, names, values);
        Table data = table(sheet, "Layer", names, quantity, values);
        String alt = alt(title, words(names, values, quantity));
        List<Category> categories = new ArrayList<>(rows.stream().map(row -> Quantity.category(sheet, row)).toList());
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
        return counted(new Sheet.Words(title, note(sheet, quantity, values, "layer"), alt, data), names, values, categories, quantity, null);
    }

    static Picture byStage(CostSheet sheet, Quantity quantity) {
        List<CostSheet.Sum> stages = sheet.stages().stream().filter(stage -> quantity.ofSum().applyAsLong(stage) > 0).toList();
        List<String> names = stages.stream().map(CostSheet.Sum::name).toList();
        List<Long> values = stages.stream().map(quantity.ofSum()::applyAsLong).toList();
        String title = quantity.most(sheet, names, values);
        Table data = table(sheet, "Stage", names, quantity, values);
        return counted(new Sheet.Words(title, note(sheet, quantity, values, "stage"), alt(title, words(names, values, quantity)), data),
                names, values, null, quantity, Look.network(sheet.network().name()));
    }

    private static Picture counted(Sheet.Words words, List<String> names, List<Long> values, List<Category> categories,
            Quantity quantity, Color colour) {
        long total = Quantity.sum(values);
        List<Bars.Bar> bars = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String text = number(values.get(i), total) + " · " + Look.percent(Quantity.share(values.get(i), total));
            Category category = categories == null ? null : categories.get(i);
            bars.add(new Bars.Bar(values.get(i), text, category == null ? colour : Look.category(category), category));
        }
        long most = values.stream().max(Long::compare).orElse(1L);
        return new Bars(words, names, List.of(new Bars.Column(quantity.head() + " · share of all", bars, most)), null);
    }

    private static String note(CostSheet sheet, Quantity quantity, List<Long> values, String part) {
        return sheet.network().name() + " has " + number(Quantity.sum(values), Quantity.sum(values)) + " " + quantity.words()
                + (quantity == Quantity.PARAMETERS ? "" : " per image") + "; by " + part;
    }

    /** Exact where that is short, with a prefix where the whole is a million or more. */
    private static String number(long value, long total) {
        return total < 1_000_000 ? Look.count(value) : Look.si(value);
    }

    private static Table table(CostSheet sheet, String part, List<String> names, Quantity quantity, List<Long> values) {
        long total = Quantity.sum(values);
        return Table.create(sheet.network().name(), StringColumn.create(part, names),
                LongColumn.create(quantity.head(), values.stream().mapToLong(Long::longValue).toArray()),
                DoubleColumn.create(quantity.head() + ", %", values.stream().map(value -> 100 * Quantity.share(value, total)).toList()));
    }

    private static List<String> words(List<String> names, List<Long> values, Quantity quantity) {
        List<String> words = new ArrayList<>();
        long total = Quantity.sum(values);
        for (int i = 0; i < names.size(); i++) {
            String unit = i == 0 ? " " + quantity.words() : "";
            words.add(names.get(i) + ": " + Look.count(values.get(i)) + unit + " (" + Look.percent(Quantity.share(values.get(i), total)) + ")");
        }
        return words;
    }

    private static String alt(String beginning, List<String> words) {
        return beginning + ": " + String.join("; ", words) + ".";
    }

    // ---- shares beside each other ----

    static Picture shares(CostSheet sheet) {
        Quantity macs = Quantity.multiplications(sheet);
        List<CostSheet.Sum> stages = sheet.stages().stream().filter(stage -> stage.parameters() > 0 || stage.macs() > 0).toList();
        List<String> names = stages.stream().map(CostSheet.Sum::name).toList();
        List<Double> ofParameters = stages.stream().map(stage -> Quantity.share(stage.parameters(), sheet.parameters())).toList();
        List<Double> ofMacs = stages.stream().map(stage -> Quantity.share(stage.macs(), sheet.macs())).toList();
        Table data = Table.create(sheet.network().name() + " by stage", StringColumn.create("Stage", names),
                DoubleColumn.create("Parameters, %", ofParameters.stream().map(share -> 100 * share).toList()),
                DoubleColumn.create(sheet.convention().unit() + ", %", ofMacs.stream().map(share -> 100 * share).toList()));
        List<String> words = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            words.add(names.get(i) + ": " + Look.percent(ofParameters.get(i)) + " of the parameters, " + Look.percent(ofMacs.get(i))
                    + " of the " + macs.words());
        }
        double most = Math.max(ofParameters.stream().max(Double::compare).orElse(1.0), ofMacs.stream().max(Double::compare).orElse(1.0));
        Color colour = Look.network(sheet.network().name());
        String title = whereTheWorkIs(sheet, macs);
        String note = "Shares of " + Look.si(sheet.parameters()) + " parameters and of " + Look.si(sheet.macs()) + " "
                + macs.words() + " per image, by stage";
        return new Bars(new Sheet.Words(title, note, alt(title, words), data), names, List.of(
                new Bars.Column("parameters, %", shareBars(ofParameters, colour), most),
                new Bars.Column(macs.words() + ", %", shareBars(ofMacs, colour), most)), null);
    }

    private static List<Bars.Bar> shareBars(List<Double> shares, Color colour) {
        return shares.stream().map(share -> new Bars.Bar(share, Look.percent(share), colour, null)).toList();
    }

    /** The convolutions' share of both, where there is anything beside them; otherwise which stages hold the parameters. */
    private static String whereTheWorkIs(CostSheet sheet, Quantity multiplications) {
        long parameters = 0;
        long macs = 0;
        boolean connected = false;
        for (CostSheet.Row row : sheet.rows()) {
            Category category = Quantity.category(sheet, row);
            connected |= category == Category.FULLY_CONNECTED;
            if (category == Category.CONVOLUTION) {
                parameters += row.parameters();
                macs += row.macs();
            }
        }
        if (!connected || macs == 0 || sheet.macs() == 0 || sheet.parameters() == 0) {
            return Quantity.PARAMETERS.most(sheet, sheet.stages().stream().map(CostSheet.Sum::name).toList(),
                    sheet.stages().stream().map(CostSheet.Sum::parameters).toList());
        }
        return "Convolutions do " + Look.percent(Quantity.share(macs, sheet.macs())) + " of " + multiplications.of(sheet)
                + " with " + Look.percent(Quantity.share(parameters, sheet.parameters())) + " of its parameters";
    }

    // ---- three quantities beside each other ----

    static Picture costs(CostSheet sheet) {
        List<Quantity> quantities = List.of(Quantity.PARAMETERS, Quantity.multiplications(sheet), Quantity.MEMORY);
        List<CostSheet.Sum> stages = sheet.stages();
        List<String> names = stages.stream().map(CostSheet.Sum::name).toList();
        Color colour = Look.network(sheet.network().name());
        Table data = Table.create(sheet.network().name() + " by stage", StringColumn.create("Stage", names));
        List<Bars.Column> columns = new ArrayList<>();
        List<String> words = new ArrayList<>(names);
        for (Quantity quantity : quantities) {
            List<Long> values = stages.stream().map(quantity.ofSum()::applyAsLong).toList();
            long total = quantity.total(sheet);
            data.addColumns(LongColumn.create(quantity.head(), values.stream().mapToLong(Long::longValue).toArray()),
                    DoubleColumn.create(quantity.head() + ", %", values.stream().map(value -> 100 * Quantity.share(value, total)).toList()));
            List<Bars.Bar> bars = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                String number = quantity.number().apply(values.get(i));
                String percent = Look.percent(Quantity.share(values.get(i), total));
                bars.add(new Bars.Bar(values.get(i), number, colour, null));
                words.set(i, words.get(i) + (quantity == quantities.get(0) ? ": " : ", ") + number + " " + quantity.words() + " (" + percent + ")");
            }
            columns.add(new Bars.Column(quantity.words(), bars, Math.max(1, values.stream().max(Long::compare).orElse(1L))));
        }
        String title = largest(sheet, quantities, names);
        String note = totals(sheet, quantities) + ". " + MEMORY;
        return new Bars(new Sheet.Words(title, note, alt(title, words), data), names, columns, null);
    }

    /** {@code AlexNet has 62.4 M parameters, 1.14 G multiplications and 8.6 MB of activation memory per image}. */
    static String totals(CostSheet sheet, List<Quantity> quantities) {
        return sheet.network().name() + " has " + Look.list(quantities.stream().map(quantity -> quantity.number().apply(quantity.total(sheet))
                + (quantity == Quantity.MEMORY ? " of " : " ") + quantity.words()).toList()) + " per image";
    }

    /** For each quantity the stage that has the most of it; a stage that has the most of several is named once. */
    private static String largest(CostSheet sheet, List<Quantity> quantities, List<String> names) {
        Map<String, List<String>> shares = new LinkedHashMap<>();
        String whose = Look.possessive(sheet.network().name()) + " ";
        for (Quantity quantity : quantities) {
            if (quantity.total(sheet) > 0) {
                Quantity.Largest largest = quantity.largest(names, sheet.stages().stream().map(quantity.ofSum()::applyAsLong).toList());
                shares.computeIfAbsent(largest.part(), part -> new ArrayList<>()).add(largest.share() + " of " + whose + quantity.words());
                whose = "its ";
            }
        }
        List<String> parts = shares.entrySet().stream().map(part -> part.getKey() + " " + Look.list(part.getValue())).toList();
        boolean nested = shares.size() > 1 && parts.stream().anyMatch(part -> part.contains(" and "));
        return Look.capital(nested ? String.join("; ", parts) : Look.list(parts));
    }
}
