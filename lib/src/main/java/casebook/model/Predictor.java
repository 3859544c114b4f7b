package casebook.model;

import casebook.network.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Predicts batch after batch: with a {@link Plan} for each size of batch where there can be one, which is made anew when the weights have changed, or
 * else layer by layer. The outputs of the plain way last as long as the {@code Scratch} in which they were made.
 */
public final class Predictor implements AutoCloseable {

    private final Model model;
    private final Node[] wanted;
    private final Map<Long, Plan> plans = new HashMap<>();

    /** @param wanted layers outside auxiliary heads whose outputs are wanted */
    public Predictor(Model model, Node... wanted) {
        this.model = model;
        this.wanted = wanted;
    }

    /**
     * The outputs that are wanted, in their order.
     *
     * @param images {@code [images, channels, height, width]}
     */
    public List<INDArray> outputs(INDArray images) {
        if (!Plan.available() || model.type() != DataType.FLOAT) {
            Execution run = Execution.forward(model, images, wanted);
            return Stream.of(wanted).map(run::output).toList();
        }
        Plan known = plans.get(images.size(0));
        if (known != null && !known.current()) {
            close();
        }
        return plans.computeIfAbsent(images.size(0), size -> Plan.of(model, Math.toIntExact(size), wanted)).outputs(images);
    }

    /** Gives the plans' memory back. */
    @Override
    public void close() {
        plans.values().forEach(Plan::close);
        plans.clear();
    }
}
