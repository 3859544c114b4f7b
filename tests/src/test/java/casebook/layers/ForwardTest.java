package casebook.layers;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.model.Model;
import casebook.network.Network;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Forward passes against plain loops that follow the definitions. */
class ForwardTest {

    static INDArray random(long... shape) {
        Random random = new Random(3);
        double[] values = random.doubles(java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b), -1, 1).toArray();
        return Nd4j.create(values, shape, 'c');
    }

    static Model model(Layer layer, INDArray x) {
        Network.Named named = Network.named("one layer");
        Network network = (x.rank() == 2 ? named.input((int) x.size(1)) : named.input((int) x.size(2), (int) x.size(3), (int) x.size(1)))
                .name("layer").layer(layer).build();
        Model model = Model.of(network, 1, DataType.DOUBLE);
        model.parameters().forEach((name, array) -> array.addi(0.1));
        return model;
    }

    static void assertClose(INDArray got, INDArray wanted) {
        assertThat(got.shape()).isEqualTo(wanted.shape());
        assertThat(got.sub(wanted).amaxNumber().doubleValue()).isLessThan(1e-9 * Math.max(1, wanted.amaxNumber().doubleValue()));
    }

    @ParameterizedTest(name = "{0}×{1}, stride {2}×{3}, padding {4}, dilation {5}, groups {6}, filters {7}")
    @CsvSource({"1,1,1,1,0,1,1,8", "3,3,1,1,1,1,1,8", "5,5,2,2,2,1,1,8", "3,2,2,1,1,1,2,8", "3,3,1,1,0,2,1,8", "3,3,1,1,2,2,4,8", "2,2,3,3,0,1,4,8",
        "7,1,1,1,3,1,1,8", "3,3,1,1,1,1,4,4", "3,2,2,1,1,1,4,4", "3,3,1,1,2,2,4,4"})
    void convolution(int height, int width, int strideHeight, int strideWidth, int p, int d, int groups, int filters) {
        Convolution layer = Convolution.of(filters, height, width, stride(strideHeight, strideWidth), padding(p), dilation(d), groups(groups));
        INDArray x = random(2, 4, 9, 8);
        Model model = model(layer, x);
        INDArray w = model.parameter("layer/weights");
        INDArray b = model.parameter("layer/bias");
        Shape out = layer.output(Shape.volume(9, 8, 4));
        INDArray wanted = Nd4j.zeros(DataType.DOUBLE, out.batch(2));
        for (int n = 0; n < 2; n++) {
            for (int k = 0; k < filters; k++) {
                for (int i = 0; i < out.height(); i++) {
                    for (int j = 0; j < out.width(); j++) {
                        double sum = b.getDouble(k);
                        for (int c = 0; c < 4 / groups; c++) {
                            int channel = k / (filters / groups) * (4 / groups) + c;
                            for (int u = 0; u < height; u++) {
                                for (int v = 0; v < width; v++) {
                                    int row = i * strideHeight - p + u * d;
                                    int column = j * strideWidth - p + v * d;
                                    if (row >= 0 && row < 9 && column >= 0 && column < 8) {
                                        sum += x.getDouble(n, channel, row, column) * w.getDouble(k, c, u, v);
                                    }
                                }
                            }
                        }
                        wanted.putScalar(new long[] {n, k, i, j}, sum);
                    }
                }
            }
        }
        assertClose(model.predict(x), wanted);
    }

    @ParameterizedTest(name = "size {0}, stride {1}, padding {2}, same {3}, round up {4}, average {5}")
    @CsvSource({"2,2,0,false,false,false", "3,2,0,false,true,false", "3,2,1,false,true,false", "3,1,0,true,false,false", "3,2,0,true,false,false",
        "2,2,0,false,false,true", "3,2,0,false,true,true", "3,2,1,false,true,true", "3,1,0,true,false,true", "5,3,2,false,false,true"})
    void pooling(int size, int stride, int p, boolean same, boolean up, boolean average) {
        Option pad = same ? same() : padding(p);
        Option[] options = up ? new Option[] {stride(stride), pad, roundUp()} : new Option[] {stride(stride), pad};
        SingleInputLayer layer = average ? AveragePooling.of(size, options) : MaxPooling.of(size, options);
        INDArray x = random(2, 3, 8, 7).subi(1.5);
        Window window = average ? ((AveragePooling) layer).window() : ((MaxPooling) layer).window();
        Shape input = Shape.volume(8, 7, 3);
        Shape out = layer.output(input);
        int[] zeros = window.zeros(input);
        INDArray wanted = Nd4j.zeros(DataType.DOUBLE, out.batch(2));
        for (int n = 0; n < 2; n++) {
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < out.height(); i++) {
                    for (int j = 0; j < out.width(); j++) {
                        double sum = 0;
                        double largest = Double.NEGATIVE_INFINITY;
                        int count = 0;
                        for (int row = Math.max(0, i * stride - zeros[0]); row < Math.min(8, i * stride - zeros[0] + size); row++) {
                            for (int column = Math.max(0, j * stride - zeros[1]); column < Math.min(7, j * stride - zeros[1] + size); column++) {
                                sum += x.getDouble(n, c, row, column);
                                largest = Math.max(largest, x.getDouble(n, c, row, column));
                                count++;
                            }
                        }
                        wanted.putScalar(new long[] {n, c, i, j}, average ? sum / count : largest);
                    }
                }
            }
        }
        assertClose(model(layer, x).predict(x), wanted);
    }

    @Test
    void fullyConnectedIsAWeightedSum() {
        INDArray x = random(3, 5);
        Model model = model(FullyConnected.of(4), x);
        INDArray y = model.predict(x);
        double sum = model.parameter("layer/bias").getDouble(2);
        for (int i = 0; i < 5; i++) {
            sum += x.getDouble(1, i) * model.parameter("layer/weights").getDouble(2, i);
        }
        assertThat(y.getDouble(1, 2)).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-12));
    }

    @Test
    void localResponseNormalizationFollowsThePapersFormula() {
        INDArray x = random(1, 6, 2, 2).muli(10);
        INDArray y = model(new LocalResponseNormalization(), x).predict(x);
        for (int c = 0; c < 6; c++) {
            double squares = 0;
            for (int j = Math.max(0, c - 2); j <= Math.min(5, c + 2); j++) {
                squares += Math.pow(x.getDouble(0, j, 1, 0), 2);
            }
            assertThat(y.getDouble(0, c, 1, 0)).isCloseTo(x.getDouble(0, c, 1, 0) / Math.pow(2 + 1e-4 * squares, 0.75),
                    org.assertj.core.data.Offset.offset(1e-12));
        }
    }

    @Test
    void concatenateKeepsTheOrderOfBranches() {
        Network network = Network.named("concat").input(3, 3, 2).branches(a -> a, b -> b.relu(), c -> c).build();
        INDArray x = random(2, 2, 3, 3);
        INDArray y = Model.of(network, 1, DataType.DOUBLE).predict(x);
        assertThat(y.shape()).containsExactly(2, 6, 3, 3);
        assertThat(y.getDouble(1, 1, 2, 0)).isEqualTo(x.getDouble(1, 1, 2, 0));
        assertThat(y.getDouble(1, 2, 2, 1)).isEqualTo(Math.max(0, x.getDouble(1, 0, 2, 1)));
        assertThat(y.getDouble(0, 5, 1, 1)).isEqualTo(x.getDouble(0, 1, 1, 1));
    }

    @Test
    void tableConvolutionSeesOnlyItsChannels() {
        INDArray x = random(1, 3, 4, 4);
        Model model = model(new TableConvolution(List.of(List.of(0), List.of(1, 2)), 3), x);
        INDArray before = model.predict(x);
        x.putScalar(new long[] {0, 0, 1, 1}, 5);
        INDArray after = model.predict(x);
        assertThat(after.getDouble(0, 0, 0, 0)).isNotEqualTo(before.getDouble(0, 0, 0, 0));
        assertThat(after.getDouble(0, 1, 0, 0)).isEqualTo(before.getDouble(0, 1, 0, 0));
    }

    @Test
    void radialBasisIsTheSquaredDistance() {
        INDArray x = Nd4j.create(new double[][] {{1, 0, -1}});
        Network network = Network.named("rbf").input(3).layer(new RadialBasis(List.of(List.of(1.0, 0.0, -1.0), List.of(-1.0, 1.0, 1.0)))).build();
        INDArray y = Model.of(network, 1, DataType.DOUBLE).predict(x);
        assertThat(y.toDoubleVector()).containsExactly(0, 4 + 1 + 4);
    }

    @Test
    void dropoutChangesNothingWhenPredicting() {
        INDArray x = random(2, 50);
        assertClose(model(new Dropout(0.5), x).predict(x), x);
    }
}
