package casebook.exercises;

import casebook.compute.Stopped;
import casebook.network.Network;
import casebook.notebook.Feedback.Mark;
import casebook.notebook.Feedback;
import casebook.notebook.Grid;
import casebook.notebook.Notebook;
import casebook.text.Nearest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a notebook says to a learner's predictions and answers. Import it with
 * {@code import static casebook.exercises.Exercises.*;}.
 */
public final class Exercises {

    /** Stands where an answer will stand. */
    public static final Object TODO = new Object() {
        @Override
        public String toString() {
            return "TODO";
        }
    };

    /** What makes each notebook's exercises, in the course's order. One notebook needs none of the others' classes. */
    private static final Map<String, Supplier<List<Exercise<?>>>> NOTEBOOKS = new LinkedHashMap<>();

    static {
        // Each of these is a lambda: a method reference would load its class here.
        NOTEBOOKS.put("00", () -> Notebook00.exercises());
        NOTEBOOKS.put("00b", () -> Notebook00b.exercises());
        NOTEBOOKS.put("01", () -> Notebook01.exercises());
        NOTEBOOKS.put("02", () -> Notebook02.exercises());
        NOTEBOOKS.put("03", () -> Notebook03.exercises());
        NOTEBOOKS.put("04", () -> Notebook04.exercises());
        NOTEBOOKS.put("05", () -> Notebook05.exercises());
        NOTEBOOKS.put("06", () -> Notebook06.exercises());
        NOTEBOOKS.put("07", () -> Notebook07.exercises());
        NOTEBOOKS.put("08", () -> Notebook08.exercises());
        NOTEBOOKS.put("09", () -> Notebook09.exercises());
        NOTEBOOKS.put("10", () -> Notebook10.exercises());
    }

    /** The exercises of the notebooks that were asked for, by their ids. */
    private static final Map<String, Map<String, Exercise<?>>> MADE = new HashMap<>();

    /** How often each mistake was made in this kernel, by exercise and first hint. */
    private static final Map<List<String>, Integer> MADE_BEFORE = new HashMap<>();

    /** What was predicted in this kernel. */
    private static final Map<String, Object> PREDICTED = new HashMap<>();

    private Exercises() {}

    private static synchronized Map<String, Exercise<?>> of(String notebook) {
        return MADE.computeIfAbsent(notebook, name -> {
            Map<String, Exercise<?>> made = new LinkedHashMap<>();
            for (Exercise<?> exercise : NOTEBOOKS.get(name).get()) {
                if (!notebook(exercise.id()).equals(name)) {
                    throw new IllegalStateException("notebook " + name + " has an exercise " + exercise.id());
                }
                if (made.put(exercise.id(), exercise) != null) {
                    throw new IllegalStateException("two exercises are called " + exercise.id());
                }
            }
            return made;
        });
    }

    /** The notebook of an exercise: what stands before the last point of its id. */
    private static String notebook(String id) {
        return id.substring(0, Math.max(0, id.lastIndexOf('.')));
    }

    /** The ids of all exercises, in the course's order. */
    public static Set<String> ids() {
        Set<String> ids = new LinkedHashSet<>();
        NOTEBOOKS.keySet().forEach(notebook -> ids.addAll(of(notebook).keySet()));
        return ids;
    }

    /** One exercise. */
    public static Exercise<?> exercise(String id) {
        Exercise<?> exercise = NOTEBOOKS.containsKey(notebook(id)) ? of(notebook(id)).get(id) : null;
        if (exercise == null) {
            throw new IllegalArgumentException("there is no exercise " + id + "; near to it: " + Nearest.to(id, ids()));
        }
        return exercise;
    }

    /**
     * Says whether an answer is right, or gives a hint. While the answer is {@link #TODO} nothing is judged.
     *
     * @param id the exercise: {@code "02.1"}
     * @param answer a number, a shape, a letter, a network, whatever the exercise asks for
     * @throws IllegalArgumentException if there is no such exercise
     */
    public static void check(String id, Object answer) {
        Exercise<?> exercise = exercise(id);
        if (answer == TODO) {
            Notebook.show(new Feedback(Mark.OPEN, id + " · not answered yet", "Write your answer in the place of TODO and run the cell again."));
            return;
        }
        Stopped.check();
        Exercise.Verdict verdict = exercise.judge(answer);
        // What was stopped is no answer, so that it isn't written down.
        Stopped.check();
        if (verdict.right() && exercise.design().isPresent()) {
            verdict = exercise.design().get().train(id, (Network) answer, verdict.text(), true);
        }
        String trouble = Journal.last(Journal.RIGHT).containsKey(id) ? "" : Journal.add(id, verdict.right() ? Journal.RIGHT : Journal.TRIED, "");
        Notebook.show(new Feedback(verdict.right() ? Mark.RIGHT : Mark.AGAIN, id + (verdict.right() ? " · right" : " · not yet"),
                ((verdict.right() ? verdict.text() : hint(id, verdict)) + " " + trouble).strip()));
    }

    /** The hint for a mistake: the second and third time it is made, a nearer one comes too. */
    static synchronized String hint(String id, Exercise.Verdict verdict) {
        int times = MADE_BEFORE.merge(List.of(id, verdict.text()), 1, Integer::sum);
        return verdict.text(times - 1);
    }

    /**
     * Checks an answer that the notebook itself gives, at its end. It does not count as solved by the learner.
     *
     * @throws IllegalStateException if the answer is wrong
     */
    public static void solution(String id, Object answer) {
        Exercise.Verdict verdict = exercise(id).judge(answer);
        if (!verdict.right()) {
            throw new IllegalStateException("the solution of " + id + " is not right: " + verdict.text());
        }
        Optional<Design> design = exercise(id).design();
        if (design.isPresent()) {
            verdict = design.get().train(id, (Network) answer, verdict.text(), false);
        }
        Notebook.show(new Feedback(Mark.RIGHT, id + " · this is one right answer", verdict.text()));
    }

    /**
     * Writes a prediction down, to compare it with what comes out.
     *
     * @param id its notebook and a letter or word: {@code "02.a"}
     * @param guess a number, a word or a choice, or {@link #TODO} to go on without one
     */
    public static void predict(String id, Object guess) {
        if (guess == TODO) {
            PREDICTED.remove(id);
            Notebook.show(new Feedback(Mark.OPEN, "No prediction yet", "Write yours in the place of TODO and run the cell, or just go on."));
            return;
        }
        PREDICTED.put(id, guess);
        String trouble = Journal.add(id, Journal.PREDICTED, String.valueOf(guess));
        Notebook.show(new Feedback(Mark.OPEN, "Your prediction: " + inWords(guess), trouble));
    }

    /**
     * Says what came out, beside what was predicted.
     *
     * @param value what came out; where it was one of a few choices, as a word, even if they are numbers: how many times as large the other
     *     is says nothing then
     */
    public static void outcome(String id, Object value) {
        Object guess = PREDICTED.get(id);
        if (guess == null) {
            Notebook.show(new Feedback(Mark.FOLDED, "It is " + inWords(value), "The answer, for whoever has predicted on paper"));
            return;
        }
        Notebook.show(compared(guess, value));
    }

    /** A tick is for what is as good as right. Of percentages, 95 is within a tenth of 88, and yet far from it. */
    static Feedback compared(Object guess, Object value) {
        String both = "You predicted " + inWords(guess) + ". It is " + inWords(value);
        if (inWords(guess).strip().equalsIgnoreCase(inWords(value).strip())) {
            return new Feedback(Mark.RIGHT, both, guess instanceof Number ? "Exactly." : "");
        }
        if (!(guess instanceof Number && value instanceof Number)) {
            return new Feedback(Mark.OPEN, both, "What did you expect, and why is it otherwise?");
        }
        double predicted = ((Number) guess).doubleValue();
        double result = ((Number) value).doubleValue();
        if (predicted * result <= 0) {
            return new Feedback(Mark.OPEN, both, "");
        }
        double factor = predicted / result;
        boolean near = factor > 0.9 && factor < 1.1;
        String text = near ? String.format(Locale.ROOT, "That is within %.0f %%.", Math.max(1, Math.ceil(100 * Math.abs(factor - 1))))
                : factor > 1 ? String.format(Locale.ROOT, "Your number is %s times as large.", digits(factor))
                : String.format(Locale.ROOT, "The result is %s times as large as your number.", digits(1 / factor));
        return new Feedback(factor > 0.97 && factor < 1.03 ? Mark.RIGHT : Mark.OPEN, both, text);
    }

    private static String digits(double factor) {
        return factor < 10 ? String.format(Locale.ROOT, "%.1f", factor) : String.format(Locale.ROOT, "%,.0f", factor);
    }

    private static String inWords(Object value) {
        if (value instanceof Long || value instanceof Integer) {
            return Grid.number(((Number) value).longValue());
        }
        if (value instanceof Number number) {
            double exact = number.doubleValue();
            return exact == Math.rint(exact) && Math.abs(exact) < 1e15 ? Grid.number((long) exact) : String.format(Locale.ROOT, "%,.3g", exact);
        }
        return String.valueOf(value);
    }

    /** Runs in this kernel what stands before an exercise: see {@link CatchUp#to}. */
    public static void catchUp(String place) {
        CatchUp.to(place);
    }

    /** Shows the recorded runs of an experiment: see {@link Replay#show}. */
    public static void replay(String id) {
        Replay.show(id);
    }

    /** How far the learner has come: for each notebook, how many exercises are solved. */
    public static Grid progress() {
        Set<String> right = Journal.last(Journal.RIGHT).keySet();
        Grid grid = Grid.of("Your progress, kept on this machine", "Notebook", ">Solved", ">Exercises", ">Optional ones solved", ">Optional");
        int[] all = new int[4];
        for (String notebook : NOTEBOOKS.keySet()) {
            int[] count = new int[4];
            of(notebook).forEach((id, exercise) -> {
                int at = exercise.isOptional() ? 2 : 0;
                count[at + 1]++;
                count[at] += right.contains(id) ? 1 : 0;
            });
            grid.row(cells(notebook, count));
            for (int i = 0; i < all.length; i++) {
                all[i] += count[i];
            }
        }
        return grid.total(cells("all", all));
    }

    private static String[] cells(String head, int[] count) {
        return new String[] {head, Integer.toString(count[0]), Integer.toString(count[1]), Integer.toString(count[2]), Integer.toString(count[3])};
    }
}
