package casebook.model;

import casebook.compute.Scratch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory that a model's arrays really take while it runs, measured: what {@link casebook.cost.CostSheet} computes from the
 * shapes alone. It holds outputs of layers and whatever the layers need besides. The images, the weights and what an operation of
 * ND4J or oneDNN asks of the system for itself are not part of it.
 */
public final class ActivationMemory {

    private ActivationMemory() {}

    /**
     * The most bytes at one time during {@link Model#predictByLayers}.
     *
     * @param images {@code [images, channels, height, width]}
     */
    public static long predicting(Model model, INDArray images) {
        return Scratch.measure(() -> model.predictByLayers(images)).most();
    }

    /**
     * The bytes that are held for the backward pass when the forward pass of a training step has ended; auxiliary heads are run.
     *
     * @param images {@code [images, channels, height, width]}
     */
    public static long training(Model model, INDArray images) {
        try (Scratch scratch = Scratch.open()) {
            return Scratch.measure(() -> Execution.training(model, images, 1)).left();
        }
    }
}
