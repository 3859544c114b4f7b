package casebook.training;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import casebook.compute.Scratch;
import casebook.data.Batch;
import casebook.data.Digits;
import casebook.model.Model;
import casebook.network.Network;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Gradients to look at are those that training uses. */
class GradientsTest {

    private static final Batch BATCH = Digits.training().batch(3, 1, 4, 15, 9);

    /** A bit of everything: batch normalization, an addition, dropout, and an auxiliary head. */
    private static Network network() {
        return Network.named("small").input(28, 28, 1)
                .name("conv1").conv(3, 5, stride(3)).batchNorm().relu()
                .name("sum").residual(main -> main.name("conv2").conv(3, 3, same()))
                .name("relu").relu()
                .auxiliary(0.3, head -> head.name("head").dense(10).softmax())
                .dropout(0.3).name("fc").dense(10).softmax().build();
    }

    @Test
    void areHowFarAStepOfSizeOneGoes() {
        Model model = Model.of(network(), 7, DataType.DOUBLE);
        Gradients gradients = Gradients.of(model, BATCH);
        assertThat(gradients.parameters().keySet()).containsExactly("conv1/weights", "conv1/bias", "conv1/bn/gamma", "conv1/bn/beta",
                "conv2/weights", "conv2/bias", "head/weights", "head/bias", "fc/weights", "fc/bias");
        Map<String, INDArray> before = copy(model);
        assertThat(Trainer.of(model).optimiser(new Sgd(1)).step(BATCH)).isEqualTo(gradients.loss());
        gradients.parameters().forEach((name, gradient) -> {
            assertThat(gradient.shape()).isEqualTo(model.parameter(name).shape());
            INDArray step = before.get(name).sub(model.parameter(name));
            assertThat(step.sub(gradient).amaxNumber().doubleValue()).as(name).isLessThan(1e-14);
        });
    }

    @Test
    void leaveTheModelAsItIs() {
        Model model = Model.of(network(), 7);
        Map<String, INDArray> before = copy(model);
        Gradients.of(model, BATCH);
        before.forEach((name, array) -> assertThat(model.parameter(name).equalsWithEps(array, 0)).as(name).isTrue());
    }

    @Test
    void atOutputsAddUpToThatOfTheBias() {
        // A bias is added at each position of each image, so its gradient is the sum of those there.
        Gradients gradients = Gradients.of(Model.of(network(), 7, DataType.DOUBLE), BATCH);
        for (String layer : List.of("conv1", "conv2")) {
            INDArray sums = gradients.output(layer).sum(0, 2, 3);
            assertThat(sums.sub(gradients.parameter(layer + "/bias")).amaxNumber().doubleValue()).as(layer).isLessThan(1e-14);
        }
        assertThat(gradients.outputs().keySet()).doesNotContain("softmax").startsWith("conv1").contains("relu", "head").endsWith("fc");
    }

    @Test
    void ofAnAdditionGoToBothSidesAsTheyAre() {
        Gradients gradients = Gradients.of(Model.of(network(), 7), BATCH);
        assertThat(gradients.output("conv2").equalsWithEps(gradients.output("sum"), 0)).isTrue();
        assertThat(gradients.output("conv1/relu").equalsWithEps(gradients.output("sum"), 0)).isFalse();
    }

    @Test
    void ofTheImagesAgreeWithFiniteDifferences() {
        Network network = Network.named("smooth").input(28, 28, 1).averagePool(4).name("conv").conv(2, 3).tanh().dense(10).softmax().build();
        Model model = Model.of(network, 3, DataType.DOUBLE);
        INDArray images = BATCH.images().castTo(DataType.DOUBLE);
        INDArray gradient = Gradients.of(model, new Batch(images, BATCH.labels())).images();
        assertThat(gradient.shape()).isEqualTo(images.shape());
        for (int[] place : List.of(new int[] {0, 0, 12, 14}, new int[] {3, 0, 20, 9})) {
            double value = images.getDouble(place);
            double up = Gradients.of(model, new Batch(images.dup().putScalar(place, value + 1e-5), BATCH.labels())).loss();
            double down = Gradients.of(model, new Batch(images.dup().putScalar(place, value - 1e-5), BATCH.labels())).loss();
            assertThat(gradient.getDouble(place)).isNotZero().isCloseTo((up - down) / 2e-5, within(1e-9));
        }
    }

    @Test
    void haveNorms() {
        Gradients gradients = Gradients.of(Model.of(network(), 7), BATCH);
        assertThat(gradients.weightNorms().keySet()).containsExactly("conv1", "conv2", "head", "fc");
        assertThat(gradients.weightNorms().get("fc")).isCloseTo(gradients.parameter("fc/weights").norm2Number().doubleValue(), within(1e-6));
        assertThat(Gradients.norm(Nd4j.createFromArray(new float[][] {{3, 0}, {0, -4}}).transpose())).isEqualTo(5);
    }

    @Test
    void surviveTheMemoryTheyWereMadeIn() {
        Model model = Model.of(network(), 7);
        Gradients gradients;
        try (Scratch scratch = Scratch.open()) {
            gradients = Gradients.of(model, BATCH);
        }
        double norm = Gradients.norm(gradients.output("relu"));
        Trainer.of(model).step(BATCH);
        assertThat(Gradients.norm(gradients.output("relu"))).isEqualTo(norm);
    }

    @Test
    void nameWhatTheyHaveWhereSomethingIsMissing() {
        Gradients gradients = Gradients.of(Model.of(network(), 7), BATCH);
        assertThatThrownBy(() -> gradients.parameter("conv1/bn/moving_mean")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no trainable parameter conv1/bn/moving_mean").hasMessageContaining("conv1/weights, conv1/bias");
        assertThatThrownBy(() -> gradients.output("softmax2")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no gradient at the output of softmax2").hasMessageContaining("conv1, conv1/bn");
    }

    private static Map<String, INDArray> copy(Model model) {
        Map<String, INDArray> copy = new LinkedHashMap<>();
        model.parameters().forEach((name, array) -> copy.put(name, array.dup()));
        return copy;
    }
}
