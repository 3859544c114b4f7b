package casebook.network;

import static casebook.layers.Option.groups;
import static casebook.layers.Option.noBias;
import static casebook.layers.Option.padding;
import static casebook.layers.Option.roundUp;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.layers.Clip;
import casebook.layers.Padding;
import casebook.layers.Relu;
import casebook.layers.ZeroPadding;
import casebook.zoo.ResNet;
import casebook.zoo.Zoo;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static Network of(UnaryOperator<NetworkBuilder> layers) {
        return layers.apply(Network.named("n").input(12, 12, 4)).build();
    }

    private static void equal(UnaryOperator<NetworkBuilder> a, UnaryOperator<NetworkBuilder> b) {
        assertThat(Comparison.same(of(a), of(b))).isTrue();
        assertThat(Comparison.same(of(b), of(a))).isTrue();
        assertThat(Comparison.first(of(a), of(b))).isEmpty();
    }

    private static String differ(UnaryOperator<NetworkBuilder> given, UnaryOperator<NetworkBuilder> wanted) {
        assertThat(Comparison.same(of(given), of(wanted))).isFalse();
        assertThat(Comparison.same(of(wanted), of(given))).isFalse();
        return String.join("\n", Comparison.first(of(given), of(wanted)).orElseThrow().hints());
    }

    @Test
    void howItWasWrittenDoesNotCount() {
        equal(n -> n.name("a").conv(8, 3, same()).stage("s").relu(), n -> n.conv(8, 3, padding(1)).layer(new Relu()));
        equal(n -> n.conv(8, 3, same()), n -> n.layer(new ZeroPadding(Padding.of(1))).conv(8, 3));
        equal(n -> n.conv(8, 3).relu().maxPool(2), n -> n.conv(8, 3).maxPool(2).layer(new Clip(0, Double.POSITIVE_INFINITY)));
        equal(n -> n.conv(8, 3).tanh().maxPool(3, stride(2), roundUp()), n -> n.conv(8, 3).maxPool(3, stride(2), roundUp()).tanh());
        equal(n -> n.dense(8).relu().dense(3).softmax(), n -> n.conv(8, 12).relu().conv(3, 1).softmax());
        equal(n -> n.conv(8, 3).globalAveragePool().dense(3), n -> n.conv(8, 3).averagePool(10).flatten().dense(3));
        equal(n -> n.conv(8, 3).dropout(0).relu().relu(), n -> n.conv(8, 3).relu());
        equal(n -> n.conv(8, 3).relu().dropout(0.5).dense(3), n -> n.conv(8, 3).dropout(0.5).relu().flatten().dense(3));
        equal(n -> n.conv(8, 12, stride(3)), n -> n.conv(8, 12));
    }

    @Test
    void theOrderOfBranchesDoesNotCount() {
        equal(n -> n.branches(a -> a.conv(8, 1).relu(), b -> b.maxPool(3, stride(1), same()).conv(4, 1).relu()).conv(3, 1),
                n -> n.branches(b -> b.maxPool(3, stride(1), padding(1)).conv(4, 1), a -> a.conv(8, 1)).relu().conv(3, 1));
        equal(n -> n.relu().branches(a -> a.conv(8, 1), b -> b.conv(4, 1)), n -> n.branches(b -> b.relu().conv(4, 1), a -> a.relu()
                .conv(8, 1)));
        equal(n -> n.residual(a -> a.conv(4, 3, same()).relu().conv(4, 3, same())), n -> n.residual(side -> side, a -> a.conv(4, 3,
                same()).relu().conv(4, 3, same())));
        equal(n -> n.branches(a -> a.conv(8, 1), b -> b.branches(c -> c.conv(4, 1), d -> d.conv(2, 1))),
                n -> n.branches(c -> c.conv(4, 1), a -> a.conv(8, 1), d -> d.conv(2, 1)));
    }

    @Test
    void whatIsComputedCounts() {
        assertThat(differ(n -> n.conv(8, 3, noBias()).batchNorm(), n -> n.conv(8, 3).batchNorm())).contains("has no biases")
                .contains("leave out noBias()");
        assertThat(differ(n -> n.conv(8, 3, same()), n -> n.conv(8, 3))).contains("too many zeros");
        assertThat(differ(n -> n.conv(8, 3, stride(2), same()), n -> n.conv(8, 3, stride(2), padding(1)))).contains("on other sides");
        assertThat(differ(n -> n.conv(16, 3), n -> n.conv(8, 3))).contains("your convolution (3×3, 16 filters)")
                .contains("too many filters").contains("8 filters");
        assertThat(differ(n -> n.conv(8, 5, same()), n -> n.conv(8, 3, same()))).contains("too large").contains("3×3");
        assertThat(differ(n -> n.conv(8, 3, same(), groups(2)), n -> n.conv(8, 3, same()))).contains("too many groups");
        assertThat(differ(n -> n.conv(8, 3).relu().averagePool(2), n -> n.conv(8, 3).relu().maxPool(2)))
                .contains("your average pooling (2×2 / 2)").contains("a max pooling");
        assertThat(differ(n -> n.conv(8, 3).averagePool(2).relu(), n -> n.conv(8, 3).relu().averagePool(2))).contains("stands behind")
                .contains("wrong order");
        assertThat(differ(n -> n.conv(8, 3).tanh(), n -> n.conv(8, 3).relu())).contains("your tanh").contains("another kind of it")
                .contains("a ReLU is wanted");
        assertThat(differ(n -> n.conv(8, 3).conv(8, 3), n -> n.conv(8, 3).relu().conv(8, 3)))
                .contains("Between your first convolution (3×3, 8 filters) and your second convolution (3×3, 8 filters) a layer is "
                        + "missing").contains("a ReLU is missing");
        assertThat(differ(n -> n.conv(8, 3).relu().relu().tanh(), n -> n.conv(8, 3).relu())).contains("a layer too many")
                .contains("Leave out your tanh");
        assertThat(differ(n -> n.conv(8, 3).dropout(0.4), n -> n.conv(8, 3).dropout(0.5))).contains("probability");
        assertThat(differ(n -> n.dense(3), n -> n.dense(4))).contains("too few outputs");
        assertThat(differ(n -> n.maxPool(3, stride(2), roundUp()), n -> n.maxPool(3, stride(2)))).isNotBlank();
    }

    @Test
    void branchesAndShortcutsCount() {
        assertThat(differ(n -> n.branches(a -> a.conv(8, 1), b -> b.conv(4, 1).maxPool(3, stride(1), same())),
                n -> n.branches(a -> a.conv(8, 1), b -> b.maxPool(3, stride(1), same()).conv(4, 1))))
                .contains("In your second branch, your max pooling (3×3) stands behind your second convolution (1×1, 4 filters)");
        assertThat(differ(n -> n.branches(a -> a.conv(8, 1), b -> b.conv(4, 1)), n -> n.branches(a -> a.conv(8, 1), b -> b.conv(4, 1),
                c -> c.maxPool(3, stride(1), same()))))
                .contains("2 branches meet").contains("begins with a max pooling");
        assertThat(differ(n -> n.conv(4, 3, same()).relu().residual(a -> a.conv(4, 3, same())).relu(), n -> n.residual(a -> a.conv(4, 3,
                same()).relu().conv(4, 3, same())).relu()))
                .contains("Where does the shortcut begin").contains("goes around 1 layer. That is too few").contains("3 layers");
        assertThat(differ(n -> n.residual(a -> a.conv(4, 3, same()), s -> s.conv(4, 1)), n -> n.residual(a -> a.conv(4, 3, same()))))
                .contains("On the shortcut, there is a layer too many");
        assertThat(differ(n -> n.conv(4, 3, same()), n -> n.residual(a -> a.conv(4, 3, same())))).isNotBlank();
        // One convolution read twice is not two convolutions.
        assertThat(differ(n -> n.conv(4, 1).residual(a -> a.relu(), b -> b.tanh()), n -> n.residual(a -> a.conv(4, 1).relu(), b ->
                b.conv(4, 1).tanh()))).isNotBlank();
        assertThat(differ(n -> n.name("c").conv(4, 1).relu().again("c"), n -> n.conv(4, 1).relu().conv(4, 1))).contains("joined")
                .contains("share");
    }

    @Test
    void aNetworkIsTheSameAsItself() {
        for (String id : Zoo.ids()) {
            assertThat(Comparison.same(Zoo.network(id), Zoo.network(id))).as(id).isTrue();
        }
        assertThat(Comparison.same(ResNet.of(34), ResNet.of(50))).isFalse();
        assertThat(Comparison.first(ResNet.plain(34), ResNet.of(34))).isPresent();
    }
}
