package casebook.network;

import casebook.layers.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of the image that one output of a layer depends on. A filter of side f adds {@code (f − 1)} steps to what its
 * input sees, and one step is the product of all strides before it. Where several paths meet, the largest counts. From the
 * first fully connected layer on it is the whole image.
 *
 * @param height rows, not cut off at the image's border
 * @param width columns, not cut off at the image's border
 * @param stepHeight rows of the image between neighbouring outputs
 * @param stepWidth columns of the image between neighbouring outputs
 * @param everything true if it is the whole image
 */
public record ReceptiveField(int height, int width, int stepHeight, int stepWidth, boolean everything) {

    /** The longer of height and width. */
    public int side() {
        return Math.max(height, width);
    }

    static List<ReceptiveField> of(Network network) {
        ReceptiveField pixel = new ReceptiveField(1, 1, 1, 1, false);
        ReceptiveField image = new ReceptiveField(network.input().height(), network.input().width(), 1, 1, true);
        List<ReceptiveField> all = new ArrayList<>(network.nodes().size());
        for (Node node : network.nodes()) {
            ReceptiveField largest = pixel;
            for (int from : node.inputs()) {
                largest = largest.orLarger(from == Network.INPUT ? pixel : all.get(from));
            }
            Field field = node.layer().field(node.inputShapes());
            all.add(largest.everything || field.everything() ? image : largest.through(field));
        }
        return all;
    }

    private ReceptiveField orLarger(ReceptiveField other) {
        return new ReceptiveField(Math.max(height, other.height), Math.max(width, other.width),
                Math.max(stepHeight, other.stepHeight), Math.max(stepWidth, other.stepWidth), everything || other.everything);
    }

    private ReceptiveField through(Field field) {
        return new ReceptiveField(capped(height + (field.height() - 1L) * stepHeight), capped(width + (field.width() - 1L) * stepWidth),
                capped((long) stepHeight * field.strideHeight()), capped((long) stepWidth * field.strideWidth()), false);
    }

    private static int capped(long pixels) {
        return (int) Math.min(Integer.MAX_VALUE, pixels);
    }
}
