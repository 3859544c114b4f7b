package casebook.exercises;

import java.util.Map;

/** Answers to the exercise of notebook 00. */
final class Answers00 {

    private Answers00() {}

    static final Answers ALL = new Answers("00", Map.of("00.1", "48x64x3"), Map.of());
}
