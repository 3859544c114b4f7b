package casebook.exercises;

import casebook.exercises.Answers.Built;
import casebook.layers.Cost;
import casebook.layers.Parameter;
import casebook.layers.Pass;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.SingleInputLayer;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

import static casebook.layers.Option.padding;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

/** Answers to the exercises of notebook 06. */
final class Answers06 {

    private Answers06() {}

    private static final Block TWO = net -> net.conv(8, 3, same()).relu().conv(8, 3, same());

    private static NetworkBuilder block() {
        return Network.named("broken").input(14, 14, 8);
    }

    private static final Network IDENTITY = block().residual(TWO).relu().build();
    private static final Network PLAIN = block().then(TWO).relu().build();
    private static final Network TANH = block().residual(TWO).tanh().build();
    private static final Network POOLED = block().residual(TWO, side -> side.maxPool(3, stride(1), padding(1))).relu().build();
    private static final Network PROJECTED = block().residual(TWO, side -> side.conv(8, 1)).relu().build();

    /** A trained factor, and what can be wrong with it. */
    record Alpha(long count, double start, double forward, double inner, double back) implements SingleInputLayer {
        @Override
        public String kind() {
            return "alpha";
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public List<Parameter> parameters(Shape input) {
            return List.of(new Parameter("alpha", Parameter.Role.NORMALIZATION, List.of(count), new Parameter.Start.Constant(start)));
        }

        @Override
        public Cost cost(Shape input) {
            return Cost.macs(input.elements(), 0);
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            return x.mul(forward * pass.parameter("alpha").getDouble(0));
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            pass.gradient("alpha", Nd4j.createFromArray(inner * dy.mul(pass.input()).sumNumber().doubleValue()).castTo(dy.dataType()));
            return dy.mul(back * pass.parameter("alpha").getDouble(0));
        }
    }

    static final Answers ALL = new Answers("06", Map.of("06.2", List.of("e", "f"), "06.3", 128), Map.of(
            "06.1", List.of(
                    new Built(List.of(PLAIN, TANH, POOLED), ""),
                    new Built(List.of(PROJECTED, TANH, POOLED), ""),
                    new Built(PLAIN, "a list of three"),
                    new Built(List.of(PLAIN, TANH), "Three networks"),
                    new Built(List.of(PLAIN, TANH, "x"), "Three networks"),
                    new Built(List.of(IDENTITY, TANH, POOLED), "Block 1 is still the identity"),
                    new Built(List.of(PLAIN, TANH, IDENTITY), "Block 3 is still the identity"),
                    new Built(List.of(TANH, PLAIN, POOLED), "lose everything"),
                    new Built(List.of(PLAIN, PROJECTED, POOLED), "change each number by itself"),
                    new Built(List.of(PLAIN, TANH, TANH), "mix or move"),
                    new Built(List.of(PLAIN, TANH, Network.named("x").input(7, 7, 8).residual(TWO).build()), "14×14×8 goes into")),
            "06.4", List.of(
                    new Built(new Alpha(1, 0, 1, 1, 1), ""),
                    new Built(new Alpha(3, 0, 1, 1, 1), "One single number"),
                    new Built(new Alpha(1, 1, 1, 1, 1), "At the start"),
                    new Built(new Alpha(1, 0, 2, 1, 1), "doubled"),
                    new Built(new Alpha(1, 0, 1, 2, 1), "sum of dy · x"),
                    new Built(new Alpha(1, 0, 1, 1, 2), "goes on to the input"),
                    new Built(new Relu(), "0 parameters"))));
}
