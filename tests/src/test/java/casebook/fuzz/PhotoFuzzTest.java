package casebook.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.data.DataException;
import casebook.data.Photo;
import casebook.pretrained.ImageClassifier;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;

/** Photos: PNG files chunk by chunk, JPEG files segment by segment. */
class PhotoFuzzTest {

    private static final byte[] START = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    /** A photo that was accepted has the sides that its file says, one way round or the other, and a network can see it. */
    private static Photo seen(Path file, int height, int width) {
        Photo photo = Photo.read(file);
        assertThat(new int[] {Math.min(photo.height(), photo.width()), Math.max(photo.height(), photo.width())})
                .containsExactly(Math.min(height, width), Math.max(height, width));
        assertThat(ImageClassifier.seen(photo)).hasToString(photo.name() + ", 227×227×3");
        return photo;
    }

    /** Exif of a random number of entries, one of them perhaps the orientation. */
    private static byte[] notes(Random random) {
        int entries = random.nextInt(3) == 0 ? random.nextInt(5400) : random.nextInt(5);
        ByteBuffer notes = ByteBuffer.allocate(10 + entries * 12 + random.nextInt(8));
        notes.put("MM\0*\0\0\0\10".getBytes(StandardCharsets.ISO_8859_1)).putShort((short) (random.nextInt(5) == 0 ? Damage.number(random)
                : entries));
        for (int i = 0; i < entries; i++) {
            notes.putShort((short) (random.nextInt(4) == 0 ? 274 : random.nextInt(1 << 16))).putShort((short) random.nextInt(14));
            notes.putInt((int) (random.nextBoolean() ? 1 : Damage.number(random))).putInt((int) (random.nextBoolean()
                    ? random.nextInt(9) << 16 : Damage.number(random)));
        }
        return notes.array();
    }

    private static byte[] deflated(byte[] data, int millionZeros) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_SPEED))) {
            out.write(data);
            for (int i = 0; i < millionZeros; i++) {
                out.write(new byte[1_000_000]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static class Png implements Fuzz.Kind {

        /** More than there is room for, once it is unpacked. */
        private static final byte[] BOMB = deflated(new byte[0], 400);

        @Override
        public String ending() {
            return ".png";
        }

        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(DataException.class);
        }

        private static byte[] chunk(String letters, byte[] data) {
            byte[] named = Damage.joined(letters.getBytes(StandardCharsets.ISO_8859_1), data);
            CRC32 sum = new CRC32();
            sum.update(named);
            return ByteBuffer.allocate(8 + named.length).putInt(data.length).put(named).putInt((int) sum.getValue()).array();
        }

        private static byte[] header(long width, long height, int bits, int type, int interlaced) {
            return chunk("IHDR", ByteBuffer.allocate(13).putInt((int) width).putInt((int) height).put((byte) bits).put((byte) type).putShort((short) 0)
                    .put((byte) interlaced).array());
        }

        @Override
        public Fuzz.Made make(Random random) {
            int type = new int[] {0, 2, 3, 4, 6}[random.nextInt(5)];
            int bits = type == 3 || type == 0 && random.nextBoolean() ? 1 << random.nextInt(4) : 8 << random.nextInt(2);
            int width = 1 + random.nextInt(random.nextInt(10) == 0 ? 1000 : 20);
            int height = 1 + random.nextInt(random.nextInt(10) == 0 ? 1000 : 20);
            StringBuilder what = new StringBuilder(width + "×" + height + ", type " + type + ", " + bits + " bits");
            int samples = new int[] {1, 0, 3, 1, 2, 0, 4}[type];
            int row = 1 + (width * samples * bits + 7) / 8;
            byte[] data = new byte[height * row];
            if (type != 3) {
                random.nextBytes(data);
            }
            for (int y = 0; y < height; y++) {
                data[y * row] = 0;
            }
            boolean right = random.nextInt(4) == 0;
            byte[] palette = new byte[3 * (1 << Math.min(8, bits))];
            List<byte[]> chunks = new ArrayList<>(List.of(header(width, height, bits, type, 0)));
            if (type == 3) {
                chunks.add(chunk("PLTE", palette));
            }
            byte[] packed = deflated(data, 0);
            int cut = random.nextInt(packed.length);
            chunks.add(chunk("IDAT", Arrays.copyOf(packed, cut)));
            chunks.add(chunk("IDAT", Arrays.copyOfRange(packed, cut, packed.length)));
            chunks.add(chunk("IEND", new byte[0]));
            // What belongs to no picture may stand anywhere behind the header.
            for (int i = random.nextInt(4); i > 0; i--) {
                chunks.add(1, note(random, what));
            }
            byte[] bytes;
            if (!right) {
                for (int i = 1 + random.nextInt(2); i > 0; i--) {
                    change(chunks, random, what);
                }
            }
            bytes = Damage.joined(START, Damage.joined(chunks.toArray(new byte[0][])));
            if (!right && random.nextInt(4) == 0) {
                bytes = Damage.damaged(bytes, random, what);
            }
            return new Fuzz.Made(bytes, what.toString(), right);
        }

        /** Texts, some of them very long once they are unpacked, notes of the camera, and what nobody knows. */
        private static byte[] note(Random random, StringBuilder what) {
            String letters = List.of("tEXt", "zTXt", "iTXt", "iCCP", "eXIf", "gAMA", "sPLT", "hIST", "abCd")
                    .get(random.nextInt(9));
            what.append(", ").append(letters);
            if (letters.equals("eXIf")) {
                return chunk(letters, notes(random));
            }
            byte[] text = random.nextInt(8) == 0 ? BOMB : deflated(new byte[random.nextInt(100)], 0);
            return chunk(letters, Damage.joined(new byte[] {'a', 0, 0}, text));
        }

        private static void change(List<byte[]> chunks, Random random, StringBuilder what) {
            int kind = random.nextInt(8);
            int at = random.nextInt(chunks.size());
            what.append("; change ").append(kind).append(" at ").append(at);
            switch (kind) {
                case 0 -> chunks.set(0, header(Damage.number(random), Damage.number(random), 1 << random.nextInt(5), random.nextInt(8),
                        random.nextInt(3)));
                case 1 -> chunks.set(0, header(1 + random.nextInt(9000), 1 + random.nextInt(9000), 1 << random.nextInt(5),
                        random.nextInt(8), random.nextInt(2)));
                case 2 -> chunks.remove(at);
                case 3 -> chunks.add(at, chunks.get(random.nextInt(chunks.size())));
                case 4 -> Collections.swap(chunks, at, random.nextInt(chunks.size()));
                case 5 -> chunks.add(at, chunk(List.of("PLTE", "tRNS", "IDAT", "ABCD").get(random.nextInt(4)),
                        new byte[random.nextInt(1000)]));
                case 6 -> chunks.set(at, ByteBuffer.wrap(chunks.get(at).clone()).putInt(0, (int) Damage.number(random)).array());
                default -> {
                    for (int i = random.nextInt(20_000); i > 0; i--) {
                        chunks.add(Math.min(chunks.size(), 1), chunk("tEXt", new byte[random.nextInt(9)]));
                    }
                }
            }
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            ByteBuffer header = ByteBuffer.wrap(made.bytes());
            boolean there = made.bytes().length >= 24;
            seen(file, there ? header.getInt(20) : 0, there ? header.getInt(16) : 0);
        }
    }

    public static class Jpeg implements Fuzz.Kind {

        @Override
        public String ending() {
            return ".jpg";
        }

        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(DataException.class);
        }

        @Override
        public Fuzz.Made make(Random random) {
            int width = 1 + random.nextInt(60);
            int height = 1 + random.nextInt(60);
            boolean grey = random.nextInt(4) == 0;
            boolean progressive = random.nextBoolean();
            StringBuilder what = new StringBuilder(width + "×" + height + (grey ? ", grey" : "") + (progressive ? ", progressive" : ""));
            BufferedImage image = new BufferedImage(width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < width * height; i++) {
                image.setRGB(i % width, i / width, random.nextInt(1 << 24));
            }
            List<byte[]> segments = segments(written(image, progressive));
            for (int i = random.nextInt(4); i > 0; i--) {
                segments.add(1, note(random, what));
            }
            boolean right = random.nextInt(4) == 0;
            for (int i = right ? 0 : 1 + random.nextInt(2); i > 0; i--) {
                change(segments, random, what);
            }
            byte[] bytes = Damage.joined(segments.toArray(new byte[0][]));
            if (!right && random.nextInt(3) == 0) {
                bytes = Damage.damaged(bytes, random, what);
            }
            return new Fuzz.Made(bytes, what.toString(), right);
        }

        private static byte[] written(BufferedImage image, boolean progressive) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageWriter writer = null;
            try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
                for (var all = ImageIO.getImageWritersByFormatName("jpeg"); writer == null;) {
                    ImageWriter next = all.next();
                    writer = next.getClass().getName().startsWith("com.sun.") ? next : null;
                }
                ImageWriteParam parameters = writer.getDefaultWriteParam();
                parameters.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
                writer.setOutput(out);
                writer.write(null, new IIOImage(image, null, null), parameters);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                writer.dispose();
            }
            return bytes.toByteArray();
        }

        /** The start, each segment, the numbers of a scan with it, and the end. */
        private static List<byte[]> segments(byte[] jpeg) {
            List<byte[]> segments = new ArrayList<>();
            int from = 0;
            int at = 2;
            while (at < jpeg.length - 1) {
                if (jpeg[at] == -1 && jpeg[at + 1] != 0) {
                    segments.add(Arrays.copyOfRange(jpeg, from, at));
                    from = at;
                    at += (jpeg[at + 1] & 255) == 0xd9 ? 2 : 2 + ((jpeg[at + 2] & 255) << 8 | jpeg[at + 3] & 255);
                } else {
                    at++;
                }
            }
            segments.add(Arrays.copyOfRange(jpeg, from, jpeg.length));
            return segments;
        }

        private static byte[] segment(int marker, byte[] data) {
            byte[] fitting = Arrays.copyOf(data, Math.min(data.length, 65_533));
            return ByteBuffer.allocate(4 + fitting.length).put((byte) 0xff).put((byte) marker).putShort((short) (2
                    + fitting.length)).put(fitting).array();
        }

        private static byte[] note(Random random, StringBuilder what) {
            int kind = random.nextInt(4);
            what.append(", note ").append(kind);
            byte[] noise = new byte[random.nextInt(2000)];
            random.nextBytes(noise);
            return switch (kind) {
                case 0 -> segment(0xe1, Damage.joined("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1), notes(random)));
                case 1 -> segment(0xfe, noise);
                case 2 -> segment(0xe1 + 2 * random.nextInt(6), noise);
                default -> segment(0xed, new byte[65_533]);
            };
        }

        private static void change(List<byte[]> segments, Random random, StringBuilder what) {
            int kind = random.nextInt(9);
            int at = random.nextInt(segments.size());
            what.append("; change ").append(kind).append(" at ").append(at);
            switch (kind) {
                case 0, 1 -> {
                    for (int i = 0; i < segments.size(); i++) {
                        byte[] segment = segments.get(i);
                        int marker = segment.length > 9 ? segment[1] & 255 : 0;
                        if (marker == 0xc0 || marker == 0xc2) {
                            boolean sides = random.nextBoolean();
                            segments.set(i, sides ? ByteBuffer.wrap(segment.clone()).putShort(5, (short) side(random)).putShort(7,
                                    (short) side(random)).array()
                                    : Damage.damaged(segment, random, what));
                        }
                    }
                }
                case 2 -> segments.remove(at);
                case 3 -> segments.add(at, segments.get(random.nextInt(segments.size())));
                case 4 -> Collections.swap(segments, at, random.nextInt(segments.size()));
                case 5 -> segments.set(at, Damage.damaged(segments.get(at), random, what));
                case 6 -> {
                    // The last scan again and again.
                    byte[] scan = segments.get(Math.max(0, segments.size() - 2));
                    segments.addAll(segments.size() - 1, Collections.nCopies(random.nextInt(Math.max(1, Math.min(2000,
                            1_000_000 / Math.max(1, scan.length)))), scan));
                }
                case 7 -> segments.add(Math.min(1, segments.size()), segment(0xe2,
                        Damage.joined("ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1),
                        new byte[random.nextInt(300)])));
                default -> segments.add(Math.min(1, segments.size()), segment(new int[] {0xdd, 0xee, 0xe0, 0xdc, 0xcc, 0xc4, 0xdb,
                        0xc9}[random.nextInt(8)],
                        new byte[random.nextInt(30)]));
            }
        }

        private static int side(Random random) {
            return random.nextBoolean() ? (int) Damage.number(random) : 1 + random.nextInt(9000);
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            byte[] bytes = made.bytes();
            int frame = -1;
            for (int at = 2; at < bytes.length - 9 && frame < 0;) {
                int marker = bytes[at] == -1 ? bytes[at + 1] & 255 : 0;
                boolean found = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
                frame = found ? at : -1;
                at += marker > 1 && marker != 0xff && (marker < 0xd0 || marker > 0xd9) ? 2 + ((bytes[at + 2] & 255) << 8 | bytes[at
                        + 3] & 255) : 1;
            }
            ByteBuffer all = ByteBuffer.wrap(bytes);
            seen(file, frame < 0 ? 0 : all.getShort(frame + 5) & 0xffff, frame < 0 ? 0 : all.getShort(frame + 7) & 0xffff);
        }
    }

    @Test
    void png() {
        Fuzz.tried(Png.class);
    }

    @Test
    void jpeg() {
        Fuzz.tried(Jpeg.class);
    }
}
