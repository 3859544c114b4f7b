package casebook.compute;

import static casebook.compute.ThreadBuffers.Slot.FIRST;
import static casebook.compute.ThreadBuffers.Slot.RESULT;
import static casebook.compute.ThreadBuffers.Slot.SECOND;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums and products channel by channel, over all images and positions of a batch {@code [images, channels, height, width]} or
 * {@code [images, channels]}. Each walks through memory once.
 */
public final class PerChannel {

    private PerChannel() {}

    /**
     * Mean and variance of each channel.
     *
     * @param mean one number a channel
     * @param variance one number a channel: the mean square of the distance from the mean
     */
    public record Moments(double[] mean, double[] variance) {}

    /**
     * Sums over each channel.
     *
     * @param sum {@code Σ y}, one number a channel
     * @param products {@code Σ y·x}, one number a channel
     */
    public record Sums(double[] sum, double[] products) {}

    /** The mean and variance of each channel. */
    public static Moments moments(INDArray x) {
        Sums sums = sums(x, x);
        double count = (double) x.length() / x.size(1);
        double[] mean = new double[sums.sum().length];
        double[] variance = new double[mean.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = sums.sum()[c] / count;
            // Of sums in float64 the difference is exact enough, and memory is read once instead of twice.
            variance[c] = Math.max(0, sums.products()[c] / count - mean[c] * mean[c]);
        }
        return new Moments(mean, variance);
    }

    /** {@code Σ y} and {@code Σ y·x} of each channel. */
    public static Sums sums(INDArray y, INDArray x) {
        if (plain(y)) {
            return new Sums(Tensors.values(Tensors.sumPerChannel(y)), Tensors.values(Tensors.sumPerChannel(y.mul(x))));
        }
        Planes a = new Planes(y);
        Planes b = x == y ? a : new Planes(x);
        double[] sum = new double[a.count()];
        double[] products = new double[a.count()];
        Parallel.parts(a.count(), a.length(), (start, end) -> {
            float[] valuesA = ThreadBuffers.floats(FIRST, a.size());
            float[] valuesB = a == b ? valuesA : ThreadBuffers.floats(SECOND, a.size());
            for (int plane = start; plane < end; plane++) {
                a.read(plane, valuesA);
                if (a != b) {
                    b.read(plane, valuesB);
                }
                sum[plane] = sum(valuesA);
                products[plane] = sumOfProducts(valuesA, valuesB);
            }
        });
        return new Sums(overImages(sum, a.channels()), overImages(products, a.channels()));
    }

    /** Always in the same order, so that threads do not change the result. */
    private static double[] overImages(double[] values, int channels) {
        double[] total = new double[channels];
        for (int i = 0; i < values.length; i++) {
            total[i % channels] += values[i];
        }
        return total;
    }

    /** Four sums side by side, as none has to wait for another. */
    private static double sum(float[] a) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i < a.length - 3; i += 4) {
            s0 += a[i];
            s1 += a[i + 1];
            s2 += a[i + 2];
            s3 += a[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += a[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    private static double sumOfProducts(float[] a, float[] b) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i < a.length - 3; i += 4) {
            s0 += (double) a[i] * b[i];
            s1 += (double) a[i + 1] * b[i + 1];
            s2 += (double) a[i + 2] * b[i + 2];
            s3 += (double) a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += (double) a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** {@code scale · x + shift}, with one scale and one shift a channel. */
    public static INDArray scaled(INDArray x, double[] scale, double[] shift) {
        if (plain(x)) {
            return x.mul(perChannel(scale, x)).addi(perChannel(shift, x));
        }
        Planes from = new Planes(x);
        Planes to = Planes.empty(x, x.shape());
        Parallel.parts(from.count(), from.length(), (start, end) -> {
            float[] a = ThreadBuffers.floats(RESULT, from.size());
            for (int plane = start; plane < end; plane++) {
                from.read(plane, a);
                float factor = (float) scale[plane % scale.length];
                float summand = (float) shift[plane % scale.length];
                for (int i = 0; i < a.length; i++) {
                    a[i] = factor * a[i] + summand;
                }
                to.write(plane, a);
            }
        });
        return to.array();
    }

    /** {@code scaleY · y + scaleX · x + shift}, with one of each a channel. */
    public static INDArray mixed(INDArray y, double[] scaleY, INDArray x, double[] scaleX, double[] shift) {
        if (plain(y)) {
            return y.mul(perChannel(scaleY, y)).addi(x.mul(perChannel(scaleX, x))).addi(perChannel(shift, y));
        }
        Planes first = new Planes(y);
        Planes second = new Planes(x);
        Planes to = Planes.empty(y, y.shape());
        Parallel.parts(first.count(), first.length(), (start, end) -> {
            float[] a = ThreadBuffers.floats(RESULT, first.size());
            float[] b = ThreadBuffers.floats(SECOND, first.size());
            for (int plane = start; plane < end; plane++) {
                first.read(plane, a);
                second.read(plane, b);
                int channel = plane % shift.length;
                float factorA = (float) scaleY[channel];
                float factorB = (float) scaleX[channel];
                float summand = (float) shift[channel];
                for (int i = 0; i < a.length; i++) {
                    a[i] = factorA * a[i] + factorB * b[i] + summand;
                }
                to.write(plane, a);
            }
        });
        return to.array();
    }

    /** In float64, which gradients are checked in, and on vectors ND4J's own operations, one after another, do. */
    private static boolean plain(INDArray x) {
        return x.dataType() != DataType.FLOAT || x.rank() != 4;
    }

    private static INDArray perChannel(double[] values, INDArray like) {
        return Tensors.perChannel(Tensors.of(like.dataType(), values, values.length), like);
    }
}
