package casebook.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import casebook.layers.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataTest {

    @TempDir
    Path folder;

    @Test
    void fashionMnistIsWhole() {
        ImageSet training = FashionMnist.training();
        ImageSet test = FashionMnist.test();
        assertThat(training.size()).isEqualTo(60_000);
        assertThat(test.size()).isEqualTo(10_000);
        for (int label = 0; label < 10; label++) {
            assertThat(training.labelled(label).size()).isEqualTo(6_000);
            assertThat(test.labelled(label).size()).isEqualTo(1_000);
        }
        assertThat(training).hasToString("Fashion-MNIST, training: 60000 images of 28×28×1, 10 classes");
    }

    @Test
    void digitsAreBalanced() {
        assertThat(Digits.training().size()).isEqualTo(4_000);
        assertThat(Digits.checking().size()).isEqualTo(1_000);
        IntStream.range(0, 10).forEach(digit -> assertThat(Digits.checking().labelled(digit).size()).isEqualTo(100));
    }

    @Test
    void trainingPixelsHaveMeanZeroAndDeviationOne() {
        for (ImageSet set : List.of(FashionMnist.training(), Digits.training())) {
            double sum = 0;
            double squares = 0;
            long count = 0;
            for (int from = 0; from < set.size(); from += 1000) {
                float[] values = set.batch(IntStream.range(from, from + 1000).toArray()).images().reshape(1000 * 784).toFloatVector();
                for (float value : values) {
                    sum += value;
                    squares += value * value;
                }
                count += values.length;
            }
            assertThat(sum / count).isCloseTo(0, within(1e-4));
            assertThat(Math.sqrt(squares / count)).isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void paddingPutsBlackAround() {
        ImageSet set = FashionMnist.test().padded(2);
        assertThat(set.shape()).isEqualTo(Shape.volume(32, 32, 1));
        Batch batch = set.batch(3, 5);
        assertThat(batch.images().shape()).containsExactly(2, 1, 32, 32);
        double black = batch.images().getDouble(0, 0, 0, 0);
        assertThat(batch.images().getDouble(1, 0, 31, 31)).isEqualTo(black);
        int grey = set.pixels(5)[14][13];
        assertThat(set.grey(5)[14][13]).isEqualTo(grey / 255f);
        assertThat(batch.images().getDouble(1, 0, 16, 15)).isCloseTo((grey / 255.0 - 0.28604) / 0.35302, within(1e-5));
        assertThat(batch.labels()).containsExactly(set.label(3), set.label(5));
    }

    @Test
    void aFileThatIsCutOffIsNamedWithTheByte() throws IOException {
        Path images = write("images", idx(2, 2, 2));
        Path cut = write("cut", Arrays.copyOf(idx(2, 2, 2), 21));
        Path labels = write("labels", idx(2));
        assertThat(read(images, labels).size()).isEqualTo(2);
        assertThatThrownBy(() -> read(cut, labels)).isInstanceOf(DataException.class).hasMessageContaining("cut")
                .hasMessageContaining("it ends at byte 21, but 8 values should reach to byte 23");
        assertThatThrownBy(() -> read(write("short", Arrays.copyOf(idx(2, 2, 2), 9)), labels)).hasMessageContaining("side 2 of 3");
    }

    @Test
    void damagedFilesAreNamedWithWhatIsWrong() throws IOException {
        Path labels = write("labels", idx(2));
        byte[] type = idx(2, 2, 2);
        type[2] = 13;
        assertThatThrownBy(() -> read(write("type", type), labels)).hasMessageContaining("bytes 0 to 3 are [0, 0, 13, 3]");
        byte[] huge = idx(2, 2, 2);
        huge[8] = 127;
        assertThatThrownBy(() -> read(write("huge", huge), labels)).hasMessageContaining("bytes 8 to 11").hasMessageContaining("damaged");
        assertThatThrownBy(() -> read(write("longer", Arrays.copyOf(idx(2, 2, 2), 30)), labels)).hasMessageContaining("more bytes after byte 24");
        assertThatThrownBy(() -> read(write("images", idx(3, 2, 2)), labels)).hasMessageContaining("3 images").hasMessageContaining("2 labels");
        byte[] label = idx(2);
        label[9] = 77;
        assertThatThrownBy(() -> read(write("images", idx(2, 2, 2)), write("label", label))).hasMessageContaining("byte 9 is the label 77");
        assertThatThrownBy(() -> read(folder.resolve("none"), labels)).hasMessageContaining("is missing");
    }

    @Test
    void damagedGzipIsNamed() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(idx(200, 20, 20));
        }
        Path labels = write("labels", idx(200));
        byte[] whole = packed.toByteArray();
        assertThat(read(write("whole.gz", whole), labels).size()).isEqualTo(200);
        assertThatThrownBy(() -> read(write("cut.gz", Arrays.copyOf(whole, whole.length / 2)), labels)).hasMessageContaining("cut.gz is cut off");
        assertThatThrownBy(() -> read(write("not.gz", idx(2, 2, 2)), labels)).hasMessageContaining("byte 0 does not start a gzip file");
        byte[] changed = whole.clone();
        changed[whole.length / 2] ^= 0x55;
        assertThatThrownBy(() -> read(write("changed.gz", changed), labels)).isInstanceOf(DataException.class).hasMessageContaining("changed.gz");
    }

    @Test
    void noMemoryIsTakenForWhatIsNotThere() throws IOException {
        Path labels = write("labels", idx(2));
        byte[] claims = idx(1, 1, 1);
        claims[4] = 0x3F;
        assertThatThrownBy(() -> read(write("claims", claims), labels)).isInstanceOf(DataException.class).hasMessageContaining("claims is cut off");
        assertThatThrownBy(() -> read(write("claims.gz", packed(claims, 0)), labels)).isInstanceOf(DataException.class)
                .hasMessageContaining("134217728 are the most that are unpacked");
        byte[] less = claims.clone();
        less[4] = 7;
        // A quarter of a gigabyte of zeros behind its end, and half of what it says.
        assertThatThrownBy(() -> read(write("bomb.gz", packed(idx(1, 1, 1), 250)), labels)).hasMessageContaining("more bytes after byte 17");
        assertThatThrownBy(() -> read(write("less.gz", packed(less, 50)), labels)).hasMessageContaining("less.gz is cut off");
    }

    /** These bytes and then so many million zeros, packed. */
    private static byte[] packed(byte[] bytes, int zeros) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
            for (int i = 0; i < zeros; i++) {
                out.write(new byte[1_000_000]);
            }
        }
        return packed.toByteArray();
    }

    @Test
    void anEmptySideAndTheWrongFileAreNamed() throws IOException {
        Path images = write("images", idx(2, 2, 2));
        Path labels = write("labels", idx(2));
        for (int side = 0; side < 3; side++) {
            int[] sides = {2, 2, 2};
            sides[side] = 0;
            Path empty = write("empty", idx(sides));
            int which = side + 1;
            assertThatThrownBy(() -> read(empty, labels)).isInstanceOf(DataException.class).hasMessageContaining(empty.toString())
                    .hasMessageContaining("side " + which + " of 3 is 0");
        }
        assertThatThrownBy(() -> read(images, write("none", idx(0)))).isInstanceOf(DataException.class).hasMessageContaining("none: bytes 4 to 7");
        assertThatThrownBy(() -> read(labels, labels)).hasMessageContaining(labels.toString()).hasMessageContaining("these are labels");
        assertThatThrownBy(() -> read(images, images)).hasMessageContaining(images.toString()).hasMessageContaining("these are images");
        assertThatThrownBy(() -> read(folder, labels)).isInstanceOf(DataException.class).hasMessageContaining(folder + " can't be read");
    }

    @Test
    void anInterruptDoesNotStopReading() throws IOException {
        Path images = write("images", idx(2, 2, 2));
        Path labels = write("labels", idx(2));
        Thread.currentThread().interrupt();
        assertThat(read(images, labels).size()).isEqualTo(2);
        assertThat(Thread.interrupted()).isTrue();
    }

    private ImageSet read(Path images, Path labels) {
        return ImageSet.read("test", images, labels, Digits.CLASSES, 0.5, 0.5);
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    /** An IDX file with these sides and the values 0, 1, 2, … modulo 10. */
    private static byte[] idx(int... sides) {
        int count = Arrays.stream(sides).reduce(1, (a, b) -> a * b);
        byte[] bytes = new byte[4 + 4 * sides.length + count];
        bytes[2] = 8;
        bytes[3] = (byte) sides.length;
        for (int i = 0; i < sides.length; i++) {
            bytes[4 + 4 * i + 2] = (byte) (sides[i] >> 8);
            bytes[4 + 4 * i + 3] = (byte) sides[i];
        }
        for (int i = 0; i < count; i++) {
            bytes[bytes.length - count + i] = (byte) (i * 7 % 10);
        }
        return bytes;
    }
}
