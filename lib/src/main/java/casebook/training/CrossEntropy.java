package casebook.training;

import casebook.compute.Tensors;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Cross-entropy: {@code −log p} of the right class, where p is the probability that softmax gives it. It takes what goes
 * <em>into</em> the softmax, z, because then its gradient is simply {@code p − y}, with y one for the right class and zero
 * elsewhere, and nothing overflows.
 */
public final class CrossEntropy implements Loss {

    /** For a batch of z, {@code [images, classes]}. */
    @Override
    public Result of(INDArray z, int[] labels) {
        int classes = (int) z.size(1);
        double[] all = Tensors.values(z.reshape(z.length()));
        double loss = 0;
        for (int n = 0; n < labels.length; n++) {
            int first = n * classes;
            int right = first + labels[n];
            double largest = Arrays.stream(all, first, first + classes).max().orElseThrow();
            double sum = 0;
            for (int i = first; i < first + classes; i++) {
                sum += Math.exp(all[i] - largest);
            }
            double logSum = largest + Math.log(sum);
            loss += logSum - all[right];
            for (int i = first; i < first + classes; i++) {
                double p = Math.exp(all[i] - logSum);
                all[i] = (i == right ? p - 1 : p) / labels.length;
            }
        }
        return new Result(loss / labels.length, Tensors.of(z.dataType(), all, z.shape()));
    }

    /** The class with the largest output. */
    @Override
    public int[] answers(INDArray outputs) {
        return Nd4j.argMax(outputs, 1).toIntVector();
    }
}
