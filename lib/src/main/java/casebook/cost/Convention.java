package casebook.cost;

import casebook.layers.Convolution;
import casebook.layers.Cost;
import casebook.layers.FullyConnected;
import casebook.layers.Layer.Category;
import casebook.layers.MaxPooling;
import casebook.layers.Parameter;
import casebook.network.Node;
import casebook.text.Nearest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What counts. Tools and papers differ in it, and that is why they print different figures for the same network.
 *
 * <p>A convention can be written in words, {@code papers +moving-statistics -biases}: a start, {@code papers} or
 * {@code connections}, then what is switched on and off. {@link #of(String)} reads it and {@link #toString()} writes it.
 *
 * @param biases which biases count as parameters
 * @param counted what else counts
 */
public record Convention(Biases biases, Set<Count> counted) {

    /** Which biases count. */
    public enum Biases {
        /** None, as in many tables of papers. */
        NONE,
        /** Those that the network has. */
        BUILT,
        /**
         * One for each filter and each output, whether the network has it or not. Keras' residual networks have biases before
         * batch normalization, where they are of no use.
         */
        EVERYWHERE
    }

    /** What may count or not. */
    public enum Count {
        /** γ and β of batch normalization, as parameters. */
        NORMALIZATION,
        /** The moving mean and variance of batch normalization, as parameters. */
        MOVING_STATISTICS,
        /** Side branches that are dropped at inference. */
        AUXILIARY_HEADS,
        /** The additions of biases, as multiply-accumulates. */
        BIAS_ADDITIONS,
        /** What max pooling does: a comparison for each number of a window. */
        MAX_POOLING,
        /** What the other poolings do: an addition for each number of a window. */
        AVERAGE_POOLING,
        /** What normalization does. */
        NORMALIZATION_OPERATIONS,
        /** What activations do. */
        ACTIVATIONS,
        /** The additions where branches meet, and the products of channel scaling. */
        MERGES,
        /** FLOPs instead of MACs: two for each multiply-accumulate, one for everything else. */
        FLOPS;

        /** The name in words: {@code moving-statistics}. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The papers': trainable parameters with biases; multiply-accumulates of convolutions and fully connected layers. */
    public static final Convention PAPERS = new Convention(Biases.BUILT, Set.of(Count.NORMALIZATION, Count.AUXILIARY_HEADS));

    /** LeCun et al. 1998: connections, each bias and each input of a subsampling window included. */
    public static final Convention CONNECTIONS = PAPERS.with(Count.BIAS_ADDITIONS).with(Count.AVERAGE_POOLING);

    /** A convention, kept as it is now. */
    public Convention {
        counted = Set.copyOf(counted);
    }

    /**
     * Reads a convention in words: {@code papers}, {@code papers +moving-statistics biases=everywhere}, {@code -biases +flops}.
     * Words are separated by blanks or commas; without a start it is {@code papers}.
     *
     * @throws IllegalArgumentException if a word is not known; the message names the nearest
     */
    public static Convention of(String words) {
        Convention convention = PAPERS;
        for (String word : words.toLowerCase(Locale.ROOT).strip().split("[\\s,]+")) {
            convention = switch (word) {
                case "" -> convention;
                case "papers" -> PAPERS;
                case "connections" -> CONNECTIONS;
                case "-biases", "biases=none" -> convention.with(Biases.NONE);
                case "+biases", "biases=built" -> convention.with(Biases.BUILT);
                case "biases=everywhere" -> convention.with(Biases.EVERYWHERE);
                default -> word.startsWith("-") ? convention.without(named(word)) : convention.with(named(word));
            };
        }
        return convention;
    }

    private static Count named(String word) {
        List<String> names = Arrays.stream(Count.values()).map(Count::word).toList();
        int place = names.indexOf(word.substring(1));
        if (place < 0 || word.charAt(0) != '+' && word.charAt(0) != '-') {
            throw new IllegalArgumentException("a convention has no word \"" + word + "\": it starts with papers or connections, and goes on "
                    + "with +, -, and one of biases, " + String.join(", ", names) + "; there is also biases=everywhere. Nearest to yours: "
                    + Nearest.to(word.replaceFirst("^[+-]", ""), Stream.concat(Stream.of("papers", "connections", "biases"), names.stream()).toList()));
        }
        return Count.values()[place];
    }

    /** The same with other biases. */
    public Convention with(Biases others) {
        return new Convention(others, counted);
    }

    /** The same, and this counts too. */
    public Convention with(Count count) {
        Set<Count> more = EnumSet.of(count);
        more.addAll(counted);
        return new Convention(biases, more);
    }

    /** The same, but this does not count. */
    public Convention without(Count count) {
        Set<Count> fewer = EnumSet.of(count);
        fewer.addAll(counted);
        fewer.remove(count);
        return new Convention(biases, fewer);
    }

    /** True if this counts. */
    public boolean counts(Count count) {
        return counted.contains(count);
    }

    /** True if this layer counts at all. */
    public boolean counts(Node node) {
        return counts(Count.AUXILIARY_HEADS) || !node.auxiliary();
    }

    /** The parameters of a layer; none if it uses those of an earlier one. */
    public long parameters(Node node) {
        long count = 0;
        boolean biased = false;
        for (Parameter parameter : node.parameters()) {
            biased |= parameter.role() == Parameter.Role.BIAS;
            if (counts(parameter)) {
                count = Math.addExact(count, parameter.count());
            }
        }
        boolean weighted = node.layer() instanceof Convolution || node.layer() instanceof FullyConnected;
        return biases == Biases.EVERYWHERE && weighted && !biased && !node.shared() ? Math.addExact(count, node.output().channels())
                : count;
    }

    private boolean counts(Parameter parameter) {
        return switch (parameter.role()) {
            case WEIGHT -> true;
            case BIAS -> biases != Biases.NONE;
            case NORMALIZATION -> counts(Count.NORMALIZATION);
            case STATISTIC -> counts(Count.MOVING_STATISTICS);
            case FIXED -> false;
        };
    }

    /** The multiply-accumulates (or FLOPs) of a layer. */
    public long macs(Node node) {
        Cost cost = node.cost();
        Category category = node.layer().category();
        boolean pooling = counts(node.layer() instanceof MaxPooling ? Count.MAX_POOLING : Count.AVERAGE_POOLING);
        boolean operations = switch (category) {
            case POOLING -> pooling;
            case NORMALIZATION -> counts(Count.NORMALIZATION_OPERATIONS);
            case ACTIVATION -> counts(Count.ACTIVATIONS);
            case MERGE -> counts(Count.MERGES);
            default -> false;
        };
        long sum = 0;
        if (category != Category.POOLING || pooling) {
            sum = Math.addExact(Math.multiplyExact(cost.macs(), flops() ? 2 : 1), counts(Count.BIAS_ADDITIONS) ? cost.biasAdditions() : 0);
        }
        return Math.addExact(sum, operations ? cost.operations() : 0);
    }

    /** True if {@link #macs} counts FLOPs, two for each multiply-accumulate. */
    public boolean flops() {
        return counts(Count.FLOPS);
    }

    /** What {@link #macs} counts: {@code MACs} or {@code FLOPs}. */
    public String unit() {
        return flops() ? "FLOPs" : "MACs";
    }

    /** In words, as {@link #of(String)} reads it. */
    @Override
    public String toString() {
        StringBuilder words = new StringBuilder("papers");
        if (biases != Biases.BUILT) {
            words.append(biases == Biases.NONE ? " -biases" : " biases=everywhere");
        }
        for (Count count : Count.values()) {
            if (counts(count) != PAPERS.counts(count)) {
                words.append(counts(count) ? " +" : " -").append(count.word());
            }
        }
        return words.toString();
    }
}
