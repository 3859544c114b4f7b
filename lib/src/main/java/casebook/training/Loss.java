package casebook.training;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Measures how wrong a network's outputs are, and in which direction they have to change. */
public interface Loss {

    /**
     * The loss of a batch.
     *
     * @param value the mean loss of an image
     * @param gradient its gradient with respect to the outputs
     */
    record Result(double value, INDArray gradient) {}

    /**
     * The loss and its gradient.
     *
     * @param outputs {@code [images, classes]}
     * @param labels for each image, its class
     */
    Result of(INDArray outputs, int[] labels);

    /**
     * The class that each row of outputs stands for.
     *
     * @param outputs {@code [images, classes]}
     */
    int[] answers(INDArray outputs);
}
