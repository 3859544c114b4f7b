package casebook.network;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.layers.Shape;
import casebook.zoo.LeNet5;
import org.junit.jupiter.api.Test;

class NetworkTest {

    @Test
    void layersAreNamedAfterTheirKindOrAsTold() {
        Network network = Network.named("n").input(8, 8, 1).conv(2, 3).relu().name("C2").conv(2, 3).batchNorm().relu()
                .dense(4).relu().dense(2).softmax().build();
        assertThat(network.nodes()).extracting(Node::name)
                .containsExactly("conv1", "relu1", "C2", "C2/bn", "C2/relu", "flatten", "fc1", "relu2", "fc2", "softmax");
    }

    @Test
    void modulesPutTheirNameInFrontAndStagesGroup() {
        Network network = Network.named("n").input(8, 8, 1).stage("stem").conv(2, 3)
                .stage("body").module("3a", in -> in.branches(a -> a.name("1x1").conv(2, 1), b -> b.name("3x3").conv(3, 3, same())))
                .stage("end").globalAveragePool().build();
        assertThat(network.node("3a/3x3").path()).containsExactly("body", "3a");
        assertThat(network.node("3a/1x1").stage()).isEqualTo("body");
        assertThat(network.node("conv1").stage()).isEqualTo("stem");
        assertThat(network.node("3a/concat1").output()).isEqualTo(Shape.volume(6, 6, 5));
    }

    @Test
    void receptiveFieldsGrowWithStrideAndTakeTheLargestPath() {
        Network network = Network.named("n").input(32, 32, 1).name("a").conv(2, 3).name("b").maxPool(2).name("c").conv(2, 3)
                .name("both").branches(x -> x.conv(1, 1), y -> y.conv(1, 5, same())).name("fc").dense(3).build();
        assertThat(network.receptiveFields()).extracting(ReceptiveField::side).startsWith(3, 4, 8);
        assertThat(network.receptiveFields().get(network.node("both").index()).side()).isEqualTo(16);
        assertThat(network.receptiveFields().get(network.node("fc").index()).side()).isEqualTo(32);
    }

    @Test
    void headsAreOutputsWithALossWeight() {
        Network network = Network.named("n").input(8, 8, 1).conv(2, 3).auxiliary(0.3, head -> head.name("head").dense(10)).dense(10).build();
        assertThat(network.outputs()).hasSize(2);
        assertThat(network.outputs().get(1).lossWeight()).isEqualTo(0.3);
        assertThat(network.node("head").auxiliary()).isTrue();
        assertThat(network.node("conv1").auxiliary()).isFalse();
    }

    @Test
    void aFilterLargerThanItsInputSaysWhichLayerAndWhy() {
        assertThatThrownBy(() -> Network.named("VGG").input(5, 5, 512).name("conv5_1").conv(512, 7))
                .isInstanceOf(NetworkException.class)
                .hasMessage("conv5_1: a 7×7 filter does not fit a 5×5×512 input; the networks of this course stop pooling at 7×7: "
                        + "is one pooling too many, or was padding meant (same())?");
    }

    @Test
    void whatDoesNotFitTogetherIsNamed() {
        assertThatThrownBy(() -> start().residual(main -> main.conv(4, 3, same())))
                .hasMessageContaining("add1: shapes must be equal to be added").hasMessageContaining("8×8×4 and 8×8×2");
        assertThatThrownBy(() -> start().branches(a -> a.conv(4, 3), b -> b.conv(4, 1)))
                .hasMessageContaining("concat1: height and width must be equal").hasMessageContaining("6×6×4 and 8×8×4");
        assertThatThrownBy(() -> start().name("a").conv(2, 1).name("a").conv(2, 1)).hasMessageContaining("a: there is already a layer of this name");
        assertThatThrownBy(() -> start().concat("later").name("later")).hasMessageContaining("there is no layer later yet");
        assertThatThrownBy(() -> start().name("left").conv(2, 1).from("input").conv(2, 1).build())
                .hasMessageContaining("left: nothing reads its output");
        assertThatThrownBy(() -> start().build()).hasMessageContaining("at least one layer");
        assertThatThrownBy(() -> start().dense(4).conv(3, 3)).hasMessageContaining("a 3×3 filter needs a volume, it got a vector of 4");
        assertThatThrownBy(() -> start().conv(4, 3).then(net -> null)).hasMessageContaining("must return the builder");
        assertThatThrownBy(() -> Network.named("n").input(0, 5, 1)).hasMessageContaining("at least 1");
    }

    @Test
    void aMainPathThatLosesRowsIsToldFromOneWithAStride() {
        assertThatThrownBy(() -> Network.named("n").input(56, 56, 64).residual(main -> main.conv(64, 3).relu().conv(64, 3)))
                .hasMessageContaining("56×56×64").hasMessageContaining("takes 4 rows off").hasMessageContaining("same()");
        assertThatThrownBy(() -> Network.named("n").input(56, 56, 64).residual(main -> main.conv(64, 3, stride(2), same())))
                .hasMessageContaining("a 1×1 convolution (with the main path's stride)");
    }

    @Test
    void aCycleCantBeBuilt() {
        assertThatThrownBy(() -> start().name("a").conv(2, 1).add("b").name("b").relu())
                .hasMessageContaining("there is no layer b yet").hasMessageContaining("so that no cycle can arise");
    }

    @Test
    void sizesThatNobodyCanBuildAreNamed() {
        assertThatThrownBy(() -> start().conv(0, 3)).hasMessageContaining("conv1: the number of filters must be at least 1, it is 0");
        assertThatThrownBy(() -> start().conv(4, -3)).hasMessageContaining("conv1: the filter's height must be at least 1, it is -3");
        assertThatThrownBy(() -> start().dense(0)).hasMessageContaining("the number of outputs must be at least 1");
        assertThatThrownBy(() -> start().maxPool(2, stride(-1))).hasMessageContaining("the stride must be at least 1");
        assertThatThrownBy(() -> start().conv(4, 3, dilation(1 << 30))).hasMessageContaining("no image is that large");
        assertThatThrownBy(() -> start().conv(4, 3, padding(Integer.MAX_VALUE))).hasMessageContaining("too large to be counted");
        assertThatThrownBy(() -> Network.named("n").input(70_000, 70_000, 1).dense(10)).hasMessageContaining("flatten: the numbers are too large");
        assertThat(start().conv(4, 3, same(), stride(Integer.MAX_VALUE)).shape()).hasToString("1×1×4");
    }

    @Test
    void aBuiltNetworkNeverChanges() {
        NetworkBuilder builder = start();
        Network network = builder.conv(4, 3).build();
        assertThatThrownBy(() -> builder.relu()).hasMessageContaining("already built");
        assertThatThrownBy(() -> network.nodes().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theOneLineCallIsTheNetworkBuiltInTheLecture() {
        Network built = Network.named("LeNet-5").input(32, 32, 1).conv(6, 5).tanh().averagePool(2).conv(16, 5).tanh().averagePool(2)
                .dense(120).tanh().dense(84).tanh().dense(10).softmax().build();
        assertThat(LeNet5.taught(10).nodes()).extracting(Node::layer).isEqualTo(built.nodes().stream().map(Node::layer).toList());
        assertThat(LeNet5.taught(10).nodes()).extracting(Node::output).extracting(Shape::toString).containsSubsequence("28×28×6",
                "14×14×6", "10×10×16", "5×5×16", "400", "120", "84", "10");
    }

    private static NetworkBuilder start() {
        return Network.named("n").input(8, 8, 2);
    }

    @Test
    void aLayerThatIsUsedAgainCanHaveANameOfItsOwn() {
        Network network = Network.named("n").input(4, 4, 3).name("a").conv(3, 3, same()).again("a").again("a").name("last").again("a").build();
        assertThat(network.nodes()).extracting(Node::name).containsExactly("a", "a_again", "a_again2", "last");
        assertThat(network.parameterName(network.nodes().get(3), "weights")).isEqualTo("a/weights");
    }
}
