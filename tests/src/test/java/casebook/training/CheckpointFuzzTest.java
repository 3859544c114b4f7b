package casebook.training;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.fuzz.Damage;
import casebook.fuzz.Fuzz;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.model.Safetensors;
import casebook.network.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Checkpoints: of this version and of earlier ones, which have no checksum of their texts. */
class CheckpointFuzzTest {

    public static class Training implements Fuzz.Kind {

        private static final int IMAGES = 30;
        private static final int BATCH = 10;
        private static final Map<String, String> SETTINGS = Map.of("network", "tiny", "images", "some, 30");

        private final Network network = Network.named("tiny").input(2, 2, 1).name("fc").dense(3).softmax().build();
        private final Map<String, INDArray> optimiser = Map.of("fc/weights", Nd4j.create(DataType.FLOAT, 1, 24), "fc/bias", Nd4j.create(DataType.FLOAT, 1, 6));

        @Override
        public String ending() {
            return ".safetensors";
        }

        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(ModelFileException.class);
        }

        @Override
        public Fuzz.Made make(Random random) {
            try {
                Path file = Files.createTempFile("made", ".safetensors");
                List<Double> steps = new ArrayList<>();
                for (int i = random.nextInt(10); i > 0; i--) {
                    steps.add(random.nextDouble() * 3);
                }
                List<History.Epoch> epochs = new ArrayList<>();
                for (int i = 1; i <= steps.size() / 3; i++) {
                    boolean validated = random.nextBoolean();
                    epochs.add(new History.Epoch(i, random.nextDouble(), random.nextDouble(), validated ? random.nextDouble() : Double.NaN,
                            validated ? random.nextDouble() : Double.NaN));
                }
                new Checkpoint(steps, epochs, steps.size() % 3, steps.size() % 3 * 5L).write(file, SETTINGS, Model.of(network, 3), optimiser);
                StringBuilder what = new StringBuilder(steps.size() + " steps");
                int way = random.nextInt(8);
                if (way > 0) {
                    if (way > 2) {
                        rewrite(file, random, what);
                    }
                    byte[] bytes = Files.readAllBytes(file);
                    bytes = random.nextBoolean() ? ofEarlierVersion(bytes, what) : bytes;
                    Files.write(file, way > 5 ? bytes : Damage.damaged(bytes, random, what));
                }
                Fuzz.Made made = new Fuzz.Made(Files.readAllBytes(file), what.toString(), way == 0);
                Files.delete(file);
                return made;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Another value in a text, or another number of them, with checksums that are right. */
        private static void rewrite(Path file, Random random, StringBuilder what) {
            Safetensors read = Safetensors.read(file);
            Map<String, String> texts = new LinkedHashMap<>(read.metadata());
            String name = new ArrayList<>(texts.keySet()).get(random.nextInt(texts.size()));
            List<String> values = new ArrayList<>(Arrays.asList(texts.get(name).split("(?<=[ ;])|(?=[ ;])")));
            int at = random.nextInt(values.size());
            switch (random.nextInt(4)) {
                case 0 -> values.remove(at);
                case 1 -> values.add(at, values.get(at));
                case 2 -> values.set(at, Long.toString(Damage.number(random)));
                default -> values.set(at, List.of("1e999", "NaN", "Infinity", "-0.5", "0x1p3", "", " ", "\u001b[31m", "1".repeat(1 << random.nextInt(21)),
                        "1d", ";", "0.5 ".repeat(1 << random.nextInt(20))).get(random.nextInt(12)));
            }
            what.append(", value ").append(at).append(" of ").append(name).append(" changed");
            texts.put(name, String.join("", values));
            Safetensors.write(file, read.tensors(), texts);
        }

        /** Without the checksum of the header. */
        private static byte[] ofEarlierVersion(byte[] bytes, StringBuilder what) {
            what.append(", of an earlier version");
            ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int length = (int) file.getLong();
            byte[] header = new String(bytes, 8, length, StandardCharsets.UTF_8).replaceFirst("\"crc32/header\":\"[0-9a-f]*\",", "")
                    .replace("crc32/data", "crc32").getBytes(StandardCharsets.UTF_8);
            byte[] start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array();
            return Damage.joined(start, header, Arrays.copyOfRange(bytes, 8 + length, bytes.length));
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            Model model = Model.of(network, 4);
            String before = Checkpoint.fingerprint(model);
            Checkpoint read;
            try {
                read = Checkpoint.read(file, SETTINGS, model, optimiser, IMAGES, BATCH);
            } catch (RuntimeException e) {
                assertThat(Checkpoint.fingerprint(model)).as("what is refused changes nothing").isEqualTo(before);
                throw e;
            }
            Map<String, String> texts = Safetensors.read(file).metadata();
            assertThat(read.steps()).allMatch(Double::isFinite).hasSizeBetween(read.epochs().size() * 3, read.epochs().size() * 3 + 3);
            assertThat(read.steps()).isEqualTo(numbers(texts.get("steps")));
            List<Double> values = new ArrayList<>();
            read.epochs().forEach(epoch -> values.addAll(List.of((double) epoch.epoch(), epoch.loss(), epoch.accuracy(), epoch.validationLoss(),
                    epoch.validationAccuracy())));
            assertThat(values).isEqualTo(numbers(texts.get("epochs").replace(';', ' ')));
            assertThat(List.of(read.epochLoss(), (double) read.epochRight())).isEqualTo(numbers(texts.get("epoch at hand")));
            assertThat(read.epochRight()).isBetween(0L, 30L);
        }

        private static List<Double> numbers(String text) {
            return text.isEmpty() ? List.of() : Arrays.stream(text.split(" ")).map(Double::valueOf).toList();
        }
    }

    @Test
    void checkpoints() {
        Fuzz.tried(Training.class);
    }
}
