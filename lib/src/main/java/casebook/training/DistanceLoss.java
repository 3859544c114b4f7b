package casebook.training;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The loss of LeNet-5 in 1998: the outputs are distances to the classes' codes, and the loss is the distance to the code of
 * the right class (LeCun et al. 1998, section II.C, equation 8). It can be used because the codes are fixed; if they were
 * trained too, all would become equal.
 */
public final class DistanceLoss implements Loss {

    @Override
    public Result of(INDArray distances, int[] labels) {
        INDArray gradient = Nd4j.zeros(distances.dataType(), distances.shape());
        double loss = 0;
        for (int n = 0; n < labels.length; n++) {
            loss += distances.getDouble(n, labels[n]);
            gradient.putScalar(n, labels[n], 1.0 / labels.length);
        }
        return new Result(loss / labels.length, gradient);
    }

    /** The class with the smallest distance. */
    @Override
    public int[] answers(INDArray distances) {
        return Nd4j.argMin(distances, 1).toIntVector();
    }
}
