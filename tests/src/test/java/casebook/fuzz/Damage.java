package casebook.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** What happens to files of every kind, and numbers that make readers stumble. */
public final class Damage {

    private static final long[] NUMBERS = {0, 1, 2, 3, 7, 255, 256, 65_535, 65_536, 1 << 24, 1 << 30, Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1, 1L << 32,
        1L << 33, (1L << 53) + 1, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1, -2, Integer.MIN_VALUE};

    private Damage() {}

    /** A number at some limit. */
    public static long number(Random random) {
        return NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** These bytes with one to three damages, told in {@code what}. */
    public static byte[] damaged(byte[] bytes, Random random, StringBuilder what) {
        byte[] changed = bytes;
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            changed = once(changed, random, what);
        }
        return changed;
    }

    private static byte[] once(byte[] bytes, Random random, StringBuilder what) {
        if (bytes.length == 0) {
            return bytes;
        }
        byte[] changed = bytes.clone();
        // The start of a file says more than the rest of it.
        int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 64));
        int end = Math.min(bytes.length, at + 1 + random.nextInt(64));
        switch (random.nextInt(7)) {
            case 0 -> {
                what.append(", cut off at ").append(at);
                return Arrays.copyOf(bytes, at);
            }
            case 1 -> {
                what.append(", a bit flipped in byte ").append(at);
                changed[at] ^= (byte) (1 << random.nextInt(8));
            }
            case 2 -> {
                what.append(", byte ").append(at).append(" changed");
                changed[at] = (byte) random.nextInt(256);
            }
            case 3 -> {
                what.append(", zeros from ").append(at).append(" to ").append(end);
                Arrays.fill(changed, at, end, (byte) 0);
            }
            case 4 -> {
                long number = number(random);
                int width = Math.min(1 << random.nextInt(4), bytes.length - at);
                boolean smallFirst = random.nextBoolean();
                what.append(", ").append(number).append(" in ").append(width).append(" bytes at ").append(at);
                for (int i = 0; i < width; i++) {
                    changed[at + i] = (byte) (number >> 8 * (smallFirst ? i : width - 1 - i));
                }
            }
            case 5 -> {
                what.append(", bytes ").append(at).append(" to ").append(end).append(" twice");
                return joined(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, at, bytes.length));
            }
            default -> {
                what.append(", bytes ").append(at).append(" to ").append(end).append(" taken out");
                return joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, end, bytes.length));
            }
        }
        return changed;
    }

    /** All of these one after another. */
    public static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
