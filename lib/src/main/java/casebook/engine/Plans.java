package casebook.engine;

import casebook.compute.Stopped;
import casebook.model.Backend;
import casebook.model.Model;
import casebook.network.Node;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What is behind {@link Model#predict}: the plans of one model, made when they are needed. The last {@value #MOST_PLANS} that were used
 * are kept, as long as together they take no more than 1 GB; one that alone takes more is given back after its answer. To make a plan and
 * to run it once takes no longer than the layers' own code takes, so that even a size of batch that comes once gets one.
 */
final class Plans implements Backend.Session {

    static final int MOST_PLANS = 4;
    static final long MOST_BYTES = 1L << 30;

    /** What a plan was made for. */
    private record Key(long images, List<Integer> wanted) {}

    private final Model model;
    private final ReentrantLock lock = new ReentrantLock();
    /** The one that was used last comes last. */
    private final Map<Key, Plan> plans = new LinkedHashMap<>(MOST_PLANS, 0.75f, true);
    private boolean closed;

    private Plans(Model model) {
        this.model = model;
    }

    /** The engine, as {@link java.util.ServiceLoader} finds it. */
    public static final class Engine implements Backend {
        @Override
        public Session open(Model model) {
            return Plan.available() && model.type() == DataType.FLOAT ? new Plans(model) : null;
        }
    }

    @Override
    public List<INDArray> outputs(INDArray images, List<Node> wanted) {
        try {
            // Two threads would only wait for each other inside the plan.
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw new Stopped("stopped");
        }
        try {
            Key key = new Key(images.size(0), wanted.stream().map(Node::index).toList());
            if (closed) {
                throw new IllegalStateException("this model of " + model.network().name()
                        + " was closed, and its plans with it: make it anew");
            }
            Plan plan = plans.get(key);
            if (plan == null) {
                plan = Plan.of(model, Math.toIntExact(key.images), wanted.toArray(Node[]::new));
                plans.put(key, plan);
            }
            try {
                return plan.outputs(images);
            } finally {
                giveBack();
            }
        } finally {
            lock.unlock();
        }
    }

    private void giveBack() {
        Iterator<Plan> eldest = plans.values().iterator();
        while (plans.size() > MOST_PLANS || bytes() > MOST_BYTES) {
            eldest.next().close();
            eldest.remove();
        }
    }

    /** How many plans there are. */
    int size() {
        return plans.size();
    }

    /** Bytes that the plans take. */
    long bytes() {
        return plans.values().stream().mapToLong(Plan::bytes).sum();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            plans.values().forEach(Plan::close);
            plans.clear();
        } finally {
            lock.unlock();
        }
    }
}
