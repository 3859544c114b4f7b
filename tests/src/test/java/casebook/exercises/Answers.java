package casebook.exercises;

import java.util.List;
import java.util.Map;

/**
 * What is tried on the exercises of a notebook. Its wrong answers that are numbers, shapes or letters stand in
 * {@code wrong-answers-NN.csv}.
 *
 * @param notebook its number
 * @param right a right answer of each exercise that wants a number, a shape or letters, as a learner would write it
 * @param built things of an own type, right ones and wrong ones, for each exercise that wants one
 */
record Answers(String notebook, Map<String, Object> right, Map<String, List<Built>> built) {

    /** A thing that a learner builds, and a word of what is said of it; no word if it is right. */
    record Built(Object answer, String hint) {}

    /** Those of all notebooks. */
    static List<Answers> all() {
        return List.of(Answers00.ALL, Answers00b.ALL, Answers01.ALL, Answers02.ALL, Answers03.ALL, Answers04.ALL, Answers05.ALL, Answers06.ALL,
                Answers07.ALL, Answers08.ALL, Answers09.ALL, Answers10.ALL);
    }
}
