package casebook.data;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Some images with their labels.
 *
 * @param images {@code [images, channels, height, width]}
 * @param labels for each image, its class: 0, 1, 2, …
 */
public record Batch(INDArray images, int[] labels) {

    /** How many images it has. */
    public int size() {
        return labels.length;
    }
}
