package casebook.training;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Cross-entropy: {@code −log p} of the right class, where p is the probability that softmax gives it. It takes what goes
 * <em>into</em> the softmax, z, because then its gradient is simply {@code p − y}, with y one for the right class and zero
 * elsewhere, and nothing overflows.
 */
public final class CrossEntropy implements Loss {

    /** For a batch of z, {@code [images, classes]}. */
    @Override
    public Result of(INDArray z, int[] labels) {
        INDArray shifted = z.sub(z.max(true, 1));
        INDArray logSum = Transforms.log(Transforms.exp(shifted, true).sum(true, 1), false);
        INDArray logP = shifted.subi(logSum);
        INDArray gradient = Transforms.exp(logP, true);
        double loss = 0;
        for (int n = 0; n < labels.length; n++) {
            loss -= logP.getDouble(n, labels[n]);
            gradient.putScalar(n, labels[n], gradient.getDouble(n, labels[n]) - 1);
        }
        return new Result(loss / labels.length, gradient.divi(labels.length));
    }

    /** The class with the largest output. */
    @Override
    public int[] answers(INDArray outputs) {
        return Nd4j.argMax(outputs, 1).toIntVector();
    }
}
