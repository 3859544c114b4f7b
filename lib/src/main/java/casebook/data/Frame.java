package casebook.data;

import java.nio.file.Path;
import java.util.Locale;

/**
 * What a photo's file says of its size, read before anything is decoded, and what decoding will take. A file of a hundred bytes can ask
 * for any amount of memory and time; more than a budget is refused.
 *
 * @param height rows of pixels
 * @param width columns of pixels
 * @param bytesPerPixel bytes that the decoder takes for a pixel, apart from what the photo itself takes
 * @param passes how many times the decoder goes over all pixels
 */
record Frame(int height, int width, double bytesPerPixel, int passes) {

    /**
     * The file, what the decoder makes of it and the finished photo, together: enough for the 48 million pixels of a telephone's
     * camera.
     */
    static final long MOST_BYTES = 300L << 20;
    /** JPEG has no longer sides, and a decoder of PNG takes its time for each row, however short. */
    private static final int LONGEST_SIDE = 65_535;
    /** Ten times as many as programs write: each takes its time, however small the picture is. */
    private static final int MOST_PASSES = 100;
    /** Pixels that a decoder goes over, each time counted: about two seconds. */
    private static final long MOST_WORK = 400_000_000;

    /** @throws DataException if it takes more memory or time than there is for one photo */
    void check(Path file, int fileBytes) {
        if (height < 1 || width < 1) {
            throw new DataException(file + " is damaged: it says that it has " + height + "×" + width + " pixels");
        }
        if (Math.max(height, width) > LONGEST_SIDE) {
            throw new DataException(String.format(Locale.ROOT,
                    "%s has %d×%d pixels, and no side may have more than %,d: cut a part out first",
                    file, height, width, LONGEST_SIDE));
        }
        long pixels = (long) height * width;
        long bytes = fileBytes + (long) Math.ceil(pixels * (bytesPerPixel + Photo.CHANNELS));
        if (bytes > MOST_BYTES) {
            throw new DataException(String.format(Locale.ROOT,
                    "%s has %d×%d pixels and takes %,d MB of memory to be decoded, more than the %d MB "
                    + "that a photo may take: make it smaller first", file, height, width, bytes >> 20, MOST_BYTES >> 20));
        }
        if (passes > MOST_PASSES || pixels * passes > MOST_WORK) {
            throw new DataException(String.format(Locale.ROOT,
                    "%s has %d×%d pixels in %d parts that lie one over the other (scans of a progressive "
                    + "JPEG, which usually has 10), and would take too long to be decoded: make it smaller or save it anew", file, height,
                    width,
                    passes));
        }
    }

    /**
     * A decoder fills up what is missing, which takes as long as a photo would.
     *
     * @param data bytes of the file that pixels are made of
     * @param most how many pixels so many bytes can hold at most
     * @throws DataException if the photo has more
     */
    void checkHeld(Path file, long data, double most) {
        if (most < (double) height * width) {
            throw new DataException(String.format(Locale.ROOT,
                    "%s is damaged or cut off: it says that it has %d×%d pixels, which the %,d bytes that "
                    + "follow can't hold", file, height, width, data));
        }
    }
}
