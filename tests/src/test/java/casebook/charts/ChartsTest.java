package casebook.charts;

import static casebook.layers.Option.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.cost.CostSheet;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.zoo.LeNet5;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import tech.tablesaw.api.Table;

class ChartsTest {

    private final CostSheet lenet = CostSheet.of(LeNet5.taught(10));

    @Test
    void titlesStateTheResult() {
        assertThat(Charts.parameters(lenet).title()).isEqualTo("fc3 holds 78 % of LeNet-5's parameters");
        assertThat(Charts.parametersByStage(lenet).title()).isEqualTo("Layer 3 holds 78 % of LeNet-5's parameters");
        assertThat(Charts.multiplications(lenet).title()).isEqualTo("conv1 and conv2 do 86 % of LeNet-5's multiplications");
        assertThat(Charts.multiplicationsByStage(lenet).title()).isEqualTo("Layer 1 and layer 2 do 86 % of LeNet-5's multiplications");
        assertThat(Charts.sharesByStage(lenet).title())
                .isEqualTo("Convolutions do 86 % of LeNet-5's multiplications with 4 % of its parameters");
    }

    @Test
    void altTextsNameEachValue() {
        assertThat(Charts.parameters(lenet).alt()).contains("conv1: 156 parameters (0.3 %)", "conv2: 2,416 (4 %)", "fc3: 48,120 (78 %)",
                "fc4: 10,164 (16 %)", "fc5: 850 (1 %)");
        assertThat(Charts.curves("Loss", "epoch", "loss", Curve.of("training", List.of(2.5, 1, 1.25))).alt())
                .contains("training goes from 2.5 at epoch 1 to 1.25 at epoch 3, lowest 1, highest 2.5");
        assertThat(Charts.confusionMatrix("Pets", List.of("cat", "dog"), new long[][] {{8, 2}, {1, 9}}).alt())
                .contains("17 of 20 images are right (85 %)", "cat taken for dog, 2 times");
    }

    @Test
    void onlyLayersWithAShareAreShown() {
        assertThat(Charts.parameters(lenet).data().stringColumn("Layer").asList()).containsExactly("conv1", "conv2", "fc3", "fc4", "fc5");
    }

    @Test
    void theSmallestOfManyLayersAreAddedUpButKeptInTheData() {
        NetworkBuilder net = Network.named("Deep").input(8, 8, 4);
        for (int i = 0; i < 50; i++) {
            net.conv(4 + i, 3, same()).relu();
        }
        Picture picture = Charts.parameters(CostSheet.of(net.build()));

        assertThat(picture.data().rowCount()).isEqualTo(50);
        assertThat(picture.height()).isLessThan(1200);
        List<String> texts = Xml.texts(picture);
        assertThat(texts).contains("conv50").doesNotContain("conv1").anyMatch(text -> text.matches("the other \\d+ layers"));
    }

    @Test
    void svgIsWellFormedAndItsTextIsText() {
        Picture picture = Charts.parametersByStage(lenet);

        assertThat(Xml.texts(picture)).contains("layer 1", "layer 2", "layer 3", "layer 4", "output", "48,120 · 78 %");
        assertThat(Xml.elements(picture, "title")).containsExactly(picture.title());
        assertThat(Xml.elements(picture, "desc")).containsExactly(picture.alt());
        assertThat(picture.svg()).startsWith("<svg").doesNotContain("<!DOCTYPE").contains("sans-serif").isEqualTo(picture.svg());
    }

    @Test
    void namesThatXmlKnowsAreEscaped() {
        Picture picture = Charts.bars("a < b & \"c\"", "units", List.of("<x>", "y & z"), 1, 2);

        assertThat(Xml.texts(picture)).contains("<x>", "y & z", "a < b & \"c\"");
    }

    @Test
    void barsAreAsLongAsTheirValues() {
        BufferedImage image = Charts.bars("Bars", "units", List.of("a", "b"), 25, 100).image(1);
        long[] blue = IntStream.range(0, image.getHeight())
                .mapToLong(y -> IntStream.range(0, image.getWidth()).filter(x -> image.getRGB(x, y) == Look.BLUE.getRGB()).count())
                .filter(count -> count > 50).distinct().sorted().toArray();

        assertThat(blue).as("lengths in pixels").hasSize(2);
        assertThat(blue[1]).as("the longest fills the chart").isGreaterThan(600);
        assertThat((double) blue[1] / blue[0]).isBetween(3.9, 4.1);
    }

    @Test
    void valuesOverThreeDecadesGetALogarithmicAxis() {
        assertThat(Xml.texts(Charts.bars("Sizes", "bytes", List.of("a", "b"), 10, 10_000))).contains("bytes (logarithmic)", "10", "10 k");
        assertThat(Xml.texts(Charts.bars("Sizes", "bytes", List.of("a", "b"), 10, 9_000))).contains("bytes");
        assertThat(Scale.logarithmic(1e-9, 1e9, 7).ticks()).hasSizeLessThanOrEqualTo(7);
        assertThat(Scale.of(0.5, 2, 7).logarithmic()).isFalse();
    }

    @Test
    void smallNumbersOnAnAxisKeepTheirDigits() {
        assertThat(Xml.texts(Charts.curves("Three decades", "step", "loss", Curve.of("training", List.of(1, 0.1, 0.001)))))
                .contains("0.001", "0.01", "0.1", "1", "loss (logarithmic)");
    }

    @Test
    void curvesToBeComparedByFactorsHaveALogarithmicAxis() {
        Curve near = Curve.of("near", List.of(1, 2, 4));
        assertThat(Xml.texts(Charts.factors("Factors", "block", "norm", List.of(near)))).contains("norm (logarithmic)", "2", "block");
        assertThat(Xml.texts(Charts.curves("Sums", "block", "norm", near))).contains("norm");
        assertThatThrownBy(() -> Charts.factors("Factors", "block", "norm", List.of(near, Curve.of("gone", List.of(3, 0)))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no place for 0.0, which \"gone\" has at block 2");
    }

    @Test
    void axesHaveRoundLabelsThatCoverTheData() {
        assertThat(Scale.linear(0.13, 2.31, 7).ticks()).containsExactly(0.0, 0.5, 1.0, 1.5, 2.0, 2.5);
        assertThat(Scale.linear(87.2, 91.4, 7).ticks()).containsExactly(87.0, 88.0, 89.0, 90.0, 91.0, 92.0);
        Scale flat = Scale.linear(3, 3, 7);
        assertThat(flat.min()).isLessThanOrEqualTo(3);
        assertThat(flat.max()).isGreaterThan(3);
    }

    @Test
    void namesOfCurvesNeverOverlap() {
        List<Curve> curves = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            curves.add(Curve.of("network " + i, List.of(1, 0.5, 0.1 + 0.0001 * i)));
        }
        Curves chart = (Curves) Charts.curves("All end close", "epoch", "loss", curves);
        List<Curves.Label> labels = chart.labels();

        assertThat(labels).hasSize(9);
        for (int i = 0; i < labels.size(); i++) {
            assertThat(labels.get(i).box().getMaxX()).isLessThanOrEqualTo(chart.width());
            assertThat(labels.get(i).box().getMaxY()).isLessThanOrEqualTo(chart.height());
            for (int j = 0; j < i; j++) {
                assertThat(labels.get(i).box().intersects(labels.get(j).box())).as(i + " and " + j).isFalse();
            }
        }
        assertThat(Xml.texts(chart)).contains("network 0", "network 8");
    }

    @Test
    void aLongCurveIsThinnedAndKeepsItsPeak() {
        double[] x = IntStream.range(0, 50_000).asDoubleStream().toArray();
        double[] y = Arrays.stream(x).map(step -> step == 31_234 ? 7 : 1 / (1 + step)).toArray();
        Picture picture = Charts.curves("A peak", "step", "loss", new Curve("training", x, y));

        assertThat(picture.svg().length()).isLessThan(60_000);
        assertThat(picture.data().rowCount()).isEqualTo(50_000);
        BufferedImage image = picture.image(1);
        assertThat(highest(image, Look.BLUE)).as("the peak is drawn").isLessThan(image.getHeight() / 4);
    }

    /** Plain and residual are compared in several notebooks: each keeps its colour, however many curves stand before it. */
    @Test
    void plainAndResidualKeepTheirColours() {
        assertThat(Look.network("plain, 20 layers")).isEqualTo(Look.network("plain")).isEqualTo(Look.network("Plain-34"));
        assertThat(Look.network("residual, BN")).isEqualTo(Look.network("residual")).isEqualTo(Look.network("ResNet-34"))
                .isNotEqualTo(Look.network("plain"));
        assertThat(Look.known("residual") && Look.known("plain")).isTrue();
    }

    private static int highest(BufferedImage image, Color colour) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth() * 7 / 10; x++) {
                if (new Color(image.getRGB(x, y)).getBlue() > 120 && new Color(image.getRGB(x, y)).getRed() < 60) {
                    return y;
                }
            }
        }
        return image.getHeight();
    }

    @Test
    void dashesRunOnFromPointToPoint() {
        Curve training = Curve.of("training", List.of(3, 2, 1));
        Curve validation = Curve.of("validation", List.of(3, 2.5, 2));
        Picture picture = Charts.curves("Two", "epoch", "loss", training, validation);

        // One dashed path for the curve, and one dashed line as its sample beside the name.
        assertThat(picture.svg().split("stroke-dasharray", -1)).hasSize(3);
    }

    @Test
    void pointsThatAreNotFiniteAreLeftOut() {
        double[] x = {1, 2, 3};
        Xml.parse(Charts.curves("Diverged", "step", "loss", new Curve("a", x, new double[] {1, Double.NaN, Double.POSITIVE_INFINITY})));
        assertThatThrownBy(() -> Charts.curves("None", "step", "loss", new Curve("a", x, new double[] {Double.NaN, Double.NaN, Double.NaN})))
                .hasMessageContaining("no curve has a point that is finite");
        assertThatThrownBy(() -> new Curve("a", x, new double[2])).hasMessageContaining("\"a\"").hasMessageContaining("3 x and 2 y");
    }

    @Test
    void aNetworkKeepsItsColour() {
        assertThat(Look.network("VGG-16")).isEqualTo(Look.network("VGG-19")).isNotEqualTo(Look.network("AlexNet"));
        assertThat(Look.network("my own")).isEqualTo(Look.network("my own"));
    }

    @Test
    void aConfusionMatrixShowsEachNumberAndFitsLongNames() {
        List<String> classes = List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");
        long[][] counts = new long[10][10];
        for (int i = 0; i < 10; i++) {
            Arrays.setAll(counts[i], j -> 100 + j);
            counts[i][i] = 900 + i;
        }
        Picture picture = Charts.confusionMatrix("Mostly right", classes, counts);
        List<String> texts = Xml.texts(picture);

        assertThat(texts).contains("900", "909", "actual ↓", "predicted →");
        classes.forEach(name -> assertThat(texts.stream().filter(name::equals)).as(name).hasSize(2));
        assertThat(picture.data().rowCount()).isEqualTo(100);
        assertThatThrownBy(() -> Charts.confusionMatrix("Wrong", classes, new long[2][2])).hasMessageContaining("10 classes");
    }

    @Test
    void filtersShareOneScaleThatNamesItsRange() {
        Picture picture = Charts.filters("Filters", Nd4j.create(new float[] {-0.5f, 0, 0.25f, 0.125f, 0, 0, 0, 0}, new long[] {2, 1, 2, 2}, 'c'));

        assertThat(Xml.texts(picture)).contains("−0.5", "0.5", "0", "1", "2");
        assertThat(picture.data().rowCount()).isEqualTo(8);
        assertThat(picture.data().doubleColumn("Value").get(0)).isEqualTo(-0.5);
        assertThatThrownBy(() -> Charts.filters("Deep", Nd4j.zeros(6, 4, 5, 5))).hasMessageContaining("[6, 4, 5, 5]");
        assertThat(Charts.filters("Colour", Nd4j.ones(2, 3, 4, 4)).data().rowCount()).isEqualTo(96);
        assertThat(Xml.texts(Charts.featureMaps("Maps", Nd4j.ones(3, 4, 4).mul(2)))).contains("0", "2", "3");
    }

    @Test
    void aGalleryShowsItsCaptions() {
        Tile tile = Tile.grey("shirt, predicted coat 63 %", new float[][] {{0, 1}, {0.5f, 2}});
        Picture picture = Charts.gallery("Mistakes", List.of(tile));

        assertThat(new Color(tile.image().getRGB(0, 1))).isEqualTo(new Color(128, 128, 128));
        assertThat(String.join(" ", Xml.texts(picture))).contains("shirt, predicted coat 63 %");
        assertThat(picture.alt()).contains("1 image", "shirt, predicted coat 63 %");
        assertThatThrownBy(() -> Charts.gallery("None", List.of())).hasMessageContaining("at least one image");
    }

    @Test
    void theCsvHoldsTheNumbers() {
        Table read = Table.read().csv(Charts.parameters(lenet).csv(), "LeNet-5");

        assertThat(read.stringColumn("Layer").asList()).containsExactly("conv1", "conv2", "fc3", "fc4", "fc5");
        assertThat(read.numberColumn("parameters").sum()).isEqualTo(lenet.parameters());
        assertThat(read.numberColumn("parameters, %").sum()).isCloseTo(100, org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void numbersAreReadable() {
        assertThat(Look.si(62_378_344)).isEqualTo("62.4 M");
        assertThat(Look.si(999_600)).isEqualTo("1 M");
        assertThat(Look.si(850)).isEqualTo("850");
        assertThat(Look.count(62_378_344)).isEqualTo("62,378,344");
        assertThat(Look.digits(-0.25)).isEqualTo("−0.25");
        assertThat(Look.percent(0.7798)).isEqualTo("78 %");
        assertThat(Look.percent(0.0004)).isEqualTo("under 0.1 %");
        assertThat(Look.percent(0.997)).isEqualTo("99.7 %");
        assertThat(Look.percent(1)).isEqualTo("100 %");
    }
}
