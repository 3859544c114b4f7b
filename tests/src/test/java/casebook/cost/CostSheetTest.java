package casebook.cost;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.model.Model;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.LeNet5;
import casebook.zoo.Zoo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CostSheetTest {

    static List<String> ids() {
        return Zoo.ids();
    }

    /** Small enough to allocate one after the other. */
    static List<String> smallIds() {
        return Zoo.ids().stream().filter(id -> CostSheet.of(Zoo.network(id)).parameters() < 15_000_000).toList();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/casebook/cost/totals.csv", numLinesToSkip = 1)
    void everyNetworkOfTheZooHasTheseTotals(String id, long parameters, long macs) {
        assertThat(CostSheet.of(Zoo.network(id)).parameters()).isEqualTo(parameters);
        assertThat(CostSheet.of(Zoo.network(id)).macs()).isEqualTo(macs);
    }

    @Test
    void stagesAreThePapers() {
        assertThat(CostSheet.of(Zoo.network("googlenet")).stages()).extracting(CostSheet.Sum::name).containsExactly("conv1", "conv2",
                "inception_3a", "inception_3b", "pool3", "inception_4a", "inception_4b", "inception_4c", "inception_4d", "inception_4e", "pool4",
                "inception_5a", "inception_5b", "classifier");
        assertThat(CostSheet.of(Zoo.network("alexnet")).stages()).extracting(CostSheet.Sum::name)
                .containsExactly("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8");
        assertThat(CostSheet.of(Zoo.network("resnet-152")).stages()).extracting(CostSheet.Sum::name)
                .containsExactly("conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "fc1000");
        assertThat(CostSheet.of(Zoo.network("googlenet-with-heads")).stages()).extracting(CostSheet.Sum::name).contains("loss1", "loss2");
    }

    @Test
    void noNetworkOfTheZooIsWithoutExpectedTotals() throws Exception {
        String totals = new String(getClass().getResourceAsStream("/casebook/cost/totals.csv").readAllBytes());
        assertThat(Zoo.ids()).allSatisfy(id -> assertThat(totals).contains("\n" + id + ","));
    }

    /** Figures that follow from the papers' tables by plain arithmetic (rows.py); a row a layer, so that a sum can't hide two mistakes. */
    @ParameterizedTest
    @CsvFileSource(resources = "/casebook/cost/rows.csv", numLinesToSkip = 1)
    void everyRowIsRight(String id, String layer, String output, long parameters, long macs) {
        CostSheet.Row row = CostSheet.of(Zoo.network(id)).row(layer);
        assertThat(row.output().csv()).isEqualTo(output);
        assertThat(row.parameters()).isEqualTo(parameters);
        assertThat(row.macs()).isEqualTo(macs);
    }

    @ParameterizedTest
    @MethodSource("ids")
    void totalsAreTheSumsOfRowsAndOfStages(String id) {
        CostSheet sheet = CostSheet.of(Zoo.network(id));
        assertThat(sheet.rows().stream().mapToLong(CostSheet.Row::parameters).sum()).isEqualTo(sheet.parameters());
        assertThat(sheet.stages().stream().mapToLong(CostSheet.Sum::parameters).sum()).isEqualTo(sheet.parameters());
        assertThat(sheet.stages().stream().mapToLong(CostSheet.Sum::macs).sum()).isEqualTo(sheet.macs());
        assertThat(Arrays.stream(sheet.csv().split("\n")).skip(1).mapToLong(line -> Long.parseLong(line.split(",")[4])).sum())
                .isEqualTo(sheet.parameters());
    }

    @ParameterizedTest
    @MethodSource("smallIds")
    void countedParametersAreTheOnesAModelAllocates(String id) {
        Network network = Zoo.network(id);
        Model model = Model.of(network, 1);
        long allocated = model.descriptions().entrySet().stream().filter(entry -> entry.getValue().trainable())
                .mapToLong(entry -> model.parameter(entry.getKey()).length()).sum();
        assertThat(CostSheet.of(network).parameters()).isEqualTo(allocated);
    }

    @Test
    void leNet5AsTaughtAndAsPublished() {
        assertThat(CostSheet.of(LeNet5.taught(10)).parameters()).isEqualTo(61_706);
        assertThat(CostSheet.of(LeNet5.taught(10)).macs()).isEqualTo(416_520);
        assertThat(CostSheet.of(LeNet5.paper()).parameters()).isEqualTo(60_000);
        assertThat(CostSheet.of(LeNet5.paper(), Convention.CONNECTIONS).macs()).isEqualTo(340_908);
    }

    @Test
    void theBridgeFromTaughtToPublished() {
        long fixedCodes = CostSheet.of(LeNet5.taught(10)).row("fc5").parameters();
        long sparse = CostSheet.of(LeNet5.taught(10)).row("conv2").parameters() - CostSheet.of(LeNet5.paper()).row("C3").parameters();
        long pooling = CostSheet.of(LeNet5.paper()).row("S2").parameters() + CostSheet.of(LeNet5.paper()).row("S4").parameters();
        assertThat(fixedCodes).isEqualTo(850);
        assertThat(sparse).isEqualTo(900);
        assertThat(pooling).isEqualTo(44);
        assertThat(61_706 - fixedCodes - sparse + pooling).isEqualTo(60_000);
    }

    @Test
    void csvHasTheseColumnsAndNoTotal() {
        String[] lines = CostSheet.of(LeNet5.taught(10)).csv().split("\n");
        assertThat(lines[0]).isEqualTo("layer,kind,input,output,parameters,macs,activations");
        assertThat(lines[1]).isEqualTo("conv1,convolution,32x32x1,28x28x6,156,117600,4704");
        assertThat(lines).hasSize(1 + LeNet5.taught(10).nodes().size());
    }

    @Test
    void aNameWithACommaStaysOneCell() {
        Network network = Network.named("n").input(4, 4, 2).name("first, \"wide\"").conv(3, 3).build();
        assertThat(CostSheet.of(network).csv()).endsWith("\n\"first, \"\"wide\"\"\",convolution,4x4x2,2x2x3,57,216,12\n");
    }

    @Test
    void conventionsChangeWhatCounts() {
        Network network = Network.named("n").input(4, 4, 2).conv(3, 3, same()).batchNorm().relu().residual(main -> main.conv(3, 1, noBias()))
                .maxPool(2).dense(5).build();
        assertThat(CostSheet.of(network).parameters()).isEqualTo(57 + 6 + 9 + 65);
        assertThat(parameters(network, "-biases")).isEqualTo(54 + 6 + 9 + 60);
        assertThat(parameters(network, "-normalization")).isEqualTo(57 + 9 + 65);
        assertThat(parameters(network, "+moving-statistics")).isEqualTo(57 + 12 + 9 + 65);
        assertThat(parameters(network, "biases=everywhere")).isEqualTo(57 + 6 + 12 + 65);
        assertThat(CostSheet.of(network).rows().get(1).movingStatistics()).isEqualTo(6);
        long macs = CostSheet.of(network).macs();
        assertThat(macs).isEqualTo(16 * 3 * 18 + 16 * 3 * 3 + 60);
        assertThat(macs(network, "+flops")).isEqualTo(2 * macs);
        assertThat(macs(network, "+bias-additions")).isEqualTo(macs + 48 + 5);
        assertThat(macs(network, "+max-pooling")).isEqualTo(macs + 48);
        assertThat(macs(network, "+average-pooling")).isEqualTo(macs);
        assertThat(macs(network, "+normalization-operations")).isEqualTo(macs + 96);
        assertThat(macs(network, "+activations, +merges")).isEqualTo(macs + 48 + 48);
        assertThat(macs(network, "+flops +merges +bias-additions")).isEqualTo(2 * macs + 48 + 53);
    }

    private static long parameters(Network network, String convention) {
        return CostSheet.of(network, Convention.of(convention)).parameters();
    }

    private static long macs(Network network, String convention) {
        return CostSheet.of(network, Convention.of(convention)).macs();
    }

    /** What the counters print for torchvision's ResNet-50 (or Keras' own), run once: see the rows of published.csv. */
    @ParameterizedTest
    @CsvSource({"resnet-50-v1.5, papers, 25557032, 4089184256", "resnet-50, papers biases=everywhere +moving-statistics, 25636712, 3857973248",
        "resnet-50-v1.5, papers +bias-additions, 25557032, 4089185256", "resnet-50-v1.5, papers +flops, 25557032, 8178368512",
        "resnet-50-v1.5, papers +normalization-operations +average-pooling, 25557032, 4111512576",
        "googlenet-with-heads, papers -auxiliary-heads, 6998552, 1582671872"})
    void aConventionGivesTheFigureOfACounter(String id, String convention, long parameters, long macs) {
        assertThat(parameters(Zoo.network(id), convention)).isEqualTo(parameters);
        assertThat(macs(Zoo.network(id), convention)).isEqualTo(macs);
    }

    @Test
    void conventionsAreReadAndWrittenInWords() {
        assertThat(Convention.of("")).isEqualTo(Convention.PAPERS).hasToString("papers");
        assertThat(Convention.of("connections")).isEqualTo(Convention.CONNECTIONS).hasToString("papers +bias-additions +average-pooling");
        for (String words : List.of("papers -biases +moving-statistics", "papers biases=everywhere -normalization -auxiliary-heads",
                "papers +normalization-operations +activations +merges +flops")) {
            assertThat(Convention.of(words)).hasToString(words);
        }
        assertThatThrownBy(() -> Convention.of("+moving-statistic")).hasMessageContaining("Nearest to yours: moving-statistics");
        assertThatThrownBy(() -> Convention.of("flops")).hasMessageContaining("no word \"flops\"");
    }

    @Test
    void headsCanBeLeftOut() {
        Network network = Network.named("n").input(8, 8, 1).conv(2, 3).auxiliary(0.3, head -> head.dense(10)).dense(10).build();
        Convention without = Convention.of("-auxiliary-heads");
        assertThat(CostSheet.of(network).parameters()).isEqualTo(20 + 730 + 730);
        assertThat(CostSheet.of(network, without).parameters()).isEqualTo(20 + 730);
    }

    @Test
    void sharedLayersCountOnceForParametersAndEachTimeForMultiplications() {
        Network network = Network.named("n").input(4, 4, 3).name("a").conv(3, 3, same()).again("a").again("a").build();
        assertThat(CostSheet.of(network).parameters()).isEqualTo(84);
        assertThat(CostSheet.of(network).macs()).isEqualTo(3L * 16 * 3 * 27);
        assertThatThrownBy(() -> Network.named("n").input(4, 4, 3).name("a").conv(2, 3, same()).again("a"))
                .hasMessageContaining("its parameters do not fit a 4×4×2 input");
    }

    @Test
    void hugeLayersAreCountedAndNotWrapped() {
        Network network = Network.named("n").input(100_000).dense(100_000).build();
        assertThat(CostSheet.of(network).parameters()).isEqualTo(10_000_100_000L);
        assertThat(CostSheet.of(network).macs()).isEqualTo(10_000_000_000L);
    }

    @Test
    void whatNoLongHoldsIsAnErrorThatNamesTheLayer() {
        Network network = Network.named("n").input(40_000, 40_000, 1000).name("huge").conv(2_000_000_000, 5, same()).build();
        assertThatThrownBy(() -> CostSheet.of(network)).isInstanceOf(ArithmeticException.class).hasMessageStartingWith("huge: more than 2⁶³");
    }

    @Test
    void groupsAndDepthwiseConvolutionsDivideTheWeights() {
        Network network = Network.named("n").input(8, 8, 16).name("grouped").conv(32, 3, same(), groups(4)).name("depthwise").depthwiseConv(3, same(), noBias())
                .build();
        assertThat(CostSheet.of(network).row("grouped").parameters()).isEqualTo(32 * 9 * 4 + 32);
        assertThat(CostSheet.of(network).row("grouped").macs()).isEqualTo(64L * 32 * 9 * 4);
        assertThat(CostSheet.of(network).row("depthwise").parameters()).isEqualTo(32 * 9);
    }

    @Test
    void denseConnectivityIsCountedWithGrowingInputs() {
        // Each layer reads all before it: 4, then 4 + 3, then 4 + 3 + 3 channels (Huang et al. 2016).
        NetworkBuilder net = Network.named("dense").input(6, 6, 4);
        for (int i = 1; i <= 3; i++) {
            net.branches(Block.NOTHING, branch -> branch.conv(3, 3, same(), noBias()));
        }
        CostSheet sheet = CostSheet.of(net.build());
        assertThat(sheet.network().output().output()).hasToString("6×6×13");
        assertThat(sheet.parameters()).isEqualTo(9L * 3 * (4 + 7 + 10));
        assertThat(sheet.macs()).isEqualTo(36L * 9 * 3 * (4 + 7 + 10));
    }

    @Test
    void squeezeAndExciteCountsItsSmallBranch() {
        // 8 channels, squeezed to 2 (Hu, Shen and Sun 2017): two fully connected layers on one position, then a product a number.
        Network network = Network.named("se").input(5, 5, 8).name("x").relu().globalAveragePool().conv(2, 1).relu().conv(8, 1)
                .name("scale").sigmoid().from("x").multiply("scale").build();
        assertThat(CostSheet.of(network).parameters()).isEqualTo(8 * 2 + 2 + 2 * 8 + 8);
        assertThat(CostSheet.of(network).macs()).isEqualTo(8 * 2 + 2 * 8);
        assertThat(CostSheet.of(network, Convention.of("+merges")).macs()).isEqualTo(8 * 2 + 2 * 8 + 5 * 5 * 8);
    }

    @Test
    void activationMemoryByHand() {
        // Input 16, a 16, b 16, add 16: when the sum is made, a, b and the sum exist at once, and the input is still read by b.
        Network network = Network.named("n").input(4, 4, 1).name("a").relu().residual(main -> main.name("b").relu()).relu().build();
        CostSheet sheet = CostSheet.of(network);
        assertThat(sheet.trainingActivationBytes()).isEqualTo(4 * 16 * 5);
        assertThat(sheet.peakActivationBytes()).isEqualTo(4 * 16 * 3);
    }

    @Test
    void countingStartsNoNumericsLibrary() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(java, "-verbose:class", "-cp", System.getProperty("java.class.path"),
                "casebook.cost.CountOnly").redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).isZero();
        assertThat(output).contains("61706");
        assertThat(output).doesNotContain("org.nd4j.linalg.factory.Nd4j ").doesNotContain("org.bytedeco");
    }
}
