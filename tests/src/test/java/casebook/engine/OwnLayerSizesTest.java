package casebook.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.data.Digits;
import casebook.layers.Activation;
import casebook.layers.Pass;
import casebook.model.Model;
import casebook.network.Network;
import casebook.training.Trainer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A learner's layer whose arrays are not as large as it says: once copied past the end of their place, they ended Java some time later. */
class OwnLayerSizesTest {

    /** Its shape rule says: as many come out as went in. */
    private record Doubled(boolean forward, boolean backward) implements Activation {
        @Override
        public String kind() {
            return "doubled";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return forward ? Nd4j.concat(1, x, x) : x.dup();
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return backward ? Nd4j.concat(1, dy, dy) : dy.dup();
        }
    }

    private static Model model(boolean forward, boolean backward) {
        return Model.of(Network.named("own").input(28, 28, 1).conv(4, 5).name("mine").layer(new Doubled(forward, backward)).dense(10).softmax().build(), 1);
    }

    @Test
    void anOutputOfAnotherSize() {
        Model model = model(true, false);
        INDArray images = Nd4j.ones(DataType.FLOAT, 2, 1, 28, 28);
        String sentence = "mine: its shape rule says 24×24×4, which is 4608 numbers for 2 images, and its forward pass puts out 9216 numbers, [2, 8, 24, 24]";
        assertThatThrownBy(() -> model.predictByLayers(images)).hasMessage(sentence);
        assertThatThrownBy(() -> model.predict(images)).hasMessage(sentence);
        assertThatThrownBy(() -> model.predict(images)).as("the second time there may be a plan").hasMessage(sentence);
        try (Plan plan = Plan.of(model, 2)) {
            assertThatThrownBy(() -> plan.predict(images)).hasMessage(sentence);
        }
        assertThatThrownBy(() -> Trainer.of(model).batchSize(20).train(Digits.training().first(40))).hasMessageStartingWith("mine: its shape rule says");
    }

    @Test
    void aGradientOfAnotherSize() {
        assertThatThrownBy(() -> Trainer.of(model(false, true)).batchSize(20).train(Digits.training().first(40)))
                .hasMessage("mine: input 1 has 46080 numbers, [20, 4, 24, 24], and its gradient in the backward pass has 92160 numbers, [20, 8, 24, 24]");
    }
}
