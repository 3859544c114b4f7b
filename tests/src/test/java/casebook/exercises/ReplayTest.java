package casebook.exercises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.charts.Picture;
import casebook.experiments.Experiment;
import casebook.experiments.Run;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayTest {

    @ParameterizedTest
    @EnumSource(Experiment.class)
    void theRecordedRunsAreShownAsRecordedWithTheirCommandSeedsAndMachine(Experiment experiment) {
        List<Run> runs = Replay.runs(experiment);
        assertThat(runs).isNotEmpty().allMatch(run -> run.setting().equals(experiment.setting()));
        assertThat(Replay.table(experiment, runs).toString()).contains("Recorded runs");
        String origin = Replay.origin(experiment, runs);
        assertThat(origin).contains("Recorded with: ./casebook experiment " + experiment.id() + " --out " + experiment.id() + ".csv")
                .contains("Seeds: 1, 2").contains("AMD EPYC").doesNotContain("|", "`");
    }

    /** The claim about depth is one about the training error: the chart that is seen first. */
    @Test
    void theTrainingErrorIsChartedAsWell() {
        List<Picture> charts = Replay.charts(Experiment.DEPTH, Replay.runs(Experiment.DEPTH));
        assertThat(charts.get(0).alt()).contains("training error, %").doesNotContain("test error");
        assertThat(charts.get(1).alt()).contains("test error, %");
    }

    @Test
    void theNotebookMayStandInFront() {
        assertThatThrownBy(() -> Replay.show("05.deapth")).hasMessageContaining("there is no experiment \"deapth\"").hasMessageContaining("depth");
    }
}
