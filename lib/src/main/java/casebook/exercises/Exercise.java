package casebook.exercises;

import casebook.compute.Stopped;
import casebook.layers.Shape;
import casebook.network.NetworkBuilder;
import casebook.notebook.Grid;
import java.math.BigDecimal;
import java.util.ArrayList;
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

/**
 * An exercise: what kind of answer it wants, when the answer is right, and a hint for each typical mistake. A hint never gives the
 * answer away.
 *
 * @param <T> what an answer is read as
 */
public final class Exercise<T> {

    /**
     * What is said of an answer.
     *
     * @param right true if it is right
     * @param text why it is right, or what to think about
     */
    public record Verdict(boolean right, String text) {}

    /** A condition that a right answer meets, and what to say of one that does not. */
    private record Rule<T>(Predicate<T> met, Function<T, String> otherwise) {}

    private final String id;
    private final String wanted;
    private final Function<Object, Optional<T>> reader;
    private final List<Rule<T>> rules = new ArrayList<>();
    private Predicate<T> right = answer -> true;
    private String otherwise = "Not yet.";
    private Supplier<String> because = () -> "";
    private boolean optional;

    private Exercise(String id, String wanted, Function<Object, Optional<T>> reader) {
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
        exercise.otherwise = "This is not the number of " + what + ".";
        return exercise;
    }

    /** Wants a number, and takes one that is so near: 0.01 for one percent. */
    public static Exercise<BigDecimal> about(String id, String what, double tolerance, Supplier<? extends Number> answer) {
        Exercise<BigDecimal> exercise = number(id, what, answer);
        exercise.right = given -> Math.abs(given.doubleValue() - answer.get().doubleValue()) <= tolerance * Math.abs(answer.get().doubleValue());
        return exercise;
    }

    /** Wants a shape: {@code Shape.volume(28, 28, 6)}, or {@code "28x28x6"}. */
    public static Exercise<Shape> shape(String id, Supplier<Shape> answer) {
        Exercise<Shape> exercise = new Exercise<>(id, "a shape, such as \"28x28x6\": height, width, channels", Exercise::readShape);
        exercise.right = given -> given.elements() == answer.get().elements() && given.csv().equals(answer.get().csv());
        exercise.otherwise = "This is not the shape.";
        return exercise;
    }

    /** Wants one of some letters: {@code "b"}. */
    public static Exercise<String> choice(String id, String letters, String answer) {
        Exercise<String> exercise = new Exercise<>(id, "one of the letters " + String.join(", ", letters.split("")) + ", such as \"" + letters.charAt(0) + "\"",
                given -> readWord(given).filter(word -> word.length() == 1 && letters.contains(word)));
        exercise.right = answer::equals;
        return exercise;
    }

    /** Wants some of the letters, in any order: {@code List.of("a", "c")} or {@code "ac"}. */
    public static Exercise<Set<String>> choices(String id, String letters, Supplier<? extends Collection<String>> answer) {
        Exercise<Set<String>> exercise = new Exercise<>(id, "some of the letters " + String.join(", ", letters.split("")) + ", such as List.of(\""
                + letters.charAt(0) + "\", \"" + letters.charAt(1) + "\")", given -> readLetters(given, letters));
        exercise.right = given -> given.equals(new LinkedHashSet<>(answer.get()));
        exercise.otherwise = "Not this choice.";
        return exercise;
    }

    /**
     * Wants some of these names, in any order: {@code List.of("3a", "5b")} or {@code "3a, 5b"}.
     *
     * @param what what they are names of: {@code rows}
     */
    public static Exercise<Set<String>> names(String id, String what, List<String> names, Supplier<? extends Collection<String>> answer) {
        Exercise<Set<String>> exercise = new Exercise<>(id, "some of the " + what + " " + String.join(", ", names) + ", such as List.of(\"" + names.get(0)
                + "\", \"" + names.get(1) + "\")", given -> readNames(given, names));
        exercise.right = given -> given.equals(new LinkedHashSet<>(answer.get()));
        exercise.otherwise = "Not these " + what + ".";
        return exercise;
    }

    /**
     * Wants something of a type of its own: a network, a layer, an array. It is right if it meets every {@link #rule}.
     *
     * @param wanted what is wanted, in words: {@code a network}
     */
    public static <T> Exercise<T> of(String id, Class<T> type, String wanted) {
        return new Exercise<>(id, wanted, given -> type.isInstance(given) ? Optional.of(type.cast(given)) : Optional.empty());
    }

    /** A condition, and the hint for an answer that does not meet it. Conditions are looked at in the order given. */
    public Exercise<T> rule(Predicate<T> met, String hint) {
        return rule(met, answer -> hint);
    }

    /** As above, with a hint that is made from the answer. */
    public Exercise<T> rule(Predicate<T> met, Function<T, String> hint) {
        rules.add(new Rule<>(met, hint));
        return this;
    }

    /** A typical wrong answer, as a learner would write it, and the hint for it. */
    public Exercise<T> mistake(Supplier<?> wrong, String hint) {
        return rule(answer -> !same(answer, reader.apply(wrong.get()).orElseThrow(
                () -> new IllegalStateException(id + ": the typical mistake " + wrong.get() + " is not " + wanted))), hint);
    }

    /** The hint for what is none of the typical mistakes. */
    public Exercise<T> otherwise(String hint) {
        otherwise = hint;
        return this;
    }

    /** What is said beside "right": the thought to keep. */
    public Exercise<T> because(String text) {
        return because(() -> text);
    }

    /** As above, with figures that are computed when they are asked for. */
    public Exercise<T> because(Supplier<String> text) {
        because = text;
        return this;
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
        Optional<T> read = reader.apply(given);
        if (read.isEmpty()) {
            String words = inWords(given);
            return new Verdict(false, "This exercise wants " + wanted + "; you gave " + words + (words.endsWith("?") ? "" : "."));
        }
        try {
            return judged(read.get());
        } catch (Stopped e) {
            throw e;
        } catch (RuntimeException e) {
            // What a learner builds may fail, or be too odd for any rule.
            return new Verdict(false, "It was tried, and it failed: " + e.getMessage());
        }
    }

    private Verdict judged(T answer) {
        for (Rule<T> rule : rules) {
            if (!rule.met().test(answer)) {
                return new Verdict(false, rule.otherwise().apply(answer));
            }
        }
        return right.test(answer) ? new Verdict(true, because.get()) : new Verdict(false, otherwise);
    }

    private static String inWords(Object given) {
        if (given == null) {
            return "nothing (null): was the cell run that computes it?";
        }
        String type = given.getClass().getSimpleName();
        return (type.isEmpty() ? "something else" : type.matches("[AEIOU].*") ? "an " + type : "a " + type)
                + (given instanceof CharSequence text ? ", \"" + text + "\"" : given instanceof Number ? ", " + given
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

    private static Optional<BigDecimal> readNumber(Object given) {
        return given instanceof Number number && Double.isFinite(number.doubleValue()) ? Optional.of(decimal(number)) : Optional.empty();
    }

    private static final Pattern SIDES = Pattern.compile("\\s*(\\d{1,9})\\s*(?:[x×*,]\\s*(\\d{1,9})\\s*[x×*,]\\s*(\\d{1,9})\\s*)?");

    private static Optional<Shape> readShape(Object given) {
        if (given instanceof Shape shape) {
            return Optional.of(shape);
        }
        String text = given instanceof int[] sides ? IntStream.of(sides).mapToObj(Integer::toString).collect(Collectors.joining("x"))
                : given instanceof Collection<?> sides ? sides.stream().map(String::valueOf).collect(Collectors.joining("x"))
                : given instanceof Integer || given instanceof CharSequence ? given.toString() : "";
        Matcher matcher = SIDES.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(matcher.group(2) == null ? Shape.vector(Integer.parseInt(matcher.group(1)))
                    : Shape.volume(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))));
        } catch (IllegalArgumentException noShape) {
            return Optional.empty();
        }
    }

    private static Optional<String> readWord(Object given) {
        return given instanceof CharSequence || given instanceof Character ? Optional.of(given.toString().strip().toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    private static Optional<Set<String>> readLetters(Object given, String letters) {
        return readSome(given, word -> word.replaceAll("[\\s,;]", "").split(""), List.of(letters.split("")));
    }

    private static Optional<Set<String>> readNames(Object given, List<String> names) {
        return readSome(given, word -> word.split("[\\s,;]+"), names);
    }

    private static Optional<Set<String>> readSome(Object given, Function<String, String[]> apart, List<String> names) {
        Collection<?> parts = given instanceof Collection<?> several ? several : given instanceof Object[] array ? List.of(array)
                : readWord(given).map(word -> (Collection<?>) List.of(apart.apply(word))).orElse(List.of());
        Set<String> read = new LinkedHashSet<>();
        for (Object part : parts) {
            Optional<String> name = readWord(part);
            if (name.isEmpty() || !names.contains(name.get())) {
                return Optional.empty();
            }
            read.add(name.get());
        }
        return given instanceof Collection<?> || given instanceof Object[] || !read.isEmpty() ? Optional.of(read) : Optional.empty();
    }

    /** A whole number with thousands separators, for hints. */
    static String count(long number) {
        return Grid.number(number);
    }
}
