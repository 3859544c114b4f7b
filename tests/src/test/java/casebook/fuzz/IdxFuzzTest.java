package casebook.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.data.DataException;
import casebook.data.ImageSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Files of images in the IDX format, packed and not. */
class IdxFuzzTest {

    private static final List<String> CLASSES = IntStream.range(0, 256).mapToObj(Integer::toString).toList();

    public static class Raw implements Fuzz.Kind {

        @Override
        public String ending() {
            return ".idx";
        }

        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(DataException.class);
        }

        @Override
        public Fuzz.Made make(Random random) {
            int[] sides = {1 + random.nextInt(20), 1 + random.nextInt(9), 1 + random.nextInt(9)};
            byte[] values = new byte[sides[0] * sides[1] * sides[2]];
            random.nextBytes(values);
            StringBuilder what = new StringBuilder("images " + Arrays.toString(sides));
            byte[] bytes = bytes(sides, values);
            boolean right = random.nextInt(4) == 0;
            if (!right) {
                if (random.nextBoolean()) {
                    int side = random.nextInt(3);
                    sides[side] = (int) Damage.number(random);
                    what.append(", side ").append(side + 1).append(" is ").append(sides[side]);
                    bytes = bytes(sides, values);
                } else {
                    bytes = Damage.damaged(bytes, random, what);
                }
            }
            return new Fuzz.Made(bytes, what.toString(), right);
        }

        static byte[] bytes(int[] sides, byte[] values) {
            ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sides.length + values.length).put(new byte[] {0, 0, 8, (byte) sides.length});
            Arrays.stream(sides).forEach(bytes::putInt);
            return bytes.put(values).array();
        }

        InputStream open(byte[] bytes) throws IOException {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            try {
                // As many labels as the images say that they need.
                int count = 1;
                try (InputStream in = open(made.bytes())) {
                    byte[] head = in.readNBytes(8);
                    count = head.length < 8 ? 1 : Math.max(1, Math.min(1 << 20, ByteBuffer.wrap(head).getInt(4)));
                } catch (IOException e) {
                    // It won't be accepted.
                }
                Path labels = file.resolveSibling("labels.idx");
                Files.write(labels, bytes(new int[] {count}, new byte[count]));
                ImageSet read = ImageSet.read("images", file, labels, CLASSES, 0.5, 0.5);
                try (InputStream in = open(made.bytes())) {
                    byte[] head = in.readNBytes(16);
                    int[] sides = IntStream.of(4, 8, 12).map(ByteBuffer.wrap(head)::getInt).toArray();
                    assertThat(sides).containsExactly(read.size(), read.shape().height(), read.shape().width());
                    for (int i = 0; i < read.size(); i++) {
                        if (sides[1] * sides[2] == 1_000_000 && i % 10 > 0) {
                            in.skipNBytes(1_000_000);
                            continue;
                        }
                        for (int[] row : read.pixels(i)) {
                            byte[] wanted = in.readNBytes(row.length);
                            assertThat(row).isEqualTo(IntStream.range(0, row.length).map(x -> wanted[x] & 255).toArray());
                        }
                    }
                    assertThat(in.read()).isEqualTo(-1);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static class Packed extends Raw {

        @Override
        public String ending() {
            return ".idx.gz";
        }

        @Override
        public Fuzz.Made make(Random random) {
            if (random.nextInt(50) == 0) {
                return bomb(random);
            }
            Fuzz.Made inside = super.make(random);
            byte[] packed = packed(inside.bytes(), 0);
            StringBuilder what = new StringBuilder("packed " + inside.what());
            boolean right = inside.right() && random.nextBoolean();
            if (inside.right() && !right) {
                packed = Damage.damaged(packed, random, what.append(", packed"));
            }
            return new Fuzz.Made(packed, what.toString(), right);
        }

        /** Sixty kilobytes that are sixty megabytes, as many as it says, fewer or more. */
        private static Fuzz.Made bomb(Random random) {
            int[] sides = {10 + random.nextInt(50), 1000, 1000};
            int zeros = random.nextBoolean() ? sides[0] : random.nextInt(70);
            return new Fuzz.Made(packed(bytes(sides, new byte[0]), zeros), Arrays.toString(sides) + " and " + zeros + " million zeros", zeros == sides[0]);
        }

        private static byte[] packed(byte[] bytes, int millionZeros) {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(bytes);
                for (int i = 0; i < millionZeros; i++) {
                    out.write(new byte[1_000_000]);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return packed.toByteArray();
        }

        @Override
        InputStream open(byte[] bytes) throws IOException {
            return new GZIPInputStream(new ByteArrayInputStream(bytes));
        }
    }

    @Test
    void raw() {
        Fuzz.tried(Raw.class);
    }

    @Test
    void packed() {
        Fuzz.tried(Packed.class);
    }
}
