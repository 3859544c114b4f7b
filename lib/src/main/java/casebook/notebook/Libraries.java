package casebook.notebook;

import casebook.charts.Charts;
import casebook.charts.Curve;
import casebook.charts.Picture;
import casebook.compute.Stopped;
import org.nd4j.linalg.factory.Nd4j;
import tech.tablesaw.api.Table;

/**
 * Starts the libraries that notebooks need, in a thread of its own. A stop button's interrupt that comes while a library starts can leave it
 * unusable for the life of the kernel (Tablesaw looks through its class path, JavaCPP unpacks and locks files); nobody interrupts this thread.
 */
final class Libraries {

    /** Nothing to wait for. */
    static final Libraries NONE = new Libraries(new Thread());

    private final Thread thread;

    private Libraries(Thread thread) {
        this.thread = thread;
    }

    /** @param loader finds ND4J's backend */
    static Libraries start(ClassLoader loader) {
        Thread thread = new Thread(() -> {
            // What can't be started says why when a cell uses it; here nobody would read it.
            quietly(() -> Table.create("t"));
            quietly(() -> Nd4j.create(1));
            // The first file that a training writes is often written because it is stopped: not the moment to load a library.
            quietly(() -> initialise("casebook.model.Safetensors", loader));
            quietly(() -> picture().svg());
            quietly(() -> picture().png());
        }, "casebook-libraries");
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
        return new Libraries(thread);
    }

    private static void quietly(Runnable start) {
        try {
            start.run();
        } catch (RuntimeException | LinkageError e) {
            // See above.
        }
    }

    private static void initialise(String type, ClassLoader loader) {
        try {
            Class.forName(type, true, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Picture picture() {
        return Charts.curves("t", "x", "y", new Curve("c", new double[] {1, 2}, new double[] {1, 2}));
    }

    /**
     * Waits until they have started.
     *
     * @throws Stopped if this thread is to stop
     */
    void await() {
        try {
            while (thread.isAlive()) {
                thread.join(20);
                Stopped.check();
            }
        } catch (InterruptedException e) {
            throw new Stopped("stopped");
        }
    }
}
