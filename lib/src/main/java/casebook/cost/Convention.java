package casebook.cost;

import casebook.layers.Cost;
import casebook.layers.Layer.Category;
import casebook.layers.Parameter;
import casebook.network.Node;

/**
 * What counts. Tools and papers differ in it, and that is why they print different figures for the same network.
 *
 * @param biases count biases as parameters
 * @param normalization count γ and β of batch normalization as parameters
 * @param movingStatistics count the moving mean and variance as parameters
 * @param auxiliaryHeads count side branches that are dropped at inference
 * @param biasAdditions count the additions of biases as multiply-accumulates
 * @param poolingOperations count what pooling does
 * @param normalizationOperations count what normalization does
 * @param activationOperations count what activations do
 * @param flops count FLOPs, two for each multiply-accumulate, instead of MACs
 */
public record Convention(boolean biases, boolean normalization, boolean movingStatistics, boolean auxiliaryHeads,
        boolean biasAdditions, boolean poolingOperations, boolean normalizationOperations, boolean activationOperations,
        boolean flops) {

    /** The papers': trainable parameters with biases; multiply-accumulates of convolutions and fully connected layers. */
    public static final Convention PAPERS = new Convention(true, true, false, true, false, false, false, false, false);

    /** LeCun et al. 1998: connections, each bias and each input of a subsampling window included. */
    public static final Convention CONNECTIONS = new Convention(true, true, false, true, true, true, false, false, false);

    /** True if this parameter counts. */
    public boolean counts(Parameter parameter) {
        return switch (parameter.role()) {
            case WEIGHT -> true;
            case BIAS -> biases;
            case NORMALIZATION -> normalization;
            case STATISTIC -> movingStatistics;
            case FIXED -> false;
        };
    }

    /** True if this layer counts at all. */
    public boolean counts(Node node) {
        return auxiliaryHeads || !node.auxiliary();
    }

    /** The multiply-accumulates (or FLOPs) of a layer. */
    public long macs(Node node) {
        Cost cost = node.cost();
        Category category = node.layer().category();
        long macs = 0;
        long operations = 0;
        if (category != Category.POOLING || poolingOperations) {
            macs = cost.macs() + (biasAdditions ? cost.biasAdditions() : 0);
        }
        if (category == Category.POOLING && poolingOperations
                || category == Category.NORMALIZATION && normalizationOperations
                || category == Category.ACTIVATION && activationOperations) {
            operations = cost.operations();
        }
        return flops ? Math.addExact(Math.multiplyExact(2L, macs), operations) : Math.addExact(macs, operations);
    }

    /** What {@link #macs} counts: {@code MACs} or {@code FLOPs}. */
    public String unit() {
        return flops ? "FLOPs" : "MACs";
    }
}
