package casebook.model;

import casebook.network.Node;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A faster way to run models than layer by layer. {@link Model} finds it with {@link java.util.ServiceLoader} and asks it for every
 * answer; so this package need not know the engine that is built on it.
 */
public interface Backend {

    /** What it prepares for a model, or null if it can't run it: on this platform, or in this type of numbers. */
    Session open(Model model);

    /** What is kept for one model. */
    interface Session extends AutoCloseable {

        /**
         * The outputs of some layers for a batch.
         *
         * @param images in the shape of the network's input, and in the model's type of numbers
         * @return arrays of the caller's own
         * @throws IllegalStateException if this or the model was closed
         */
        List<INDArray> outputs(INDArray images, List<Node> wanted);

        /** Gives back what is kept; more than once if you like. */
        @Override
        void close();
    }
}
