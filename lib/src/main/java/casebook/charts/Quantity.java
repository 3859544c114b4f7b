package casebook.charts;

import casebook.cost.CostSheet;
import casebook.layers.Layer.Category;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * One of the things that a cost sheet counts, and how sentences speak of it.
 *
 * @param words what is counted: {@code multiplications}
 * @param head the same with its unit, for the head of a column
 * @param verb what a layer has to do with it: {@code does}
 * @param verbs what several have: {@code do}
 * @param number how a number is written: {@code 15.5 G}
 * @param ofRow the number of a layer
 * @param ofSum the number of a stage, or of the whole network
 */
record Quantity(String words, String head, String verb, String verbs, Function<Long, String> number,
        ToLongFunction<CostSheet.Row> ofRow, ToLongFunction<CostSheet.Sum> ofSum) {

    static final Quantity PARAMETERS = new Quantity("parameters", "parameters", "holds", "hold", Look::si,
            CostSheet.Row::parameters, CostSheet.Sum::parameters);

    /** How many numbers the layers put out. */
    static final Quantity ACTIVATIONS = new Quantity("activations", "activations", "puts out", "put out", Look::si,
            CostSheet.Row::activations, CostSheet.Sum::activations);

    /** The memory of these numbers in float32. */
    static final Quantity MEMORY = new Quantity("activation memory", "activation memory (bytes)", "takes", "take",
            bytes -> bytes == 0 ? "0" : Look.si(bytes) + (bytes < 1000 ? " B" : "B"), CostSheet.Row::bytes, sum -> 4 * sum.activations());

    static Quantity multiplications(CostSheet sheet) {
        String words = sheet.convention().flops() ? "floating-point operations" : "multiplications";
        return new Quantity(words, words + " (" + sheet.convention().unit() + ")", "does", "do", Look::si, CostSheet.Row::macs,
                CostSheet.Sum::macs);
    }

    long total(CostSheet sheet) {
        return ofSum.applyAsLong(sheet.total());
    }

    /** {@code VGG-16's parameters}. */
    String of(CostSheet sheet) {
        return Look.possessive(sheet.network().name()) + " " + words;
    }

    /** The fewest parts, three at most, that have two thirds of the whole. */
    String most(CostSheet sheet, List<String> names, List<Long> values) {
        String ofWhat = of(sheet);
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

    /** The parts that have the most, and their share: {@code fc6 holds 74 %}; {@code conv3 and conv4 do 30 % each}. */
    Largest largest(List<String> names, List<Long> values) {
        long most = values.stream().max(Long::compare).orElse(0L);
        List<String> first = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) == most) {
                first.add(names.get(i));
            }
        }
        String part = first.size() > 3 ? "each of " + first.size() + " stages" : Look.list(first);
        boolean one = first.size() == 1 || first.size() > 3;
        return new Largest(part, (one ? verb : verbs) + " " + Look.percent(share(most, sum(values))) + (one ? "" : " each"));
    }

    /** Who has the most, and how much that is. */
    record Largest(String part, String share) {}

    static long sum(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
    }

    static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    static Category category(CostSheet sheet, CostSheet.Row row) {
        return sheet.network().node(row.layer()).layer().category();
    }
}
