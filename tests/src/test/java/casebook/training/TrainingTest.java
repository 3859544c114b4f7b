package casebook.training;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import casebook.compute.StopSignal;
import casebook.compute.Stopped;
import casebook.data.Digits;
import casebook.data.ImageSet;
import casebook.layers.Activation;
import casebook.layers.Pass;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.network.Network;
import casebook.zoo.LeNet5;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

class TrainingTest {

    static final ImageSet DIGITS = Digits.training().padded(2).first(600);
    static final ImageSet CHECKING = Digits.checking().padded(2).first(200);

    @TempDir
    Path folder;

    static Network small() {
        return Network.named("small").input(32, 32, 1).averagePool(2).conv(4, 5, stride(2)).batchNorm().relu().dropout(0.1).dense(10).softmax().build();
    }

    @Test
    void crossEntropysGradientAgreesWithFiniteDifferences() {
        INDArray z = Nd4j.create(new double[][] {{0.3, -1.2, 2}, {1, 0.1, -0.4}});
        int[] labels = {1, 2};
        Loss loss = new CrossEntropy();
        INDArray gradient = loss.of(z, labels).gradient();
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                assertThat(gradient.getDouble(i, j)).isCloseTo(difference(loss, z, labels, i, j), within(1e-8));
            }
        }
        assertThat(loss.answers(z)).containsExactly(2, 0);
        assertThat(new CrossEntropy().of(Nd4j.create(new double[][] {{1000, 0, -1000}}), new int[] {2}).value()).isEqualTo(2000);
    }

    @Test
    void distanceLossTakesTheSmallest() {
        INDArray d = Nd4j.create(new double[][] {{3, 1, 2}, {1, 5, 4}});
        Loss loss = new DistanceLoss();
        assertThat(loss.answers(d)).containsExactly(1, 0);
        assertThat(loss.of(d, new int[] {1, 2}).value()).isEqualTo(2.5);
        assertThat(loss.of(d, new int[] {1, 2}).gradient().getDouble(1, 2)).isCloseTo(difference(loss, d, new int[] {1, 2}, 1, 2), within(1e-8));
    }

    private static double difference(Loss loss, INDArray x, int[] labels, int i, int j) {
        double value = x.getDouble(i, j);
        double up = loss.of(x.dup().putScalar(i, j, value + 1e-5), labels).value();
        double down = loss.of(x.dup().putScalar(i, j, value - 1e-5), labels).value();
        return (up - down) / 2e-5;
    }

    @Test
    void leNet5LearnsDigits() {
        Model model = Model.of(LeNet5.taught(10), 1);
        History history = Trainer.of(model).optimiser(new Nesterovs(0.05, 0.9)).batchSize(32).epochs(3)
                .validateOn(Digits.checking().padded(2)).train(Digits.training().padded(2));
        assertThat(history.last().validationAccuracy()).isGreaterThan(0.94);
        assertThat(history.steps()).hasSize(3 * 125);
    }

    @Test
    void leNet5Of1998LearnsDigitsToo() {
        Model model = Model.of(LeNet5.paper(), 1);
        INDArray codes = model.parameter("output/codes").dup();
        History history = Trainer.of(model).loss(new DistanceLoss()).optimiser(new Adam(0.002)).batchSize(32).epochs(3)
                .validateOn(Digits.checking().padded(2)).train(Digits.training().padded(2));
        assertThat(history.last().validationAccuracy()).isGreaterThan(0.9);
        assertThat(model.parameter("output/codes")).isEqualTo(codes);
    }

    @Test
    void theSameSeedGivesTheSameHistory() {
        History first = Trainer.of(Model.of(small(), 2)).epochs(2).batchSize(64).seed(5).validateOn(CHECKING).train(DIGITS);
        History second = Trainer.of(Model.of(small(), 2)).epochs(2).batchSize(64).seed(5).validateOn(CHECKING).train(DIGITS);
        History other = Trainer.of(Model.of(small(), 2)).epochs(2).batchSize(64).seed(6).validateOn(CHECKING).train(DIGITS);
        assertThat(second).isEqualTo(first);
        assertThat(other.steps()).isNotEqualTo(first.steps());
    }

    @Test
    void aStoppedRunGoesOnAsIfItHadNeverStopped() {
        Model whole = Model.of(small(), 2);
        History expected = Trainer.of(whole).optimiser(new Adam(0.01)).epochs(3).batchSize(64).validateOn(CHECKING).train(DIGITS);

        Path file = folder.resolve("run.safetensors");
        Model stopped = Model.of(small(), 2);
        History part = Trainer.of(stopped).optimiser(new Adam(0.01)).epochs(3).batchSize(64).validateOn(CHECKING).checkpoint(file)
                .listener(interruptAt(14)).train(DIGITS);
        assertThat(part.interrupted()).isTrue();
        assertThat(part.steps()).hasSize(14);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();

        Model resumed = Model.of(small(), 99);
        History all = Trainer.of(resumed).optimiser(new Adam(0.01)).epochs(3).batchSize(64).validateOn(CHECKING).checkpoint(file).train(DIGITS);
        assertThat(all).isEqualTo(expected);
        whole.parameters().forEach((name, array) -> assertThat(resumed.parameter(name)).isEqualTo(array));
    }

    /** A layer during which the stop button is pressed, on the way there or back; it changes nothing. */
    private record StopButton(AtomicInteger passes, int pressedAt) implements Activation {
        @Override
        public String kind() {
            return "stop button";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return count(x);
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return count(dy);
        }

        private INDArray count(INDArray x) {
            if (passes.incrementAndGet() == pressedAt) {
                Thread.currentThread().interrupt();
            }
            return x.dup();
        }
    }

    private static Network stoppable(int pressedAt) {
        return Network.named("stoppable").input(32, 32, 1).averagePool(2).conv(4, 5, stride(2)).batchNorm().layer(new StopButton(new AtomicInteger(), pressedAt))
                .relu().dense(10).softmax().build();
    }

    /** Ten steps an epoch, there and back, and one pass to measure: 21 passes an epoch, 42 in all. */
    @Test
    void aRunThatIsStoppedInsideAStepOrWhileItMeasuresGoesOnAsIfItHadNeverStopped() {
        Model whole = Model.of(stoppable(0), 2);
        History expected = Trainer.of(whole).epochs(2).batchSize(64).validateOn(CHECKING).train(DIGITS);
        int[][] passStepsEpochs = {{1, 0, 0}, {2, 0, 0}, {13, 6, 0}, {21, 10, 0}, {22, 10, 1}, {42, 20, 1}};
        for (int[] then : passStepsEpochs) {
            int pressedAt = then[0];
            Path file = folder.resolve("stopped-" + pressedAt + ".safetensors");
            List<Integer> told = new ArrayList<>();
            Trainer stopped = Trainer.of(Model.of(stoppable(pressedAt), 2)).epochs(2).batchSize(64).validateOn(CHECKING).checkpoint(file)
                    .listener(new TrainingListener() {
                        @Override
                        public void stopped(int step) {
                            told.add(step);
                        }
                    });
            History part = stopped.train(DIGITS);
            assertThat(part.interrupted()).isTrue();
            assertThat(part.steps()).as("stopped in pass " + pressedAt).hasSize(then[1]);
            assertThat(part.epochs()).hasSize(then[2]);
            assertThat(told).containsExactly(then[1]);
            assertThat(stopped.history()).isEqualTo(part);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();

            Model resumed = Model.of(stoppable(0), 99);
            assertThat(Trainer.of(resumed).epochs(2).batchSize(64).validateOn(CHECKING).checkpoint(file).train(DIGITS)).isEqualTo(expected);
            whole.parameters().forEach((name, array) -> assertThat(resumed.parameter(name)).as(name).isEqualTo(array));
        }
    }

    /** As a library does that waits in its own way: what a drawing between two steps loses was the only sign of the press. */
    @Test
    void aLibraryThatLosesTheInterruptLosesNoStop() throws Exception {
        StopSignal signal = new StopSignal();
        TrainingListener press = new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                if (step == 4) {
                    signal.set();
                    Thread.currentThread().interrupt();
                }
                Thread.interrupted();
            }
        };
        History part = signal.over(() -> Trainer.of(Model.of(small(), 2)).epochs(3).batchSize(64).listener(press)
                .checkpoint(folder.resolve("kept.safetensors")).train(DIGITS));
        assertThat(part.interrupted()).isTrue();
        assertThat(part.steps()).hasSize(4);
        assertThat(signal.kept()).startsWith("stopped after 4 of 30 steps, which are kept");
        assertThatThrownBy(() -> signal.over(() -> Evaluation.of(Model.of(small(), 2), CHECKING))).as("it stays set").isInstanceOf(Stopped.class);
        assertThat(Evaluation.of(Model.of(small(), 2), CHECKING).accuracy()).isPositive();
    }

    @Test
    void whatIsInterruptedStopsAtTheNextLayer() {
        INDArray images = DIGITS.batch(0, 1).images();
        Model model = Model.of(stoppable(1), 2);
        assertThatThrownBy(() -> model.predict(images)).isInstanceOf(Stopped.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(model.predict(images).shape()).containsExactly(2, 10);
        assertThatThrownBy(() -> Evaluation.of(Model.of(stoppable(1), 2), CHECKING)).isInstanceOf(Stopped.class);
        Model stepped = Model.of(stoppable(2), 2);
        INDArray weights = stepped.parameter("fc1/weights").dup();
        assertThatThrownBy(() -> Trainer.of(stepped).step(DIGITS.batch(0, 1))).isInstanceOf(Stopped.class);
        assertThat(stepped.parameter("fc1/weights")).isEqualTo(weights);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Model.of(small(), 1)).isInstanceOf(Stopped.class);
    }

    @Test
    void aCheckpointOfAnotherRunIsRefused() {
        Path file = folder.resolve("run.safetensors");
        Trainer.of(Model.of(small(), 2)).batchSize(64).checkpoint(file).train(DIGITS);
        assertThatThrownBy(() -> Trainer.of(Model.of(small(), 2)).batchSize(32).checkpoint(file).train(DIGITS))
                .isInstanceOf(ModelFileException.class).hasMessageContaining("its batch size is 64, here it is 32");
    }

    private static TrainingListener interruptAt(int last) {
        return new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                if (step == last) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    @Test
    void thirtyTwoOutputsForTenClasses() {
        Network network = Network.named("n").input(32, 32, 1).conv(2, 5).name("fc2").dense(32).softmax().build();
        assertThatThrownBy(() -> Trainer.of(Model.of(network, 1)).train(DIGITS)).isInstanceOf(TrainingException.class)
                .hasMessage("fc2: 32 outputs, but MNIST digits, training has 10 classes (0, 1, 2, 3, 4, 5, 6, 7, 8, 9); the last layer needs "
                        + "one output for each class: dense(10)");
    }

    @Test
    void aLossThatIsNoNumberStopsWithTheStepAndALikelyCause() {
        Network network = Network.named("n").input(32, 32, 1).dense(10).build();
        assertThatThrownBy(() -> Trainer.of(Model.of(network, 1)).optimiser(new Sgd(1e38)).epochs(5).train(DIGITS))
                .isInstanceOf(TrainingException.class).hasMessageContaining("step ").hasMessageContaining("learning rate is too large");
    }

    @Test
    void weightDecayPullsWeightsTowardsZeroAndLeavesBiases() {
        Model model = Model.of(small(), 2);
        Model decayed = Model.of(small(), 2);
        Trainer.of(model).optimiser(new Sgd(0.1)).train(DIGITS);
        Trainer.of(decayed).optimiser(new Sgd(0.1)).weightDecay(0.5).train(DIGITS);
        assertThat(decayed.parameter("fc1/weights").norm2Number().doubleValue()).isLessThan(0.9 * model.parameter("fc1/weights").norm2Number().doubleValue());
    }

    @Test
    void auxiliaryHeadsTrainWithTheirWeight() {
        Network network = Network.named("n").input(32, 32, 1).averagePool(4).name("stem").conv(4, 3)
                .auxiliary(0.3, head -> head.name("head").dense(10).softmax()).dense(10).softmax().build();
        Model model = Model.of(network, 1);
        INDArray before = model.parameter("head/weights").dup();
        History history = Trainer.of(model).optimiser(new Sgd(0.1)).train(DIGITS);
        assertThat(model.parameter("head/weights")).isNotEqualTo(before);
        assertThat(history.steps().get(0)).isGreaterThan(2.6);
    }

    @Test
    void evaluationCountsEveryImageOnce() {
        Model model = Model.of(small(), 2);
        Evaluation evaluation = Evaluation.of(model, CHECKING);
        long total = 0;
        long diagonal = 0;
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 10; j++) {
                total += evaluation.confusion()[i][j];
                diagonal += i == j ? evaluation.confusion()[i][j] : 0;
            }
        }
        assertThat(total).isEqualTo(200);
        assertThat(evaluation.accuracy()).isCloseTo(diagonal / 200.0, within(1e-12));
        assertThat(evaluation.mistakes()).hasSize((int) (total - diagonal));
        List<Double> sureness = evaluation.mistakes().stream().map(Evaluation.Mistake::output).toList();
        assertThat(sureness).isSortedAccordingTo(java.util.Comparator.reverseOrder());
    }

    @Test
    void aModelInFloat64IsTrainedInFloat64() {
        Model model = Model.of(small(), 2, DataType.DOUBLE);
        Trainer.of(model).train(DIGITS);
        assertThat(model.parameter("fc1/weights").dataType()).isEqualTo(DataType.DOUBLE);
    }
}
