package casebook.engine;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.model.Backend;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import casebook.network.RandomNetworkTest;
import casebook.zoo.Zoo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is behind {@code model.predict}. */
class PlansTest {

    private static final Network LENET = Zoo.network("lenet-5");

    private static INDArray images(int count) {
        return Nd4j.rand(DataType.FLOAT, LENET.input().batch(count));
    }

    @Test
    void onePlanForEachSizeOfBatch() {
        try (Model model = Model.of(LENET, 1)) {
            Plans plans = (Plans) new Plans.Engine().open(model);
            List<Node> output = List.of(LENET.output());
            for (int count : new int[] {1, 2, 1, 9, 2, 1}) {
                assertThat(plans.outputs(images(count), output)).hasSize(1);
            }
            assertThat(plans.size()).isEqualTo(3);
            plans.close();
            plans.close();
            assertThat(plans.size()).isZero();
            assertThatThrownBy(() -> plans.outputs(images(1), output)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void fewPlansAreKeptAndThoseThatWereUsedLast() {
        try (Model model = Model.of(LENET, 1)) {
            Plans plans = (Plans) new Plans.Engine().open(model);
            List<Node> output = List.of(LENET.output());
            for (int count = 8; count < 18; count++) {
                plans.outputs(images(count), output);
                assertThat(plans.size()).isLessThanOrEqualTo(Plans.MOST_PLANS);
                assertThat(plans.bytes()).isBetween(100_000L, Plans.MOST_BYTES);
            }
            long before = plans.bytes();
            plans.outputs(images(14), output);
            assertThat(plans.bytes()).as("the plan for 14 images is still there").isEqualTo(before);
            plans.close();
        }
    }

    /** The answers of both ways, and in a scratch and outside. */
    @Test
    void predictAndActivationsAreWhatTheLayersGive() {
        for (long seed = 0; seed < Long.getLong("casebook.networks", 40); seed++) {
            Network network = RandomNetworkTest.random(seed);
            int count = new int[] {1, 3, 8}[(int) (seed % 3)];
            INDArray images = Nd4j.rand(DataType.FLOAT, network.input().batch(count)).subi(0.5);
            try (Model model = Model.of(network, seed)) {
                Execution wanted = Execution.forward(model, images, network.nodes().toArray(Node[]::new));
                for (int time = 0; time < 3; time++) {
                    agree(model.predict(images), wanted.output(network.output()), network + ", seed " + seed);
                    model.activations(images).forEach((name, got) -> agree(got, wanted.output(network.node(name)), network + ", " + name));
                }
            }
        }
    }

    private static void agree(INDArray got, INDArray wanted, String what) {
        assertThat(got.shape()).as(what).isEqualTo(wanted.shape());
        assertThat(got.isAttached()).isFalse();
        double most = Math.max(wanted.amaxNumber().doubleValue(), 1e-6);
        assertThat(got.sub(wanted).amaxNumber().doubleValue() / most).as(what).isLessThan(1e-3);
    }

    /** As in notebook 06. */
    private static Network deep(int blocks) {
        NetworkBuilder net = Network.named(blocks + " blocks").input(28, 28, 1).name("conv1").conv(16, 3, same(), stride(2), noBias())
                .batchNorm().relu()
                .maxPool(2);
        for (int number = 1; number <= blocks; number++) {
            net.module("block_" + number, block -> block.residual(main -> main.name("W1").conv(16, 3, same(), noBias()).batchNorm().relu()
                    .name("W2").conv(16, 3, same(), noBias()).batchNorm()).relu());
        }
        return net.globalAveragePool().name("fc").dense(10).softmax().build();
    }

    /** Notebook 06 shows it, to the last bit: blocks whose last γ is zero change nothing. */
    @Test
    void blocksThatAreTheIdentityChangeNotOneBit() {
        for (int count : new int[] {1, 7, 8, 1000}) {
            try (Model shallow = Model.of(deep(3), 1); Model deeper = Model.of(deep(5), 2)) {
                shallow.parameters().keySet().forEach(name -> deeper.assign(name, shallow.copy(name)));
                deeper.parameter("block_4/W2/bn/gamma").assign(0);
                deeper.parameter("block_5/W2/bn/gamma").assign(0);
                INDArray images = Nd4j.rand(DataType.FLOAT, count, 1, 28, 28);
                assertThat(deeper.predict(images).data().asFloat()).as(count + " images")
                        .isEqualTo(shallow.predict(images).data().asFloat());
            }
        }
    }

    @Test
    void theSameOutputTwice() {
        try (Model model = Model.of(LENET, 1)) {
            INDArray images = images(9);
            List<INDArray> outputs = model.outputs(images, LENET.output(), LENET.node("conv1"), LENET.output());
            assertThat(outputs.get(0)).isEqualTo(outputs.get(2)).isEqualTo(model.predictByLayers(images));
            assertThat(outputs.get(1).shape()).isEqualTo(LENET.node("conv1").output().batch(9));
        }
    }

    @Test
    void float64GoesLayerByLayer() {
        try (Model precise = Model.of(LENET, 1, DataType.DOUBLE)) {
            Backend.Session none = new Plans.Engine().open(precise);
            assertThat(none).isNull();
            assertThat(precise.predict(images(8)).dataType()).isEqualTo(DataType.DOUBLE);
        }
    }
}
