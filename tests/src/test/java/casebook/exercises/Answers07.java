package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.layers.Cost;
import casebook.layers.MaxPooling;
import casebook.layers.Pass;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.SingleInputLayer;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.same;

/** Answers to the exercises of notebook 07. */
final class Answers07 {

    private Answers07() {}

    private static NetworkBuilder volume() {
        return Network.named("mine").input(6, 6, 16);
    }

    /** What can be wrong with the larger of two channels. */
    enum Slip {
        NONE, SMALLER, HALVES, HALF_AS_LARGE, NOT_CHECKED, BOTH_WIN, TOO_MANY, BACK_UNCHANGED
    }

    /** The larger one of two neighbouring channels. */
    record Pairs(Slip slip) implements SingleInputLayer {
        @Override
        public String kind() {
            return "maxout";
        }

        @Override
        public Shape output(Shape input) {
            return input.withChannels(input.channels() / 2);
        }

        @Override
        public Cost cost(Shape input) {
            return Cost.operations(input.elements() / 2);
        }

        private static INDArray pairs(INDArray x) {
            return x.dup('c').reshape(x.size(0) * x.size(1) / 2, 2, x.size(2) * x.size(3));
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            INDArray result = switch (slip) {
                case SMALLER -> pairs(x).min(1);
                case HALVES -> x.dup('c').reshape(x.size(0), 2, x.size(1) / 2 * x.size(2) * x.size(3)).max(1);
                case HALF_AS_LARGE -> pairs(x).mean(1);
                case NOT_CHECKED -> throw new IllegalStateException("reshape");
                case TOO_MANY -> x.dup('c');
                default -> pairs(x).max(1);
            };
            return slip == Slip.TOO_MANY ? result : result.reshape(x.size(0), x.size(1) / 2, x.size(2), x.size(3));
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            if (slip == Slip.BACK_UNCHANGED) {
                return dy.dup();
            }
            INDArray x = pairs(pass.input());
            INDArray first = x.slice(0, 1);
            INDArray second = x.slice(1, 1);
            INDArray flat = dy.dup('c').reshape(first.shape());
            INDArray dx = Nd4j.zeros(dy.dataType(), x.shape());
            dx.slice(0, 1).assign(slip == Slip.BOTH_WIN ? flat : flat.mul(first.gt(second).castTo(dy.dataType())));
            dx.slice(1, 1).assign(slip == Slip.BOTH_WIN ? flat : flat.mul(first.lt(second).castTo(dy.dataType())));
            return dx.reshape(pass.input().shape());
        }
    }

    static final Answers ALL = new Answers("07", Map.of("07.1", 16, "07.3", "c"), Map.of(
            "07.2", List.of(
                    new Built(volume().conv(32, 6).relu().conv(10, 1).build(), ""),
                    new Built(volume().conv(32, 6).relu().conv(10, 1).flatten().build(), ""),
                    new Built(volume().dense(32).relu().dense(10).build(), "still a fully connected layer"),
                    new Built(volume().conv(32, 1).relu().conv(10, 1).build(), "How large is a filter that does"),
                    new Built(volume().conv(32, 1).relu().conv(10, 1).globalAveragePool().build(), "a weight for every number"),
                    new Built(volume().conv(32, 3, same()).relu().conv(10, 6).build(), "a weight for every number"),
                    new Built(volume().conv(32, 6).conv(10, 1).build(), "A ReLU stands"),
                    new Built(volume().relu().conv(32, 6).conv(10, 1).build(), "other numbers"),
                    new Built(Network.named("x").input(4, 4, 16).conv(32, 4).relu().conv(10, 1).build(), "The input is 6×6×16"),
                    new Built(volume().conv(32, 6, noBias()).relu().conv(10, 1).build(), "noBias() does that"),
                    new Built(volume().conv(32, 6).relu().conv(10, 1).relu().build(), "other numbers"),
                    new Built(16, "wants a network")),
            "07.4", List.of(
                    new Built(new Pairs(Slip.NONE), ""),
                    new Built(new Relu(), "Which side of the volume"),
                    new Built(MaxPooling.of(2), "Which side of the volume"),
                    new Built(new Pairs(Slip.SMALLER), "smaller one"),
                    new Built(new Pairs(Slip.HALVES), "Neighbours"),
                    new Built(new Pairs(Slip.HALF_AS_LARGE), "other numbers"),
                    new Built(new Pairs(Slip.NOT_CHECKED), "The forward pass fails: "),
                    new Built(new Pairs(Slip.TOO_MANY), "puts out 36 numbers"),
                    new Built(new Pairs(Slip.BACK_UNCHANGED), "the way back is not"),
                    new Built(new Pairs(Slip.BOTH_WIN), "gradient is not"),
                    new Built("max", "wants a layer"))));
}
