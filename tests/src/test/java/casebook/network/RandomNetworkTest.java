package casebook.network;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.compute.Scratch;
import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.layers.Shape;
import casebook.model.Execution;
import casebook.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What holds for every network that can be built: random ones, with branches, shortcuts, heads and shared layers. */
public class RandomNetworkTest {

    /** A network of some layers, from a seed, that any part of the builder may have gone into. */
    public static Network random(long seed) {
        Random random = new Random(seed);
        // Many channels fill whole blocks, as fast ways like them; few do not.
        int width = new int[] {1, 1, 1, 8, 16}[random.nextInt(5)];
        NetworkBuilder net = Network.named("random " + seed).input(6 + random.nextInt(8), 6 + random.nextInt(8), width > 1 && random.nextBoolean() ? width : 1 + random.nextInt(4));
        grow(net, random, width, 2 + random.nextInt(6), 0);
        if (random.nextInt(3) == 0) {
            net.auxiliary(0.3, head -> head.globalAveragePool().dense(3).softmax());
        }
        return (random.nextBoolean() ? net.dense(1 + random.nextInt(5)) : net.globalAveragePool().conv(2, 1)).build();
    }

    private static NetworkBuilder grow(NetworkBuilder net, Random random, int width, int layers, int depth) {
        for (int i = 0; i < layers; i++) {
            int channels = net.shape().channels();
            switch (random.nextInt(depth < 2 ? 12 : 7)) {
                case 0 -> net.conv(width * (1 + random.nextInt(6)), 1 + 2 * random.nextInt(2), same());
                case 1 -> net.conv(width * 2 * (1 + random.nextInt(3)), 1 + 2 * random.nextInt(2), same(), noBias(), stride(depth == 0 ? 1 + random.nextInt(2) : 1));
                case 2 -> net.batchNorm();
                case 3 -> net.relu();
                case 4 -> net.depthwiseConv(3, same());
                case 5 -> net.maxPool(3, stride(1), same());
                case 6 -> net.conv(channels > 64 ? channels : channels * 2, 3, same(), groups(channels), dilation(1 + random.nextInt(2)));
                case 7 -> net.branches(a -> grow(a, random, width, 1 + random.nextInt(2), depth + 1).conv(2 * width, 1), b -> b.conv(width, 1),
                        Block.NOTHING);
                case 8 -> net.residual(main -> grow(main, random, width, random.nextInt(3), depth + 1).conv(channels, 1));
                case 9 -> net.residual(main -> main.conv(5 * width, 3, same()), side -> side.conv(5 * width, 1));
                case 10 -> {
                    String name = "shared" + random.nextInt(1_000_000);
                    net.name(name).conv(channels, 3, same()).again(name);
                }
                default -> {
                    // Squeeze and excite: a branch that says how much each channel counts.
                    String name = "scaled" + random.nextInt(1_000_000);
                    net.name(name).relu().globalAveragePool().conv(1, 1).relu().name(name + "/scale").conv(channels, 1)
                            .from(name).multiply(name + "/scale");
                }
            }
        }
        return net;
    }

    @Property(tries = 100)
    void totalsAreTheSumsOfRowsInEveryConvention(@ForAll long seed) {
        Network network = random(seed);
        for (String words : new String[] {"papers", "connections", "-biases +flops", "biases=everywhere +moving-statistics +merges +activations",
            "-auxiliary-heads -normalization"}) {
            CostSheet sheet = CostSheet.of(network, Convention.of(words));
            assertThat(sheet.rows().stream().mapToLong(CostSheet.Row::parameters).sum()).isEqualTo(sheet.parameters());
            assertThat(sheet.rows().stream().mapToLong(CostSheet.Row::macs).sum()).isEqualTo(sheet.macs());
            assertThat(sheet.stages().stream().mapToLong(CostSheet.Sum::activations).sum()).isEqualTo(sheet.total().activations());
            assertThat(sheet.peakActivationBytes()).isBetween(4 * network.input().elements(), sheet.trainingActivationBytes());
        }
    }

    @Property(tries = 40)
    void parametersAndShapesAreThoseOfAModelThatRuns(@ForAll long seed) {
        Network network = random(seed);
        Model model = Model.of(network, 1);
        long allocated = model.descriptions().entrySet().stream().filter(entry -> entry.getValue().trainable())
                .mapToLong(entry -> model.parameter(entry.getKey()).length()).sum();
        assertThat(CostSheet.of(network).parameters()).isEqualTo(allocated);
        INDArray image = Nd4j.zeros(DataType.FLOAT, network.input().batch(2));
        Map<String, INDArray> activations = model.activations(image);
        for (Node node : network.nodes()) {
            if (activations.containsKey(node.name())) {
                assertThat(activations.get(node.name()).shape()).as(node.name()).isEqualTo(node.output().batch(2));
            }
        }
        assertThat(activations).containsKey(network.output().name());
    }

    /** Memory that is used again must not be memory that is still needed. */
    @Property(tries = 60)
    void freedMemoryChangesNothing(@ForAll long seed) {
        Network network = random(seed);
        Model model = Model.of(network, 1);
        INDArray images = Nd4j.randn(DataType.FLOAT, network.input().batch(3));
        Map<Node, INDArray> starts = new LinkedHashMap<>();
        network.outputs().forEach(output -> starts.put(output.node(), Nd4j.randn(DataType.FLOAT, output.node().output().batch(3))));
        Execution plain = Execution.training(model, images, 7);
        INDArray output = plain.output(network.output());
        Map<String, INDArray> gradients = plain.backward(starts);
        Model copy = Model.of(network, 1);
        try (Scratch scratch = Scratch.open()) {
            Execution freeing = Execution.training(copy, images, 7);
            assertThat(freeing.output(network.output())).isEqualTo(output);
            freeing.backward(starts).forEach((name, gradient) -> assertThat(gradient).as(name).isEqualTo(gradients.get(name)));
            assertThat(freeing.inputGradient()).isEqualTo(plain.inputGradient());
        }
        assertThat(copy.predictByLayers(images)).isEqualTo(Execution.forward(model, images, network.output()).output(network.output()));
    }

    @Property(tries = 100)
    void multiplicationsAreOutputsTimesTheWeightsThatEachOneUses(@ForAll long seed) {
        Network network = random(seed);
        for (Node node : network.nodes()) {
            long weights = node.layer().parameters(node.inputShapes()).stream().filter(parameter -> parameter.name().equals("weights"))
                    .mapToLong(parameter -> parameter.count()).sum();
            Shape output = node.output();
            assertThat(node.cost().macs()).as(node.name()).isEqualTo(weights * output.height() * output.width());
        }
    }
}
