package casebook.charts;

import static casebook.layers.Option.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.layers.Layer.Category;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.Zoo;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.Table;

/** Charts of costs by stage, along the depth, and of families. */
class CostChartsTest {

    private static CostSheet sheet(String id) {
        return CostSheet.of(Zoo.network(id));
    }

    // ---- by stage ----

    @Test
    void threeQuantitiesStandBesideEachOther() {
        CostSheet sheet = sheet("alexnet");
        Picture picture = Charts.costsByStage(sheet);

        assertThat(picture.title()).isEqualTo("fc6 holds 61 % of AlexNet's parameters, conv2 does 39 % of its multiplications "
                + "and conv1 takes 49 % of its activation memory");
        Table data = picture.data();
        assertThat(data.stringColumn("Stage").asList()).containsExactly("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8");
        assertThat(data.longColumn("parameters").sum()).isEqualTo(sheet.parameters());
        assertThat(data.longColumn("multiplications (MACs)").sum()).isEqualTo(sheet.macs());
        // Each layer's output, and what training keeps but the image itself.
        assertThat(data.longColumn("activation memory (bytes)").sum())
                .isEqualTo(sheet.trainingActivationBytes() - 4 * sheet.network().input().elements());
        assertThat(data.doubleColumn("parameters, %").sum()).isCloseTo(100, within(1e-9));
        assertThat(Xml.texts(picture)).contains("37.8 M", "448 M", "3.76 MB", "parameters", "multiplications", "activation memory");
        assertThat(picture.alt()).contains("conv1: 34.9 k parameters (under 0.1 %), 105 M multiplications (9 %), 3.76 MB activation memory (49 %)");
    }

    @Test
    void stagesThatTieAreNamedTogether() {
        assertThat(Charts.costsByStage(sheet("vgg-16")).title()).contains("conv3 and conv4 do 30 % each of its multiplications");
        assertThat(Charts.costsByStage(sheet("resnet-152")).title()).isEqualTo("conv4_x holds 67 % of ResNet-152's parameters, "
                + "does 70 % of its multiplications and takes 52 % of its activation memory");
    }

    @Test
    void flopsAreCalledByTheirName() {
        CostSheet flops = CostSheet.of(Zoo.network("alexnet"), Convention.of("+flops"));
        assertThat(Charts.costsByStage(flops).title()).contains("conv2 does 39 % of its floating-point operations");
        assertThat(Charts.alongDepth(flops).data().columnNames()).contains("floating-point operations (FLOPs)");
    }

    // ---- along the depth ----

    @ParameterizedTest
    @ValueSource(strings = {"lenet-5-1998", "vgg-16", "resnet-152", "googlenet-with-heads", "inception-module-naive"})
    void alongTheDepthEachLayerWithWeightsHasItsOwnRow(String id) {
        CostSheet sheet = sheet(id);
        Table data = Charts.alongDepth(sheet).data();
        List<CostSheet.Row> weighted = sheet.rows().stream().filter(row -> {
            Category category = sheet.network().node(row.layer()).layer().category();
            return category == Category.CONVOLUTION || category == Category.FULLY_CONNECTED || category == Category.POOLING && row.parameters() > 0;
        }).toList();

        assertThat(data.stringColumn("Layer").asList()).containsExactlyElementsOf(weighted.stream().map(CostSheet.Row::layer).toList());
        for (int i = 0; i < weighted.size(); i++) {
            assertThat(data.longColumn("parameters").get(i)).isEqualTo(weighted.get(i).parameters());
            assertThat(data.longColumn("multiplications (MACs)").get(i)).isEqualTo(weighted.get(i).macs());
            assertThat(data.longColumn("activations").get(i)).isEqualTo(weighted.get(i).activations());
        }
    }

    @Test
    void anAxisIsLogarithmicWhereThreeDecadesMeet() {
        assertThat(Xml.texts(Charts.alongDepth(sheet("vgg-16")))).contains("parameters (logarithmic)", "multiplications (MACs)",
                "activations (logarithmic)", "convolution", "fully connected");
        assertThat(Xml.texts(Charts.alongDepth(sheet("resnet-152")))).contains("parameters", "multiplications (MACs)", "activations");
    }

    @Test
    void hundredsOfLayersAreNamedByStage() {
        for (Picture picture : List.of(Charts.alongDepth(sheet("resnet-152")), Charts.cumulative(sheet("resnet-152")))) {
            List<String> texts = Xml.texts(picture);
            for (String stage : List.of("conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "fc1000")) {
                assertThat(texts.stream().filter(stage::equals)).as(stage).hasSize(1);
            }
            assertThat(texts).noneMatch(text -> text.startsWith("res")).hasSizeLessThan(50);
            assertThat(picture.width()).isEqualTo(800);
        }
    }

    @Test
    void whereNothingIsNamedLayersAreNumbered() {
        NetworkBuilder net = Network.named("Long").input(8, 8, 4);
        for (int i = 0; i < 60; i++) {
            net.conv(4, 3, same());
        }
        assertThat(Xml.texts(Charts.alongDepth(CostSheet.of(net.build())))).contains("20", "60").doesNotContain("conv1");
    }

    @Test
    void theHalvesInTheTitleAreThoseOfTheCumulativeChart() {
        CostSheet sheet = sheet("vgg-16");
        assertThat(Charts.alongDepth(sheet).title()).isEqualTo("The first 8 of VGG-16 (D)'s 16 layers do 66 % of the multiplications "
                + "and put out 92 % of the activations; the last 8 hold 98 % of the parameters");
        Table reached = Charts.cumulative(sheet).data();
        assertThat(Look.percent(reached.doubleColumn("multiplications, %").get(7) / 100)).isEqualTo("66 %");
        assertThat(Look.percent(reached.doubleColumn("activation memory, %").get(7) / 100)).isEqualTo("92 %");
        assertThat(Look.percent(1 - reached.doubleColumn("parameters, %").get(7) / 100)).isEqualTo("98 %");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet-5", "vgg-16", "resnet-152", "googlenet-with-heads", "cifar-resnet-20"})
    void sharesRiseToTheWhole(String id) {
        CostSheet sheet = sheet(id);
        Picture picture = Charts.cumulative(sheet);
        for (String quantity : List.of("parameters", "multiplications", "activation memory")) {
            double[] shares = picture.data().doubleColumn(quantity + ", %").asDoubleArray();
            assertThat(shares).isSorted().endsWith(100);
            int half = (int) IntStream.range(0, shares.length).filter(i -> shares[i] < 50).count() + 1;
            assertThat(picture.title()).contains(quantity + " after " + half);
        }
        // One place by hand: all rows up to the second layer with weights and what follows it.
        String third = picture.data().stringColumn("After layer").get(2);
        long macs = 0;
        for (CostSheet.Row row : sheet.rows()) {
            if (row.layer().equals(third)) {
                break;
            }
            macs += row.macs();
        }
        assertThat(picture.data().doubleColumn("multiplications, %").get(1)).isCloseTo(100.0 * macs / sheet.macs(), within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet-5", "vgg-16", "resnet-152", "googlenet-with-heads", "inception-module", "nin"})
    void namesOfLinesLieNeitherOnEachOtherNorOutside(String id) {
        Depth picture = (Depth) Charts.cumulative(sheet(id));
        List<Rectangle2D> boxes = picture.labels().stream().map(Labels.Label::box).toList();
        assertThat(boxes).hasSize(3);
        for (int i = 0; i < boxes.size(); i++) {
            assertThat(new Rectangle2D.Double(0, 0, picture.width(), picture.height()).contains(boxes.get(i))).isTrue();
            for (int j = 0; j < i; j++) {
                assertThat(boxes.get(i).intersects(boxes.get(j))).isFalse();
            }
        }
    }

    @Test
    void aNetworkWithoutWeightsHasNoDepth() {
        CostSheet sheet = CostSheet.of(Network.named("Pool").input(8, 8, 1).maxPool(2).build());
        assertThatThrownBy(() -> Charts.alongDepth(sheet)).hasMessageContaining("Pool has no layer with weights");
        CostSheet one = CostSheet.of(Network.named("One").input(8, 8, 1).conv(2, 3).relu().build());
        assertThat(Charts.alongDepth(one).title()).isEqualTo("One has one layer with weights, conv1");
        Xml.parse(Charts.cumulative(one));
    }

    // ---- families ----

    @Test
    void aFamilyIsDividedByStage() {
        List<CostSheet> sheets = List.of(sheet("vgg-11"), sheet("vgg-13"), sheet("vgg-16"), sheet("vgg-19"));
        Picture picture = Charts.family(sheets);

        assertThat(picture.title()).isEqualTo("VGG-19 (E) has 1.08 times the parameters and 2.58 times the multiplications of VGG-11 (A)");
        assertThat(picture.data().rowCount()).isEqualTo(4 * 8);
        for (CostSheet sheet : sheets) {
            Table member = picture.data().where(picture.data().stringColumn("Network").isEqualTo(sheet.network().name()));
            assertThat(member.longColumn("parameters").sum()).isEqualTo(sheet.parameters());
            assertThat(member.longColumn("multiplications (MACs)").sum()).isEqualTo(sheet.macs());
        }
        assertThat(Xml.texts(picture)).contains("133 M", "144 M", "7.61 G", "19.6 G", "fc6", "conv1");
    }

    @Test
    void aFamilyIsDividedByKindWhereItsStagesDiffer() {
        Picture picture = Charts.family(List.of(sheet("alexnet"), sheet("googlenet")));
        assertThat(picture.data().stringColumn("Kind of layer").unique().asList()).containsExactlyInAnyOrder("convolution", "fully connected");
        assertThat(Charts.familyByKind(List.of(sheet("resnet-18"), sheet("resnet-152"))).data().stringColumn("Kind of layer").unique().asList())
                .containsExactlyInAnyOrder("convolution", "fully connected", "normalization");
    }

    @Test
    void aFamilyIsCountedInOneConvention() {
        CostSheet flops = CostSheet.of(Zoo.network("vgg-11"), Convention.of("+flops"));
        assertThatThrownBy(() -> Charts.family(List.of(sheet("vgg-16"), flops))).hasMessageContaining("VGG-11 (A) is counted in another convention");
        assertThatThrownBy(() -> Charts.family(List.of(flops))).hasMessageContaining("two members or more");
    }

    @Test
    void stackedBarsAreAsLongAsTheirSums() {
        String stage = "a stage whose name is so long that it can stand in no bar";
        CostSheet small = CostSheet.of(Network.named("Small").input(8, 8, 1).stage(stage).conv(10, 3).build());
        CostSheet large = CostSheet.of(Network.named("Large").input(8, 8, 1).stage(stage).conv(40, 3).build());
        var image = Charts.family(List.of(small, large)).image(1);
        // One stage, so the bar is one colour: the rows of pixels that have it, left half of the picture.
        java.awt.Color colour = Look.mix(Look.BLUE, java.awt.Color.BLACK, 0.5 * 0.1 / 0.4);
        long[] lengths = IntStream.range(80, image.getHeight())
                .mapToLong(y -> IntStream.range(0, image.getWidth() / 2).filter(x -> image.getRGB(x, y) == colour.getRGB()).count())
                .filter(count -> count > 40).distinct().sorted().toArray();
        assertThat(lengths[lengths.length - 1] / (double) lengths[0]).isBetween(3.8, 4.2);
    }
}
