package casebook.layers;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One step of a network: a rule for shapes, a list of parameters, a cost, and two passes. A layer is immutable and holds
 * no numbers of its own: the same layer object can stand in many networks. What a backward pass needs from the forward
 * pass is kept in the {@link Pass}.
 *
 * <p>Most layers have one input and are easier to write as a {@link SingleInputLayer}.
 */
public interface Layer {

    /** What the layer is, in the field's words: {@code convolution}, {@code max pooling}. */
    String kind();

    /** Which family it belongs to; drawings colour by it and counting conventions choose by it. */
    default Category category() {
        return Category.OTHER;
    }

    /**
     * The shape rule.
     *
     * @param inputs one shape for each input, in order
     * @return the output's shape
     * @throws IllegalArgumentException if the inputs do not fit; the message says what came, what is needed and the
     *     likely cause, and the network puts the layer's name in front of it
     */
    Shape output(List<Shape> inputs);

    /** The layer's parameters for these inputs; none unless the layer says otherwise. */
    default List<Parameter> parameters(List<Shape> inputs) {
        return List.of();
    }

    /** What one image costs. There is no default: nothing is counted as free because nobody thought of it. */
    Cost cost(List<Shape> inputs);

    /**
     * By how much the variance of the weights before this layer has to be larger, so that numbers keep their size from layer to layer: 2
     * for ReLU, which loses half of it (He et al. 2015, "Delving deep into rectifiers", section 2.2), and 1 unless the layer says
     * otherwise.
     */
    default double gain() {
        return 1;
    }

    /** Which part of its input one output value sees; a single position unless the layer says otherwise. */
    default Field field(List<Shape> inputs) {
        return Field.POINT;
    }

    /**
     * Computes the output for a batch.
     *
     * @param pass the parameters, and a place to keep what {@link #backward} will need
     * @param inputs one array for each input, {@code [images, channels, height, width]} or {@code [images, channels]}
     */
    INDArray forward(Pass pass, List<INDArray> inputs);

    /**
     * Computes the gradient of the loss with respect to each input, and hands the gradients of the parameters to {@link Pass#gradient}.
     *
     * @param pass the same pass that {@link #forward} got
     * @param gradient gradient of the loss with respect to the output
     * @return one array for each input, in order
     */
    List<INDArray> backward(Pass pass, INDArray gradient);

    /**
     * Writes the layer as one operator of ONNX or a few, for {@code casebook export}.
     *
     * @param graph where it is written, and where the parameters are found
     * @param inputs names of the tensors that come in, in order
     * @return the name of the tensor that goes out: what {@link GraphWriter#result} returned
     * @throws UnsupportedOperationException unless the layer has a method of its own for this
     */
    default String export(GraphWriter graph, List<String> inputs) {
        throw new UnsupportedOperationException("a layer of class " + getClass().getSimpleName() + " can't be exported: give it a method "
                + "String export(GraphWriter graph, …) that writes it with operators of ONNX, as Relu.java does in one line");
    }

    /** The families of layers. */
    enum Category {
        /** Convolutions of every kind. */
        CONVOLUTION,
        /** Pooling and subsampling. */
        POOLING,
        /** Fully connected layers, and others with one weight for each pair of input and output. */
        FULLY_CONNECTED,
        /** Batch normalization and local response normalization. */
        NORMALIZATION,
        /** Non-linearities, softmax included. */
        ACTIVATION,
        /** Layers that join several inputs. */
        MERGE,
        /** Everything else: flatten, dropout, a learner's own. */
        OTHER
    }
}
