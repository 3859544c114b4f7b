package casebook.zoo;

import casebook.layers.RadialBasis;
import casebook.layers.Subsampling;
import casebook.layers.TableConvolution;
import casebook.layers.Tanh;
import casebook.network.Network;
import java.util.ArrayList;
import java.util.List;

/**
 * LeNet-5, a network that reads digits of 32×32 pixels (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning
 * applied to document recognition", section II.B).
 */
public final class LeNet5 {

    private LeNet5() {}

    /**
     * LeNet-5 as it is taught: full connections, average pooling without parameters, softmax. 61,706 parameters.
     *
     * @param classes how many kinds of images it tells apart
     */
    public static Network taught(int classes) {
        return Network.named("LeNet-5").input(32, 32, 1)
                .stage("layer 1")
                .name("conv1").conv(6, 5).tanh()            // 28×28×6
                .name("pool1").averagePool(2)               // 14×14×6
                .stage("layer 2")
                .name("conv2").conv(16, 5).tanh()           // 10×10×16
                .name("pool2").averagePool(2)               // 5×5×16
                .stage("layer 3").name("fc3").dense(120).tanh()
                .stage("layer 4").name("fc4").dense(84).tanh()
                .stage("output").name("fc5").dense(classes).softmax()
                .build();
    }

    /**
     * LeNet-5 as the paper has it, under the paper's names: subsampling that is trained, C3 with its table of connections,
     * C5 as a convolution, and outputs that measure the distance to fixed codes. 60,000 trainable parameters, 340,908
     * connections.
     */
    public static Network paper() {
        return Network.named("LeNet-5 (1998)").input(32, 32, 1)
                .name("C1").conv(6, 5).layer(SQUASH)                                // 28×28×6
                .name("S2").layer(new Subsampling(2)).layer(SQUASH)                 // 14×14×6
                .name("C3").layer(new TableConvolution(TABLE_1, 5)).layer(SQUASH)   // 10×10×16
                .name("S4").layer(new Subsampling(2)).layer(SQUASH)                 // 5×5×16
                .name("C5").conv(120, 5).layer(SQUASH)                              // 1×1×120
                .name("F6").dense(84).layer(SQUASH)
                .name("output").layer(new RadialBasis(codes()))
                .build();
    }

    /** The paper's non-linearity, 1.7159 · tanh(⅔ x) (appendix A). */
    private static final Tanh SQUASH = new Tanh(1.7159, 2.0 / 3);

    /** Table I of the paper: for each of the 16 filters of C3, the channels of S2 that it sees. 60 connections of 96. */
    public static final List<List<Integer>> TABLE_1 = List.of(
            List.of(0, 1, 2), List.of(1, 2, 3), List.of(2, 3, 4), List.of(3, 4, 5), List.of(0, 4, 5), List.of(0, 1, 5),
            List.of(0, 1, 2, 3), List.of(1, 2, 3, 4), List.of(2, 3, 4, 5), List.of(0, 3, 4, 5), List.of(0, 1, 4, 5),
            List.of(0, 1, 2, 5), List.of(0, 1, 3, 4), List.of(1, 2, 4, 5), List.of(0, 2, 3, 5),
            List.of(0, 1, 2, 3, 4, 5));

    /**
     * The output code of each digit is a small picture of it, 7 wide and 12 high: +1 where there is ink, −1 elsewhere. The
     * paper shows its pictures in figure 3; these are drawn for this library, and are alike but not the same.
     */
    private static List<List<Double>> codes() {
        List<List<Double>> codes = new ArrayList<>();
        for (int digit = 0; digit < 10; digit++) {
            List<Double> code = new ArrayList<>(84);
            for (String row : DIGITS) {
                row.substring(8 * digit, 8 * digit + 7).chars().forEach(pixel -> code.add(pixel == '#' ? 1.0 : -1.0));
            }
            codes.add(code);
        }
        return codes;
    }

    private static final List<String> DIGITS = List.of(
            "..###.. ...#... .#####. .#####. .....#. ####### ..####. ####### .#####. .#####.",
            ".#...#. ..##... #.....# #.....# ....##. #...... .#..... ......# #.....# #.....#",
            "#.....# .#.#... ......# ......# ...#.#. #...... #...... .....#. #.....# #.....#",
            "#.....# ...#... ......# ......# ..#..#. #...... #...... .....#. #.....# #.....#",
            "#.....# ...#... .....#. ......# .#...#. #...... #...... ....#.. #.....# #....##",
            "#.....# ...#... ....#.. ..####. #....#. ######. #.####. ....#.. .#####. .####.#",
            "#.....# ...#... ...#... ......# #....#. ......# ##....# ...#... #.....# ......#",
            "#.....# ...#... ..#.... ......# ####### ......# #.....# ...#... #.....# ......#",
            "#.....# ...#... .#..... ......# .....#. ......# #.....# ..#.... #.....# ......#",
            "#.....# ...#... #...... ......# .....#. ......# #.....# ..#.... #.....# ......#",
            ".#...#. ...#... #...... #.....# .....#. #.....# #.....# .#..... #.....# .....#.",
            "..###.. .#####. ####### .#####. .....#. .#####. .#####. .#..... .#####. .####..");
}
