package casebook.model;

import casebook.network.Node;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One run of a model on one batch, forward; and backward, if there is a way back. */
public interface ModelRun {

    /** What a layer put out; before {@link #backward}. */
    INDArray output(Node node);

    /**
     * Runs the backward pass.
     *
     * @param starts for some layers, the gradient of the loss with respect to their output
     * @return the gradient of the loss with respect to each trainable parameter, by the parameter's full name; the arrays last until the next run
     */
    Map<String, INDArray> backward(Map<Node, INDArray> starts);
}
