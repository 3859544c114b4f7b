package casebook.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the tests of layers do not see: ends of the range, values that are no numbers, equal values, large arrays. */
class KernelTest {

    @Test
    void theTangentIsRightToSixDigitsEverywhere() {
        float[] x = new float[40_001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 20_000) / 1_000f;
        }
        float[] y = Elements.tanh(Nd4j.create(x, new long[] {1, x.length}, 'c')).toFloatVector();
        for (int i = 0; i < x.length; i++) {
            assertThat((double) y[i]).isCloseTo(Math.tanh(x[i]), within(5e-7)).isBetween(-1.0, 1.0);
        }
    }

    @Test
    void valuesThatAreNoNumbersStayVisible() {
        float[] values = {Float.NaN, 1, 2, 3};
        INDArray x = Nd4j.create(values, new long[] {1, 1, 2, 2}, 'c');
        Poolings pooling = new Poolings(2, 2, 2, 2, 1, new int[4]);
        assertThat(pooling.max(x).getDouble(0)).isNaN();
        assertThat(pooling.average(x).getDouble(0)).isNaN();
        assertThat(pooling.maxGradient(x, pooling.max(x), Nd4j.ones(DataType.FLOAT, 1, 1, 1, 1)).length()).isEqualTo(4);
        assertThat(Elements.tanh(x).getDouble(0)).isNaN();
        assertThat(Elements.wherePositive(x, x).getDouble(0)).isNaN();
        assertThat(Elements.positive(x).toString()).contains("NaN");
        assertThat(Elements.finite(x)).isFalse();
        assertThat(Elements.finite(Nd4j.create(new float[] {3e38f, 3e38f, -3e38f}))).isTrue();
        assertThat(Elements.finite(Nd4j.create(new double[] {1, Double.NEGATIVE_INFINITY}))).isFalse();
        assertThat(PerChannel.moments(x).mean()[0]).isNaN();
    }

    @Test
    void ofEqualValuesTheFirstGetsTheGradient() {
        INDArray x = Nd4j.create(new float[] {0, 5, 5, 5}, new long[] {1, 1, 2, 2}, 'c');
        Poolings pooling = new Poolings(2, 2, 2, 2, 1, new int[4]);
        INDArray gradient = pooling.maxGradient(x, pooling.max(x), Nd4j.valueArrayOf(new long[] {1, 1, 1, 1}, 7, DataType.FLOAT));
        assertThat(gradient.reshape(4).toFloatVector()).containsExactly(0, 7, 0, 0);
    }

    @Test
    void nothingPassesARectifierAtZero() {
        INDArray y = Nd4j.create(new float[] {0, -0f, Float.MIN_NORMAL, 1e30f, Float.POSITIVE_INFINITY}, new long[] {1, 5}, 'c');
        INDArray dy = Nd4j.create(new float[] {2, 2, 2, -2, 2}, new long[] {1, 5}, 'c');
        assertThat(Elements.wherePositive(y, dy).toFloatVector()).containsExactly(0, 0, 2, -2, 2);
    }

    /** A mean far from zero takes digits from the variance, and threads must not change a sum. */
    @Test
    void momentsOfManyNumbersFarFromZero() {
        Random random = new Random(1);
        float[] values = new float[16 * 3 * 4000];
        for (int i = 0; i < values.length; i++) {
            values[i] = 100 + (float) random.nextGaussian();
        }
        INDArray x = Nd4j.create(values, new long[] {16, 3, 80, 50}, 'c');
        PerChannel.Moments moments = PerChannel.moments(x);
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            double squares = 0;
            for (int n = 0; n < 16; n++) {
                for (int i = 0; i < 4000; i++) {
                    sum += values[(n * 3 + c) * 4000 + i] - 100;
                    squares += Math.pow(values[(n * 3 + c) * 4000 + i] - 100, 2);
                }
            }
            double mean = sum / 64_000;
            assertThat(moments.mean()[c]).isCloseTo(100 + mean, within(1e-9));
            assertThat(moments.variance()[c]).isCloseTo(squares / 64_000 - mean * mean, within(1e-8));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(PerChannel.moments(x).variance()).containsExactly(moments.variance());
        }
    }

    @Test
    void filledRowByRowInOrder() {
        int[] next = {0};
        INDArray array = Tensors.filled(DataType.FLOAT, () -> next[0]++, 5, 2, 3);
        for (int i = 0; i < 30; i++) {
            assertThat(array.reshape(30).getDouble(i)).isEqualTo(i);
        }
    }
}
