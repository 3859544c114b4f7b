package casebook.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import casebook.OwnProcess;
import casebook.data.Digits;
import casebook.data.ImageSet;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.model.Safetensors;
import casebook.network.Network;
import casebook.zoo.LeNet5;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Checkpoints are there whole or not at all, and a wrong one is refused with the reason. */
class CheckpointTest {

    static final ImageSet DIGITS = Digits.training().padded(2).first(200);

    @TempDir
    Path folder;

    private static History train(Network network, Path checkpoint, int epochs, TrainingListener... listeners) {
        return train(Model.of(network, 3), checkpoint, epochs, listeners);
    }

    private static History train(Model model, Path checkpoint, int epochs, TrainingListener... listeners) {
        Trainer trainer = Trainer.of(model).optimiser(new Adam(0.001)).batchSize(100).epochs(epochs).checkpoint(checkpoint);
        Arrays.stream(listeners).forEach(trainer::listener);
        return trainer.train(DIGITS);
    }

    private History resumable(Model model, Path file, double rate, int stopAfter) {
        TrainingListener stop = new TrainingListener() {
            private int own;
            private int before;

            @Override
            public void goesOn(List<Double> losses) {
                before = losses.size();
            }

            @Override
            public void step(int step, int steps, double loss) {
                assertThat(step).isEqualTo(before + ++own);
                if (own == stopAfter) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        Trainer trainer = Trainer.of(model).optimiser(new Adam(rate)).batchSize(50).epochs(2).resumable(file).listener(stop);
        History history = trainer.train(DIGITS);
        assertThat(trainer.history()).isEqualTo(history);
        return history;
    }

    @Test
    void aResumableRunGoesOnAndLeavesNothing() {
        Path file = folder.resolve("cell.safetensors");
        Model whole = Model.of(LeNet5.taught(10), 3);
        History wanted = resumable(whole, file, 0.001, 0);
        assertThat(file).doesNotExist();

        // The same kernel: the model has the weights with which it stopped. A new kernel: it has those of the start again.
        for (boolean newKernel : new boolean[] {false, true}) {
            Model model = Model.of(LeNet5.taught(10), 3);
            for (int i = 0; i < 2; i++) {
                assertThat(resumable(model, file, 0.001, 3).interrupted()).isTrue();
                assertThat(file).exists();
                model = newKernel ? Model.of(LeNet5.taught(10), 3) : model;
            }
            History resumed = resumable(model, file, 0.001, 0);
            assertThat(resumed.steps()).isEqualTo(wanted.steps());
            assertThat(resumed.epochs()).isEqualTo(wanted.epochs());
            assertThat(Checkpoint.fingerprint(model)).isEqualTo(Checkpoint.fingerprint(whole));
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void twoAtOnceKeepTheirOwn() throws Exception {
        Path file = folder.resolve("cell.safetensors");
        Path second = folder.resolve("cell.safetensors.2");
        History wanted = resumable(Model.of(LeNet5.taught(10), 4), file, 0.001, 0);

        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TrainingListener waits = new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                if (step == 5) {
                    runs.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        };
        Thread forgotten = new Thread(() -> Trainer.of(Model.of(LeNet5.taught(10), 3)).batchSize(50).epochs(2).resumable(file).listener(waits).train(DIGITS));
        forgotten.start();
        runs.await();
        byte[] first = Files.readAllBytes(file);
        assertThat(resumable(Model.of(LeNet5.taught(10), 4), file, 0.001, 3).interrupted()).isTrue();
        assertThat(file).as("the first one's").hasBinaryContent(first);
        byte[] stopped = Files.readAllBytes(second);
        goOn.countDown();
        forgotten.join();
        assertThat(file).as("the first one's, which has ended").doesNotExist();
        assertThat(second).hasBinaryContent(stopped);
        History resumed = resumable(Model.of(LeNet5.taught(10), 4), file, 0.001, 0);
        assertThat(resumed.steps()).isEqualTo(wanted.steps());
        assertThat(files()).containsExactlyInAnyOrder("cell.safetensors.lock", "cell.safetensors.2.lock");
    }

    @Test
    void aResumableRunBeginsAnewWithOtherSettingsOrWeights() throws Exception {
        Path file = folder.resolve("cell.safetensors");
        History wanted = resumable(Model.of(LeNet5.taught(10), 3), file, 0.002, 0);
        History otherWeights = resumable(Model.of(LeNet5.taught(10), 4), file, 0.002, 0);

        resumable(Model.of(LeNet5.taught(10), 3), file, 0.001, 3);
        byte[] stopped = Files.readAllBytes(file);
        assertThat(resumable(Model.of(LeNet5.taught(10), 3), file, 0.002, 0).steps()).as("another rate").isEqualTo(wanted.steps());
        resumable(Model.of(LeNet5.taught(10), 3), file, 0.002, 3);
        assertThat(resumable(Model.of(LeNet5.taught(10), 4), file, 0.002, 0).steps()).as("other weights").isEqualTo(otherWeights.steps());
        Files.write(file, Arrays.copyOf(stopped, stopped.length - 100));
        assertThat(resumable(Model.of(LeNet5.taught(10), 3), file, 0.002, 0).steps()).as("a damaged file").isEqualTo(wanted.steps());
    }

    @Test
    void cutOffAnywhereItIsRefused() throws Exception {
        Path file = folder.resolve("run.safetensors");
        train(LeNet5.taught(10), file, 1);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            int length = i < 10 ? i : i < 20 ? whole.length - 1 - (i - 10) : random.nextInt(whole.length);
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> train(LeNet5.taught(10), file, 2)).as(length + " bytes").isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("run.safetensors").hasMessageMatching(".*(cut off|not JSON|damaged).*");
        }
    }

    @Test
    void aChangedByteAnywhereIsNoticed() throws Exception {
        Path file = folder.resolve("run.safetensors");
        train(LeNet5.taught(10), file, 1);
        byte[] whole = Files.readAllBytes(file);
        int header = 8 + (int) java.nio.ByteBuffer.wrap(whole).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            byte[] changed = whole.clone();
            int at = i < 120 ? random.nextInt(header) : header + random.nextInt(whole.length - header);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            assertThatThrownBy(() -> train(LeNet5.taught(10), file, 1)).as("byte " + at).isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("run.safetensors");
        }
    }

    private static final Network TINY = Network.named("tiny").input(32, 32, 1).averagePool(8).name("fc").dense(10).softmax().build();

    @Test
    void aFileOfAnEarlierVersionGoesOn() throws Exception {
        // Written after the first epoch, with a checksum of its numbers only.
        Path file = folder.resolve("run.safetensors");
        Files.copy(Path.of(CheckpointTest.class.getResource("of-an-earlier-version.safetensors").toURI()), file);
        History history = train(TINY, file, 2);
        assertThat(history.steps()).startsWith(2.3127370633844824, 2.3973764299460942).hasSize(4);
        assertThat(history.epochs().get(0)).isEqualTo(new History.Epoch(1, 2.355056746665288, 0.085, Double.NaN, Double.NaN));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "steps | 1e999 2.3 | 1e999 is no finite number",
        "steps | NaN 2.3 | NaN is no finite number",
        "steps | 2.3  2.3 | empty",
        "steps | 2.3 2.3 2.3 2.3 2.3 | 1 epochs do not fit 5 steps, of which 2 are an epoch",
        "epochs | '' | 0 epochs do not fit 3 steps",
        "epochs | 1 2.3 0.1 NaN NaN;2 2.3 0.1 NaN NaN | 2 epochs do not fit 3 steps",
        "epochs | 2 2.3 0.1 NaN NaN | epoch 1 is \"2 2.3",
        "epochs | -1 2.3 0.1 NaN NaN | epoch 1 is \"-1",
        "epochs | 1 2.3 0.1 NaN | epoch 1 is",
        "epochs | 1 Infinity 0.1 NaN NaN | Infinity is no finite number",
        "epochs | 1 2.3 1.5 NaN NaN | 1.5 is no accuracy",
        "epochs | 1 2.3 0.1 1e400 NaN | 1e400 is no finite number",
        "epochs | 1 2.3 0.1 2.3 -0.5 | -0.5 is no accuracy",
        "epoch at hand | 2.3 -1 | -1 right answers of 100",
        "epoch at hand | 2.3 101 | 101 right answers of 100",
        "epoch at hand | 1e999 3 | 1e999 is no finite number",
        "epoch at hand | 2.3 3.5 | 3.5",
        "epoch at hand | 2.3 | the epoch at hand is"})
    void aHistoryThatCannotBeIsRefused(String text, String value, String reason) {
        Path file = folder.resolve("run.safetensors");
        train(TINY, file, 2, new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                if (step == 3) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        Safetensors read = Safetensors.read(file);
        Map<String, String> texts = new LinkedHashMap<>(read.metadata());
        assertThat(texts.put(text, value)).isNotNull();
        Safetensors.write(file, read.tensors(), texts);
        Model model = Model.of(TINY, 4);
        assertThatThrownBy(() -> train(model, file, 2)).isInstanceOf(ModelFileException.class).hasMessageContaining("run.safetensors is damaged")
                .hasMessageContaining(reason);
        assertThat(Checkpoint.fingerprint(model)).as("nothing was taken over").isEqualTo(Checkpoint.fingerprint(Model.of(TINY, 4)));
    }

    @Test
    void ofAnotherKindOfFileOrNetworkOrShape() throws Exception {
        Path file = folder.resolve("run.safetensors");
        Files.writeString(file, "\u0089PNG\r\n\u001a\n and so on, a picture");
        assertThatThrownBy(() -> train(LeNet5.taught(10), file, 1)).isInstanceOf(ModelFileException.class).hasMessageContaining("not a safetensors file");
        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> train(LeNet5.taught(10), file, 1)).isInstanceOf(ModelFileException.class).hasMessageContaining("can't be read");
        Files.delete(file);

        train(Network.named("mine").input(32, 32, 1).name("fc").dense(10).softmax().build(), file, 1);
        assertThatThrownBy(() -> train(LeNet5.taught(10), file, 1)).isInstanceOf(ModelFileException.class)
                .hasMessageContaining("its network is mine, here it is LeNet-5");
        // The same name, but the learner has changed the network meanwhile.
        Network wider = Network.named("mine").input(32, 32, 1).name("hidden").dense(20).tanh().name("fc").dense(10).softmax().build();
        assertThatThrownBy(() -> train(wider, file, 1)).isInstanceOf(ModelFileException.class).hasMessageContaining("hidden/weights");
        Network other = Network.named("mine").input(32, 32, 1).averagePool(2).name("fc").dense(10).softmax().build();
        assertThatThrownBy(() -> train(other, file, 1)).isInstanceOf(ModelFileException.class).hasMessageContaining("fc/weights");
        Model untouched = Model.of(other, 3);
        assertThatThrownBy(() -> train(untouched, file, 1)).isInstanceOf(ModelFileException.class);
        assertThat(untouched.parameter("fc/weights")).isEqualTo(Model.of(other, 3).parameter("fc/weights"));
    }

    @Test
    void stoppedWhileItIsWritten() {
        Path file = folder.resolve("run.safetensors");
        History history = train(LeNet5.taught(10), file, 3, new TrainingListener() {
            @Override
            public void epoch(History.Epoch epoch) {
                // The checkpoint of this epoch is written after its listeners were told.
                Thread.currentThread().interrupt();
            }
        });
        assertThat(history.interrupted()).isTrue();
        assertThat(history.steps()).hasSize(2);
        History all = train(Model.of(LeNet5.taught(10), 77), file, 3);
        assertThat(all).isEqualTo(train(LeNet5.taught(10), folder.resolve("other.safetensors"), 3));
        assertThat(files()).containsExactlyInAnyOrder("run.safetensors", "other.safetensors");
    }

    private List<String> files() {
        return List.of(folder.toFile().list());
    }

    /** Writes arrays of 8 MB that hold the number of the turn, again and again. */
    static final class Writer {
        public static void main(String[] arguments) {
            INDArray array = Nd4j.create(DataType.FLOAT, 2_000_000);
            for (int turn = 1;; turn++) {
                array.assign(turn);
                Safetensors.write(Path.of(arguments[0]), Map.of("a", array), Map.of("turn", Integer.toString(turn)));
                System.out.println(turn);
            }
        }
    }

    @Test
    void killedWhileItIsWritten() throws Exception {
        Path file = folder.resolve("killed.safetensors");
        Random random = new Random(4);
        boolean leftSomething = false;
        int writtenBefore = 0;
        for (int i = 0; i < 6; i++) {
            Process process = OwnProcess.command(List.of("-Xmx256m"), Writer.class, file).start();
            // At least one file was written; then at any moment of the next ones.
            while (!process.inputReader().readLine().matches("\\d+")) {
                // Java itself says so where JAVA_TOOL_OPTIONS is set.
            }
            Thread.sleep(random.nextInt(60));
            process.destroyForcibly().waitFor();
            Safetensors read = Safetensors.read(file);
            INDArray array = read.tensors().get("a");
            int turn = Integer.parseInt(read.metadata().get("turn"));
            assertThat(array.minNumber().intValue()).isEqualTo(turn);
            assertThat(array.maxNumber().intValue()).isEqualTo(turn);
            array.close();
            leftSomething |= files().size() > 1;
            writtenBefore += turn;
        }
        assertThat(writtenBefore).isPositive();
        assertThat(leftSomething).as("one was killed in the middle of writing").isTrue();
        Safetensors.write(file, Map.of("a", Nd4j.ones(DataType.FLOAT, 3)), Map.of());
        assertThat(files()).as("what dead processes left is removed").containsExactly("killed.safetensors");
    }

    /** Saves LeNet-5 where there is no room for it. */
    static final class Saver {
        public static void main(String[] arguments) {
            try {
                Model.of(LeNet5.taught(10), 5).save(Path.of(arguments[0]));
            } catch (ModelFileException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    @Test
    void noRoomOnTheDisk() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/sh")));
        Path file = folder.resolve("model.safetensors");
        Model.of(LeNet5.taught(10), 4).save(file);
        byte[] before = Files.readAllBytes(file);
        // The shell lets no file grow over 64 KB, for what comes after it; the model needs 250.
        List<String> words = OwnProcess.command(List.of("-Xmx256m", "-XX:-UsePerfData"), Saver.class, file).command();
        List<String> limited = Stream.concat(Stream.of("/bin/sh", "-c", "ulimit -f 128 && exec \"$@\"", "sh"), words.stream()).toList();
        OwnProcess.Result result = OwnProcess.run(new ProcessBuilder(limited).redirectErrorStream(true));
        assertThat(result.output()).contains("refused: " + file + " could not be written (").contains("nothing was changed");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(files()).containsExactly("model.safetensors");
    }
}
