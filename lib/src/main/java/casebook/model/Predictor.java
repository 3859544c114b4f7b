package casebook.model;

import casebook.network.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Predicts batch after batch: with a {@link Plan} for each size of batch where there can be one, or else layer by layer. The outputs of the plain way
 * last as long as the {@code Scratch} in which they were made.
 */
public final class Predictor implements AutoCloseable {

    private final Model model;
    private final Node[] wanted;
    private final Map<Long, Plan> plans = new HashMap<>();
    private boolean closed;

    /** @param wanted layers outside auxiliary heads whose outputs are wanted */
    public Predictor(Model model, Node... wanted) {
        this.model = model;
        this.wanted = wanted;
    }

    /**
     * The outputs that are wanted, in their order.
     *
     * @param images {@code [images, channels, height, width]}
     * @throws IllegalStateException if it was closed, or its model was
     */
    public List<INDArray> outputs(INDArray images) {
        if (!Plan.available() || model.type() != DataType.FLOAT) {
            Execution run = Execution.forward(model, images, wanted);
            return Stream.of(wanted).map(run::output).toList();
        }
        return plan(Math.toIntExact(images.size(0))).outputs(images);
    }

    private synchronized Plan plan(int images) {
        if (closed) {
            throw new IllegalStateException("this Predictor was closed: make a new one, and close it when nothing uses it any more");
        }
        return plans.computeIfAbsent((long) images, size -> Plan.of(model, images, wanted));
    }

    /** Gives the plans' memory back. */
    @Override
    public synchronized void close() {
        closed = true;
        plans.values().forEach(Plan::close);
        plans.clear();
    }
}
