package casebook.exercises;

import casebook.compute.Stopped;
import casebook.layers.Shape;
import casebook.network.Comparison;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.notebook.Grid;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An exercise: what kind of answer it wants, when the answer is right, and hints for each typical mistake, each nearer than the one
 * before. A hint never gives the answer away.
 *
 * @param <T> what an answer is read as
 */
public final class Exercise<T> {

    /**
     * What is said of an answer.
     *
     * @param right true if it is right
     * @param hints why it is right; or what to think about, and nearer hints for whoever makes the same mistake again
     */
    public record Verdict(boolean right, List<String> hints) {

        /** What is said first. */
        public String text() {
            return hints.get(0);
        }

        /** What is said of the same mistake the second time (1), the third (2), and from then on. */
        public String text(int again) {
            int nearer = Math.min(again, hints.size() - 1);
            return nearer == 0 ? text() : text() + "\n" + hints.get(nearer);
        }
    }

    /** A condition that a right answer meets, and what to say of one that does not. */
    private record Rule<T>(Predicate<T> met, Function<T, List<String>> otherwise) {}

    /** What an answer is read as; or, in a sentence, why it can't be read. */
    private record Read<T>(Optional<T> value, String problem) {
        static <T> Read<T> nothing() {
            return new Read<>(Optional.empty(), "");
        }

        static <T> Read<T> of(T value) {
            return new Read<>(Optional.of(value), "");
        }

        static <T> Read<T> not(String problem) {
            return new Read<>(Optional.empty(), problem);
        }
    }

    private final String id;
    private final String wanted;
    private final Function<Object, Read<T>> reader;
    private final List<Rule<T>> rules = new ArrayList<>();
    private Predicate<T> surely = answer -> false;
    private Predicate<T> right = answer -> true;
    private Function<T, List<String>> difference;
    private List<String> otherwise = List.of("Not yet.");
    private List<String> nearer = List.of();
    private Function<T, String> because = answer -> "";
    private Design design;
    private boolean optional;

    private Exercise(String id, String wanted, Function<Object, Read<T>> reader) {
        this.id = id;
        this.wanted = wanted;
        this.reader = reader;
    }

    /**
     * Wants a number.
     *
     * @param id its notebook and its place there: {@code 02.1}
     * @param what the number counts or measures: {@code parameters}
     * @param answer computes the right number
     */
    public static Exercise<BigDecimal> number(String id, String what, Supplier<? extends Number> answer) {
        Exercise<BigDecimal> exercise = new Exercise<>(id, "a number of " + what + ", such as 1234", Exercise::readNumber);
        exercise.right = given -> given.compareTo(decimal(answer.get())) == 0;
        exercise.otherwise = List.of("This is not the number of " + what + ".");
        return exercise;
    }

    /**
     * Wants a number, and takes one that is so near: 0.01 for one percent.
     *
     * @param wanted what is wanted, in words: {@code a number of times, such as 1.78}
     */
    public static Exercise<BigDecimal> about(String id, String wanted, double tolerance, Supplier<? extends Number> answer) {
        Exercise<BigDecimal> exercise = new Exercise<>(id, wanted, Exercise::readNumber);
        exercise.otherwise = List.of("This is not the number.");
        exercise.right = given -> Math.abs(given.doubleValue() - answer.get().doubleValue()) <= tolerance * Math.abs(answer.get().doubleValue());
        return exercise;
    }

    /** Wants a shape: {@code Shape.volume(28, 28, 6)}, or {@code "28x28x6"}. */
    public static Exercise<Shape> shape(String id, Supplier<Shape> answer) {
        Exercise<Shape> exercise = new Exercise<>(id, "a shape, such as \"28x28x6\": height, width, channels", Exercise::readShape);
        exercise.right = given -> given.elements() == answer.get().elements() && given.csv().equals(answer.get().csv());
        exercise.otherwise = List.of("This is not the shape.");
        return exercise;
    }

    /** Wants one of some letters: {@code "b"}. */
    public static Exercise<String> choice(String id, String letters, String answer) {
        Exercise<String> exercise = new Exercise<>(id, "one of the letters " + String.join(", ", letters.split("")) + ", such as \"" + letters.charAt(0) + "\"",
                given -> readLetter(given, letters));
        exercise.right = answer::equals;
        return exercise;
    }

    /** Wants some of the letters, in any order: {@code List.of("a", "c")} or {@code "ac"}. */
    public static Exercise<Set<String>> choices(String id, String letters, Supplier<? extends Collection<String>> answer) {
        Exercise<Set<String>> exercise = new Exercise<>(id, "some of the letters " + String.join(", ", letters.split("")) + ", such as List.of(\""
                + letters.charAt(0) + "\", \"" + letters.charAt(1) + "\")", given -> readLetters(given, letters));
        exercise.right = given -> given.equals(new LinkedHashSet<>(answer.get()));
        exercise.otherwise = List.of("Not this choice.");
        return exercise.rule(given -> !given.isEmpty(), "Nothing is chosen. At least one of the letters applies.");
    }

    /**
     * Wants some of these names, in any order: {@code List.of("3a", "5b")} or {@code "3a, 5b"}.
     *
     * @param what what they are names of: {@code rows}
     */
    public static Exercise<Set<String>> names(String id, String what, List<String> names, Supplier<? extends Collection<String>> answer) {
        Exercise<Set<String>> exercise = new Exercise<>(id, "some of the " + what + " " + String.join(", ", names) + ", such as List.of(\"" + names.get(0)
                + "\", \"" + names.get(1) + "\")", given -> readNames(given, what, names));
        exercise.right = given -> given.equals(new LinkedHashSet<>(answer.get()));
        exercise.otherwise = List.of("Not these " + what + ".");
        return exercise.rule(given -> !given.isEmpty(), "Nothing is chosen. At least one of the " + what + " applies.");
    }

    /**
     * Wants something of a type of its own: a network, a layer, an array. It is right if it meets every {@link #rule}.
     *
     * @param wanted what is wanted, in words: {@code a network}
     */
    public static <T> Exercise<T> of(String id, Class<T> type, String wanted) {
        return new Exercise<>(id, wanted, given -> type.isInstance(given) ? Read.of(type.cast(given)) : Read.nothing());
    }

    /** A condition, and the hints for an answer that does not meet it. Conditions are looked at in the order given. */
    public Exercise<T> rule(Predicate<T> met, String... hints) {
        return rule(met, answer -> hints[0], List.of(hints).subList(1, hints.length).toArray(String[]::new));
    }

    /** As above, with a first hint that is made from the answer. */
    public Exercise<T> rule(Predicate<T> met, Function<T, String> hint, String... nearerHints) {
        rules.add(new Rule<>(met, answer -> Stream.concat(Stream.of(hint.apply(answer)), Stream.of(nearerHints)).toList()));
        return this;
    }

    /**
     * A network is right if it is this one, in whatever way it was written ({@link Comparison}). The rules before it only give better
     * hints for typical mistakes.
     */
    public static Exercise<Network> network(String id, String wanted, Supplier<Network> right) {
        Exercise<Network> exercise = of(id, Network.class, wanted);
        exercise.surely = net -> Comparison.same(net, right.get());
        exercise.right = net -> false;
        exercise.difference = net -> Comparison.first(net, right.get()).orElseThrow().hints();
        return exercise;
    }

    /** A typical wrong answer, as a learner would write it, and the hints for it. */
    public Exercise<T> mistake(Supplier<?> wrong, String... hints) {
        return rule(answer -> !same(answer, reader.apply(wrong.get()).value().orElseThrow(
                () -> new IllegalStateException(id + ": the typical mistake " + wrong.get() + " is not " + wanted))), hints);
    }

    /** The hint for what is none of the typical mistakes. */
    public Exercise<T> otherwise(String hint) {
        otherwise = List.of(hint);
        return this;
    }

    /** The second and the third hint for every mistake that has none of its own. */
    public Exercise<T> nearer(String second, String third) {
        nearer = List.of(second, third);
        return this;
    }

    /** What is said beside "right": the thought to keep. */
    public Exercise<T> because(String text) {
        return because(answer -> text);
    }

    /** As above, with figures that are computed when they are asked for. */
    public Exercise<T> because(Supplier<String> text) {
        return because(answer -> text.get());
    }

    /** As above, of the answer that was given. */
    public Exercise<T> because(Function<T, String> text) {
        because = text;
        return this;
    }

    /** A right answer is a network that is trained then, and compared with a reference. */
    Exercise<T> trained(Design how) {
        design = how;
        return this;
    }

    /** How a right answer is trained, where it is. */
    Optional<Design> design() {
        return Optional.ofNullable(design);
    }

    /** Marks it as one that may be left out. */
    public Exercise<T> optional() {
        optional = true;
        return this;
    }

    /** Its notebook and its place there. */
    public String id() {
        return id;
    }

    /** True if it may be left out. */
    public boolean isOptional() {
        return optional;
    }

    /** Looks at an answer. */
    public Verdict judge(Object given) {
        Read<T> read = reader.apply(given);
        if (read.value().isEmpty()) {
            if (!read.problem().isEmpty()) {
                return new Verdict(false, List.of(read.problem()));
            }
            String words = inWords(given);
            return new Verdict(false, List.of("This exercise wants " + wanted + "; you gave " + words + (words.endsWith("?") ? "" : ".")));
        }
        try {
            return judged(read.value().get());
        } catch (Stopped e) {
            throw e;
        } catch (RuntimeException e) {
            // What a learner builds may fail, or be too odd for any rule.
            return new Verdict(false, List.of("It was tried, and it failed: " + OwnLayer.failure(e)));
        }
    }

    private Verdict judged(T answer) {
        if (!surely.test(answer)) {
            for (Rule<T> rule : rules) {
                if (!rule.met().test(answer)) {
                    return new Verdict(false, withNearer(answer, rule.otherwise().apply(answer)));
                }
            }
            if (!right.test(answer)) {
                return new Verdict(false, withNearer(answer, difference == null ? otherwise : difference.apply(answer)));
            }
        }
        return new Verdict(true, List.of(because.apply(answer)));
    }

    /** Three hints: those of the mistake, and then what is nearer; of a network, how it differs from the right one. */
    private List<String> withNearer(T answer, List<String> hints) {
        List<String> further = difference == null ? nearer : difference.apply(answer);
        List<String> last = difference == null || further.size() < 3 ? further : List.of(further.get(0), further.get(2));
        return hints.size() > last.size() ? hints : Stream.concat(hints.stream(), last.subList(hints.size() - 1, last.size()).stream()).toList();
    }

    private static String inWords(Object given) {
        if (given == null) {
            return "nothing (null): was the cell run that computes it?";
        }
        // Java's own lists have names that nobody knows, such as ListN.
        String type = given instanceof Collection ? "list" : given.getClass().isArray() ? "array" : given.getClass().getSimpleName();
        return (type.isEmpty() ? "something else" : type.matches("(?i)[aeiou].*") ? "an " + type : "a " + type)
                + (given instanceof CharSequence text ? ", \"" + text + "\"" : given instanceof Number || given instanceof Collection ? ", " + given
                : given instanceof NetworkBuilder ? ": is .build() missing at its end?" : "");
    }

    /** Whole numbers are the same or not; others are written with a few digits only. */
    private static boolean same(Object a, Object b) {
        return a instanceof BigDecimal x && b instanceof BigDecimal y
                ? y.stripTrailingZeros().scale() <= 0 ? x.compareTo(y) == 0 : x.subtract(y).abs().doubleValue() <= 1e-3 * y.abs().doubleValue()
                : a instanceof Shape x && b instanceof Shape y ? x.csv().equals(y.csv()) : a.equals(b);
    }

    // ---------------------------------------------------------------- what a learner may write

    private static BigDecimal decimal(Number number) {
        return number instanceof BigDecimal exact ? exact : number instanceof Double || number instanceof Float
                ? BigDecimal.valueOf(number.doubleValue()) : BigDecimal.valueOf(number.longValue());
    }

    private static Read<BigDecimal> readNumber(Object given) {
        return given instanceof Number number && Double.isFinite(number.doubleValue()) ? Read.of(decimal(number)) : Read.nothing();
    }

    private static final Pattern SIDES = Pattern.compile("\\s*(\\d{1,9})\\s*(?:[x×*,]\\s*(\\d{1,9})\\s*[x×*,]\\s*(\\d{1,9})\\s*)?");

    private static final Pattern NUMBERS = Pattern.compile("\\s*\\d{1,9}(?:\\s*[x×*,]\\s*\\d{1,9})+\\s*");

    private static Read<Shape> readShape(Object given) {
        if (given instanceof Shape shape) {
            return Read.of(shape);
        }
        String text = given instanceof int[] sides ? IntStream.of(sides).mapToObj(Integer::toString).collect(Collectors.joining("x"))
                : given instanceof Collection<?> sides ? sides.stream().map(String::valueOf).collect(Collectors.joining("x"))
                : given instanceof Integer || given instanceof CharSequence ? given.toString() : "";
        Matcher matcher = SIDES.matcher(text);
        if (!matcher.matches()) {
            int numbers = text.split("[x×*,]").length;
            return NUMBERS.matcher(text).matches() ? Read.not("A volume has three numbers: height, width, channels. You gave " + numbers
                    + ": "
                    + (numbers < 3 ? "which is missing?" : "which of them do not belong to one volume?"))
                    : given instanceof CharSequence ? Read.not("\"" + text + "\" can't be read as a shape. Three numbers with an x "
                    + "between them are wanted, such as \"28x28x6\".")
                    : Read.nothing();
        }
        try {
            return Read.of(matcher.group(2) == null ? Shape.vector(Integer.parseInt(matcher.group(1)))
                    : Shape.volume(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))));
        } catch (IllegalArgumentException noShape) {
            return Read.not(noShape.getMessage() + ".");
        }
    }

    private static Optional<String> readWord(Object given) {
        return given instanceof CharSequence || given instanceof Character ? Optional.of(given.toString().strip().toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    private static Read<String> readLetter(Object given, String letters) {
        Optional<String> word = readWord(given);
        return word.isEmpty() ? Read.nothing() : word.get().length() == 1 && letters.contains(word.get()) ? Read.of(word.get())
                : Read.not(noSuch("\"" + given + "\"", "letters", List.of(letters.split(""))) + " One of them is wanted.");
    }

    private static String noSuch(String given, String what, List<String> names) {
        return "There is no " + given + " here. The " + what + " are " + String.join(", ", names) + ".";
    }

    private static Read<Set<String>> readLetters(Object given, String letters) {
        return readSome(given, "letters", words -> words.replaceAll("\\band\\b|[\\s,;]", "").split(""), List.of(letters.split("")));
    }

    private static Read<Set<String>> readNames(Object given, String what, List<String> names) {
        return readSome(given, what, words -> words.split("\\s+and\\s+|[\\s,;]+"), names);
    }

    private static Read<Set<String>> readSome(Object given, String what, Function<String, String[]> apart, List<String> names) {
        Optional<String> text = readWord(given);
        Collection<?> parts = given instanceof Collection<?> several ? several : given instanceof Object[] array ? Arrays.asList(array)
                : text.isPresent() && !text.get().isEmpty() ? List.of(apart.apply(text.get())) : null;
        if (parts == null) {
            return Read.nothing();
        }
        Set<String> read = new LinkedHashSet<>();
        for (Object part : parts) {
            Optional<String> name = readWord(part);
            if (name.isEmpty() || !names.contains(name.get())) {
                return Read.not(noSuch(name.isPresent() ? "\"" + part + "\"" : String.valueOf(part), what, names));
            }
            read.add(name.get());
        }
        return Read.of(read);
    }

    /** A whole number with thousands separators, for hints. */
    static String count(long number) {
        return Grid.number(number);
    }
}
