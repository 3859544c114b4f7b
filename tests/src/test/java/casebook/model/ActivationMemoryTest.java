package casebook.model;

import static casebook.layers.Option.same;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.cost.CostSheet;
import casebook.network.Network;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ActivationMemoryTest {

    /** Each output is 64×64×16 float32: 262,144 bytes, the image half of that. */
    private static final long OUTPUT = 4 * 64 * 64 * 16;

    private static final Network CHAIN = Network.named("chain").input(64, 64, 8)
            .conv(16, 3, same()).relu().conv(16, 3, same()).relu().conv(16, 3, same()).relu().build();
    private final Model model = Model.of(CHAIN, 1);
    private final INDArray image = Nd4j.rand(DataType.FLOAT, 1, 8, 64, 64);

    @Test
    void aChainNeedsTwoOutputsAtATimeAndAllOfThemForTraining() {
        assertThat(CostSheet.of(CHAIN).peakActivationBytes()).isEqualTo(2 * OUTPUT);
        assertThat(ActivationMemory.predicting(model, image)).isBetween(2 * OUTPUT, 2 * OUTPUT + 200_000);
        assertThat(CostSheet.of(CHAIN).trainingActivationBytes()).isEqualTo(6 * OUTPUT + OUTPUT / 2);
        assertThat(ActivationMemory.training(model, image)).isBetween(6 * OUTPUT, 6 * OUTPUT + 200_000);
    }

    @Test
    void aBatchOfFourNeedsFourTimesAsMuch() {
        long one = ActivationMemory.predicting(model, image);
        long four = ActivationMemory.predicting(model, Nd4j.rand(DataType.FLOAT, 4, 8, 64, 64));
        assertThat((double) four / one).isBetween(3.2, 4.01);
    }

    @Test
    void whatWasMeasuredIsTheSameAgainWhateverRanBefore() {
        long first = ActivationMemory.predicting(model, image);
        try (Model other = Model.of(Network.named("other").input(50, 50, 3).conv(30, 5).relu().dense(7).build(), 1)) {
            other.predict(Nd4j.rand(DataType.FLOAT, 2, 3, 50, 50));
        }
        assertThat(ActivationMemory.predicting(model, image)).isEqualTo(first);
        assertThat(ActivationMemory.training(model, image)).isEqualTo(ActivationMemory.training(model, image));
    }
}
