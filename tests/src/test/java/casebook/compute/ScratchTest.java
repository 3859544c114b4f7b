package casebook.compute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ScratchTest {

    private static long address(INDArray array) {
        return array.data().pointer().address();
    }

    @Test
    void memoryIsUsedAgain() {
        List<Long> addresses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (Scratch scratch = Scratch.open()) {
                addresses.add(address(Nd4j.create(DataType.FLOAT, 100_000)));
            }
        }
        assertThat(addresses).containsOnly(addresses.get(0));
        assertThat(addresses.get(0) % 64).isZero();
    }

    @Test
    void newArraysAreZeroThoughTheMemoryIsNotNew() {
        for (long size : new long[] {10, 100_000}) {
            try (Scratch scratch = Scratch.open()) {
                Nd4j.ones(DataType.FLOAT, size);
            }
            try (Scratch scratch = Scratch.open()) {
                assertThat(Nd4j.zeros(DataType.FLOAT, size).sumNumber().doubleValue()).isZero();
                assertThat(Nd4j.create(DataType.DOUBLE, size).sumNumber().doubleValue()).isZero();
            }
        }
    }

    @Test
    void whatTheOuterOneHoldsOutlivesTheInnerOneUntilItIsDropped() {
        try (Scratch outer = Scratch.open()) {
            INDArray held;
            long gone;
            try (Scratch inner = Scratch.open()) {
                held = Nd4j.valueArrayOf(new long[] {50_000}, 3, DataType.FLOAT);
                outer.hold(held);
                gone = address(Nd4j.create(DataType.FLOAT, 50_000));
            }
            assertThat(address(Nd4j.create(DataType.FLOAT, 50_000))).isEqualTo(gone);
            INDArray other = Nd4j.ones(DataType.FLOAT, 50_000);
            assertThat(address(other)).isNotEqualTo(address(held));
            assertThat(held.meanNumber().doubleValue()).isEqualTo(3);
            // A view keeps the memory as the array itself does.
            INDArray view = held.reshape(5, 10_000);
            outer.hold(view);
            outer.drop(held);
            assertThat(address(Nd4j.create(DataType.FLOAT, 50_000))).isNotEqualTo(address(view));
            outer.drop(view);
            assertThat(address(Nd4j.create(DataType.FLOAT, 50_000))).isEqualTo(address(view));
        }
    }

    @Test
    void arraysMadeOutsideAreNotItsBusiness() {
        INDArray own = Nd4j.ones(DataType.FLOAT, 10);
        try (Scratch scratch = Scratch.open()) {
            assertThat(Scratch.current()).isSameAs(scratch);
            scratch.hold(own);
            scratch.drop(own);
            INDArray copy = own.add(1).detach();
            assertThat(copy.isAttached()).isFalse();
            scratch.close();
            assertThat(copy.sumNumber().doubleValue()).isEqualTo(20);
        }
        assertThat(Scratch.current()).isNull();
        assertThat(Nd4j.ones(3).isAttached()).isFalse();
    }

    @Test
    void nothingStaysOpenAfterAFailure() {
        try (Scratch scratch = Scratch.open()) {
            throw new IllegalStateException("as a layer might");
        } catch (IllegalStateException e) {
            assertThat(Scratch.current()).isNull();
        }
    }

    @Test
    void itTellsHowMuchMemoryArraysTake() {
        try (Scratch outer = Scratch.open()) {
            Nd4j.create(DataType.FLOAT, 1_000_000);
            Scratch.Use use = Scratch.measure(() -> {
                try (Scratch inner = Scratch.open()) {
                    INDArray held = Nd4j.create(DataType.FLOAT, 16_000);
                    outer.hold(held);
                    Nd4j.create(DataType.FLOAT, 32_000);
                }
                // Its memory is that of the array before, which is gone: nothing more is taken at one time.
                try (Scratch inner = Scratch.open()) {
                    Nd4j.create(DataType.FLOAT, 32_000);
                }
            });
            assertThat(use.most()).isEqualTo(4 * (16_000 + 32_000));
            assertThat(use.left()).isEqualTo(4 * 16_000);
            assertThat(Scratch.measure(() -> { })).isEqualTo(new Scratch.Use(0, 0));
        }
        assertThat(Scratch.measure(() -> Nd4j.create(DataType.FLOAT, 100_000).sumNumber())).as("outside of any").isEqualTo(new Scratch.Use(0, 0));
    }
}
