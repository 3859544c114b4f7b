import casebook.cost.CostSheet;
import casebook.data.FashionMnist;
import casebook.layers.Convolution;
import casebook.layers.Option;
import casebook.layers.Shape;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.notebook.Explorer;
import casebook.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What test_explorers.py looks at in a browser: each explorer as HTML, and tables of what the library itself answers to the
 * same questions. All go to the folder that it is given.
 */
public class Samples {

    static final int SEED = 5;

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Map<String, Explorer> explorers = new TreeMap<>(Map.of(
                "convolution", Explorer.convolution(),
                "alexnet-conv1", Explorer.convolution(227, 11, 4, 0),
                "does-not-fit", Explorer.convolution(3, 7, 1, 0),
                "bottleneck", Explorer.bottleneck(),
                "lenet", Explorer.network(Zoo.network("lenet-5")),
                "vector", Explorer.network(Network.named("A <b>vector</b></script>").input(12).name("\"fc\"").dense(3).softmax().build()),
                "zoo", Explorer.zoo(),
                "residual", Explorer.residual(),
                "filter", Explorer.filter(lenet(), "conv1", shoe()),
                "blocks", Explorer.blocks(blocks(), FashionMnist.test().first(100))));
        for (Map.Entry<String, Explorer> explorer : explorers.entrySet()) {
            Files.writeString(folder.resolve(explorer.getKey() + ".html"), explorer.getValue().html());
            Files.writeString(folder.resolve(explorer.getKey() + ".txt"), explorer.getValue().toString());
        }
        Files.write(folder.resolve("convolution.tsv"), convolutions());
        Files.write(folder.resolve("bottleneck.tsv"), bottlenecks());
        Files.write(folder.resolve("zoo.tsv"), layers());
        Files.write(folder.resolve("filter.tsv"), places());
    }

    static Model lenet() {
        Model model = Model.of(Zoo.network("lenet-5"), SEED);
        model.parameter("conv1/bias").assign(0.25);
        return model;
    }

    static INDArray shoe() {
        return FashionMnist.test().padded(2).image(0);
    }

    static Model blocks() {
        NetworkBuilder net = Network.named("Three blocks").input(28, 28, 1).conv(4, 3, Option.stride(4)).relu();
        for (int number = 1; number <= 3; number++) {
            net.module("block_" + number, block -> block.name("sum").residual(main -> main.conv(4, 3, Option.same()).batchNorm()).relu());
        }
        return Model.of(net.globalAveragePool().dense(10).softmax().build(), SEED);
    }

    /** Filter, row, column, and the number that stands there in the feature map. */
    static List<String> places() {
        INDArray maps = lenet().activations(shoe()).get("conv1/tanh");
        List<String> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 20; i++) {
            int filter = random.nextInt(6);
            int row = random.nextInt(28);
            int column = random.nextInt(28);
            rows.add(String.format(Locale.ROOT, "%d\t%d\t%d\t%.5f", filter, row, column, maps.getDouble(0, filter, row, column)));
        }
        return rows;
    }

    /** n, f, s, p and the output's side; 0 where the library refuses the filter. */
    static List<String> convolutions() {
        List<String> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(SEED);
        while (rows.size() < 40) {
            int n = random.nextInt(1, 33);
            int f = random.nextInt(1, 16);
            int s = random.nextInt(1, 9);
            int p = random.nextInt(0, 9);
            int side;
            try {
                side = Convolution.of(1, f, f, Option.stride(s), Option.padding(p)).output(Shape.volume(n, n, 1)).height();
            } catch (IllegalArgumentException doesNotFit) {
                side = 0;
            }
            rows.add(n + "\t" + f + "\t" + s + "\t" + p + "\t" + side);
        }
        return rows;
    }

    /** Side, channels, filter, filters, width; then multiplications and parameters without and with the bottleneck. */
    static List<String> bottlenecks() {
        List<String> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(SEED);
        while (rows.size() < 20) {
            int side = random.nextInt(1, 225);
            int channels = random.nextInt(1, 1025);
            int size = random.nextInt(1, 12);
            int filters = random.nextInt(1, 1025);
            int width = random.nextInt(1, 1025);
            CostSheet without = CostSheet.of(Network.named("without").input(side, side, channels).conv(filters, size, Option.same()).build());
            CostSheet with = CostSheet.of(Network.named("with").input(side, side, channels).conv(width, 1).conv(filters, size, Option.same()).build());
            rows.add(String.join("\t", List.of(side, channels, size, filters, width, without.macs(), with.macs(), without.parameters(), with.parameters())
                    .stream().map(String::valueOf).toList()));
        }
        return rows;
    }

    /** Network, layer, stage, kind, inputs, output, parameters, multiplications, activations, receptive field (0: everything). */
    static List<String> layers() {
        List<String> rows = new ArrayList<>();
        for (String id : Zoo.ids()) {
            Network network = Zoo.network(id);
            for (CostSheet.Row row : CostSheet.of(network).rows()) {
                boolean everything = network.receptiveFields().get(network.node(row.layer()).index()).everything();
                rows.add(String.join("\t", network.name(), row.layer(), row.stage(), row.kind(),
                        String.join(" + ", row.input().stream().map(Shape::toString).toList()), row.output().toString(), "" + row.parameters(),
                        "" + row.macs(), "" + row.activations(), "" + (everything ? 0 : row.receptiveField())));
            }
        }
        return rows;
    }
}
