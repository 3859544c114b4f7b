package casebook.exercises;

import casebook.exercises.Wiring.Item;
import casebook.layers.Activation;
import casebook.layers.BatchNormalization;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.FullyConnected;
import casebook.layers.Pass;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Decides by numbers whether two networks compute the same: with the same random weights, on random images, in training and when
 * predicting.
 */
final class SameNumbers {

    private SameNumbers() {}

    private static final double NEAR = 1e-4;

    /** A smaller network of the same form, so that hundreds can be run: fewer channels, a smaller image. */
    static Wiring small(Network network) {
        Wiring wiring = Wiring.of(network);
        boolean large = network.nodes().stream().mapToLong(node -> node.cost().macs()).sum() > 5_000_000;
        if (!large) {
            return wiring;
        }
        List<Item> items = new ArrayList<>();
        for (Item item : wiring.items) {
            items.add(item.layer() instanceof Convolution c ? item.with(new Convolution(fewer(c.filters()), c.window(), c.groups(),
                    c.bias()))
                    : item.layer() instanceof FullyConnected f ? item.with(new FullyConnected(fewer(f.outputs()), f.bias())) : item);
        }
        int channels = wiring.channels < 8 ? wiring.channels : fewer(wiring.channels);
        int side = wiring.height > 200 ? 64 : wiring.height > 28 ? 14 : wiring.height;
        return new Wiring(side, side, channels, items, wiring.end);
    }

    private static int fewer(int channels) {
        return channels >= 1000 ? channels / 64 : Math.max(2, channels / 8);
    }

    /** True if no assignment of the first network's weights makes the second compute something else: as they came from, or in order. */
    static boolean same(Wiring original, Wiring changed) {
        Network first = withoutChance(original).network().orElseThrow();
        Network second = withoutChance(changed).network().orElseThrow();
        return same(first, second, changed, true) || same(first, second, changed, false);
    }

    /** Drops the same numbers every time, and wherever it stands: chance would make every two runs differ. */
    private record DropsAlways(double probability) implements Activation {

        @Override
        public String kind() {
            return "dropout";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            INDArray flat = x.dup('c').reshape(x.length());
            for (long i = 0; i < flat.length(); i++) {
                boolean dropped = new SplittableRandom(i).nextDouble() < probability;
                flat.putScalar(i, dropped ? 0 : flat.getDouble(i) / (1 - probability));
            }
            return flat.reshape(x.shape());
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            throw new UnsupportedOperationException();
        }
    }

    private static Wiring withoutChance(Wiring wiring) {
        return wiring.with(wiring.items.stream().map(item -> item.layer() instanceof Dropout dropout
                ? item.with(new DropsAlways(dropout.probability())) : item).toList());
    }

    private static boolean same(Network first, Network second, Wiring changed, boolean byOrigin) {
        try (Model a = Model.of(first, 1); Model b = Model.of(second, 2)) {
            SplittableRandom random = new SplittableRandom(7);
            a.descriptions().forEach((name, parameter) -> {
                // Zeros and ones, as biases and normalizations start, would hide differences.
                INDArray flat = a.parameter(name).reshape(a.parameter(name).length());
                boolean positive = name.endsWith("moving_variance");
                for (long i = 0; i < flat.length() && !name.endsWith("weights"); i++) {
                    flat.putScalar(i, positive ? 0.5 + random.nextDouble() : flat.getDouble(i) + 0.3 * random.nextGaussian());
                }
            });
            List<Node> with = first.nodes().stream().filter(node -> !node.parameters().isEmpty()).toList();
            List<Node> into = second.nodes().stream().filter(node -> !node.parameters().isEmpty()).toList();
            if (with.size() != into.size()) {
                return false;
            }
            for (int i = 0; i < into.size(); i++) {
                Node to = into.get(i);
                int origin = changed.items.get(Integer.parseInt(to.name().substring(1))).origin();
                Node from = byOrigin ? with.stream().filter(node -> Integer.parseInt(node.name().substring(1)) == origin).findFirst()
                        .orElse(null) : with.get(i);
                if (from == null || from.parameters().size() != to.parameters().size()) {
                    return false;
                }
                for (int p = 0; p < to.parameters().size(); p++) {
                    INDArray target = b.parameter(to.name() + "/" + to.parameters().get(p).name());
                    INDArray source = a.parameter(from.name() + "/" + from.parameters().get(p).name());
                    if (target.length() != source.length()
                            || from.layer() instanceof BatchNormalization != to.layer() instanceof BatchNormalization) {
                        return false;
                    }
                    target.assign(source.dup('c').reshape(target.shape()));
                }
            }
            if (first.output().output().elements() != second.output().output().elements()) {
                return false;
            }
            Nd4j.getRandom().setSeed(3);
            INDArray x = Nd4j.randn(DataType.FLOAT, first.input().batch(2));
            for (boolean training : new boolean[] {false, true}) {
                INDArray ours = run(a, x, training);
                INDArray theirs = run(b, x, training);
                double difference = ours.sub(theirs).amaxNumber().doubleValue();
                if (!(difference <= NEAR * Math.max(1e-3, ours.amaxNumber().doubleValue()))) {
                    return false;
                }
            }
            return true;
        }
    }

    private static INDArray run(Model model, INDArray x, boolean training) {
        Execution run = training ? Execution.training(model, x.dup(), 5) : Execution.predicting(model, x.dup());
        INDArray y = run.output(model.network().output());
        return y.dup('c').reshape(y.length());
    }
}
