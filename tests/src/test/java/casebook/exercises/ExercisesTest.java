package casebook.exercises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.OwnProcess;
import casebook.compute.StopSignal;
import casebook.compute.Stopped;
import casebook.exercises.Answers.Built;
import casebook.layers.Activation;
import casebook.layers.Pass;
import casebook.network.Network;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Right answers are right, typical wrong ones get the hint that fits, and no hint has the answer in it. */
class ExercisesTest {

    static final Map<String, Object> RIGHT = new HashMap<>();
    static final Map<String, List<Built>> BUILT = new HashMap<>();

    static {
        for (Answers answers : Answers.all()) {
            RIGHT.putAll(answers.right());
            BUILT.putAll(answers.built());
        }
    }

    static List<String[]> wrongAnswers() throws Exception {
        List<String[]> all = new ArrayList<>();
        for (Answers answers : Answers.all()) {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                    ExercisesTest.class.getResourceAsStream("wrong-answers-" + answers.notebook() + ".csv"), StandardCharsets.UTF_8))) {
                lines.lines().skip(1).map(line -> line.split(",", 3)).forEach(all::add);
            }
        }
        return all;
    }

    private static Object value(String text) {
        return text.matches("-?\\d+") ? (Object) Long.valueOf(text) : text.matches("-?\\d*\\.\\d+") ? Double.valueOf(text) : text;
    }

    @ParameterizedTest
    @MethodSource("wrongAnswers")
    void aWrongAnswerGetsItsHint(String id, String answer, String hint) {
        Exercise.Verdict verdict = Exercises.exercise(id).judge(value(answer));
        assertThat(verdict.right()).isFalse();
        assertThat(verdict.text().replace(",", "")).contains(hint.replace(",", ""));
        Object right = RIGHT.get(id);
        for (String each : verdict.hints()) {
            if (right instanceof Number number) {
                assertThat(each.replace(",", "")).as("the hint gives nothing away")
                        .doesNotContainPattern("(?<![\\d.])" + new BigDecimal(number.toString()).toPlainString() + "(?![\\d.])");
            } else if (right instanceof String text && text.length() > 1) {
                assertThat(each).as("the hint gives nothing away").doesNotContain(text);
            }
        }
    }

    /** The same mistake gets a second and a third hint, each another one. What can't be read needs no more than to be told so. */
    @ParameterizedTest
    @MethodSource("wrongAnswers")
    void theSameMistakeGetsNearerHints(String id, String answer, String hint) {
        Exercise.Verdict verdict = Exercises.exercise(id).judge(value(answer));
        if (!verdict.text().startsWith("This exercise wants") && !verdict.text().startsWith("There is no ") && !verdict.text()
                .startsWith("A volume has") && !verdict.text().contains("can't be read")) {
            assertThat(verdict.hints()).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates();
            assertThat(List.of(verdict.text(0), verdict.text(1), verdict.text(2))).doesNotHaveDuplicates();
            assertThat(verdict.text(7)).isEqualTo(verdict.text(2));
        }
    }

    @Test
    void hintsComeNearerWithEachTry() {
        Exercise.Verdict verdict = Exercises.exercise("02.1").judge(30_720);
        assertThat(Exercises.hint("a test", verdict)).isEqualTo(verdict.text());
        assertThat(Exercises.hint("a test", verdict)).startsWith(verdict.text() + "\n").endsWith(verdict.hints().get(1));
        assertThat(Exercises.hint("a test", verdict)).endsWith(verdict.hints().get(2));
        assertThat(Exercises.hint("another test", verdict)).isEqualTo(verdict.text());
    }

    @Test
    void rightAnswersAreRight() {
        RIGHT.forEach((id, answer) -> assertThat(Exercises.exercise(id).judge(answer)).as(id).matches(Exercise.Verdict::right));
    }

    /** Each exercise is tried here, with a right answer and with wrong ones. */
    @Test
    void noExerciseIsLeftOut() throws Exception {
        List<String> wrong = wrongAnswers().stream().map(line -> line[0]).toList();
        for (String id : Exercises.ids()) {
            assertThat(RIGHT.containsKey(id) && wrong.contains(id) || BUILT.containsKey(id)).as(id).isTrue();
        }
    }

    /** Makes one exercise. */
    static final class One {
        public static void main(String[] args) {
            System.out.println("made " + Exercises.exercise(args[0]).id());
        }
    }

    @Test
    void anExerciseLoadsItsOwnNotebookOnly() {
        String loaded = OwnProcess.run(List.of("-Xlog:class+load"), Map.of(), One.class, "02.1").output();
        assertThat(loaded).contains("made 02.1");
        assertThat(Pattern.compile("casebook\\.exercises\\.(Notebook\\w+) ").matcher(loaded).results().map(found -> found.group(1)))
                .containsExactly("Notebook02");
    }

    @Test
    void anExerciseThatIsNotThere() {
        assertThatThrownBy(() -> Exercises.exercise("02.17")).hasMessageContaining("there is no exercise 02.17; near to it: 02.1");
        assertThatThrownBy(() -> Exercises.exercise("2.1")).hasMessageContaining("near to it: 02.1");
        assertThatThrownBy(() -> Exercises.exercise("first")).hasMessageContaining("there is no exercise first");
    }

    @Test
    void whatIsBuiltIsLookedAt() {
        BUILT.forEach((id, all) -> all.forEach(built -> {
            Exercise.Verdict verdict = Exercises.exercise(id).judge(built.answer());
            assertThat(verdict.right()).as(id + ": " + verdict.text()).isEqualTo(built.hint().isEmpty());
            assertThat(verdict.text()).as(id).contains(built.hint());
            if (built.answer() instanceof Network && !built.hint().isEmpty() && !verdict.text().startsWith("This exercise wants")) {
                assertThat(verdict.hints()).as(id + ": " + verdict.text()).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates();
            }
        }));
    }

    /** A layer in whose forward pass the stop button is pressed. */
    private record Pressed(StopSignal signal) implements Activation {
        @Override
        public String kind() {
            return "pressed";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            signal.set();
            Stopped.check();
            return x.dup();
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return dy.dup();
        }
    }

    @Test
    void whatIsStoppedIsNoWrongAnswer() {
        StopSignal signal = new StopSignal();
        assertThatThrownBy(() -> signal.over(() -> Exercises.exercise("02.4").judge(new Pressed(signal)))).isInstanceOf(Stopped.class);
    }

    @Test
    void namesAreReadAsListsOrAsWords() {
        Exercise<?> some = Exercise.names("00.1", "rows", List.of("3a", "3b", "conv1"), () -> List.of("conv1", "3a"));
        assertThat(some.judge(List.of("3a", "conv1")).right()).isTrue();
        assertThat(some.judge("conv1, 3A").right()).isTrue();
        assertThat(some.judge("conv1 and 3a").right()).isTrue();
        assertThat(some.judge("3a").right()).isFalse();
        assertThat(some.judge("3a conv2").text()).isEqualTo("There is no \"conv2\" here. The rows are 3a, 3b, conv1.");
    }

    @Test
    void nothingChosenAndWhatIsNotThere() {
        assertThat(Exercises.exercise("05.2").judge(List.of()).text()).isEqualTo("Nothing is chosen. At least one of the letters applies.");
        assertThat(Exercises.exercise("05.2").judge("a and c").right()).isTrue();
        assertThat(Exercises.exercise("02.2").judge(List.of("a", "h")).text()).startsWith("There is no \"h\" here.");
        assertThat(Exercises.exercise("09.1").judge(List.of("3a", 7)).text()).startsWith("There is no 7 here.");
        assertThat(Exercises.exercise("09.1").judge(new String[] {"3a", null}).text()).startsWith("There is no null here.");
        assertThat(Exercises.exercise("00b.1").judge("28x28").text()).isEqualTo("A volume has three numbers: height, width, channels. You "
                + "gave 2: which is missing?");
    }

    @Test
    void whatCannotBeTriedIsNotRight() {
        Exercise<String> odd = Exercise.of("00.1", String.class, "a word").rule(word -> word.charAt(3) == 'x', "no x");
        assertThat(odd.judge("ab").right()).isFalse();
        assertThat(odd.judge("ab").text()).contains("it failed: ");
        assertThat(odd.judge("abcx").right()).isTrue();
    }

    @Test
    void nothingIsNotAnAnswer() {
        assertThat(Exercises.exercise("02.1").judge(null).text()).endsWith("was the cell run that computes it?");
        assertThat(Exercises.exercise("02.1").judge("30840").text()).contains("a number").contains("\"30840\"");
        assertThat(Exercises.exercise("09.2").judge(List.of("f")).text()).endsWith("you gave a list, [f].");
        assertThat(Exercises.exercise("02.1").judge(new int[] {1}).text()).endsWith("you gave an array.");
        assertThat(Exercises.exercise("05.4").judge("5.02").text()).containsOnlyOnce("such as");
        assertThat(Exercises.exercise("02.1").judge(Double.NaN).right()).isFalse();
        assertThatThrownBy(() -> Exercises.check("2.1", 3)).hasMessageContaining("02.1");
    }

    @Test
    void aTickIsForWhatIsAsGoodAsRight() {
        assertThat(Exercises.compared(95, 87.9).words()).isEqualTo("○ You predicted 95. It is 87.9. That is within 9 %.");
        assertThat(Exercises.compared(90, 87.9).words()).startsWith("✓").endsWith("That is within 3 %.");
        assertThat(Exercises.compared(60_000, 61_706).words()).startsWith("✓");
        assertThat(Exercises.compared(20_000, 61_706).words()).startsWith("○").endsWith("3.1 times as large as your number.");
        assertThat(Exercises.compared(5, 5L).words()).isEqualTo("✓ You predicted 5. It is 5. Exactly.");
        assertThat(Exercises.compared("Shirt", "shirt").words()).startsWith("✓");
    }

    /** Of two choices that are numbers, none is "2.5 times as large". */
    @Test
    void aChoiceIsComparedAsAWord() {
        assertThat(Exercises.compared(20, "20").words()).startsWith("✓ You predicted 20. It is 20");
        assertThat(Exercises.compared(8, "20").words()).startsWith("○ You predicted 8. It is 20").doesNotContain("times as large");
    }
}
