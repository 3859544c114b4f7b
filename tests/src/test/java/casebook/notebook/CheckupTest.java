package casebook.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.notebook.Checkup.Finding;
import casebook.notebook.Checkup.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckupTest {

    private final List<Finding> findings = new ArrayList<>();
    private final Checkup checkup = new Checkup(findings::add);

    @Test
    void nothingIsWrongHere() {
        assertThat(checkup.run()).as("%s", findings).isTrue();
        assertThat(findings).extracting(Finding::name).contains("Java", "memory", "fonts", "ND4J", "oneDNN", "matrices", "convolution", "plans");
        assertThat(findings).allSatisfy(finding -> assertThat(finding.text()).startsWith(finding.state() == State.OK ? "ok  " : "note"));
    }

    @Test
    void whatIsWellSaysNothingOfWhereItLies() {
        checkup.run();
        assertThat(findings).filteredOn(finding -> finding.state() == State.OK)
                .allSatisfy(finding -> assertThat(finding.text()).doesNotContain(System.getProperty("java.home"), System.getProperty("user.home") + "/"));
    }

    @Test
    void aFaultIsAFindingAndKeepsNothingElseFromBeingLookedAt() {
        assertThat(checkup.look("ND4J", "do this", () -> {
            throw new UnsatisfiedLinkError("no jnind4jcpu in java.library.path");
        })).isFalse();
        assertThat(checkup.look("fonts", "", () -> new Finding(State.OK, "fonts", "two", ""))).isTrue();
        assertThat(findings).extracting(Finding::state).containsExactly(State.WRONG, State.OK);
        assertThat(findings.get(0).text()).startsWith("WRONG  ND4J").contains("no jnind4jcpu", "→ do this");
    }

    @Test
    void aResultThatDiffersIsWrong() {
        double[] expected = {1, -100, 3};
        assertThat(Checkup.compared("x", "it", new double[] {1.009, -100, 3}, expected, "").state()).isEqualTo(State.OK);
        assertThat(Checkup.compared("x", "it", new double[] {1.011, -100, 3}, expected, "try").state()).isEqualTo(State.WRONG);
        assertThat(Checkup.compared("x", "it", new double[] {1, Double.NaN, 3}, expected, "try").state()).isEqualTo(State.WRONG);
    }
}
