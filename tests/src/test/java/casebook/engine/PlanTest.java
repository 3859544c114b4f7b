package casebook.engine;

import static casebook.layers.Option.groups;
import static casebook.layers.Option.noBias;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.roundUp;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.layers.LocalResponseNormalization;
import casebook.layers.PaddedShortcut;
import casebook.layers.Parameter;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.RandomNetworkTest;
import casebook.zoo.ResNet;
import casebook.zoo.Zoo;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A plan gives the numbers that the layers themselves give. */
class PlanTest {

    private static INDArray images(Network network, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        INDArray images = Nd4j.create(DataType.FLOAT, network.input().batch(count), 'c');
        INDArray flat = images.reshape(images.length());
        for (long i = 0; i < flat.length(); i++) {
            flat.putScalar(i, 2 * random.nextDouble() - 1);
        }
        return images;
    }

    /** Scales, shifts and statistics as after a training: at the start, zeros and ones would hide mistakes. */
    private static Model trained(Network network, long seed) {
        Model model = Model.of(network, seed);
        SplittableRandom random = new SplittableRandom(seed);
        model.descriptions().forEach((name, parameter) -> {
            INDArray array = model.parameter(name);
            if (parameter.role() != Parameter.Role.WEIGHT && parameter.role() != Parameter.Role.FIXED) {
                for (long i = 0; i < array.length(); i++) {
                    array.putScalar(i, array.getDouble(i) + (name.endsWith("variance") ? 1 : 0.4) * random.nextDouble());
                }
            }
        });
        return model;
    }

    private static void agree(Network network, int count, long seed) {
        try (Model model = trained(network, seed); Plan plan = Plan.of(model, count)) {
            for (int run = 0; run < 2; run++) {
                INDArray images = images(network, count, seed + run);
                INDArray wanted = model.predictByLayers(images);
                INDArray got = plan.predict(images);
                assertThat(got.shape()).isEqualTo(wanted.shape());
                String name = network.name() + ", " + count + " images, seed " + seed;
                double error = difference(got, wanted);
                if (error < 1e-4) {
                    continue;
                }
                // In an unlucky network rounding alone may be as much: then the answer in float64 says whose it is.
                try (Model precise = precise(model)) {
                    INDArray exact = precise.predict(images);
                    assertThat(error).as(name).isLessThan(1e-2);
                    assertThat(difference(got, exact)).as(name).isLessThan(3 * difference(wanted, exact));
                }
            }
        }
    }

    private static double difference(INDArray got, INDArray wanted) {
        INDArray exact = wanted.castTo(DataType.DOUBLE);
        return got.castTo(DataType.DOUBLE).sub(exact).amaxNumber().doubleValue() / Math.max(exact.amaxNumber().doubleValue(), 1e-6);
    }

    private static Model precise(Model model) {
        Model precise = Model.of(model.network(), 0, DataType.DOUBLE);
        model.parameters().forEach((name, array) -> precise.parameter(name).assign(array.castTo(DataType.DOUBLE)));
        return precise;
    }

    /** {@code -Dcasebook.networks=100000} looks longer, {@code -Dcasebook.seed=5000} at others. */
    @Test
    void randomNetworks() {
        long first = Long.getLong("casebook.seed", 0);
        for (long seed = first; seed < first + Long.getLong("casebook.networks", 150); seed++) {
            agree(RandomNetworkTest.random(seed), new int[] {1, 2, 3, 8}[(int) (seed % 4)], seed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet-5", "lenet-5-1998", "cifar-resnet-20", "cifar-plain-20", "inception-module", "inception-module-naive",
            "squeezenet-1.1", "googlenet"})
    void networksOfTheZoo(String id) {
        agree(Zoo.network(id), 2, 1);
    }

    @Test
    void whatCanBeDoneTogether() {
        for (int count : new int[] {1, 3, 8}) {
            agree(Network.named("all kinds of convolutions").input(13, 11, 6)
                    .conv(8, 3, same()).batchNorm().relu().conv(8, 3, padding(1), groups(4), noBias()).batchNorm().tanh()
                    .conv(10, 1, stride(2)).sigmoid().conv(7, 3).build(), count, 1);
            agree(Network.named("poolings").input(14, 14, 5).maxPool(3, stride(2), roundUp()).averagePool(3, stride(1), padding(1))
                    .layer(new LocalResponseNormalization()).globalAveragePool().dense(9).build(), count, 2);
            agree(Network.named("identity shortcut").input(8, 8, 16)
                    .conv(16, 3, same()).relu()
                    .residual(main -> main.conv(16, 3, same()).batchNorm().relu().conv(16, 3, same()).batchNorm()).relu()
                    .residual(main -> main.conv(16, 3, same())).build(), count, 3);
            agree(Network.named("a shortcut of one layer").input(8, 8, 16).conv(16, 1).residual(main -> main.conv(16, 3, same())).relu()
                    .build(), count, 4);
            agree(Network.named("the input on the shortcut").input(8, 8, 16)
                    .residual(main -> main.conv(16, 3, same()).relu().conv(16, 3, same())).relu()
                    .residual(main -> main.conv(16, 3, same()), side -> side.layer(new PaddedShortcut(16, 1))).build(), count, 5);
            agree(Network.named("projections").input(16, 16, 8).module("a", ResNet.basic(16, 2, ResNet.Shortcut.PROJECT))
                    .module("b", ResNet.basic(16, 1, ResNet.Shortcut.PROJECT_ALL)).globalAveragePool().dense(3).softmax().build(), count,
                    6);
            for (int side : new int[] {14, 15}) {
                agree(Network.named("rows and columns that nobody reads").input(side, side, 8)
                        .module("a", ResNet.bottleneck(4, 1, true, ResNet.Shortcut.PROJECT))
                        .module("b", ResNet.bottleneck(4, 1, true, ResNet.Shortcut.PROJECT))
                        .module("c", ResNet.bottleneck(8, 2, true, ResNet.Shortcut.PROJECT))
                        .conv(16, 5, same()).batchNorm().dropout(0.5).tanh().conv(8, 1, stride(3)).relu().conv(4, 1, stride(2)).build(),
                        count, 8);
            }
            // The two last convolutions of the blocks are alike but for how far apart the channels of their output, a single one, are said
            // to be.
            agree(Network.named("one channel").input(12, 10, 1).relu().residual(main -> main.conv(4, 1).conv(1, 1)).conv(1, 3, same())
                    .residual(main -> main.conv(4, 1).conv(1, 1)).dense(4).build(), count, 1);
            agree(Network.named("every third row of the input").input(10, 10, 16).residual(main -> main.conv(16, 3, same()))
                    .conv(4, 1, stride(3)).build(), count, 9);
            agree(Network.named("strides that differ").input(12, 12, 8).conv(8, 3, same()).relu()
                    .branches(one -> one.conv(8, 1, stride(2)), two -> two.conv(8, 3, same()).conv(8, 1, stride(2)), three ->
                    three.conv(8, 2, stride(2))).build(), count, 10);
            agree(Network.named("branches that write into the joined output, and others").input(9, 9, 16).conv(16, 3, same()).relu()
                    .branches(one -> one.conv(16, 1),
                            two -> two.conv(32, 3, same()).batchNorm().relu(), three -> three.maxPool(3, stride(1), padding(1)),
                                    Block.NOTHING)
                    .residual(main -> main.branches(one -> one.conv(32, 3, same()), two -> two.conv(48, 1).tanh())).conv(24, 3, groups(8))
                    .build(), count, 11);
            agree(Network.named("a value that three read").input(9, 9, 8).conv(8, 3, same()).relu()
                    .branches(one -> one.conv(8, 1), two -> two.conv(16, 3, same()).relu(), three ->
                    three.maxPool(3, stride(1), padding(1)))
                    .conv(4, 1).build(), count, 7);
        }
    }

    @Test
    void outputsOnTheWay() {
        Network network = Zoo.network("cifar-resnet-20");
        for (String name : new String[] {"res2_1/branch2a", "res2_1/branch2a/bn", "res3_1/add1", "fc10"}) {
            try (Model model = trained(network, 1); Plan plan = Plan.of(model, 2, network.output(), network.node(name))) {
                INDArray images = images(network, 2, 1);
                List<INDArray> got = plan.outputs(images);
                assertThat(got.get(0).sub(model.predictByLayers(images)).amaxNumber().doubleValue()).isLessThan(1e-5);
                INDArray wanted = Execution.forward(model, images, network.node(name)).output(network.node(name));
                assertThat(got.get(1).sub(wanted).amaxNumber().doubleValue() / wanted.amaxNumber().doubleValue()).as(name).isLessThan(1e-4);
            }
        }
    }

    @Test
    void theAnswerOutlivesThePlan() {
        Network network = Zoo.network("lenet-5");
        try (Model model = Model.of(network, 1)) {
            INDArray images = images(network, 1, 1);
            INDArray answer;
            INDArray other;
            try (Plan plan = Plan.of(model, 1)) {
                answer = plan.predict(images);
                other = plan.predict(images(network, 1, 2));
            }
            assertThat(answer).isEqualTo(model.predictByLayers(images)).isNotEqualTo(other);
        }
    }

    /** With one image, fully connected layers read the model's own weights. */
    @ParameterizedTest
    @ValueSource(strings = {"conv1/weights", "fc5/weights", "fc4/bias"})
    void weightsThatHaveChanged(String parameter) {
        Network network = Zoo.network("lenet-5");
        INDArray images = images(network, 1, 1);
        Model model = Model.of(network, 1);
        try (Plan plan = Plan.of(model, 1)) {
            INDArray before = model.predict(images);
            assertThat(plan.predict(images)).isEqualTo(before);
            model.parameter(parameter).muli(2).addi(0.3);
            for (INDArray after : List.of(plan.predict(images), model.predict(images))) {
                assertThat(after).isNotEqualTo(before);
                assertThat(after.sub(model.predictByLayers(images)).amaxNumber().doubleValue()).isLessThan(1e-5);
            }
            model.close();
            assertThatThrownBy(() -> plan.predict(images)).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
            assertThatThrownBy(() -> model.predict(images)).isInstanceOf(IllegalStateException.class).hasMessageContaining("LeNet-5")
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void whatItRefuses() {
        Network network = Zoo.network("lenet-5");
        try (Model model = Model.of(network, 1); Plan plan = Plan.of(model, 2)) {
            assertThatThrownBy(() -> plan.predict(images(network, 1, 1))).hasMessageContaining("batches of 2")
                    .hasMessageContaining("1 image");
            assertThatThrownBy(() -> plan.predict(Nd4j.zeros(DataType.FLOAT, 2, 1, 28, 28))).hasMessageContaining("LeNet-5");
        }
        try (Model precise = Model.of(network, 1, DataType.DOUBLE)) {
            assertThatThrownBy(() -> Plan.of(precise, 1)).hasMessageContaining("float32");
        }
    }
}
