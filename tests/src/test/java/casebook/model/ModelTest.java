package casebook.model;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.layers.Activation;
import casebook.layers.Pass;
import casebook.network.Network;
import casebook.zoo.LeNet5;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ModelTest {

    @TempDir
    Path folder;

    @Test
    void theSameSeedGivesTheSameWeights() {
        INDArray first = Model.of(LeNet5.taught(10), 4).parameter("conv2/weights");
        assertThat(Model.of(LeNet5.taught(10), 4).parameter("conv2/weights")).isEqualTo(first);
        assertThat(Model.of(LeNet5.taught(10), 5).parameter("conv2/weights")).isNotEqualTo(first);
    }

    @Test
    void weightsStartWithTheVarianceThatTheirActivationNeeds() {
        Network relu = Network.named("n").input(8, 8, 16).name("conv").conv(256, 3).batchNorm().relu().build();
        Network tanh = Network.named("n").input(8, 8, 16).name("conv").conv(256, 3).tanh().build();
        double inputs = 16 * 9;
        assertThat(variance(relu)).isCloseTo(2 / inputs, org.assertj.core.data.Percentage.withPercentage(3));
        assertThat(variance(tanh)).isCloseTo(1 / inputs, org.assertj.core.data.Percentage.withPercentage(3));
    }

    /** A learner's own ReLU says what it needs, as the library's does. */
    private record OwnRelu() implements Activation {
        @Override
        public String kind() {
            return "own ReLU";
        }

        @Override
        public double gain() {
            return 2;
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return x.gt(0).castTo(x.dataType()).muli(x);
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return dy.mul(pass.input().gt(0).castTo(dy.dataType()));
        }
    }

    @Test
    void aLayerSaysWhatStartTheWeightsBeforeItNeed() {
        Network own = Network.named("n").input(8, 8, 16).name("conv").conv(256, 3).batchNorm().layer(new OwnRelu()).build();
        Network relu = Network.named("n").input(8, 8, 16).name("conv").conv(256, 3).batchNorm().relu().build();
        assertThat(Model.of(own, 1).parameter("conv/weights")).isEqualTo(Model.of(relu, 1).parameter("conv/weights"));
    }

    private static double variance(Network network) {
        return Model.of(network, 1).parameter("conv/weights").varNumber().doubleValue();
    }

    @Test
    void savedAndLoadedBitForBit() {
        Model model = Model.of(LeNet5.paper(), 3);
        Path file = folder.resolve("deep/er/lenet.safetensors");
        model.save(file);
        Model loaded = Model.load(LeNet5.paper(), file);
        model.parameters().forEach((name, array) -> assertThat(loaded.parameter(name)).isEqualTo(array));
        INDArray x = Nd4j.rand(3, 1, 32, 32);
        assertThat(loaded.predict(x)).isEqualTo(model.predict(x));
        assertThat(folder.resolve("deep/er").toFile().list()).containsExactly("lenet.safetensors");
    }

    @Test
    void foreignAndDamagedFilesAreRefusedWithTheReason() throws Exception {
        Model model = Model.of(LeNet5.taught(10), 3);
        Path file = folder.resolve("m.safetensors");
        model.save(file);
        byte[] whole = Files.readAllBytes(file);
        assertThatThrownBy(() -> Model.load(LeNet5.paper(), file)).hasMessageContaining("has no C1/weights");
        assertThatThrownBy(() -> Model.load(LeNet5.taught(12), file)).hasMessageContaining("fc5/weights is [10, 84]").hasMessageContaining("needs [12, 84]");
        assertThatThrownBy(() -> load(Arrays.copyOf(whole, whole.length - 5))).hasMessageContaining("cut off or damaged");
        assertThatThrownBy(() -> load(Arrays.copyOf(whole, 100))).hasMessageContaining("cut off");
        assertThatThrownBy(() -> load(new byte[3])).hasMessageContaining("only 3 bytes");
        assertThatThrownBy(() -> load("PK\3\4 this is some other file".getBytes())).hasMessageContaining("not a safetensors file");
        byte[] noJson = whole.clone();
        noJson[8] = 'x';
        assertThatThrownBy(() -> load(noJson)).hasMessageContaining("header is not JSON");
        assertThatThrownBy(() -> Model.load(LeNet5.taught(10), folder.resolve("none"))).hasMessageContaining("does not exist");
    }

    private Model load(byte[] bytes) throws Exception {
        return Model.load(LeNet5.taught(10), Files.write(folder.resolve("damaged"), bytes));
    }

    @Test
    void wrongImagesAreALesson() {
        Model model = Model.of(LeNet5.taught(10), 1);
        assertThatThrownBy(() -> model.predict(Nd4j.zeros(2, 1, 28, 28))).hasMessageContaining("takes images of 32×32×1, that is arrays [2, 1, 32, 32]")
                .hasMessageContaining("padded(2)");
        assertThatThrownBy(() -> model.predict(Nd4j.zeros(1, 32, 32))).hasMessageContaining("reshape it to [1, channels, height, width]");
        assertThatThrownBy(() -> model.predict(Nd4j.zeros(2, 32, 32, 1))).hasMessageContaining("permute(0, 3, 1, 2)");
        assertThatThrownBy(() -> model.parameter("conv9/weights")).hasMessageContaining("conv1/weights");
    }

    @Test
    void activationsHaveTheShapesOfTheNetwork() {
        Network network = Network.named("n").input(9, 9, 2).conv(3, 3).auxiliary(0.3, head -> head.dense(4)).residual(main -> main.conv(3, 3, same())).dense(5).build();
        Model.of(network, 1).activations(Nd4j.rand(2, 2, 9, 9)).forEach((name, array) ->
                assertThat(array.shape()).isEqualTo(network.node(name).output().batch(2)));
    }
}
