package casebook.cost;

import casebook.zoo.Zoo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * A published figure, to be held against ours. All of them are in {@code datasets/published.csv}, a row each.
 *
 * @param network the network's name, as readers know it
 * @param id its id in the zoo; empty if the zoo has not this network
 * @param quantity what is counted or measured: {@code parameters}, {@code macs}, {@code top-1 error}
 * @param layer the layer or stage that the figure is for; empty for the whole network
 * @param figure as printed
 * @param unit what it is counted in: {@code million}, {@code K (1,024)}, {@code %}
 * @param convention what counts in it, in the words of {@link Convention#of}
 * @param check how it compares to ours
 * @param shownBy where it does not follow: sums that show it, {@code 7*7*3*64 = 9408; …}
 * @param source authors, year, and where in their text
 * @param note why it differs, or how it was measured
 */
public record Published(String network, String id, String quantity, String layer, String figure, String unit, String convention,
        Check check, String shownBy, String source, String note) {

    /** How a published figure compares to ours. */
    public enum Check {
        /** Ours, rounded to as many digits, is the printed figure. */
        ROUNDED("agrees"),
        /** Ours is the printed figure where it is cut off after as many digits, but not rounded. */
        TRUNCATED("agrees, cut off"),
        /** It does not follow from this network and this convention; sums show it. */
        DOES_NOT_FOLLOW("differs"),
        /** Nothing here computes it: it was measured, as accuracies are. */
        NOT_COMPUTED("");

        private final String words;

        Check(String words) {
            this.words = words;
        }

        /** In words, for a table. */
        @Override
        public String toString() {
            return words;
        }

        private static Check named(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT).replace(' ', '_'));
        }
    }

    private static final Map<String, Integer> UNITS = Map.of("thousand (1,000)", 1_000, "K (1,024)", 1_024, "million", 1_000_000,
            "billion", 1_000_000_000, "MiB of 4-byte numbers", (1 << 20) / 4);

    private static List<Published> figures;

    /** All published figures, in the order of the file. */
    public static synchronized List<Published> all() {
        if (figures == null) {
            try (InputStream file = Published.class.getResourceAsStream("/casebook/published.csv")) {
                CsvReadOptions options = CsvReadOptions.builder(file).columnTypes(name -> ColumnType.STRING).build();
                figures = Table.read().usingOptions(options).stream().map(Published::of).toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return figures;
    }

    private static Published of(Row row) {
        return new Published(row.getString("network"), row.getString("id"), row.getString("quantity"), row.getString("layer"),
                row.getString("figure"), row.getString("unit"), row.getString("convention"), Check.named(row.getString("check")),
                row.getString("shown_by"), row.getString("source"), row.getString("note"));
    }

    /** The published figures of one network of the zoo. */
    public static List<Published> of(String id) {
        return all().stream().filter(figure -> figure.id.equals(id)).toList();
    }

    /** The printed figure as a number, its unit not applied: 138 for 138 million. */
    public BigDecimal number() {
        return new BigDecimal(figure.replace(",", ""));
    }

    /** The printed figure with its unit applied: 138,000,000 for 138 million. */
    public double value() {
        return number().doubleValue() * UNITS.getOrDefault(unit, 1);
    }

    /**
     * The year of the source.
     *
     * @throws IllegalStateException if the source names none
     */
    public int year() {
        Matcher year = Pattern.compile("\\b(19|20)\\d\\d\\b").matcher(source);
        if (!year.find()) {
            throw new IllegalStateException("this source names no year: " + source);
        }
        return Integer.parseInt(year.group());
    }

    /** Ours, exact; empty if the zoo has not this network or the figure is not one that is counted. */
    public OptionalLong computed() {
        if (check == Check.NOT_COMPUTED || id.isEmpty()) {
            return OptionalLong.empty();
        }
        CostSheet sheet = CostSheet.of(Zoo.network(id), Convention.of(convention));
        if (quantity.equals("input side")) {
            return OptionalLong.of(sheet.network().input().height());
        }
        List<CostSheet.Row> rows = sheet.rows().stream().filter(row -> layer.isEmpty() || row.layer().equals(layer)
                || row.stage().equals(layer) || row.layer().startsWith(layer + "/")).toList();
        if (rows.isEmpty()) {
            throw new IllegalStateException("datasets/published.csv names " + layer + ", which " + id + " has not");
        }
        return OptionalLong.of(rows.stream().mapToLong(switch (quantity) {
            case "parameters" -> CostSheet.Row::parameters;
            case "macs", "connections" -> CostSheet.Row::macs;
            // A neuron is an output of a layer with weights.
            case "neurons" -> row -> row.parameters() > 0 ? row.activations() : 0;
            default -> throw new IllegalStateException("datasets/published.csv: nothing here computes " + quantity);
        }).sum());
    }

    /** How our figure compares to the printed one; {@link Check#NOT_COMPUTED} if there is none of ours. */
    public Check compare() {
        return compare(computed());
    }

    /** The same where our figure is known already, so that the network is not counted twice. */
    public Check compare(OptionalLong ours) {
        if (ours.isEmpty()) {
            return Check.NOT_COMPUTED;
        }
        BigDecimal printed = number();
        BigDecimal inUnits = BigDecimal.valueOf(ours.getAsLong()).divide(BigDecimal.valueOf(UNITS.getOrDefault(unit, 1)), 20, RoundingMode.DOWN);
        if (inUnits.setScale(printed.scale(), RoundingMode.HALF_UP).compareTo(printed) == 0) {
            return Check.ROUNDED;
        }
        return inUnits.setScale(printed.scale(), RoundingMode.DOWN).compareTo(printed) == 0 ? Check.TRUNCATED : Check.DOES_NOT_FOLLOW;
    }

    /**
     * A sum that stands beside a figure.
     *
     * @param terms as written: {@code 7*7*3*64 + 64}
     * @param result what it is said to give
     */
    public record Sum(String terms, BigDecimal result) {

        /** What it really gives. */
        public BigDecimal value() {
            return new Arithmetic(terms).value();
        }
    }

    /** The sums that show that the figure does not follow: the first gives ours, others how the printed figure may have come about. */
    public List<Sum> sums() {
        return shownBy.isEmpty() ? List.of() : Arrays.stream(shownBy.split(";")).map(sum -> sum.split("="))
                .map(sides -> new Sum(sides[0].strip(), new BigDecimal(sides[1].strip()))).toList();
    }

    /** Published figures beside ours, a row each. */
    public static Table table(List<Published> figures) {
        LongColumn computed = LongColumn.create("Ours");
        StringColumn verdict = StringColumn.create("Verdict");
        for (Published figure : figures) {
            OptionalLong ours = figure.computed();
            ours.ifPresentOrElse(computed::append, computed::appendMissing);
            verdict.append(figure.compare(ours).toString());
        }
        return Table.create("Published beside computed",
                StringColumn.create("Network", figures.stream().map(Published::network)),
                StringColumn.create("Layer", figures.stream().map(Published::layer)),
                StringColumn.create("Quantity", figures.stream().map(Published::quantity)),
                StringColumn.create("Published", figures.stream().map(Published::printed)),
                computed,
                verdict,
                StringColumn.create("Convention", figures.stream().map(Published::convention)),
                StringColumn.create("Source", figures.stream().map(Published::source)),
                StringColumn.create("Note", figures.stream().map(Published::note)));
    }

    /** The figure with its unit where the quantity does not say it already, {@code 138 million}; long ones with separators. */
    public String printed() {
        String readable = figure.matches("\\d{5,}") ? String.format(Locale.ROOT, "%,d", Long.parseLong(figure)) : figure;
        return unit.isEmpty() || unit.equalsIgnoreCase(quantity) ? readable : readable + " " + unit;
    }
}
