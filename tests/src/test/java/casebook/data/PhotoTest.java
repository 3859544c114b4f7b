package casebook.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import casebook.fuzz.Damage;
import com.sun.management.ThreadMXBean;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhotoTest {

    /** JPEG is not exact: a flat colour comes back this near. */
    private static final int NEAR = 3;

    @TempDir
    Path folder;

    // ---- those that come with the project ----

    @Test
    void photosOfTheProjectAreRead() {
        assertThat(Photo.names()).containsExactly("astronaut", "camera", "chelsea", "coffee", "crocodile", "moose", "panda", "rocket");
        assertThat(Photo.of("chelsea")).hasToString("chelsea, 300×451×3");
        assertThat(Photo.of("panda")).hasToString("panda, 320×481×3");
        for (String name : Photo.names()) {
            Photo photo = Photo.of(name);
            assertThat(photo.array().shape()).containsExactly(1, 3, photo.height(), photo.width());
            assertThat(photo.array().maxNumber().doubleValue()).as(name).isBetween(0.8, 1.0);
        }
        assertThatThrownBy(() -> Photo.of("dog")).isInstanceOf(DataException.class).hasMessageContaining("there are astronaut, camera, chelsea");
    }

    @Test
    void pixelsAreThoseOfTheImage() throws IOException {
        Path file = Datasets.file("photos/chelsea.png");
        BufferedImage image = ImageIO.read(file.toFile());
        Photo photo = Photo.read(file);
        for (int i = 0; i < 300; i += 13) {
            int rgb = image.getRGB(i + 100, i);
            assertThat(photo.value(0, i, i + 100)).isEqualTo(rgb >> 16 & 255);
            assertThat(photo.value(1, i, i + 100)).isEqualTo(rgb >> 8 & 255);
            assertThat(photo.value(2, i, i + 100)).isEqualTo(rgb & 255);
            assertThat(photo.array().getDouble(0, 1, i, i + 100)).isEqualTo((rgb >> 8 & 255) / 255f, within(1e-7));
            assertThat(photo.values()[2][i][i + 100]).isEqualTo((rgb & 255) / 255f);
        }
        assertThat(Photo.of("copy", photo.image())).isEqualTo(photo);
    }

    /** Java takes grey for linear light and would brighten it: 51 would become 124. */
    @Test
    void greyIsNotBrightened() throws IOException {
        BufferedImage grey = new BufferedImage(5, 3, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(4, 2, 0, 51);
        Photo png = Photo.read(png(grey));
        assertThat(pixel(png, 2, 4)).containsExactly(51, 51, 51);
        assertThat(pixel(png, 0, 0)).containsExactly(0, 0, 0);
        BufferedImage flat = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        flat.getRaster().setSamples(0, 0, 16, 16, 0, filled(256, 51));
        assertNear(pixel(Photo.read(file("grey.jpg", jpegBytes(flat))), 8, 8), 51, 51, 51);
    }

    @Test
    void transparentIsLaidOnWhite() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xff204060);
        image.setRGB(1, 0, 0x00204060);
        image.setRGB(2, 0, 0x80204060);
        Photo photo = Photo.read(png(image));
        assertThat(pixel(photo, 0, 0)).containsExactly(0x20, 0x40, 0x60);
        assertThat(pixel(photo, 0, 1)).containsExactly(255, 255, 255);
        assertThat(pixel(photo, 0, 2)).containsExactly(143, 159, 175);
        assertThat(Photo.of("the same", image)).isEqualTo(photo);

        ComponentColorModel greyWithAlpha = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_GRAY), true, false,
                Transparency.TRANSLUCENT, DataBuffer.TYPE_BYTE);
        WritableRaster raster = greyWithAlpha.createCompatibleWritableRaster(2, 1);
        raster.setPixel(0, 0, new int[] {100, 255});
        raster.setPixel(1, 0, new int[] {100, 0});
        Photo grey = Photo.read(png(new BufferedImage(greyWithAlpha, raster, false, null)));
        assertThat(pixel(grey, 0, 0)).containsExactly(100, 100, 100);
        assertThat(pixel(grey, 0, 1)).containsExactly(255, 255, 255);
    }

    @Test
    void sixteenBitsAreRoundedToEight() throws IOException {
        for (int space : new int[] {ColorSpace.CS_GRAY, ColorSpace.CS_sRGB}) {
            ComponentColorModel colours = new ComponentColorModel(ColorSpace.getInstance(space), false, false, Transparency.OPAQUE,
                    DataBuffer.TYPE_USHORT);
            WritableRaster raster = colours.createCompatibleWritableRaster(4, 1);
            int[] samples = {0, 65535, 128 + 257 * 100, 129 + 257 * 100};
            for (int x = 0; x < 4; x++) {
                raster.setPixel(x, 0, filled(colours.getNumComponents(), samples[x]));
            }
            Photo photo = Photo.read(png(new BufferedImage(colours, raster, false, null)));
            assertThat(pixel(photo, 0, 0)).containsOnly(0);
            assertThat(pixel(photo, 0, 1)).containsOnly(255);
            assertThat(pixel(photo, 0, 2)).containsOnly(100);
            assertThat(pixel(photo, 0, 3)).containsOnly(101);
        }
    }

    @Test
    void palettesAndSingleBitsAreRead() throws IOException {
        IndexColorModel palette = new IndexColorModel(2, 3, new int[] {0xff0a141e, 0xffffffff, 0xff3c4650}, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage indexed = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
        indexed.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 1, 2});
        Photo photo = Photo.read(png(indexed));
        assertThat(pixel(photo, 0, 0)).containsExactly(10, 20, 30);
        assertThat(pixel(photo, 0, 2)).containsExactly(60, 70, 80);
        BufferedImage bits = new BufferedImage(9, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.getRaster().setSample(8, 0, 0, 1);
        assertThat(pixel(Photo.read(png(bits)), 0, 8)).containsOnly(255);
        assertThat(pixel(Photo.read(png(bits)), 0, 7)).containsOnly(0);
    }

    // ---- JPEG ----

    /** Adobe's files hold the ink that is <em>missing</em>: (255, 255, 255, 255) is white paper. */
    @ParameterizedTest
    @CsvSource({"255,255,255,255, 255,255,255", "255,255,255,0, 0,0,0", "255,0,0,255, 255,0,0", "0,255,255,255, 0,255,255",
        "0,0,255,255, 0,0,255", "255,255,255,128, 128,128,128"})
    void cmykBecomesRedGreenAndBlue(int c, int m, int y, int k, int red, int green, int blue) throws IOException {
        Photo photo = Photo.read(file("cmyk.jpg", with(adobe(0), jpegBytes(flat(c, m, y, k)))));
        assertThat(photo).hasToString("cmyk, 16×16×3");
        assertNear(pixel(photo, 8, 8), red, green, blue);
    }

    /**
     * Luminance and two colour differences of 255 minus the above, and black as it is (libjpeg, {@code jdcolor.c}): white paper
     * has luminance 0, and red, which is stored as cyan, 179.
     */
    @ParameterizedTest
    @CsvSource({"0,128,128,255, 255,255,255", "179,171,1,255, 255,0,0", "0,128,128,128, 128,128,128"})
    void ycckBecomesRedGreenAndBlue(int luminance, int cb, int cr, int k, int red, int green, int blue) throws IOException {
        Photo photo = Photo.read(file("ycck.jpg", with(adobe(2), jpegBytes(flat(luminance, cb, cr, k)))));
        assertNear(pixel(photo, 8, 8), red, green, blue);
    }

    /** A mark near the upper left corner, stored as a camera in this position stores it. */
    @ParameterizedTest
    @CsvSource({"1,0,0", "2,0,1", "3,1,1", "4,1,0", "5,0,0", "6,1,0", "7,1,1", "8,0,1"})
    void photosAreTurnedUpright(int orientation, int bottom, int right) throws IOException {
        boolean turned = orientation >= 5;
        int height = turned ? 48 : 32;
        int width = turned ? 32 : 48;
        BufferedImage stored = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        // Where the mark is in the file. (0, 0) of an upright photo is at the row and column that Exif's table 6 says.
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 16; x++) {
                stored.setRGB(x + right * (width - 16), y + bottom * (height - 16), 0xff0000);
            }
        }
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            Photo photo = Photo.read(file("turned.jpg", with(exif(orientation, order), jpegBytes(stored))));
            assertThat(photo).hasToString("turned, 32×48×3");
            assertNear(pixel(photo, 5, 5), 255, 0, 0);
            assertNear(pixel(photo, 5, 42), 0, 0, 0);
            assertNear(pixel(photo, 26, 5), 0, 0, 0);
            assertNear(pixel(photo, 26, 42), 0, 0, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 77})
    void orientationsThatDoNotExistAreLeftAlone(int orientation) throws IOException {
        BufferedImage stored = new BufferedImage(32, 16, BufferedImage.TYPE_INT_RGB);
        byte[] jpeg = with(exif(orientation, ByteOrder.BIG_ENDIAN), jpegBytes(stored));
        assertThat(Photo.read(file("odd.jpg", jpeg))).hasToString("odd, 16×32×3");
        byte[] broken = with(segment(0xe1, "Exif\0\0MM\0*\377\377\377\377".getBytes(StandardCharsets.ISO_8859_1)), jpegBytes(stored));
        assertThat(Photo.read(file("odd.jpg", broken))).hasToString("odd, 16×32×3");
    }

    @Test
    void progressiveFilesGiveTheSame() throws IOException {
        BufferedImage image = Photo.of("chelsea").middle(64, 64).image();
        Photo plain = Photo.read(file("plain.jpg", jpegBytes(image)));
        Photo progressive = Photo.read(file("progressive.jpg", jpegBytes(image, true)));
        assertThat(progressive).isEqualTo(plain);
    }

    // ---- what is wrong with a file ----

    @Test
    void whatIsNoPhotoIsNamed() throws IOException {
        assertWrong("none.png", null, "there is no file");
        assertWrong("empty.jpg", new byte[0], "it is empty");
        assertWrong("phone.jpg", "\0\0\0 ftypheic\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1), "HEIC, the format of many phones; save it as PNG or JPEG");
        assertWrong("web.png", "RIFF\1\2\3\4WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1), "WebP");
        assertWrong("page.jpg", "\n<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8), "it is a web page");
        assertWrong("film.gif", "GIF89a".getBytes(StandardCharsets.UTF_8), "GIF");
        assertWrong("what.png", new byte[] {1, 2, (byte) 0xab}, "it begins with the bytes 01 02 ab");
        assertThatThrownBy(() -> Photo.read(folder)).isInstanceOf(DataException.class).hasMessageContaining("is a folder");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0005, 0.005, 0.02, 0.3, 0.9, 0.9999})
    void whatIsCutOffIsNotRead(double part) throws IOException {
        for (String name : new String[] {"panda.jpg", "chelsea.png"}) {
            byte[] whole = Files.readAllBytes(Datasets.file("photos/" + name));
            assertWrong(name, Arrays.copyOf(whole, (int) (part * whole.length)), "cut off");
        }
    }

    @Test
    void damageOfAPngIsFound() throws IOException {
        byte[] whole = Files.readAllBytes(Datasets.file("photos/chelsea.png"));
        for (int at = 16; at < whole.length; at += 9973) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            assertWrong("damaged.png", damaged, "damaged");
        }
    }

    @Test
    void hugePhotosAreRefusedBeforeTheyFillTheMemory() throws IOException {
        byte[] jpeg = jpegBytes(flat(1, 2, 3));
        int frame = 0;
        while ((jpeg[frame] & 255) != 0xff || (jpeg[frame + 1] & 255) != 0xc0) {
            frame++;
        }
        Arrays.fill(jpeg, frame + 5, frame + 9, (byte) 0xf0);
        assertWrong("huge.jpg", jpeg, "61680×61680 pixels and takes 21,769 MB of memory to be decoded, more than the 300 MB");
    }

    /** Ten thousand pixels a side, with 16 bits and transparency, would be a gigabyte; so would a progressive file's coefficients. */
    @Test
    void memoryAndTimeAreKnownBeforeAnythingIsDecoded() throws IOException {
        byte[] nothing = chunk("IDAT", new byte[0]);
        assertWrong("deep.png", png(10_000, 10_000, 16, 6, nothing), "10000×10000 pixels and takes 1,049 MB");
        assertWrong("high.png", png(1, 100_000_000, 8, 2, nothing), "no side may have more than 65,535");
        assertWrong("none.png", png(0, 7, 8, 2, nothing), "0");
        assertWrong("negative.png", png(-5, 7, 8, 2, nothing), "7×-5 pixels");
        byte[] jpeg = jpegBytes(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB), true);
        int frame = find(jpeg, 0xc2, 0);
        byte[] large = jpeg.clone();
        ByteBuffer.wrap(large).putShort(frame + 5, (short) 9000).putShort(frame + 7, (short) 9000);
        assertWrong("progressive.jpg", large, "9000×9000 pixels and takes 695 MB");
        ByteBuffer.wrap(large).putShort(frame + 5, (short) 2000).putShort(frame + 7, (short) 2000);
        int scan = frame;
        for (int next = find(jpeg, 0xda, frame); next > 0; next = find(jpeg, 0xda, next + 2)) {
            scan = next;
        }
        int length = jpeg.length - 2 - scan;
        byte[] often = Arrays.copyOf(large, jpeg.length + 200 * length);
        for (int i = 0; i < 200; i++) {
            System.arraycopy(jpeg, scan, often, jpeg.length - 2 + i * length, length + 2);
        }
        assertWrong("often.jpg", often, "2000×2000 pixels in 2");
        byte[] codes = segment(0xc4, new byte[17]);
        ByteBuffer many = ByteBuffer.allocate(2 + 6000 * codes.length + jpeg.length).put(jpeg, 0, 2);
        for (int i = 0; i < 6000; i++) {
            many.put(codes);
        }
        assertWrong("many.jpg", many.put(jpeg, 2, jpeg.length - 2).array(), "more than 5000 parts");
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 3000).putShort(frame + 7, (short) 3000);
        assertWrong("missing.jpg", jpeg, "it says that it has 3000×3000 pixels, which the");
        assertWrong("missing.png", png(3000, 3000, 8, 2, chunk("IDAT", new byte[9000])),
                "3000×3000 pixels, which the 9,000 bytes that follow can't hold");
        assertWrong("late.png", Damage.joined(PngChunks.START, chunk("tEXt", new byte[3]), chunk("IHDR", new byte[13])),
                "begins with its size (IHDR, 13 bytes)");
    }

    /** Texts for people may be gigabytes long once they are unpacked, and a camera's notes have any number of entries. */
    @Test
    void whatNobodyNeedsIsNotRead() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write(new byte[] {'a', 0, 0});
        try (DeflaterOutputStream packed = new DeflaterOutputStream(text, new Deflater(Deflater.BEST_SPEED))) {
            packed.write(new byte[200_000_000]);
        }
        byte[] pixels = deflated(new byte[] {0, 0, 7});
        byte[] png = png(2, 1, 8, 3, chunk("PLTE", new byte[3 * 256]), chunk("zTXt", text.toByteArray()), chunk("IDAT", pixels));
        ByteBuffer notes = ByteBuffer.allocate(16
                + 5300 * 12).put("Exif\0\0MM\0*\0\0\0\10".getBytes(StandardCharsets.ISO_8859_1)).putShort((short) 5300);
        for (int i = 0; i < 5300; i++) {
            notes.putShort((short) i).putShort((short) 4).putInt(16_000).putInt(8);
        }
        byte[] jpeg = with(segment(0xe1, Arrays.copyOf(notes.array(), 16 + 5300 * 12)), jpegBytes(flat(1, 2, 3)));
        Path first = file("text.png", png);
        Path second = file("notes.jpg", jpeg);
        Photo.read(second);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(Photo.read(first)).hasToString("text, 1×2×3");
        assertThat(Photo.read(second)).hasToString("notes, 16×16×3");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(30_000_000);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatMayNeverEndIsNotOpened() {
        assertThatThrownBy(() -> Photo.read(Path.of("/dev/zero"))).isInstanceOf(DataException.class).hasMessageContaining("/dev/zero is not an ordinary file");
    }

    @Test
    void aPngIsTurnedAsWell() throws IOException {
        byte[] pixels = deflated(new byte[] {0, 10, 20, 0, 30, 40, 0, 50, 60});
        byte[] exif = exif(6, ByteOrder.LITTLE_ENDIAN);
        byte[] notes = Arrays.copyOfRange(exif, 10, exif.length);
        Photo photo = Photo.read(file("turned.png", png(2, 3, 8, 0, chunk("eXIf", notes), chunk("IDAT", pixels))));
        assertThat(photo).hasToString("turned, 2×3×3");
        assertThat(new int[] {photo.value(0, 0, 0), photo.value(0, 0, 2), photo.value(0, 1, 0)}).containsExactly(50, 10, 60);
    }

    // ---- crop and scale ----

    /** Scaled whole, 20,000×1 pixels would become 5,120,000×256. */
    @ParameterizedTest
    @CsvSource({"1, 20000", "5000, 1", "1, 1", "300, 451", "451, 300", "70, 300"})
    void onlyTheMiddleIsScaled(int height, int width) {
        float[][] grey = new float[height][width];
        Random random = new Random(height);
        Arrays.stream(grey).forEach(row -> Arrays.setAll(new int[width], x -> {
            row[x] = random.nextFloat();
            return 0;
        }));
        Photo photo = Photo.grey("thin", grey);
        Photo middle = photo.shorterSideMiddle(256, 227, 201);
        assertThat(middle).hasToString("thin, 227×201×3");
        if (Math.max(height, width) < 1000) {
            assertThat(middle).isEqualTo(photo.shorterSide(256).middle(227, 201));
        } else {
            assertThat(middle).isEqualTo(photo.crop(Math.max(0, height / 2 - 10), Math.max(0, width / 2 - 10), Math.min(height, 20),
                    Math.min(width, 20))
                    .shorterSideMiddle(256, 227, 201));
            assertThatThrownBy(() -> photo.shorterSide(50_000)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("thin, " + height + "×" + width, "too thin for a shorter side of 50000", "shorterSideMiddle");
        }
        assertThatThrownBy(() -> photo.shorterSideMiddle(100, 101,
                101)).hasMessageContaining("no middle of 101×101 pixels with a shorter side of 100");
        assertThatThrownBy(() -> photo.shorterSideMiddle(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> photo.shorterSide(Integer.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cropsAreParts() {
        Photo photo = Photo.of("chelsea");
        Photo part = photo.crop(10, 20, 30, 40);
        assertThat(part).hasToString("chelsea, 30×40×3");
        for (int channel = 0; channel < 3; channel++) {
            assertThat(part.value(channel, 0, 0)).isEqualTo(photo.value(channel, 10, 20));
            assertThat(part.value(channel, 29, 39)).isEqualTo(photo.value(channel, 39, 59));
        }
        assertThat(photo.middle(100, 101)).isEqualTo(photo.crop(100, 175, 100, 101));
        assertThatThrownBy(() -> photo.crop(290, 0, 11, 5)).hasMessageContaining("chelsea, 300×451×3 has no part of 11×5 pixels that begins in row 290");
        assertThatThrownBy(() -> photo.crop(-1, 0, 11, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> photo.crop(0, 0, Integer.MAX_VALUE, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> photo.middle(301, 5)).hasMessageContaining("shorterSide(301) makes it large enough");
        assertThatThrownBy(() -> photo.value(3, 0, 0)).hasMessageContaining("there is no channel 3");
    }

    @Test
    void scalingKeepsFlatColoursStraightLinesAndTheMean() {
        float[][] ramp = new float[40][60];
        for (int row = 0; row < 40; row++) {
            for (int column = 0; column < 60; column++) {
                ramp[row][column] = column * 4 / 255f;
            }
        }
        Photo photo = Photo.grey("ramp", ramp);
        assertThat(photo.scaled(40, 60)).isEqualTo(photo);
        // Away from the borders a straight line stays one: new column x lies over old column 3x + 1.
        Photo third = photo.scaled(10, 20);
        for (int column = 1; column < 19; column++) {
            assertThat(third.value(1, 5, column)).isEqualTo((3 * column + 1) * 4);
        }
        Photo twice = photo.scaled(80, 120);
        for (int column = 1; column < 119; column++) {
            assertThat(twice.value(2, 33, column)).isCloseTo((int) Math.round((column / 2.0 - 0.25) * 4), within(1));
        }
        Photo cat = Photo.of("chelsea");
        assertThat(cat.scaled(1, 1).value(0, 0, 0) / 255.0).isEqualTo(weightedMean(cat), within(0.01));
        assertThat(cat.scaled(60, 90).array().meanNumber().doubleValue()).isEqualTo(cat.array().meanNumber().doubleValue(), within(0.005));
        assertThat(cat.shorterSide(64)).hasToString("chelsea, 64×96×3");
        assertThat(Photo.of("astronaut").crop(0, 0, 512, 256).shorterSide(64)).hasToString("astronaut, 128×64×3");
        assertThatThrownBy(() -> cat.scaled(0, 5)).hasMessageContaining("at least one pixel");
    }

    /** The mean of the red channel with weights that fall off in a straight line from the middle: what one pixel must be. */
    private static double weightedMean(Photo photo) {
        double sum = 0;
        double weights = 0;
        for (int row = 0; row < photo.height(); row++) {
            for (int column = 0; column < photo.width(); column++) {
                double weight = (1 - Math.abs((row + 0.5) / photo.height() - 0.5)) * (1 - Math.abs((column + 0.5) / photo.width() - 0.5));
                sum += weight * photo.value(0, row, column) / 255.0;
                weights += weight;
            }
        }
        return sum / weights;
    }

    @Test
    void numbersBecomeGreyPictures() {
        Photo photo = Photo.grey("numbers", new float[][] {{-1, 0, 0.5f}, {1, 2, Float.NaN}});
        assertThat(photo).hasToString("numbers, 2×3×3");
        assertThat(new int[] {photo.value(0, 0, 0), photo.value(1, 0, 2), photo.value(2, 1, 1), photo.value(0, 1, 2)}).containsExactly(0, 128, 255, 0);
        assertThat(photo.brightness()[1][0]).isEqualTo(1);
        assertThatThrownBy(() -> Photo.grey("numbers", new float[][] {{1}, {1, 2}})).hasMessageContaining("rows of the same length");
        assertThatThrownBy(() -> Photo.grey("numbers", new float[0][])).hasMessageContaining("at least one pixel");
        BufferedImage green = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        green.setRGB(0, 0, 0x00ff00);
        assertThat(Photo.of("green", green).brightness()[0][0]).isEqualTo(0.587f);
    }

    // ---- making files ----

    private static int[] pixel(Photo photo, int row, int column) {
        return new int[] {photo.value(0, row, column), photo.value(1, row, column), photo.value(2, row, column)};
    }

    private static void assertNear(int[] pixel, int... expected) {
        for (int channel = 0; channel < 3; channel++) {
            assertThat(pixel[channel]).as(Arrays.toString(pixel)).isCloseTo(expected[channel], within(NEAR));
        }
    }

    private void assertWrong(String name, byte[] bytes, String message) throws IOException {
        Path file = bytes == null ? folder.resolve(name) : file(name, bytes);
        assertThatThrownBy(() -> Photo.read(file)).isInstanceOf(DataException.class).hasMessageContaining(name).hasMessageContaining(message);
    }

    private static int[] filled(int length, int value) {
        int[] all = new int[length];
        Arrays.fill(all, value);
        return all;
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private Path png(BufferedImage image) throws IOException {
        Path file = folder.resolve("image.png");
        assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
        return file;
    }

    /** A raster of 16×16 pixels of one colour, each band written as it is. */
    private static Raster flat(int... bands) {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, bands.length, null);
        for (int band = 0; band < bands.length; band++) {
            raster.setSamples(0, 0, 16, 16, band, filled(256, bands[band]));
        }
        return raster;
    }

    /** A PNG file of these sides, bits a sample and type of colours, with these chunks. */
    static byte[] png(int width, int height, int bits, int type, byte[]... chunks) {
        byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) bits).put((byte) type).array();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(PngChunks.START);
        png.writeBytes(chunk("IHDR", header));
        Arrays.stream(chunks).forEach(png::writeBytes);
        png.writeBytes(chunk("IEND", new byte[0]));
        return png.toByteArray();
    }

    static byte[] chunk(String letters, byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(letters.getBytes(StandardCharsets.ISO_8859_1));
        sum.update(data);
        return ByteBuffer.allocate(12 + data.length).putInt(data.length).put(letters.getBytes(StandardCharsets.ISO_8859_1)).put(data)
                .putInt((int) sum.getValue()).array();
    }

    static byte[] deflated(byte[] data) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream packed = new DeflaterOutputStream(bytes)) {
            packed.write(data);
        }
        return bytes.toByteArray();
    }

    /** Where a marker is, from a place on; −1 if there is none. */
    private static int find(byte[] jpeg, int marker, int from) {
        for (int i = from; i < jpeg.length - 1; i++) {
            if (jpeg[i] == -1 && (jpeg[i + 1] & 255) == marker) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] jpegBytes(Raster raster) throws IOException {
        return jpegBytes(new IIOImage(raster, null, null), false);
    }

    private static byte[] jpegBytes(BufferedImage image) throws IOException {
        return jpegBytes(image, false);
    }

    private static byte[] jpegBytes(BufferedImage image, boolean progressive) throws IOException {
        return jpegBytes(new IIOImage(image, null, null), progressive);
    }

    /** By the JDK's own writer, which writes bands as they are. */
    private static byte[] jpegBytes(IIOImage image, boolean progressive) throws IOException {
        ImageWriter writer = null;
        for (var all = ImageIO.getImageWritersByFormatName("jpeg"); writer == null; ) {
            ImageWriter next = all.next();
            writer = next.getClass().getName().startsWith("com.sun.") ? next : null;
        }
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(1);
        parameters.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, image, parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The file with one more segment right after its start. */
    private static byte[] with(byte[] segment, byte[] jpeg) {
        return ByteBuffer.allocate(jpeg.length + segment.length).put(jpeg, 0, 2).put(segment).put(jpeg, 2, jpeg.length - 2).array();
    }

    private static byte[] segment(int marker, byte[] data) {
        return ByteBuffer.allocate(4 + data.length).put((byte) 0xff).put((byte) marker).putShort((short) (2 + data.length)).put(data).array();
    }

    /** Adobe's segment: transform 0 for CMYK, 2 for YCCK. */
    private static byte[] adobe(int transform) {
        return segment(0xee, new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform});
    }

    /** Exif with one entry, the orientation: tag 274, type 3 (short), one value. */
    private static byte[] exif(int orientation, ByteOrder order) {
        ByteBuffer data = ByteBuffer.allocate(32).put("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1));
        data.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.ISO_8859_1)).order(order);
        data.putShort((short) 42).putInt(8);
        data.putShort((short) 1).putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) orientation).putShort((short) 0).putInt(0);
        return segment(0xe1, data.array());
    }
}
