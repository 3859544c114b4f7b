package casebook.layers;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.compute.Convolutions;
import casebook.compute.Poolings;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Windows of any kind against plain loops: sides of 1, filters larger than the image, strides larger than the filter, padding larger than
 * the filter, filters of one row or column with dilation, groups. All draws are small, so that the odd ones come often.
 */
class WindowTest {

    private static final int IMAGES = 2;

    private record Draw(Window window, Shape input, Shape output, int[] zeros) {

        /** The row or column of the image that a place of a window lies on; it may lie beside it. */
        int row(int window, int place) {
            return window * this.window.strideHeight() - zeros[0] + place * this.window.dilation();
        }

        int column(int window, int place) {
            return window * this.window.strideWidth() - zeros[1] + place * this.window.dilation();
        }

        boolean inside(int row, int column) {
            return row >= 0 && row < input.height() && column >= 0 && column < input.width();
        }
    }

    private static Draw draw(Random random, int channels, boolean pooling) {
        while (true) {
            Padding padding = switch (random.nextInt(3)) {
                case 0 -> Padding.VALID;
                case 1 -> Padding.SAME;
                default -> new Padding.Zeros(random.nextInt(5), random.nextInt(5), random.nextInt(5), random.nextInt(5));
            };
            Window window = new Window(1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(5), 1 + random.nextInt(5), padding,
                    1 + random.nextInt(4), pooling && random.nextBoolean());
            Shape input = Shape.volume(1 + random.nextInt(7), 1 + random.nextInt(7), channels);
            try {
                Shape output = pooling ? new MaxPooling(window).output(input) : window.slide(input, channels);
                return new Draw(window, input, output, window.zeros(input));
            } catch (IllegalArgumentException e) {
                // The window doesn't fit.
            }
        }
    }

    private static INDArray random(Random random, DataType type, long... shape) {
        long length = 1;
        for (long side : shape) {
            length *= side;
        }
        return Nd4j.create(random.doubles(length, -1, 1).toArray(), shape, 'c').castTo(type);
    }

    private static void assertClose(String what, INDArray got, INDArray wanted) {
        assertThat(got.shape()).as(what).isEqualTo(wanted.shape());
        double limit = got.dataType() == DataType.DOUBLE ? 1e-12 : 1e-4;
        // Not "less than": of numbers that are none, nothing is less.
        assertThat(got.castTo(DataType.DOUBLE).sub(wanted).amaxNumber().doubleValue()).as(what).isBetween(0.0, limit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DOUBLE", "FLOAT"})
    void convolutions(DataType type) {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            int groups = new int[] {1, 1, 2, 4}[random.nextInt(4)];
            int filters = groups * (1 + random.nextInt(2));
            Draw draw = draw(random, 4, false);
            Window window = draw.window;
            String what = draw + ", " + groups + " groups, " + filters + " filters";
            INDArray x = random(random, type, IMAGES, 4, draw.input.height(), draw.input.width());
            INDArray w = random(random, type, filters, 4 / groups, window.height(), window.width());
            INDArray b = random.nextBoolean() ? random(random, type, filters) : null;
            INDArray y = Nd4j.zeros(DataType.DOUBLE, IMAGES, filters, draw.output.height(), draw.output.width());
            INDArray dy = random(random, type, y.shape());
            INDArray dx = Nd4j.zeros(DataType.DOUBLE, x.shape());
            INDArray dw = Nd4j.zeros(DataType.DOUBLE, w.shape());
            for (long at = 0; at < y.length(); at++) {
                int column = (int) (at % draw.output.width());
                int row = (int) (at / draw.output.width() % draw.output.height());
                int filter = (int) (at / draw.output.width() / draw.output.height() % filters);
                int image = (int) (at / draw.output.width() / draw.output.height() / filters);
                double sum = b == null ? 0 : b.getDouble(filter);
                for (int c = 0; c < 4 / groups; c++) {
                    for (int u = 0; u < window.height(); u++) {
                        for (int v = 0; v < window.width(); v++) {
                            long[] from = {image, filter / (filters / groups) * (4 / groups) + c, draw.row(row, u), draw.column(column, v)};
                            long[] weight = {filter, c, u, v};
                            if (draw.inside((int) from[2], (int) from[3])) {
                                double gradient = dy.getDouble(image, filter, row, column);
                                sum += x.getDouble(from) * w.getDouble(weight);
                                dx.putScalar(from, dx.getDouble(from) + gradient * w.getDouble(weight));
                                dw.putScalar(weight, dw.getDouble(weight) + gradient * x.getDouble(from));
                            }
                        }
                    }
                }
                y.putScalar(new long[] {image, filter, row, column}, sum);
            }
            Convolutions convolutions = new Convolutions(window.strideHeight(), window.strideWidth(), window.dilation(), groups,
                    draw.zeros);
            try {
                assertClose(what, convolutions.forward(x, w, b), y);
                Convolutions.Gradients gradients = convolutions.backward(x, w, b, dy);
                assertClose(what + ": input", gradients.x(), dx);
                assertClose(what + ": weights", gradients.weights(), dw);
                if (b != null) {
                    assertClose(what + ": bias", gradients.bias(), dy.castTo(DataType.DOUBLE).sum(0, 2, 3));
                }
            } catch (RuntimeException e) {
                throw new AssertionError(what, e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DOUBLE", "FLOAT"})
    void poolings(DataType type) {
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            Draw draw = draw(random, 3, true);
            Window window = draw.window;
            String what = draw.toString();
            INDArray x = random(random, type, IMAGES, 3, draw.input.height(), draw.input.width());
            INDArray max = Nd4j.zeros(DataType.DOUBLE, IMAGES, 3, draw.output.height(), draw.output.width());
            INDArray mean = max.dup();
            INDArray dy = random(random, type, max.shape());
            INDArray dmax = Nd4j.zeros(DataType.DOUBLE, x.shape());
            INDArray dmean = dmax.dup();
            for (long at = 0; at < max.length(); at++) {
                int column = (int) (at % draw.output.width());
                int row = (int) (at / draw.output.width() % draw.output.height());
                int channel = (int) (at / draw.output.width() / draw.output.height() % 3);
                int image = (int) (at / draw.output.width() / draw.output.height() / 3);
                long[] best = null;
                double sum = 0;
                int count = 0;
                for (int pass = 0; pass < 2; pass++) {
                    for (int u = 0; u < window.height(); u++) {
                        for (int v = 0; v < window.width(); v++) {
                            long[] from = {image, channel, draw.row(row, u), draw.column(column, v)};
                            if (!draw.inside((int) from[2], (int) from[3])) {
                                continue;
                            }
                            if (pass == 1) {
                                dmean.putScalar(from, dmean.getDouble(from) + dy.getDouble(image, channel, row, column) / count);
                                continue;
                            }
                            best = best == null || x.getDouble(from) > x.getDouble(best) ? from : best;
                            sum += x.getDouble(from);
                            count++;
                        }
                    }
                }
                assertThat(count).as(what).isPositive();
                max.putScalar(new long[] {image, channel, row, column}, x.getDouble(best));
                mean.putScalar(new long[] {image, channel, row, column}, sum / count);
                dmax.putScalar(best, dmax.getDouble(best) + dy.getDouble(image, channel, row, column));
            }
            Poolings poolings = window.poolings(x);
            try {
                assertClose(what, poolings.max(x), max);
                assertClose(what, poolings.average(x), mean);
                assertClose(what, poolings.maxGradient(x, poolings.max(x), dy), dmax);
                assertClose(what, poolings.averageGradient(x, dy), dmean);
            } catch (RuntimeException e) {
                throw new AssertionError(what, e);
            }
        }
    }
}
