package casebook.notebook;

import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * An output that changes in place while a cell runs, such as a loss curve.
 *
 * <pre>{@code
 * try (Live live = Notebook.live()) {
 *     …
 *     live.offer(() -> curve(losses));
 * }
 * }</pre>
 */
public final class Live implements AutoCloseable {

    /** Nanoseconds between two pictures, at least. */
    private static final long PAUSE = 1_000_000_000L;

    /** Drawing takes no more than this part of the time: the computation needs it. */
    private static final int SHARE = 20;

    private final Kernel kernel;
    private final String id = UUID.randomUUID().toString();
    private final String below = UUID.randomUUID().toString();
    private boolean displayed;
    private boolean displayedBelow;
    private long next;
    private Supplier<?> unfinished;

    /** @param kernel null where there is no notebook: then only the last value is printed */
    Live(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Shows this instead of what was shown before. */
    public void show(Object value) {
        if (kernel == null) {
            unfinished = () -> value;
            return;
        }
        unfinished = null;
        List<Bundle> bundles = Outputs.of(value);
        show(bundles.get(0));
        if (bundles.size() > 1) {
            publish(bundles.get(1), below, displayedBelow);
            displayedBelow = true;
        }
    }

    void show(Bundle bundle) {
        publish(bundle, id, displayed);
        displayed = true;
    }

    private void publish(Bundle bundle, String output, boolean update) {
        if (update) {
            kernel.update(bundle, output);
        } else {
            kernel.display(bundle, output);
        }
    }

    /**
     * Makes and shows this, unless the last one was shown less than a second ago. A chart is only sketched; {@link #close}
     * shows the last one in full.
     */
    public void offer(Supplier<?> value) {
        unfinished = value;
        long now = System.nanoTime();
        if (kernel != null && (!displayed || now - next >= 0)) {
            show(Outputs.sketch(value.get()));
            long end = System.nanoTime();
            next = end + Math.max(PAUSE, SHARE * (end - now));
        }
    }

    /** Shows what was offered last. */
    @Override
    public void close() {
        if (unfinished != null) {
            Object last = unfinished.get();
            unfinished = null;
            if (kernel == null) {
                Notebook.show(last);
            } else {
                show(last);
            }
        }
    }
}
