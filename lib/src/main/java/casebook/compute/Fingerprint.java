package casebook.compute;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A number of 64 bits that stands for all numbers of an array: two checksums with different polynomials. It is another one whenever a
 * single number is; of arrays that differ in more, one in 2⁶⁴ has the same. It takes one walk through memory, at about the speed at which
 * memory can be read.
 */
public final class Fingerprint {

    /** Bytes that stay in the processor's cache between the two checksums, and are walked through by one thread. */
    private static final int PART = 1 << 17;

    private Fingerprint() {}

    /** The fingerprint of an array's numbers, in row-major order. */
    public static long of(INDArray array) {
        ByteBuffer bytes = Tensors.bytes(Tensors.rowMajor(array));
        long[] ofParts = new long[(bytes.limit() + PART - 1) / PART];
        Parallel.parts(ofParts.length, bytes.limit() / Float.BYTES, (from, to) -> {
            for (int part = from; part < to; part++) {
                ofParts[part] = of(bytes.slice(part * PART, Math.min(PART, bytes.limit() - part * PART)));
            }
        });
        long sum = 0;
        for (long ofPart : ofParts) {
            // One-to-one in each of the two, so that one part that changes changes the sum.
            sum = 31 * sum + ofPart;
        }
        return sum;
    }

    private static long of(ByteBuffer part) {
        CRC32 first = new CRC32();
        CRC32C second = new CRC32C();
        first.update(part.duplicate());
        second.update(part);
        return first.getValue() << Integer.SIZE | second.getValue();
    }
}
