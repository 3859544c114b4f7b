package casebook.exercises;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.cost.CostSheet;
import casebook.exercises.Mutations.Change;
import casebook.layers.Activation;
import casebook.layers.Dropout;
import casebook.layers.Parameter;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every right network of the course is changed in every small way: what computes something else is refused, what computes the same is
 * not.
 */
class MutationTest {

    /** Exercises with one right network, in whatever way it is written; in the others several are right, and properties are checked. */
    private static final Set<String> ONE = Set.of("01.2", "02.3", "04.4", "05.1", "07.2", "08.2");

    private static Map<String, List<Network>> right() {
        Map<String, List<Network>> right = new TreeMap<>();
        for (Answers answers : Answers.all()) {
            answers.built().forEach((id, all) -> all.stream().filter(built -> built.hint().isEmpty() && built.answer() instanceof Network)
                    .forEach(built -> right.computeIfAbsent(id, key -> new ArrayList<>()).add((Network) built.answer())));
        }
        return right;
    }

    private static boolean accepted(String id, Network network) {
        return Exercises.exercise(id).judge(network).right();
    }

    @Test
    void allNetworkExercisesAreHere() {
        assertThat(right().keySet()).containsAll(ONE).contains("02.5", "03.3", "04.1", "05.3", "08.4", "09.3", "10.3");
    }

    @Test
    void whatComputesSomethingElseIsRefused() {
        int refused = 0;
        int same = 0;
        for (String id : ONE) {
            Network network = right().get(id).get(0);
            Wiring full = Wiring.of(network);
            Wiring small = SameNumbers.small(network);
            for (Change change : Mutations.of(full)) {
                Optional<Network> mutant = change.apply().apply(full).network();
                if (mutant.isEmpty()) {
                    continue;
                }
                Wiring changed = change.apply().apply(small);
                boolean computesTheSame = changed.network().isPresent() && SameNumbers.same(small, changed);
                if (computesTheSame) {
                    same++;
                    continue;
                }
                assertThat(accepted(id, mutant.get())).as(id + ": " + change.name()).isFalse();
                refused++;
            }
        }
        System.out.println(refused + " networks that compute something else were refused; " + same + " compute the same");
        assertThat(refused).isGreaterThan(500);
        // Otherwise the numbers would tell nothing.
        assertThat(same).isBetween(1, refused / 2);
    }

    @Test
    void whatComputesTheSameIsNotRefused() {
        int accepted = 0;
        for (Map.Entry<String, List<Network>> exercise : right().entrySet()) {
            for (Network network : exercise.getValue()) {
                Set<String> seen = new HashSet<>();
                List<Change> changes = Mutations.rewritten(network);
                // Of a network of a hundred layers that repeat, a few of each kind are enough.
                int step = changes.size() > 100 ? 7 : 1;
                for (int i = 0; i < changes.size(); i += step) {
                    Change change = changes.get(i);
                    Optional<Network> rewritten = change.apply().apply(Wiring.of(network)).network();
                    assertThat(rewritten).as(exercise.getKey() + ": " + change.name()).isPresent();
                    Exercise.Verdict verdict = Exercises.exercise(exercise.getKey()).judge(rewritten.get());
                    assertThat(verdict.right()).as(exercise.getKey() + ": " + change.name() + ": " + verdict.text()).isTrue();
                    accepted += seen.add(rewritten.get().nodes().toString()) ? 1 : 0;
                }
            }
        }
        System.out.println(accepted + " ways of writing the same were accepted");
        assertThat(accepted).isGreaterThan(200);
    }

    /** The rewritten networks do compute the same: the same harness that decides about mutants says so. */
    @Test
    void theNumbersAgreeThatRewritingChangesNothing() {
        for (String id : ONE) {
            Network network = right().get(id).get(0);
            Wiring small = SameNumbers.small(network);
            Network original = small.network().orElseThrow();
            for (Change change : Mutations.rewritten(original)) {
                if (change.name().startsWith("other order of concatenate")) {
                    continue;   // Its channels come in another order: the next layer's weights would have to be sorted too.
                }
                Wiring changed = change.apply().apply(Wiring.of(original));
                assertThat(SameNumbers.same(Wiring.of(original), changed)).as(id + ": " + change.name()).isTrue();
            }
        }
    }

    /** Where several networks are right, a changed one may be right too; but then it has what the exercise asks for. */
    @Test
    void whatIsAcceptedOfADesignHasWhatWasAskedFor() {
        int accepted = 0;
        int refused = 0;
        for (Map.Entry<String, List<Network>> exercise : right().entrySet()) {
            if (ONE.contains(exercise.getKey())) {
                continue;
            }
            Network network = exercise.getValue().get(0);
            Wiring wiring = Wiring.of(network);
            List<Change> changes = Mutations.of(wiring);
            // Networks whose layers repeat have thousands of changes.
            int step = changes.size() > 600 ? 40 : changes.size() > 200 ? 3 : 1;
            for (int i = 0; i < changes.size(); i += step) {
                Optional<Network> mutant = changes.get(i).apply().apply(wiring).network();
                if (mutant.isEmpty()) {
                    continue;
                }
                if (!accepted(exercise.getKey(), mutant.get())) {
                    refused++;
                    continue;
                }
                accepted++;
                String name = exercise.getKey() + ": " + changes.get(i).name();
                assertThat(straight(mutant.get())).as(name).isEmpty();
                assertThat(mutant.get().output().output().elements()).as(name).isEqualTo(network.output().output().elements());
                assertThat(CostSheet.of(mutant.get()).macs()).as(name).isLessThanOrEqualTo(12_443_648);
                mutant.get().nodes().stream().filter(MutationTest::weights).filter(node -> node.output().elements() != 10)
                        .forEach(node -> assertThat(node.output().channels()).as(name).isGreaterThanOrEqualTo(6));
            }
        }
        System.out.println("of changed designs " + accepted + " keep to what was asked for, " + refused + " do not");
        assertThat(accepted).isGreaterThan(50);
        assertThat(refused).isGreaterThan(100);
    }

    private static boolean weights(Node node) {
        return node.layer().parameters(node.inputShapes()).stream().anyMatch(parameter -> parameter.role() == Parameter.Role.WEIGHT);
    }

    /** Pairs of layers with weights between which a way leads that no activation bends: every way is walked. */
    private static List<String> straight(Network network) {
        List<String> pairs = new ArrayList<>();
        for (Node node : network.nodes()) {
            if (weights(node)) {
                walk(network, node, node, pairs);
            }
        }
        return pairs;
    }

    private static void walk(Network network, Node from, Node at, List<String> pairs) {
        for (int reader : network.readers().get(at.index())) {
            Node next = network.nodes().get(reader);
            if (weights(next)) {
                pairs.add(from.name() + " to " + next.name());
            } else if (!(next.layer() instanceof Activation) || next.layer() instanceof Dropout) {
                walk(network, from, next, pairs);
            }
        }
    }
}
