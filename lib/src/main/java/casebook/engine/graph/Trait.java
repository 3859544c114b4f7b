package casebook.engine.graph;

/** What the passes need to know of a layer. */
public enum Trait {
    /** Slides weights over an image: it may take in a normalization and an addition, and leave out positions that nobody reads. */
    CONVOLVES,
    /** A factor and a shift for each channel, which may be multiplied into the weights of a convolution before it. */
    NORMALIZES,
    /** The sum of two inputs. */
    ADDS,
    /** An activation may be applied to its output at once. */
    TAKES_ACTIVATION,
    /** A ReLU may be applied to its output at once, and no other activation. */
    TAKES_RELU,
    /** A function of each number, which may be applied to the output of another operation at once. */
    ACTIVATES,
    /** Such a function that is ReLU. */
    RECTIFIES,
    /** Joins its inputs along the channels. */
    JOINS,
    /** Each position of its output needs that position of its inputs alone. */
    POINTWISE,
    /** Its output may be its input, in the same memory. */
    PASSES_ON,
    /** It runs its own code, on an array of its own. */
    OWN_CODE
}
