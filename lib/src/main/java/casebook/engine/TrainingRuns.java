package casebook.engine;

import casebook.model.Model;
import casebook.model.Execution;
import casebook.model.ModelRun;
import casebook.network.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs training steps, batch after batch: with a {@link TrainingPlan} for each size of batch where there can be one, or else layer by
 * layer. At most two plans are kept: one for whole batches, and one for the last batch of an epoch, which is often smaller.
 */
public final class TrainingRuns implements AutoCloseable {

    private static final int PLANS = 2;

    private final Model model;
    private final List<Node> ends;
    private final Map<Long, TrainingPlan> plans = new LinkedHashMap<>();
    private boolean closed;

    /** @param ends the layers whose outputs losses take */
    public TrainingRuns(Model model, List<Node> ends) {
        this.model = model;
        this.ends = ends;
    }

    /**
     * Runs the forward pass, with auxiliary heads.
     *
     * @param images {@code [images, channels, height, width]}
     * @param seed for layers that need chance
     * @throws IllegalStateException if they were closed, or their model was
     */
    public ModelRun forward(INDArray images, long seed) {
        if (!TrainingPlan.available() || model.type() != DataType.FLOAT) {
            return Execution.training(model, images, seed);
        }
        return plan(Math.toIntExact(images.size(0))).forward(images, seed);
    }

    private synchronized TrainingPlan plan(long images) {
        if (closed) {
            throw new IllegalStateException("these TrainingRuns were closed: "
                    + "make new ones, and close them when nothing uses them any more");
        }
        TrainingPlan plan = plans.get(images);
        if (plan == null) {
            if (plans.size() == PLANS) {
                plans.remove(plans.keySet().iterator().next()).close();
            }
            plan = TrainingPlan.of(model, (int) images, ends);
            plans.put(images, plan);
        }
        return plan;
    }

    @Override
    public synchronized void close() {
        closed = true;
        plans.values().forEach(TrainingPlan::close);
        plans.clear();
    }
}
