package casebook.model;

import casebook.network.Node;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One run of a model on one batch: forward, and if wanted backward, once. What it gave is the caller's and stays what it was, whatever
 * runs later. A run whose plan has begun another one says so.
 */
public interface ModelRun {

    /**
     * What a layer put out; before {@link #backward}.
     *
     * @throws IllegalStateException if the output was not kept
     */
    INDArray output(Node node);

    /**
     * Runs the backward pass.
     *
     * @param starts for some layers, the gradient of the loss with respect to their output
     * @return the gradient of the loss with respect to each trainable parameter, by the parameter's full name: arrays of the caller's own,
     *     in row-major order
     * @throws IllegalStateException if this run is over
     */
    Map<String, INDArray> backward(Map<Node, INDArray> starts);
}
