package casebook.layers;

/**
 * What one image costs in one layer.
 *
 * @param macs multiply-accumulates of inputs with weights: the lecture's "multiplications", the papers' "mult-adds";
 *     one MAC is two FLOPs
 * @param biasAdditions additions of biases
 * @param operations everything else, one for each elementary step: comparisons of max pooling, additions of average
 *     pooling, activations, normalizations
 */
public record Cost(long macs, long biasAdditions, long operations) {

    /** Nothing is computed: the layer only passes numbers on. */
    public static final Cost NONE = new Cost(0, 0, 0);

    /** The cost of a layer with weights. */
    public static Cost macs(long macs, long biasAdditions) {
        return new Cost(macs, biasAdditions, 0);
    }

    /** The cost of a layer without weights: one operation for each of so many numbers. */
    public static Cost operations(long numbers) {
        return new Cost(0, 0, numbers);
    }

    /** The cost of a layer without weights: several operations for each of so many numbers. */
    public static Cost operations(long numbers, long each) {
        return new Cost(0, 0, Math.multiplyExact(numbers, each));
    }
}
