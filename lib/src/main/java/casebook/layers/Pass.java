package casebook.layers;

import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a layer is handed while a network runs: its parameters, and what the forward pass leaves for the backward pass. One
 * pass belongs to one layer in one run; the layer itself remembers nothing.
 */
public interface Pass {

    /** True while training: dropout drops, batch normalization uses the batch's own statistics. */
    boolean training();

    /** The inputs that {@link Layer#forward} got. */
    List<INDArray> inputs();

    /** The only input of a layer with one. */
    default INDArray input() {
        return inputs().get(0);
    }

    /** The output that {@link Layer#forward} returned. */
    INDArray output();

    /** A parameter by its name within the layer. Do not change it, unless it is a statistic. */
    INDArray parameter(String name);

    /** Hands over the gradient of the loss with respect to a parameter; where a layer is shared, gradients add up. */
    void gradient(String name, INDArray gradient);

    /** Keeps an array for the backward pass. */
    void keep(String name, INDArray array);

    /** What {@link #keep} kept in the forward pass. */
    INDArray kept(String name);

    /** The only source of randomness: the same seed gives the same run. */
    RandomGenerator random();
}
