package casebook.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.model.ModelFileException;
import casebook.model.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Files of weights, as any program may write them. */
class SafetensorsFuzzTest {

    public static class Weights implements Fuzz.Kind {

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
            StringBuilder what = new StringBuilder();
            List<String> entries = new ArrayList<>();
            int at = 0;
            for (int i = random.nextInt(6); i >= 0; i--) {
                int width = 2 << random.nextInt(3);
                List<Integer> shape = new ArrayList<>();
                int length = width;
                for (int sides = random.nextInt(4); sides > 0; sides--) {
                    shape.add(1 + random.nextInt(4));
                    length *= shape.get(shape.size() - 1);
                }
                entries.add("\"layer" + i + "/weights\":{\"dtype\":\"F" + 8 * width + "\",\"shape\":" + shape + ",\"data_offsets\":["
                        + at + "," + (at + length) + "]}");
                at += length;
            }
            if (random.nextBoolean()) {
                entries.add("\"__metadata__\":{\"network\":\"AlexNet\",\"steps\":\"0.5 0.25\"}");
            }
            Collections.shuffle(entries, random);
            byte[] data = new byte[at];
            random.nextBytes(data);
            int way = random.nextInt(10);
            if (way < 2) {
                return new Fuzz.Made(file(entries, data), "right", true);
            }
            if (way < 4) {
                return new Fuzz.Made(Damage.damaged(file(entries, data), random, what), what.toString(), false);
            }
            for (int times = 1 + random.nextInt(2); times > 0; times--) {
                int which = random.nextInt(entries.size());
                entries.set(which, changed(entries.get(which), random, what));
            }
            if (random.nextInt(8) == 0) {
                what.append(", an entry twice");
                entries.add(entries.get(random.nextInt(entries.size())));
            }
            if (random.nextInt(20) == 0) {
                what.append(", very many entries");
                for (int i = 20_000 + random.nextInt(200_000); i > 0; i--) {
                    entries.add("\"e" + i + "\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[" + at + "," + (at += 2) + "]}");
                }
            }
            return new Fuzz.Made(file(entries, data), what.toString(), false);
        }

        private static byte[] file(List<String> entries, byte[] data) {
            byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
            byte[] length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array();
            return Damage.joined(length, header, data);
        }

        /** One thing in an entry replaced by something else. */
        private static String changed(String entry, Random random, StringBuilder what) {
            String value = switch (random.nextInt(9)) {
                case 0 -> Long.toString(Damage.number(random));
                case 1 -> "9".repeat(1 << random.nextInt(21));
                case 2 -> "[".repeat(1 << random.nextInt(21));
                case 3 -> "{\"a\":".repeat(1 << random.nextInt(20));
                case 4 -> "\"" + "n".repeat(1 << random.nextInt(21)) + "\"";
                case 5 -> "\"\\u001b[31m\"";
                case 6 -> List.of("1e999", "-0", "1.5", "null", "true", "NaN", "[]", "{}", "\"F32\"", "\"I64\"", "[0]").get(random.nextInt(11));
                case 7 -> "\"a\",\"dtype\":\"F32\"";
                default -> "";
            };
            String target = List.of("\\d+(?=[,\\]])", "\"F\\d+\"", "\\[[^\\[\\]]*\\]", "\"[a-z_]+\"(?=:)", "\"[^\"]*\"", "\\{.*\\}").get(random.nextInt(6));
            what.append(", ").append(target).append(" replaced by ").append(value, 0, Math.min(20, value.length()));
            return entry.replaceFirst(target, java.util.regex.Matcher.quoteReplacement(value));
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            Safetensors read = Safetensors.read(file);
            try {
                ByteBuffer bytes = ByteBuffer.wrap(made.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                int length = (int) bytes.getLong();
                JsonNode header = new ObjectMapper().readTree(made.bytes(), 8, length);
                assertThat(header.size()).isEqualTo(read.tensors().size() + (header.has("__metadata__") ? 1 : 0));
                header.path("__metadata__").fields().forEachRemaining(
                        text -> assertThat(read.metadata()).containsEntry(text.getKey(), text.getValue().asText()));
                for (String name : read.tensors().keySet()) {
                    INDArray tensor = read.tensors().get(name);
                    JsonNode entry = header.get(name);
                    assertThat(tensor.rank()).isEqualTo(entry.get("shape").size());
                    for (int side = 0; side < tensor.rank(); side++) {
                        assertThat(tensor.size(side)).isEqualTo(entry.get("shape").get(side).asLong());
                    }
                    bytes.position(8 + length + entry.get("data_offsets").get(0).asInt());
                    for (double value : tensor.ravel().toDoubleVector()) {
                        assertThat(value).as(name).isEqualTo((Double) switch (entry.get("dtype").asText()) {
                            case "F64" -> bytes.getDouble();
                            case "F32" -> bytes.getFloat();
                            default -> half(bytes.getShort());
                        });
                    }
                    assertThat(bytes.position()).isEqualTo(8 + length + entry.get("data_offsets").get(1).asInt());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                read.tensors().values().forEach(INDArray::close);
            }
        }

        private static double half(short bits) {
            int exponent = bits >> 10 & 31;
            int fraction = bits & 1023;
            double size = exponent == 31 ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                    : exponent == 0 ? Math.scalb(fraction, -24) : Math.scalb(1024 + fraction, exponent - 25);
            return bits < 0 ? -size : size;
        }
    }

    @Test
    void weights() {
        Fuzz.tried(Weights.class);
    }
}
