package casebook.training;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.data.Batch;
import casebook.data.Digits;
import casebook.data.ImageSet;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.network.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** What a learner is told, and what is left, when the loss is no longer a number. */
class GoneWrongTest {

    static final ImageSet DIGITS = Digits.training().first(300);

    @TempDir
    Path folder;

    static Network network() {
        return Network.named("n").input(28, 28, 1).name("conv").conv(4, 5, stride(2)).batchNorm().relu().name("fc").dense(10).softmax().build();
    }

    @Test
    void aLearningRateThatIsTooLarge() {
        Model model = Model.of(network(), 1);
        INDArray start = model.parameter("fc/weights").dup();
        assertThatThrownBy(() -> Trainer.of(model).optimiser(new Sgd(1e30)).batchSize(100).epochs(5).train(DIGITS))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching("step [23], in epoch 1 of 5: the (loss is (NaN|Infinity), no longer a number|weights are no longer numbers) that can be used\\. Most likely the "
                        + "learning rate is too large: it is 1E\\+30, try a tenth of it, 1E\\+29 \\(the loss was 2\\.\\d+ in step 1 and .*\\)\\. "
                        + "The model has the weights back that it had when training began");
        assertThat(model.parameter("fc/weights")).isEqualTo(start);
    }

    /** The third epoch has a learning rate that destroys everything; what the first two learned is not lost. */
    private static Trainer wellForTwoEpochs(Model model) {
        Map<Integer, Double> rates = new TreeMap<>(Map.of(0, 0.05, 2, 1e35));
        return Trainer.of(model).optimiser(new Nesterovs(new MapSchedule(ScheduleType.EPOCH, rates), 0.9)).batchSize(100).epochs(5);
    }

    @Test
    void theModelIsAgainAsAfterTheLastEpochThatWentWellAndTheCheckpointToo() {
        Model expected = Model.of(network(), 1);
        Trainer.of(expected).optimiser(new Nesterovs(0.05, 0.9)).batchSize(100).epochs(2).train(DIGITS);
        Model model = Model.of(network(), 1);
        Path file = folder.resolve("run.safetensors");
        assertThatThrownBy(() -> wellForTwoEpochs(model).checkpoint(file).train(DIGITS)).isInstanceOf(TrainingException.class)
                .hasMessageContaining("in epoch 3 of 5").hasMessageContaining("it is 1E+35").hasMessageEndingWith("at the end of epoch 2");
        expected.parameters().forEach((name, array) -> assertThat(model.parameter(name)).as(name).isEqualTo(array));
        assertThat(Evaluation.of(model, DIGITS).loss()).isEqualTo(Evaluation.of(expected, DIGITS).loss());
        // Going on from the file leads to the same place, so the file has the same weights.
        Model again = Model.of(network(), 9);
        assertThatThrownBy(() -> wellForTwoEpochs(again).checkpoint(file).train(DIGITS)).hasMessageContaining("in epoch 3 of 5")
                .hasMessageEndingWith("when training began");
        expected.parameters().forEach((name, array) -> assertThat(again.parameter(name)).as(name).isEqualTo(array));
    }

    @Test
    void weightsThatAreLostAreNotSavedAtTheEndOfAnEpoch() {
        Model model = Model.of(network(), 1);
        Path file = folder.resolve("run.safetensors");
        // One batch an epoch: its loss is still a number, the weights after it are none.
        assertThatThrownBy(() -> Trainer.of(model).optimiser(new Sgd(1e39)).batchSize(300).epochs(2).checkpoint(file).train(DIGITS))
                .isInstanceOf(TrainingException.class).hasMessageStartingWith("step 1, in epoch 1 of 2: the weights are no longer numbers")
                .hasMessageContaining("learning rate is too large").hasMessageEndingWith("when training began");
        assertThat(file).doesNotExist();
        assertThat(model.predict(DIGITS.image(0)).sumNumber().doubleValue()).isFinite();
    }

    @Test
    void weightsThatWereLostBefore() {
        Model model = Model.of(network(), 1);
        model.parameter("fc/bias").putScalar(3, Double.NaN);
        assertThatThrownBy(() -> Trainer.of(model).train(DIGITS)).hasMessageStartingWith("step 1, ")
                .hasMessageContaining("before training began: make a new model");
    }

    @Test
    void aBatchWithValuesThatAreNoNumbers() {
        Batch batch = DIGITS.batch(0, 1, 2);
        batch.images().putScalar(new int[] {1, 0, 3, 3}, Double.NaN);
        assertThatThrownBy(() -> Trainer.of(Model.of(network(), 1)).step(batch)).isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("step 1: the ").hasMessageContaining("The images of this batch have values that are no numbers");
    }

    @Test
    void imagesWithNumbersThatAreTooLarge() {
        Network plain = Network.named("n").input(28, 28, 1).dense(20).relu().dense(10).softmax().build();
        Batch batch = new Batch(DIGITS.batch(0, 1, 2).images().muli(1e38), new int[] {1, 2, 3});
        assertThatThrownBy(() -> Trainer.of(Model.of(plain, 1)).step(batch)).hasMessageContaining("No weight has moved yet")
                .hasMessageContaining("The largest value in the images is 2.");
    }

    @Test
    void stepsOnBatchesOfOnesOwn() {
        Trainer trainer = Trainer.of(Model.of(network(), 1)).optimiser(new Sgd(1e30));
        Batch batch = DIGITS.batch(0, 1, 2, 3, 4, 5);
        assertThat(trainer.step(batch)).isBetween(1.5, 5.0);
        assertThatThrownBy(() -> {
            trainer.step(batch);
            trainer.step(batch);
        }).hasMessageMatching("step [23]: the .* too large: it is 1E\\+30, try a tenth of it, 1E\\+29\\. The model's weights are lost; make it anew or load it");
    }

    @Test
    void aCheckpointWithWeightsThatAreLostIsRefused() throws Exception {
        Path file = folder.resolve("run.safetensors");
        Model model = Model.of(network(), 1);
        Trainer.of(model).checkpoint(file).train(DIGITS);
        model.parameter("conv/weights").putScalar(new int[] {0, 0, 0, 0}, Double.POSITIVE_INFINITY);
        Path own = folder.resolve("own.safetensors");
        model.save(own);
        assertThatThrownBy(() -> Model.load(network(), own)).isInstanceOf(ModelFileException.class)
                .hasMessageContaining("conv/weights has values that are no numbers").hasMessageContaining("after training had gone wrong");
        assertThat(Files.exists(file)).isTrue();
    }
}
