package casebook.engine.graph;

import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.layers.Layer;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the passes put together, looked at without any native library. */
class PassesTest {

    /** As the lowerings say it, by the layers' kinds. */
    private static final LayerTraits TRAITS = new LayerTraits() {
        @Override
        public Set<Trait> of(Node node) {
            return switch (node.layer().kind()) {
                case "convolution" -> EnumSet.of(Trait.CONVOLVES, Trait.TAKES_ACTIVATION);
                case "batch normalization" -> EnumSet.of(Trait.NORMALIZES, Trait.OWN_CODE);
                case "ReLU" -> EnumSet.of(Trait.POINTWISE, Trait.ACTIVATES, Trait.RECTIFIES);
                case "add" -> EnumSet.of(Trait.ADDS, Trait.POINTWISE, Trait.TAKES_ACTIVATION);
                case "concatenate" -> EnumSet.of(Trait.JOINS);
                case "flatten" -> EnumSet.of(Trait.PASSES_ON);
                case "fully connected" -> EnumSet.of(Trait.TAKES_ACTIVATION);
                case "max pooling" -> EnumSet.noneOf(Trait.class);
                default -> EnumSet.of(Trait.OWN_CODE);
            };
        }

        @Override
        public int inputStride(Node node) {
            Layer layer = node.layer();
            if (!layer.kind().equals("convolution")) {
                return 0;
            }
            Shape in = node.inputShapes().get(0);
            boolean single = layer.parameters(node.inputShapes()).get(0).shape().get(2) == 1;
            return single ? (in.height() + node.output().height() - 1) / node.output().height() : 0;
        }
    };

    private static OperationGraph graph(Network network, Node... wanted) {
        OperationGraph graph = new OperationGraph(network, wanted.length == 0 ? List.of(network.output()) : List.of(wanted), TRAITS);
        UnreadPositions.find(graph);
        Fusion.forInference(graph);
        ConcatInPlace.find(graph, 16);
        return graph;
    }

    private static List<String> fused(OperationGraph graph) {
        return graph.operations().stream().map(operation -> String.join("+", operation.nodes().stream().map(node -> node.layer().kind())
                .toList())).toList();
    }

    private static NetworkBuilder start() {
        return Network.named("n").input(8, 8, 16);
    }

    @Test
    void aConvolutionTakesInWhatFollows() {
        assertThat(fused(graph(start().conv(16, 3).batchNorm().relu().dense(4).relu().build())))
                .containsExactly("convolution+batch normalization+ReLU", "flatten", "fully connected+ReLU");
    }

    @Test
    void whatIsWantedOrReadTwiceStays() {
        Network network = start().name("a").conv(16, 3).name("b").batchNorm().name("c").relu().build();
        assertThat(fused(graph(network, network.node("b"), network.node("c")))).containsExactly("convolution+batch normalization", "ReLU");
        Network twice = start().conv(16, 1).branches(one -> one.relu(), two -> two.conv(16, 1)).build();
        assertThat(fused(graph(twice))).containsExactly("convolution", "ReLU", "convolution", "concatenate");
    }

    @Test
    void aShortcutIsAddedInPlaceIfNobodyReadsItLater() {
        OperationGraph graph = graph(start().conv(16, 3, same()).relu()
                .residual(main -> main.conv(16, 3, same()).relu().conv(16, 3, same())).relu().build());
        assertThat(fused(graph)).containsExactly("convolution+ReLU", "convolution+ReLU", "convolution+add+ReLU");
        assertThat(graph.operations().get(2).addsInPlace()).isTrue();
        assertThat(graph.operations().get(2).addend()).isEqualTo(graph.operations().get(0).end().index());
        // The images are the caller's.
        assertThat(fused(graph(start().residual(main -> main.conv(16, 3, same())).build()))).containsExactly("convolution", "add");
        // The convolution itself reads the addend.
        assertThat(fused(graph(start().conv(16, 1).residual(main -> main.conv(16, 3, same())).build())))
                .containsExactly("convolution", "convolution", "add");
    }

    @Test
    void positionsThatNobodyReadsAreLeftOut() {
        Network network = start().name("a").conv(16, 3, same()).name("b").relu().name("c").conv(8, 1, stride(2)).build();
        OperationGraph graph = graph(network);
        assertThat(graph.stride(network.node("a").index())).isEqualTo(2);
        assertThat(graph.stride(network.node("c").index())).isEqualTo(1);
        assertThat(graph.stride(Network.INPUT)).isEqualTo(1);
        OperationGraph wanted = graph(network, network.node("b"), network.output());
        assertThat(wanted.stride(network.node("b").index())).isEqualTo(1);
        Network three = start().name("a").conv(16, 3, same()).conv(8, 3, stride(2)).build();
        assertThat(graph(three).stride(three.node("a").index())).as("3×3 windows read all").isEqualTo(1);
    }

    @Test
    void branchesWriteIntoThePlaceWhereTheyAreJoined() {
        Network network = start().conv(16, 1).branches(one -> one.name("one").conv(16, 1), two -> two.name("two").maxPool(1), three ->
                three.name("three").conv(32, 1)).build();
        assertThat(graph(network).operations().stream().filter(operation -> operation.join() != null)
                .map(operation -> operation.node().name()))
                .containsExactly("one", "three");
        Network odd = start().conv(16, 1).branches(one -> one.conv(8, 1), two -> two.conv(32, 1)).build();
        assertThat(graph(odd).operations()).as("8 channels are no whole block").allMatch(operation -> operation.join() == null);
    }

    @Test
    void inTrainingOnlyActivationsAreTakenIn() {
        Network network = start().conv(16, 3, same()).batchNorm().relu().residual(main -> main.conv(16, 3, same()).relu()).build();
        OperationGraph graph = new OperationGraph(network, List.of(network.output()), TRAITS);
        Fusion.forTraining(graph);
        assertThat(fused(graph)).containsExactly("convolution", "batch normalization", "ReLU", "convolution+ReLU", "add");
    }
}
