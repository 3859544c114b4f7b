package casebook.compute;

import static casebook.compute.ThreadBuffers.Slot.FIRST;
import static casebook.compute.ThreadBuffers.Slot.RESULT;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What activations do with each number, in one walk through memory. In float64, which gradients are checked in, ND4J does it. */
public final class Elements {

    /** Works on some numbers; what {@code to} holds at the end is the result. */
    private interface Kernel {
        void run(float[] from, float[] to);
    }

    private Elements() {}

    /** True if every value is a number that can be used: neither NaN nor infinite. */
    public static boolean finite(INDArray x) {
        Planes planes = new Planes(x);
        boolean[] found = {false};
        Parallel.parts(planes.count(), planes.length(), (start, end) -> {
            double[] values = ThreadBuffers.doubles(FIRST, planes.size());
            for (int plane = start; plane < end; plane++) {
                planes.read(plane, values);
                double zero = 0;
                for (double value : values) {
                    // Zero times a number is zero, and zero times infinity is none.
                    zero += 0 * value;
                }
                if (zero != 0) {
                    found[0] = true;
                }
            }
        });
        return !found[0];
    }

    /** x where it is positive, zero elsewhere; what is no number stays none, so that it is noticed at the end. */
    public static INDArray positive(INDArray x) {
        if (x.dataType() != DataType.FLOAT) {
            return x.gt(0).castTo(x.dataType()).muli(x);
        }
        return each(x, x, (from, to) -> {
            for (int i = 0; i < to.length; i++) {
                to[i] = Math.max(0, to[i]);
            }
        });
    }

    /** dy where y is positive, zero elsewhere: the gradient of ReLU. */
    public static INDArray wherePositive(INDArray y, INDArray dy) {
        if (dy.dataType() != DataType.FLOAT) {
            return y.gt(0).castTo(dy.dataType()).muli(dy);
        }
        return each(y, dy, (from, to) -> {
            for (int i = 0; i < to.length; i++) {
                // One if y is positive, zero if not. Where the signs are random a branch would be guessed wrong half of the time.
                to[i] *= Math.min(1, Math.max(0, from[i]) * Float.MAX_VALUE);
            }
        });
    }

    /** The hyperbolic tangent, to the last digit or two of float32. */
    public static INDArray tanh(INDArray x) {
        return x.dataType() == DataType.FLOAT ? each(x, x, (from, to) -> tanh(to)) : Transforms.tanh(x, true);
    }

    /**
     * Lambert's continued fraction, tanh x = x ÷ (1 + x² ÷ (3 + x² ÷ (5 + … ÷ 25))), as one fraction of two polynomials. Up to
     * |x| = 9 it is off by 3 · 10⁻⁸, and from there on float32 knows only 1.
     */
    private static void tanh(float[] values) {
        for (int i = 0; i < values.length; i++) {
            float x = Math.max(-9, Math.min(9, values[i]));
            float t = x * x;
            float below = ((((((91 / P * t + 120120 / P) * t + 41351310 / P) * t + 5237832600f / P) * t + 252070693875f / P) * t
                    + 3794809718700f / P) * t + 1);
            float above = ((((((1 / P * t + 4095 / P) * t + 2552550 / P) * t + 523783260 / P) * t + 41247931725f / P) * t
                    + 1159525191825f / P) * t + 1);
            values[i] = Math.max(-1, Math.min(1, x * above / below));
        }
    }

    /** 1 · 3 · 5 · … · 25, which both polynomials start with. */
    private static final float P = 7905853580625f;

    /** {@code dy (a + b y²)}: the gradient of the hyperbolic tangent. */
    public static INDArray timesQuadratic(INDArray dy, double a, double b, INDArray y) {
        if (dy.dataType() != DataType.FLOAT) {
            return y.mul(y).muli(b).addi(a).muli(dy);
        }
        float constant = (float) a;
        float factor = (float) b;
        return each(y, dy, (from, to) -> {
            for (int i = 0; i < to.length; i++) {
                to[i] *= constant + factor * from[i] * from[i];
            }
        });
    }

    private static INDArray each(INDArray first, INDArray second, Kernel kernel) {
        Planes a = new Planes(first);
        Planes b = new Planes(second);
        Planes result = Planes.empty(second, second.shape());
        Parallel.parts(b.count(), b.length(), (start, end) -> {
            float[] from = ThreadBuffers.floats(FIRST, a.size());
            float[] to = ThreadBuffers.floats(RESULT, b.size());
            for (int plane = start; plane < end; plane++) {
                if (first != second) {
                    a.read(plane, from);
                }
                b.read(plane, to);
                kernel.run(from, to);
                result.write(plane, to);
            }
        });
        return result.array();
    }
}
