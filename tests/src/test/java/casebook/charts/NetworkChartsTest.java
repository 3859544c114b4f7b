package casebook.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.zoo.Zoo;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Charts that put networks beside each other. */
class NetworkChartsTest {

    private static final String PROTOCOL = "top-1, one crop";

    private static AccuracyPoint point(String name, double accuracy, double gigaMacs, double millions) {
        return new AccuracyPoint(name, accuracy, (long) (1e9 * gigaMacs), (long) (1e6 * millions), PROTOCOL);
    }

    /** Costs as counted here; the accuracies are made up for the test, close enough to crowd the names. */
    private static List<AccuracyPoint> crowd() {
        List<AccuracyPoint> points = new ArrayList<>();
        Random random = new Random(5);
        for (String id : Zoo.ids()) {
            if (id.matches("(alexnet|vgg|resnet|nin|googlenet).*")) {
                points.add(AccuracyPoint.of(CostSheet.of(Zoo.network(id)), 68 + 8 * random.nextDouble(), PROTOCOL));
            }
        }
        return points;
    }

    @Test
    void differentProtocolsNeverShareAnAxis() {
        AccuracyPoint other = new AccuracyPoint("B", 72, 2_000_000_000L, 2_000_000, "top-1, ten crops");
        assertThatThrownBy(() -> Charts.accuracy(PROTOCOL, List.of(point("A", 70, 1, 1), other))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("B was measured by \"top-1, ten crops\", but the axis says \"top-1, one crop\"")
                .hasMessageContaining("a chart for each protocol");
        assertThatThrownBy(() -> Charts.pareto(PROTOCOL, List.of(point("A", 70, 1, 1), other))).hasMessageContaining("ten crops");
        assertThatThrownBy(() -> new AccuracyPoint("A", 70, 1, 1, " ")).hasMessageContaining("how its accuracy was measured");
    }

    @Test
    void theTitleComparesTheBestWithTheMostExpensive() {
        Picture picture = Charts.accuracy(PROTOCOL, List.of(point("ResNet-152", 78.3, 11.5, 60.2), point("VGG-19", 72.4, 19.6, 144),
                point("AlexNet", 56.5, 0.7, 61)));
        assertThat(picture.title()).isEqualTo("ResNet-152 is the most accurate, 78.3 %; VGG-19 needs 1.7 times its multiply-adds for 72.4 %");
        assertThat(Xml.texts(picture)).contains("accuracy, % · top-1, one crop", "multiply-adds (MACs) per image (logarithmic)", "1 M", "10 M", "100 M",
                "ResNet-152", "VGG-19", "AlexNet");
        assertThat(Charts.accuracy(PROTOCOL, List.of(point("A", 70, 1, 1), point("B", 80, 2, 1))).title())
                .isEqualTo("B is the most accurate, 80 %, and needs the most multiply-adds");
        assertThat(Charts.accuracy("Mine", PROTOCOL, List.of(point("A", 70, 1, 1), point("B", 80, 2, 1))).title()).isEqualTo("Mine");
    }

    @Test
    void ballsAreAsLargeAsTheirParameters() {
        Scatter picture = (Scatter) Charts.accuracy(PROTOCOL, List.of(point("A", 70, 1, 100), point("B", 80, 4, 25)));
        List<Ellipse2D> balls = picture.balls();
        assertThat(balls.get(0).getWidth() / balls.get(1).getWidth()).isCloseTo(2, within(1e-9));
        assertThat(balls.get(0).getCenterX()).isLessThan(balls.get(1).getCenterX());
        assertThat(balls.get(0).getCenterY()).isGreaterThan(balls.get(1).getCenterY());
    }

    @Test
    void namesLieNeitherOnEachOtherNorOnBalls() {
        List<AccuracyPoint> points = crowd();
        assertThat(points).hasSizeGreaterThan(15);
        for (Picture picture : List.of(Charts.accuracy(PROTOCOL, points), Charts.pareto(PROTOCOL, points))) {
            namesAreFree((Scatter) picture, points.size());
        }
    }

    private static void namesAreFree(Scatter picture, int many) {
        List<Labels.Label> labels = picture.labels();
        assertThat(labels).hasSize(many);
        for (Labels.Label label : labels) {
            assertThat(label.box().getX()).isGreaterThanOrEqualTo(0);
            assertThat(label.box().getMaxX()).isLessThanOrEqualTo(picture.width());
            assertThat(label.box().getWidth()).isGreaterThanOrEqualTo(Look.width(Look.TEXT, label.name()));
            for (Labels.Label other : labels) {
                assertThat(other != label && other.box().intersects(label.box())).as(label.name() + " on " + other.name()).isFalse();
                assertThat(other.leader() != null && other != label && other.leader().intersects(label.box()))
                        .as("the line of " + other.name() + " through " + label.name()).isFalse();
            }
            for (Ellipse2D ball : picture.balls()) {
                assertThat(touches(ball, label.box())).as(label.name() + " on a ball").isFalse();
            }
            for (Line2D step : picture.lines()) {
                assertThat(step.intersects(label.box())).as(label.name() + " on a line").isFalse();
            }
        }
    }

    private static boolean touches(Ellipse2D ball, Rectangle2D box) {
        double x = Math.max(box.getX(), Math.min(box.getMaxX(), ball.getCenterX()));
        double y = Math.max(box.getY(), Math.min(box.getMaxY(), ball.getCenterY()));
        return Point2D.distance(x, y, ball.getCenterX(), ball.getCenterY()) < ball.getWidth() / 2;
    }

    @Test
    void dataNameEverything() {
        Table data = Charts.accuracy(PROTOCOL, List.of(point("A", 70.12, 1, 100), point("B", 80, 4, 25))).data();
        assertThat(data.columnNames()).containsExactly("Network", "Accuracy, %", "MACs", "Parameters", "Protocol");
        assertThat(data.doubleColumn("Accuracy, %").get(0)).isEqualTo(70.12);
        assertThat(data.longColumn("MACs").get(1)).isEqualTo(4_000_000_000L);
        assertThat(data.stringColumn("Protocol").get(1)).isEqualTo(PROTOCOL);
    }

    @Test
    void flopsAreNotTakenForMultiplyAdds() {
        CostSheet flops = CostSheet.of(Zoo.network("alexnet"), Convention.of("+flops"));
        assertThatThrownBy(() -> AccuracyPoint.of(flops, 60, PROTOCOL)).hasMessageContaining("counts FLOPs");
        assertThatThrownBy(() -> point("A", 170, 1, 1)).hasMessageContaining("between 0 and 100 %");
    }

    // ---- the front ----

    @Test
    void theFrontIsWhatNoOtherBeats() {
        // C costs as much as B and is less accurate; D is as accurate as B and costs more; E is beaten by A.
        List<AccuracyPoint> points = List.of(point("A", 60, 1, 10), point("B", 75, 2, 10), point("C", 74, 2, 10), point("D", 75, 3, 10),
                point("E", 59, 1.5, 10), point("F", 80, 8, 10));
        Picture picture = Charts.pareto(PROTOCOL, points);

        assertThat(picture.data().booleanColumn("On the front").asList()).containsExactly(true, true, false, false, false, true);
        assertThat(picture.title()).isEqualTo("A, B and F are the Pareto front of accuracy and multiply-adds");
        assertThat(picture.alt()).contains("A: 60 %, 1 G multiply-adds (MACs) per image, 10 M parameters, on the front").contains("E: 59 %, 1.5 G, 10 M;");
        List<Line2D> steps = ((Scatter) picture).lines();
        assertThat(steps).as("two for each step up, and one to the edge").hasSize(5);
        assertThat(steps.get(0).getY1()).as("level until the next is paid for").isEqualTo(steps.get(0).getY2());
    }

    @Test
    void theFrontCanBeOfAnotherCost() {
        List<AccuracyPoint> points = List.of(point("A", 60, 1, 10), point("B", 75, 2, 10));
        Picture picture = Charts.pareto(PROTOCOL, points, "milliseconds per image", List.of(9.0, 3.0));

        assertThat(picture.title()).isEqualTo("No other of the 2 networks is as good as B in accuracy or in milliseconds per image");
        assertThat(picture.data().doubleColumn("milliseconds per image").asList()).containsExactly(9.0, 3.0);
        assertThat(Xml.texts(picture)).contains("milliseconds per image (logarithmic)");
        assertThatThrownBy(() -> Charts.pareto(PROTOCOL, points, "ms", List.of(1.0))).hasMessageContaining("each of the 2 points needs a cost");
    }

    // ---- the timeline ----

    @Test
    void aTimelineNamesEachNetworkAndItsFigure() {
        List<TimelineEntry> entries = new ArrayList<>(List.of(new TimelineEntry(1998, "LeNet-5", 60_000), new TimelineEntry(1989, "LeNet-1", 9_760)));
        for (int i = 0; i < 14; i++) {
            entries.add(new TimelineEntry(2012 + i / 3, "network " + i, 1e6 * (60 + i)));
        }
        Scatter picture = (Scatter) Charts.timeline("Networks grow", "parameters", entries);

        namesAreFree(picture, 16);
        assertThat(Xml.texts(picture)).contains("LeNet-5 · 60 k", "1990", "2000", "parameters (logarithmic)", "year of publication");
        assertThat(picture.data().intColumn("Year").asList().subList(0, 2)).containsExactly(1989, 1998);
        assertThat(picture.balls().get(0).getCenterX()).isLessThan(picture.balls().get(1).getCenterX());
        assertThatThrownBy(() -> new TimelineEntry(2012, "AlexNet", 0)).hasMessageContaining("AlexNet");
    }

    // ---- published and computed ----

    @Test
    void computedFiguresAreHeldAgainstPublishedOnes() {
        Picture picture = Charts.comparison("parameters", List.of(new PublishedFigure("VGG-16", 138e6, 138_357_544), new PublishedFigure("GoogLeNet", 6.8e6, 6_998_552),
                new PublishedFigure("LeNet-5", 60_000, 60_000)));
        assertThat(picture.title()).isEqualTo("2 of 3 computed numbers of parameters lie within 1 % of the published ones; GoogLeNet differs most, by +2.9 %");
        assertThat(picture.data().doubleColumn("Difference, %").get(0)).isCloseTo(0.259, within(0.001));
        assertThat(Xml.texts(picture)).contains("published", "computed", "6.8 M", "7 M");
    }

    // ---- what was measured ----

    @Test
    void pointsStandWhereTheirValuesAre() {
        List<Point> points = List.of(new Point("AlexNet", 1e9, 50), new Point("VGG-16 (D)", 15e9, 450), new Point("LeNet-5", 4e5, 0.3));
        Scatter picture = (Scatter) Charts.scatter("Work and time", "multiplications", "milliseconds", points,
                new Curve("as fast as VGG", new double[] {1e8, 15e9}, new double[] {3, 450}));

        namesAreFree(picture, 4);
        List<Ellipse2D> balls = picture.balls();
        assertThat(balls.get(1).getCenterX()).isGreaterThan(balls.get(0).getCenterX());
        assertThat(balls.get(1).getCenterY()).isLessThan(balls.get(0).getCenterY());
        Line2D line = picture.lines().get(0);
        assertThat(line.getX2()).as("it ends in VGG's point").isCloseTo(balls.get(1).getCenterX(), within(1e-6));
        assertThat(line.getY2()).isCloseTo(balls.get(1).getCenterY(), within(1e-6));
        assertThat(Xml.texts(picture)).contains("multiplications (logarithmic)", "milliseconds (logarithmic)", "as fast as VGG", "LeNet-5");
        assertThat(picture.alt()).contains("AlexNet: 50 at 1 G").contains("The dashed lines: as fast as VGG.");
        assertThat(picture.data().columnNames()).containsExactly("Name", "multiplications", "milliseconds");
        assertThat(Xml.texts(Charts.scatter("Small", "x", "y", List.of(new Point("a", 1, 0), new Point("b", 2, 5))))).contains("x", "y");
        assertThatThrownBy(() -> Charts.scatter("None", "x", "y", List.of())).hasMessageContaining("at least one point");
        assertThatThrownBy(() -> Charts.scatter("NaN", "x", "y", List.of(new Point("a", 1, Double.NaN)))).hasMessageContaining("a lies at 1.0, NaN");
    }

    @Test
    void theRoofIsTheLowerOfBothLimits() {
        List<Point> networks = List.of(new Point("AlexNet", 9, 45), new Point("ResNet-50", 40, 50));
        List<Point> layers = List.of(new Point("fully connected", 0.5, 5), new Point("depthwise", 2, 0.8), new Point("3×3", 100, 75));
        Scatter picture = (Scatter) Charts.roofline(80, 20, networks, layers);

        namesAreFree(picture, 7);
        // 20 GB/s · 0.5 = 10 GFLOP/s, of which 5 are reached; the peak of 80 is the limit from 4 FLOPs a byte on.
        assertThat(picture.data().doubleColumn("Roof, GFLOP/s").asList()).containsExactly(80.0, 80.0, 10.0, 40.0, 80.0);
        assertThat(picture.title()).isEqualTo("3×3 reaches 94 % of what its roof allows, depthwise 2 %");
        assertThat(picture.alt()).contains("fully connected: 5 GFLOP/s at 0.5 FLOPs a byte, 50 % of its roof");
        assertThat(Xml.texts(picture)).contains("memory: 20 GB/s", "processor: 80 GFLOP/s").anyMatch(text -> text.contains("they meet at 4 FLOPs a byte"));
        Line2D slope = picture.lines().get(0);
        Line2D flat = picture.lines().get(1);
        assertThat(slope.getP2()).as("both meet at the ridge").isEqualTo(flat.getP1());
        assertThat(flat.getY1()).isEqualTo(flat.getY2());
        assertThat(slope.getY1()).isGreaterThan(slope.getY2());
        assertThat(picture.balls()).as("all points lie below").allMatch(ball -> ball.getCenterY() > flat.getY1());
        assertThatThrownBy(() -> Charts.roofline(80, 0, networks, layers)).hasMessageContaining("more than zero");
        assertThatThrownBy(() -> Charts.roofline(80, 20, List.of(), List.of())).hasMessageContaining("at least one point");
    }

    @Test
    void allNetworksFindRoomForTheirNames() {
        List<Point> points = new ArrayList<>();
        Random random = new Random(3);
        for (String id : Zoo.ids()) {
            CostSheet sheet = CostSheet.of(Zoo.network(id));
            points.add(new Point(id, sheet.macs(), sheet.macs() / 3e7 * (0.7 + random.nextDouble()) + 5));
        }
        namesAreFree((Scatter) Charts.scatter("All", "multiplications", "milliseconds", points), points.size());
    }

    // ---- repeated runs ----

    @Test
    void everyRunIsDrawnAndTheLineJoinsTheMeans() {
        Curve plain = new Curve("plain", new double[] {8, 8, 8, 20, 20, 20}, new double[] {10, 11, 12, 15, 16, 20});
        Curve residual = new Curve("residual", new double[] {8, 8, 20, 20}, new double[] {10, 10.5, 9, 8});
        Picture picture = Charts.seeds("Deeper", "layers", "training error, %", List.of(plain, residual));
        Picture fewer = Charts.seeds("Deeper", "layers", "training error, %", List.of(new Curve("plain", new double[] {8, 20}, new double[] {11, 17}), residual));

        assertThat(picture.alt()).contains("the mean of plain is 11 at 8 (3 points, 10 to 12) and 17 at 20 (3 points, 15 to 20)");
        assertThat(picture.data().rowCount()).isEqualTo(10);
        assertThat(circles(picture) - circles(fewer)).as("four points more").isEqualTo(4);
        assertThat(Xml.texts(picture)).contains("8", "20", "plain", "residual", "Each point is one run; the line joins the means");
    }

    private static int circles(Picture picture) {
        return Xml.elements(picture, "ellipse").size() + Xml.elements(picture, "circle").size();
    }

    @Test
    void doublingsStandAtEqualDistances() {
        Scale widths = Scale.settings(new double[] {1, 2, 4, 8, 16}, 8);
        double[] steps = IntStream.range(1, 5).mapToDouble(i -> widths.share(1 << i) - widths.share(1 << (i - 1))).toArray();
        assertThat(steps).containsOnly(steps, within(1e-9));
        assertThat(widths.ticks()).containsExactly(1.0, 2.0, 4.0, 8.0, 16.0);
        Scale depths = Scale.settings(new double[] {8, 20, 32, 56}, 8);
        assertThat(depths.share(32) - depths.share(20)).isCloseTo(depths.share(20) - depths.share(8), within(1e-9));
        assertThat(depths.ticks()).containsExactly(8.0, 20.0, 32.0, 56.0);
        assertThat(Scale.settings(IntStream.rangeClosed(1, 90).asDoubleStream().toArray(), 8).ticks()).hasSizeLessThan(12);
    }

    // ---- moving apart ----

    @Test
    void thingsMoveApartAsLittleAsTheyCan() {
        assertThat(Axes.apart(new double[] {10, 50, 90}, 20, 0, 100)).containsExactly(10, 50, 90);
        assertThat(Axes.apart(new double[] {48, 52}, 20, 0, 100)).containsExactly(40, 60);
        assertThat(Axes.apart(new double[] {2, 3, 90}, 20, 0, 100)).containsExactly(10, 30, 90);
        assertThat(Axes.apart(new double[] {99, 99, 99}, 20, 0, 100)).containsExactly(50, 70, 90);
        double[] random = new Random(2).doubles(12, 0, 300).sorted().toArray();
        double[] apart = Axes.apart(random, 20, 0, 300);
        assertThat(IntStream.range(1, 12).allMatch(i -> apart[i] - apart[i - 1] >= 20 - 1e-9)).isTrue();
        assertThat(Arrays.stream(apart).allMatch(middle -> middle >= 10 - 1e-9 && middle <= 290 + 1e-9)).isTrue();
    }
}
