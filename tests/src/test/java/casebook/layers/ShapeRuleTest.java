package casebook.layers;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.network.Network;
import casebook.network.NetworkException;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The lecture's rule for the output's side against a window that is slid by hand. */
class ShapeRuleTest {

    @Property(tries = 500)
    void outputSideIsTheNumberOfPositions(@ForAll @IntRange(min = 1, max = 40) int n, @ForAll @IntRange(min = 1, max = 9) int f,
            @ForAll @IntRange(min = 1, max = 4) int s, @ForAll @IntRange(max = 4) int p, @ForAll @IntRange(min = 1, max = 3) int d) {
        int extent = d * (f - 1) + 1;
        Assume.that(n + 2 * p >= extent);
        int positions = 0;
        for (int start = -p; start + extent <= n + p; start += s) {
            positions++;
        }
        Shape output = Convolution.of(2, f, f, stride(s), padding(p), dilation(d)).output(Shape.volume(n, n, 1));
        assertThat(output).isEqualTo(Shape.volume(positions, positions, 2));
    }

    @Property(tries = 500)
    void roundingUpAddsTheLastIncompleteWindowIfItSeesTheImage(@ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 5) int f, @ForAll @IntRange(min = 1, max = 4) int s, @ForAll @IntRange(max = 2) int p) {
        Assume.that(n + 2 * p >= f && p < f);
        int positions = 0;
        int start = -p;
        while (true) {
            positions++;
            boolean complete = start + s + f <= n + p;
            boolean startsInside = start + s < n && start + s < n + p;
            boolean reached = start + f >= n + p;
            if (!complete && (reached || !startsInside)) {
                break;
            }
            start += s;
        }
        assertThat(MaxPooling.of(f, stride(s), padding(p), roundUp()).output(Shape.volume(n, n, 1)).height()).isEqualTo(positions);
    }

    @Property(tries = 200)
    void samePaddingKeepsTheSideDividedByTheStride(@ForAll @IntRange(min = 1, max = 40) int n, @ForAll @IntRange(min = 1, max = 7) int f,
            @ForAll @IntRange(min = 1, max = 4) int s) {
        Convolution layer = Convolution.of(1, f, f, stride(s), same());
        Shape input = Shape.volume(n, n, 1);
        assertThat(layer.output(input).height()).isEqualTo((int) Math.ceil((double) n / s));
        int[] zeros = layer.window().zeros(input);
        assertThat(zeros[2] - zeros[0]).isBetween(0, 1);
    }

    @Test
    void theLecturesExamples() {
        assertThat(Convolution.of(6, 5, 5).output(Shape.volume(32, 32, 1))).hasToString("28×28×6");
        assertThat(MaxPooling.of(3, stride(2)).output(Shape.volume(55, 55, 96))).hasToString("27×27×96");
        assertThat(Convolution.of(96, 11, 11, stride(4)).output(Shape.volume(227, 227, 3))).hasToString("55×55×96");
        assertThat(MaxPooling.of(3, stride(2), roundUp()).output(Shape.volume(112, 112, 64))).hasToString("56×56×64");
        assertThat(Shape.vector(120).csv()).isEqualTo("120");
        assertThat(Shape.volume(28, 28, 6).csv()).isEqualTo("28x28x6");
    }

    @Test
    void badNumbersAreNamed() {
        assertThatThrownBy(() -> Convolution.of(0, 3, 3)).hasMessageContaining("number of filters must be at least 1, it is 0");
        assertThatThrownBy(() -> Convolution.of(3, -1, 3)).hasMessageContaining("height must be at least 1, it is -1");
        assertThatThrownBy(() -> Convolution.of(3, 3, 3, stride(0))).hasMessageContaining("stride must be at least 1");
        assertThatThrownBy(() -> Convolution.of(3, 3, 3, padding(-1))).hasMessageContaining("padding can't be negative");
        assertThatThrownBy(() -> Convolution.of(5, 3, 3, groups(2))).hasMessageContaining("5 filters can't be split into 2 equal groups");
        assertThatThrownBy(() -> MaxPooling.of(2, groups(2))).hasMessageContaining("a pooling has no option groups()");
        assertThatThrownBy(() -> new BatchNormalization(-1, 0.9)).hasMessageContaining("ε").hasMessageContaining("-1");
        assertThatThrownBy(() -> new BatchNormalization(1e-5, 7)).hasMessageContaining("momentum").hasMessageContaining("7");
        assertThatThrownBy(() -> new BatchNormalization(Double.NaN, 0.9)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Network.named("n").input(0)).isInstanceOf(NetworkException.class).hasMessageContaining("n: the input");
        assertThatThrownBy(() -> new Dropout(1)).hasMessageContaining("less than 1");
        assertThatThrownBy(() -> Shape.volume(0, 3, 3)).hasMessageContaining("at least 1");
    }

    /** The largest of no numbers, and their mean, are no numbers. */
    @Test
    void aPoolingSeesMoreThanPadding() {
        Shape input = Shape.volume(5, 6, 1);
        for (Layer layer : List.of(MaxPooling.of(2, padding(2)), AveragePooling.of(3, padding(0, 0, 3, 0), stride(1)), MaxPooling.of(2,
                padding(0, 3, 0, 0)))) {
            assertThatThrownBy(() -> layer.output(List.of(input))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("see nothing but padding");
        }
        assertThat(AveragePooling.of(3, padding(2)).output(input)).isEqualTo(Shape.volume(3, 3, 1));
    }
}
