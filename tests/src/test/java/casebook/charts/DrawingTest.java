package casebook.charts;

import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.layers.Cost;
import casebook.layers.Layer;
import casebook.layers.Pass;
import casebook.layers.Shape;
import casebook.layers.SingleInputLayer;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import casebook.network.RandomNetworkTest;
import casebook.zoo.GoogLeNet;
import casebook.zoo.LeNet5;
import casebook.zoo.ResNet;
import casebook.zoo.Vgg;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class DrawingTest {

    static Network residual() {
        return Network.named("Residual").input(32, 32, 3).name("conv1").conv(16, 3, same()).batchNorm().relu()
                .residual(main -> main.conv(16, 3, same()).batchNorm().relu().conv(16, 3, same()).batchNorm()).relu()
                .residual(main -> main.conv(16, 3, same()).relu().conv(16, 3, same())).relu()
                .residual(main -> main.conv(32, 3, same(), stride(2)).relu().conv(32, 3, same()), shortcut -> shortcut.conv(32, 1, stride(2))).relu()
                .globalAveragePool().dense(10).softmax().build();
    }

    private static Block inception() {
        return net -> net.branches(
                branch -> branch.name("1x1").conv(8, 1).relu(),
                branch -> branch.name("3x3_reduce").conv(4, 1).relu().name("3x3").conv(8, 3, same()).relu(),
                branch -> branch.name("5x5_reduce").conv(4, 1).relu().name("5x5").conv(8, 5, same()).relu(),
                branch -> branch.name("pool").maxPool(3, stride(1), padding(1)).name("pool_proj").conv(8, 1).relu());
    }

    static Network googLeNet() {
        return Network.named("Inception").input(28, 28, 3).stage("stem").name("conv1").conv(8, 3, same()).relu().name("pool1").maxPool(2)
                .stage(null).module("3a", inception()).module("3b", inception())
                .auxiliary(0.3, head -> head.module("aux", net -> net.averagePool(7).dense(10).softmax()))
                .module("4a", inception()).stage("end").globalAveragePool().dense(10).softmax().build();
    }

    private static final List<Drawing> DRAWINGS = List.of(
            Drawing.of(LeNet5.taught(10)), Drawing.of(LeNet5.paper()), Drawing.of(residual()), Drawing.of(googLeNet()),
            Drawing.of(googLeNet()).collapsed(), Drawing.of(googLeNet()).expanded("3b"), Drawing.of(LeNet5.taught(10)).collapsed(),
            Drawing.of(GoogLeNet.withHeads()), Drawing.of(GoogLeNet.withHeads()).collapsed(),
            Drawing.of(GoogLeNet.withHeads()).expanded("inception_4a", "loss1"), Drawing.of(ResNet.of(152)).collapsed(),
            Drawing.of(ResNet.of(152)).expanded("conv3_x", "res4b7"), Drawing.of(ResNet.of(18)), Drawing.of(ResNet.cifar(20)),
            Drawing.of(Vgg.of(Vgg.Configuration.D)).columns(900), Drawing.of(GoogLeNet.naiveModule()), Drawing.of(dense()));

    /** Each layer reads all layers before it, so that several shortcuts run beside each other. */
    private static Network dense() {
        NetworkBuilder net = Network.named("Dense").input(16, 16, 3).name("conv0").conv(4, 3, same());
        List<String> before = new ArrayList<>(List.of("conv0"));
        for (int i = 1; i < 5; i++) {
            if (i > 1) {
                net.name("concat" + i).concat(before.subList(0, i - 1).toArray(String[]::new));
            }
            net.name("conv" + i).conv(4, 3, same());
            before.add("conv" + i);
        }
        return net.globalAveragePool().dense(10).softmax().build();
    }

    static List<Drawing> drawings() {
        return DRAWINGS;
    }

    @ParameterizedTest
    @MethodSource("drawings")
    void noBoxOverlapsAnother(Drawing drawing) {
        List<Box> boxes = drawing.boxes();
        for (Box a : boxes) {
            assertThat(a.bounds.getMaxX()).isLessThanOrEqualTo(drawing.width());
            assertThat(boxes).noneMatch(b -> b != a && b.bounds.intersects(a.bounds));
        }
    }

    @Test
    void randomNetworksAreDrawnWithoutOverlap() {
        for (long seed = 0; seed < 60; seed++) {
            Drawing drawing = Drawing.of(RandomNetworkTest.random(seed));
            noBoxOverlapsAnother(drawing);
            noArrowCrossesABoxOrAShape(drawing);
            noArrowRunsOnAnother(drawing);
        }
    }

    @ParameterizedTest
    @MethodSource("drawings")
    void noArrowRunsOnAnother(Drawing drawing) {
        for (Arrow arrow : drawing.arrows()) {
            for (Arrow other : drawing.arrows()) {
                for (int i = 1; arrow != other && i < arrow.points.size(); i++) {
                    for (int j = 1; j < other.points.size(); j++) {
                        assertThat(together(arrow.points.get(i - 1), arrow.points.get(i), other.points.get(j - 1), other.points.get(j)))
                                .as(arrow.from.name + " → " + arrow.to.name + " on " + other.from.name + " → " + other.to.name).isLessThan(3);
                    }
                }
            }
        }
    }

    /** How long two level or two upright lines run on each other. */
    private static double together(Point2D a, Point2D b, Point2D c, Point2D d) {
        boolean upright = near(a.getX(), b.getX()) && near(c.getX(), d.getX()) && Math.abs(a.getX() - c.getX()) < 3;
        boolean level = near(a.getY(), b.getY()) && near(c.getY(), d.getY()) && Math.abs(a.getY() - c.getY()) < 3;
        ToDoubleFunction<Point2D> along = upright ? Point2D::getY : Point2D::getX;
        double[] first = Stream.of(a, b).mapToDouble(along).sorted().toArray();
        double[] second = Stream.of(c, d).mapToDouble(along).sorted().toArray();
        return upright || level ? Math.min(first[1], second[1]) - Math.max(first[0], second[0]) : 0;
    }

    private static boolean near(double a, double b) {
        return Math.abs(a - b) < 0.01;
    }

    @ParameterizedTest
    @MethodSource("drawings")
    void noArrowCrossesABoxOrAShape(Drawing drawing) {
        for (Arrow arrow : drawing.arrows()) {
            assertThat(arrow.points.size()).isGreaterThan(1);
            assertThat(arrow.label.getWidth()).as("room for " + arrow.shape).isGreaterThanOrEqualTo(Look.width(Look.TEXT, arrow.shape));
            for (int i = 1; i < arrow.points.size(); i++) {
                Line2D piece = new Line2D.Double(arrow.points.get(i - 1), arrow.points.get(i));
                for (Box box : drawing.boxes()) {
                    Rectangle2D inside = new Rectangle2D.Double(box.bounds.getX() + 1, box.bounds.getY() + 1, box.bounds.getWidth() - 2,
                            box.bounds.getHeight() - 2);
                    assertThat(piece.intersects(inside)).as(arrow.from.name + " → " + arrow.to.name + " through " + box.name).isFalse();
                    assertThat(arrow.label.intersects(inside)).as(arrow.shape + " on " + box.name).isFalse();
                }
                assertThat(Math.min(Math.abs(piece.getX1() - piece.getX2()), Math.abs(piece.getY1() - piece.getY2()))).as("level or upright").isLessThan(0.01);
                for (Arrow other : drawing.arrows()) {
                    assertThat(other != arrow && other.label.intersects(arrow.label)).as(arrow.shape + " on " + other.shape).isFalse();
                    assertThat(piece.intersects(other.label)).as(arrow.to.name + " through the shape before " + other.to.name).isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("drawings")
    void dataFlowsDownAndEachArrowSaysItsShape(Drawing drawing) {
        for (Arrow arrow : drawing.arrows()) {
            if (!arrow.turns) {
                assertThat(arrow.from.bounds.getMaxY()).isLessThanOrEqualTo(arrow.to.bounds.getY());
            }
            assertThat(arrow.shape).matches("\\d+(×\\d+×\\d+)?");
        }
        List<String> texts = Xml.texts(drawing);
        assertThat(texts).containsAll(drawing.arrows().stream().map(arrow -> arrow.shape).toList());
        assertThat(texts.stream().filter(text -> text.matches("\\d+×\\d+×\\d+")).count())
                .isEqualTo(drawing.arrows().stream().filter(arrow -> arrow.shape.contains("×")).count());
    }

    @ParameterizedTest
    @MethodSource("drawings")
    void eachLayerIsInOneBox(Drawing drawing) {
        List<Node> drawn = drawing.boxes().stream().flatMap(box -> box.nodes.stream()).toList();
        assertThat(drawn).doesNotHaveDuplicates();
        assertThat(drawn.stream().map(Node::name)).containsExactlyInAnyOrderElementsOf(drawing.data().stringColumn("Layer").asList());
        List<String> texts = Xml.texts(drawing);
        for (Box box : drawing.boxes()) {
            assertThat(texts.stream().filter(box.name::equals).count()).as(box.name)
                    .isEqualTo(drawing.boxes().stream().filter(other -> other.name.equals(box.name)).count());
        }
    }

    @Test
    void boxesSayWhatALayerDoes() {
        assertThat(Xml.texts(Drawing.of(LeNet5.taught(10)))).contains("conv1", "convolution 5×5, 6 filters", "+ tanh",
                "average pooling 2×2, stride 2", "fc3", "flatten", "fully connected, 120 outputs", "+ softmax", "28×28×6", "input", "output")
                .doesNotContain("fc3/flatten", "conv1/tanh");
        assertThat(Xml.texts(Drawing.of(LeNet5.paper()))).contains("table convolution 5×5, 16 filters", "subsampling 2×2, stride 2");
        assertThat(Xml.texts(Drawing.of(residual()))).contains("+ batch norm + ReLU", "convolution 3×3, stride 2, 32 filters");
    }

    @Test
    void theTextAlternativeGoesFromTheInputDown() {
        assertThat(Drawing.of(LeNet5.taught(10)).alt()).startsWith("LeNet-5, drawn from the input 32×32×1 down to the output 10: conv1: "
                + "convolution 5×5, 6 filters + tanh → 28×28×6; pool1: ").contains("fc3: flatten, fully connected, 120 outputs + tanh → 120; ")
                .endsWith("fc5: fully connected, 10 outputs + softmax → 10.");
        assertThat(Drawing.of(residual()).alt()).contains("add1 from conv3 and conv1: ");
        assertThat(Drawing.of(googLeNet()).alt()).contains("aux/fc1 (auxiliary)");
    }

    @Test
    void aShortcutRunsBesideTheBody() {
        Drawing drawing = Drawing.of(residual());
        Arrow shortcut = arrow(drawing, "conv1", "add1");
        List<Box> body = drawing.boxes().stream().filter(box -> List.of("conv2", "conv3").contains(box.name)).toList();

        double beside = shortcut.points.stream().mapToDouble(point -> point.getX()).max().orElseThrow();
        assertThat(body).hasSize(2).allMatch(box -> box.bounds.getMaxX() < beside);
        assertThat(body).allMatch(box -> Math.abs(box.bounds.getCenterX() - shortcut.from.bounds.getCenterX()) < 1);
        assertThat(arrow(drawing, "conv2", "conv3").points).as("the body is straight").hasSize(2);
    }

    @Test
    void whatTwoLayersReadIsNotHiddenInABox() {
        Network preactivated = Network.named("Preactivated").input(8, 8, 2).name("conv1").conv(2, 3, same())
                .residual(main -> main.name("bn").batchNorm().relu().name("conv2").conv(2, 3, same())).build();
        Drawing drawing = Drawing.of(preactivated);

        assertThat(arrow(drawing, "conv1", "bn").shape).isEqualTo(arrow(drawing, "conv1", "add1").shape);
        assertThat(Xml.texts(drawing)).contains("bn", "batch normalization", "+ ReLU", "normalization");
    }

    private static Arrow arrow(Drawing drawing, String from, String to) {
        return drawing.arrows().stream().filter(arrow -> arrow.from.name.equals(from) && arrow.to.name.equals(to)).findFirst().orElseThrow();
    }

    @Test
    void stagesAreCollapsedAndOpened() {
        Drawing closed = Drawing.of(googLeNet()).collapsed();
        assertThat(closed.boxes().stream().map(box -> box.name))
                .containsExactlyInAnyOrder("input", "stem", "3a", "3b", "aux, auxiliary head", "4a", "end", "output", "auxiliary output");
        assertThat(Xml.texts(closed)).contains("6 convolutions, 1 pooling", "1 concatenation", "stage of several layers").doesNotContain("3a/1x1");

        Drawing opened = closed.expanded("3a");
        assertThat(Xml.texts(opened)).contains("stem", "3a/1x1", "3a/concat1", "3b").doesNotContain("3b/1x1");
        assertThat(names(opened)).doesNotContain("3a");
        assertThat(Xml.texts(opened.expanded("4a"))).contains("3a/1x1", "4a/1x1");
        assertThatThrownBy(() -> closed.expanded("3z")).hasMessageContaining("no stage 3z").hasMessageContaining("stem, 3a, 3b");
    }

    @Test
    void auxiliaryHeadsAreSideBranches() {
        Drawing drawing = Drawing.of(googLeNet());
        Box head = drawing.boxes().stream().filter(box -> box.name.equals("aux/fc1")).findFirst().orElseThrow();
        Box body = drawing.boxes().stream().filter(box -> box.name.equals("4a/concat1")).findFirst().orElseThrow();

        assertThat(head.auxiliary).isTrue();
        assertThat(head.bounds.getX()).isGreaterThan(body.bounds.getMaxX());
        assertThat(Xml.texts(drawing)).contains("auxiliary output", "loss × 0.3");
    }

    @Test
    void aLongStageOpensLevelByLevel() {
        Drawing closed = Drawing.of(ResNet.of(152)).collapsed();
        assertThat(names(closed)).containsExactly("input", "conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "fc1000", "output");
        assertThat(Xml.texts(closed)).contains("36 blocks");

        Drawing stage = closed.expanded("conv3_x");
        assertThat(names(stage)).containsExactly("input", "conv1", "conv2_x", "res3a", "res3b1 … res3b7", "conv4_x", "conv5_x", "fc1000", "output");
        assertThat(Xml.texts(stage)).contains("7 times the same:", "3 convolutions, 1 addition", "conv3_x");
        assertThat(stage.alt()).contains("res3b1 … res3b7: 7 times the same: 3 convolutions, 1 addition → 28×28×512");

        // A module opens its stage with it, and takes itself out of the row of those that are the same.
        assertThat(names(closed.expanded("res3b4"))).containsSequence("res3a", "res3b1 … res3b3", "res3b4/branch2a", "res3b4/branch2b",
                "res3b4/branch2c", "res3b4/add1", "res3b5 … res3b7", "conv4_x");
        assertThat(names(closed.expanded("res3b2"))).containsSequence("res3a", "res3b1", "res3b2/branch2a");
    }

    @Test
    void onlyModulesThatAreTheSameAreFolded() {
        Block wide = net -> net.residual(main -> main.conv(4, 3, same()).relu().conv(4, 3, same()));
        Block narrow = net -> net.residual(main -> main.conv(2, 3, same()).relu().conv(4, 3, same()));
        Network network = Network.named("Mixed").input(8, 8, 4).stage("a")
                .module("a1", wide).module("a2", wide).module("a3", narrow).module("a4", wide).module("a5", wide).module("a6", wide).build();
        assertThat(names(Drawing.of(network).expanded("a"))).containsExactly("input", "a1", "a2", "a3", "a4 … a6", "output");
    }

    private static List<String> names(Drawing drawing) {
        return drawing.boxes().stream().map(box -> box.name).toList();
    }

    @Test
    void collapsedDrawingsFitAScreen() {
        for (Network network : List.of(GoogLeNet.withHeads(), GoogLeNet.network(), ResNet.of(152), Vgg.of(Vgg.Configuration.E))) {
            Drawing drawing = Drawing.of(network).collapsed();
            assertThat(drawing.height()).as(network.name()).isLessThan(1200);
            assertThat(drawing.width()).as(network.name()).isLessThan(1250);
        }
        Drawing drawing = Drawing.of(GoogLeNet.withHeads()).collapsed();
        assertThat(drawing.arrows().stream().filter(arrow -> arrow.turns)).as("two columns").hasSize(1);
        assertThat(Drawing.of(GoogLeNet.withHeads()).arrows()).noneMatch(arrow -> arrow.turns);
        assertThatThrownBy(() -> drawing.columns(0)).hasMessageContaining("higher than 0 pixels");
    }

    @Test
    void theBodyStandsStraightAndHeadsBesideIt() {
        Drawing drawing = Drawing.of(GoogLeNet.withHeads());
        Box input = drawing.boxes().get(0);
        List<Box> joints = drawing.boxes().stream().filter(box -> box.name.matches("input|output|pool.*|inception_../output")).toList();
        assertThat(joints).hasSize(2 + 5 + 9).allMatch(box -> Math.abs(box.bounds.getCenterX() - input.bounds.getCenterX()) < 0.5);

        List<Box> heads = drawing.boxes().stream().filter(box -> box.auxiliary).toList();
        assertThat(heads).hasSize(10);
        for (Box head : heads) {
            assertThat(drawing.boxes()).noneMatch(box -> !box.auxiliary && box.bounds.getMaxX() > head.bounds.getX()
                    && box.bounds.getMaxY() > head.bounds.getY() && box.bounds.getY() < head.bounds.getMaxY());
        }
    }

    @Test
    void openedStagesAreNamedBesideTheirBoxes() {
        List<String> texts = Xml.texts(Drawing.of(ResNet.of(18)));
        assertThat(texts).contains("conv2_x", "conv3_x", "conv4_x", "conv5_x");
        // A stage of one box needs no bracket.
        assertThat(texts.stream().filter("conv1"::equals)).hasSize(1);
    }

    @Test
    void aLargeNetworkIsDrawnInTwoSeconds() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int warm = 0; warm < 3; warm++) {
            Drawing.of(GoogLeNet.withHeads()).svg();
        }
        // The time that this thread computed: other work on the machine does not count.
        long before = threads.getCurrentThreadCpuTime();
        Drawing.of(GoogLeNet.withHeads()).svg();
        assertThat((threads.getCurrentThreadCpuTime() - before) / 1e9).isLessThan(2);
    }

    @Test
    void theLegendShowsOnlyWhatOccurs() {
        Network plain = Network.named("Plain").input(8, 8, 1).conv(2, 3).relu().build();
        assertThat(Xml.texts(Drawing.of(plain))).contains("convolution").doesNotContain("pooling", "fully connected", "stage of several layers");
        assertThat(Xml.texts(Drawing.of(residual()))).contains("add").doesNotContain("concatenate");
    }

    @Test
    void aLearnersLayerIsDrawnByItsKind() {
        Network own = Network.named("Own").input(8, 8, 1).conv(2, 3).layer(new Doubling()).build();
        assertThat(Xml.texts(Drawing.of(own))).contains("doubling1", "doubling", "6×6×2", "other");
    }

    /** A layer of a learner's own. */
    record Doubling() implements SingleInputLayer {
        @Override
        public String kind() {
            return "doubling";
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public Cost cost(Shape input) {
            return Cost.NONE;
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return x.mul(2);
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return dy.mul(2);
        }
    }

    @Test
    void eachFamilyOfLayersHasAColourOfItsOwn() {
        assertThat(Stream.of(Layer.Category.values()).map(Look::category)).doesNotHaveDuplicates();
    }

    @Test
    void theDataSayWhatEachLayerReads() {
        assertThat(Drawing.of(residual()).data().where(table -> table.stringColumn("Layer").isEqualTo("add1")).stringColumn("Reads").get(0))
                .isEqualTo("bn2 + conv1/relu");
    }
}
