package casebook.onnx;

import casebook.layers.Shape;

/**
 * A tensor of the file that depends on the image.
 *
 * @param layer the layer that puts it out, or {@code input}
 * @param shape the layer's output
 * @param layout where these numbers lie in the tensor
 * @param moved the name of the operator that last rearranged it, for the layer that this may need
 */
record Flow(String layer, Shape shape, Layout layout, String moved) {

    /** What was computed from a tensor number by number lies as the tensor does. */
    static Flow inOrderOf(Flow before, Flow after) {
        return new Flow(after.layer, after.shape, before.layout, before.moved);
    }

    /** As in a message: {@code [1, 3, 224, 224]}. */
    @Override
    public String toString() {
        return layout.toString();
    }
}
