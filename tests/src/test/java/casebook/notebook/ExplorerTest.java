package casebook.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import casebook.data.FashionMnist;
import casebook.data.ImageSet;
import casebook.layers.Option;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.notebook.fake.FakeKernel;
import casebook.notebook.fake.display.DisplayData;
import casebook.training.Evaluation;
import casebook.zoo.Zoo;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What Java makes of the explorers: their forms, sizes and tables. What they do in a browser is tested in tests/test_explorers.py. */
class ExplorerTest {

    private final FakeKernel kernel = FakeKernel.start();
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void start() {
        Notebook.use(Kernel.find(List.of(new Kernel.Names("casebook.notebook.fake.FakeKernel", "kernel", "casebook.notebook.fake"))));
        Notebook.start();
    }

    @AfterEach
    void stop() {
        FakeKernel.stop();
        Notebook.use(Optional.empty());
        Thread.currentThread().setContextClassLoader(loader);
    }

    private static List<Explorer> all() {
        return List.of(Explorer.convolution(), Explorer.bottleneck(), Explorer.network(Zoo.network("lenet-5")), Explorer.zoo(), Explorer.residual());
    }

    private static String withoutScript(Explorer explorer) {
        return explorer.html().replaceAll("(?s)<script>.*</script>", "");
    }

    @Test
    void showsAsTheLastValueOfACellAndInItsMiddle() {
        Explorer explorer = Explorer.bottleneck();
        DisplayData last = kernel.lastValue(explorer);
        Notebook.show(explorer);
        for (DisplayData data : List.of(last, kernel.displayed.get(0))) {
            assertThat(data.data).containsOnlyKeys("text/html", "text/plain").containsEntry("text/html", explorer.html())
                    .containsEntry("text/plain", explorer.toString());
        }
    }

    @Test
    void isOnePieceThatFetchesNothingAndIsTheSameEachTime() {
        List<Explorer> again = all();
        for (int i = 0; i < again.size(); i++) {
            String html = again.get(i).html();
            assertThat(html).isEqualTo(all().get(i).html()).doesNotContain("src=", "@import", "url(", "fetch(", "import(")
                    .containsOnlyOnce("<script>").containsOnlyOnce("</script>").containsOnlyOnce("\"use strict\";").doesNotContain(" id=\"");
            assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
        }
    }

    @Test
    void staysSmall() {
        assertThat(size(Explorer.convolution())).isLessThan(20_000);
        assertThat(size(Explorer.bottleneck())).isLessThan(20_000);
        assertThat(size(Explorer.residual())).isLessThan(20_000);
        assertThat(size(Explorer.network(Zoo.network("resnet-152")))).isLessThan(35_000);
        assertThat(size(Explorer.zoo())).isLessThan(120_000);
    }

    private static int size(Explorer explorer) {
        return explorer.html().getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void aTableIsLeftWhereThereAreNoScripts() {
        Map<Explorer, List<String>> expected = Map.of(
                Explorer.convolution(7, 3, 2, 1), List.of("⌊(7 + 2·1 − 3) ÷ 2⌋ + 1 = 4. The output is 4×4."),
                Explorer.bottleneck(), List.of("120,422,400", "12,443,648", "2,408,448", "10,035,200", "153,632", "15,920", "25,088", "4,800"),
                Explorer.network(Zoo.network("lenet-5")), List.of("conv1", "61,706", "28×28×6"),
                Explorer.network(Zoo.network("resnet-152")), List.of("conv4_x", "60,192,808"),
                Explorer.zoo(), List.of("GoogLeNet with heads", "138,357,544"),
                Explorer.residual(), List.of("0.000977", "3.05", "random weights", "does not say how well a network learns"));
        expected.forEach((explorer, parts) -> {
            assertThat(withoutScript(explorer)).contains(parts).contains("<td", "<details open>").doesNotContain("<input", "<select", "<button");
            assertThat(explorer.toString()).contains(parts).doesNotContain("<td", "function");
        });
    }

    @Test
    void aFilterThatDoesNotFitSaysWhy() {
        assertThat(withoutScript(Explorer.convolution(3, 7, 1, 0)))
                .contains("n + 2p − f = 3 + 2·0 − 7 = -4: there is no output.", "a 7×7 filter does not fit a 3×3×1 input");
    }

    @Test
    void valuesBeyondTheSlidersAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.convolution(0, 3, 1, 0)).withMessageContaining("n, the side of the input, has to be from 1 to 256");
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.convolution(7, 16, 1, 0)).withMessageContaining("it is 16");
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.convolution(7, 3, 0, 0)).withMessageContaining("s, the stride,");
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.convolution(7, 3, 1, -1)).withMessageContaining("p, the padding,");
        assertThat(Explorer.convolution(227, 11, 4, 0).toString()).contains("= 55.");
    }

    @Test
    void namesCannotEndTheScript() {
        String html = Explorer.network(Network.named("</script><b>\"\\\n").input(5, 5, 1).name("'</script>'").conv(1, 3).build()).html();
        assertThat(html).containsOnlyOnce("</script>").contains("\\u003c/script>\\u003cb>\\u0022\\u005c\\u000a").doesNotContain("<b>\"");
    }

    @Test
    void jsonIsAsItShouldBe() {
        assertThat(Json.of(Map.of("b", List.of(1, 2L, 0.5), "a", "x\u2028\"<"))).isEqualTo("{\"a\":\"x\\u2028\\u0022\\u003c\",\"b\":[1,2,0.5]}");
    }

    private static Model smallLeNet() {
        return Model.of(Network.named("Small").input(12, 10, 1).name("conv1").conv(3, 5).tanh().averagePool(2).name("fc").dense(2).softmax().build(), 4);
    }

    /** The largest sum, its bias and what tanh makes of it are those of the library's own layers. */
    @Test
    void aFilterStartsWhereItAnswersMost() {
        Model model = smallLeNet();
        model.parameter("conv1/bias").putScalar(1, 0.25).putScalar(2, -0.5).putScalar(0, 0.125);
        INDArray image = Nd4j.rand(1, 1, 12, 10);
        Explorer explorer = Explorer.filter(model, "conv1", image);
        Matcher place = Pattern.compile("add up to (\\S+), with the bias to (\\S+)\\. tanh makes (\\S+) of it, the number in row (\\d+), column (\\d+) of feature map (\\d+)\\.")
                .matcher(explorer.toString());
        assertThat(place.find()).isTrue();
        int[] at = {0, Integer.parseInt(place.group(6)) - 1, Integer.parseInt(place.group(4)) - 1, Integer.parseInt(place.group(5)) - 1};
        INDArray sums = model.activations(image).get("conv1").dup();
        assertThat(Double.parseDouble(place.group(2))).isCloseTo(sums.getDouble(at), within(6e-4));
        assertThat(Double.parseDouble(place.group(3))).isCloseTo(model.activations(image).get("conv1/tanh").getDouble(at), within(6e-4));
        for (int filter = 0; filter < 3; filter++) {
            sums.tensorAlongDimension(filter, 2, 3).subi(model.parameter("conv1/bias").getDouble(filter));
        }
        assertThat(Double.parseDouble(place.group(1))).isCloseTo(sums.maxNumber().doubleValue(), within(6e-4));
    }

    @Test
    void aFilterThatCannotBeShownIsRefused() {
        Model model = smallLeNet();
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.filter(model, "fc", Nd4j.zeros(1, 1, 12, 10))).withMessageContaining("reads a grey image", "fc is");
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.filter(model, "conv1", Nd4j.zeros(2, 1, 12, 10))).withMessageContaining("got 2");
        Model linear = Model.of(Network.named("Linear").input(8, 8, 1).name("conv1").conv(2, 3).softmax().build(), 1);
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.filter(linear, "conv1", Nd4j.zeros(1, 1, 8, 8))).withMessageContaining("tanh or ReLU", "softmax");
        Model padded = Model.of(Network.named("Padded").input(8, 8, 1).name("conv1").conv(2, 3, Option.same()).relu().build(), 1);
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.filter(padded, "conv1", Nd4j.zeros(1, 1, 8, 8))).withMessageContaining("no padding");
    }

    /** Three residual blocks of which only these are there. */
    private static Network residual(List<Integer> blocks) {
        NetworkBuilder net = Network.named("Residual").input(28, 28, 1).name("conv1").conv(4, 3, Option.stride(4)).relu();
        for (int number : blocks) {
            net.module("block_" + number, block -> block.name("sum").residual(main -> main.name("W1").conv(4, 3, Option.same(), Option.noBias()).batchNorm().relu()
                    .name("W2").conv(4, 3, Option.same(), Option.noBias()).batchNorm()).name("a").relu());
        }
        return net.globalAveragePool().name("fc").dense(10).softmax().build();
    }

    /** A block that is off is a block that is not there: the same weights in a network without it give the same answers. */
    @Test
    void aBlockThatIsOffIsOneThatIsNotThere() {
        Model model = Model.of(residual(List.of(1, 2, 3)), 3);
        for (int block = 1; block <= 3; block++) {
            model.parameter("block_" + block + "/W2/bn/beta").assign(0.1 * block);
        }
        Map<String, INDArray> before = model.parameters().keySet().stream().collect(Collectors.toMap(name -> name, model::copy));
        ImageSet images = FashionMnist.test().first(200);
        BlocksOff measured = BlocksOff.of(model, images);
        assertThat(measured.blocks()).containsExactly("block_1", "block_2", "block_3");
        for (int off = 0; off < 8; off++) {
            int switched = off;
            Model rest = Model.of(residual(IntStream.rangeClosed(1, 3).filter(block -> (switched >> block - 1 & 1) == 0).boxed().toList()), 1);
            rest.parameters().keySet().forEach(name -> rest.assign(name, model.copy(name)));
            assertThat((double) measured.right().get(off) / 200).as("combination " + off).isCloseTo(Evaluation.of(rest, images).accuracy(), within(1e-9));
        }
        assertThat(Set.copyOf(measured.right())).as("the blocks make a difference").hasSizeGreaterThan(2);
        before.forEach((name, array) -> assertThat(model.copy(name)).as(name).isEqualTo(array));
        assertThat(Explorer.blocks(model, images).toString()).contains("block_2", "all 3", String.format("%.1f", measured.right().get(7) / 2.0));
    }

    @Test
    void blocksThatCannotBeSwitchedOffAreRefused() {
        ImageSet images = FashionMnist.test().first(10);
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.blocks(Model.of(residual(List.of()), 1), images)).withMessageContaining("has 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.blocks(Model.of(residual(List.of(1, 2, 3, 4, 5, 6, 7)), 1), images)).withMessageContaining("has 7");
        Network bare = Network.named("Bare").input(28, 28, 1).name("sum").residual(main -> main.name("W").conv(1, 3, Option.same())).relu().dense(10).softmax().build();
        assertThatIllegalArgumentException().isThrownBy(() -> Explorer.blocks(Model.of(bare, 1), images)).withMessageContaining("comes from W, a layer of the kind convolution");
    }

    /** The residual explorer's formulas, against many draws of the weights that it speaks of. */
    @Test
    void randomBranchesBehaveAsTheStatedModelSays() {
        int width = 16;
        int blocks = 4;
        int draws = 4000;
        SplittableRandom random = new SplittableRandom(3);
        for (boolean shortcut : new boolean[] {true, false}) {
            for (double g : new double[] {0.5, 1.2}) {
                double forward = 0;
                double backward = 0;
                for (int draw = 0; draw < draws; draw++) {
                    double[][][] weights = Stream.generate(() -> matrix(random, width, g)).limit(blocks).toArray(double[][][]::new);
                    double[] signal = unit(width);
                    double[] gradient = unit(width);
                    for (int block = 0; block < blocks; block++) {
                        signal = through(weights[block], signal, shortcut, false);
                        gradient = through(weights[blocks - 1 - block], gradient, shortcut, true);
                    }
                    forward += square(signal) / draws;
                    backward += square(gradient) / draws;
                }
                double expected = Math.pow(shortcut ? 1 + g * g : g * g, blocks);
                assertThat(forward / expected).isCloseTo(1, within(0.05));
                assertThat(backward / expected).isCloseTo(1, within(0.05));
            }
        }
    }

    private static double[][] matrix(SplittableRandom random, int width, double g) {
        double[][] weights = new double[width][width];
        for (double[] row : weights) {
            Arrays.setAll(row, i -> random.nextGaussian() * g / Math.sqrt(width));
        }
        return weights;
    }

    private static double[] unit(int width) {
        double[] vector = new double[width];
        vector[0] = 1;
        return vector;
    }

    private static double[] through(double[][] weights, double[] in, boolean shortcut, boolean transposed) {
        double[] out = shortcut ? in.clone() : new double[in.length];
        for (int i = 0; i < in.length; i++) {
            for (int j = 0; j < in.length; j++) {
                out[i] += (transposed ? weights[j][i] : weights[i][j]) * in[j];
            }
        }
        return out;
    }

    private static double square(double[] vector) {
        double sum = 0;
        for (double value : vector) {
            sum += value * value;
        }
        return sum;
    }
}
