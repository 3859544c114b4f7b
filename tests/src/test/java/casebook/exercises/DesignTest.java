package casebook.exercises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.compute.Stopped;
import casebook.experiments.Designs;
import casebook.experiments.Experiment;
import casebook.experiments.Run;
import casebook.experiments.Runs;
import casebook.layers.Activation;
import casebook.layers.Pass;
import casebook.network.Comparison;
import casebook.network.Network;
import casebook.notebook.Notebook;
import casebook.training.History;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Exercises that end in training. */
class DesignTest {

    private static Design design(String id) {
        return Exercises.exercise(id).design().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"02.5", "03.3", "04.1", "05.3", "09.3", "10.3"})
    void theReferenceWasMeasuredAndCanBeBeaten(String id) {
        Design design = design(id);
        for (boolean full : new boolean[] {true, false}) {
            DoubleSummaryStatistics reference = design.recorded(Design.setting(full));
            assertThat(reference.getCount()).isGreaterThanOrEqualTo(5);
            assertThat(reference.getAverage()).isBetween(20.0, 95.0);
        }
        // The recorded design with the learner's seed, which keeps to the budget, is better by the margin.
        Run ours = Runs.recorded(Experiment.DESIGN).stream().filter(run -> run.kind().equals("design") && run.size() == design.notebook()
                && run.seed() == 1
                && run.setting().equals(Design.setting(true))).findFirst().orElseThrow();
        assertThat(100 - ours.testError()).isGreaterThanOrEqualTo(design.recorded(Design.setting(true)).getAverage() + design.margin());
    }

    @Test
    void whatIsRecordedKeepsToTheBudget() {
        for (String id : List.of("02.5", "03.3", "04.1", "05.3", "10.3")) {
            Network network = Experiment.DESIGN.network("design", design(id).notebook());
            assertThat(Exercises.exercise(id).judge(network)).as(id).matches(Exercise.Verdict::right);
        }
    }

    @Test
    void aHeadIsTrainedBehindTheModules() {
        Network head = Network.named("mine").input(7, 7, 56).residual(main -> main.conv(56, 1).relu(), side -> side.relu()).name("x")
                .conv(16, 1).relu().averagePool(2).dense(10).softmax().build();
        Network byHand = Network.named("whole").input(28, 28, 1).then(Designs.twoModules())
                .residual(main -> main.conv(56, 1).relu(), side -> side.relu()).conv(16, 1).relu().averagePool(2).dense(10).softmax()
                        .build();
        assertThat(Comparison.same(design("09.3").whole().apply(head), byHand)).isTrue();
    }

    @Test
    void aDesignIsTrainedAndComparedWithTheReference() {
        Network network = Experiment.DESIGN.network("design", 2);
        Exercise.Verdict verdict = design("02.5").train("a test", network, "Well built.", false);
        assertThat(verdict.text()).contains("Trained on 3,000 images, 2 epochs: ").contains("of the 10,000 test images are answered "
                + "right. The reference, LeNet-5")
                .contains("mean of 5 runs");
    }

    /** Presses the stop button while it is trained. */
    record Stops() implements Activation {
        @Override
        public String kind() {
            return "stops";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            if (pass.training()) {
                Thread.currentThread().interrupt();
            }
            return x;
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return dy;
        }
    }

    @Test
    void whoStopsItIsToldHowToGoOn() throws IOException {
        Network network = Network.named("stopped").input(28, 28, 1).conv(6, 3).layer(new Stops()).relu().dense(10).softmax().build();
        try {
            assertThatThrownBy(() -> design("02.5").train("a test", network, "", false)).isInstanceOf(Stopped.class)
                    .hasMessageContaining("the training goes on");
        } finally {
            // Nobody is interrupted any more, and nothing is left.
            Thread.interrupted();
            Files.deleteIfExists(Notebook.kept("a test-design.safetensors"));
        }
    }

    private static History history(double accuracy, double... losses) {
        List<History.Epoch> epochs = new ArrayList<>();
        for (double loss : losses) {
            epochs.add(new History.Epoch(epochs.size() + 1, loss, accuracy, Double.NaN, Double.NaN));
        }
        return new History(List.of(), epochs, false);
    }

    @Test
    void theCurveSaysWhy() {
        assertThat(Design.curve(history(0.1, 2.31, 2.30, 2.30, 2.30, 2.30, 2.30), 10)).contains("Nothing is learned");
        assertThat(Design.curve(history(0.97, 1.0, 0.5, 0.3, 0.2, 0.1, 0.05), 80)).contains("by heart");
        assertThat(Design.curve(history(0.7, 2.0, 1.6, 1.3, 1.1, 0.9, 0.8), 69)).contains("still fell from 1.10 to 0.90");
        assertThat(Design.curve(history(0.75, 0.9, 0.7, 0.68, 0.66, 0.65, 0.64), 74)).contains("flat at 0.64").contains("75 %");
    }
}
