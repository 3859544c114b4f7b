package casebook.compute;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.IntStream;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Loops spread over as many threads as ND4J's own operations use ({@code OMP_NUM_THREADS}, or one for each processor). */
final class Parallel {

    /** A loop over fewer numbers is done before other threads have woken up. */
    private static final long WORTH_IT = 1 << 15;

    private static final ForkJoinPool THREADS = new ForkJoinPool(
            Math.max(1, NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads()), Parallel::daemon, null, false);

    /** A part of a loop. */
    interface Part {
        /** Does what is to be done from {@code from} up to, not including, {@code to}. */
        void run(int from, int to);
    }

    private Parallel() {}

    private static ForkJoinWorkerThread daemon(ForkJoinPool pool) {
        ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
        thread.setDaemon(true);
        thread.setName("casebook-compute-" + thread.getPoolIndex());
        return thread;
    }

    /**
     * Runs a loop in parts. What one part does must not depend on another.
     *
     * @param count how often the loop runs
     * @param numbers how many numbers are worked on in all
     */
    static void parts(int count, long numbers, Part part) {
        int threads = THREADS.getParallelism();
        if (threads == 1 || count == 1 || numbers < WORTH_IT) {
            part.run(0, count);
            return;
        }
        // More parts than threads: one that is held up does not hold up all.
        int parts = Math.min(count, 4 * threads);
        THREADS.submit(() -> IntStream.range(0, parts).parallel().forEach(i ->
                part.run((int) ((long) count * i / parts), (int) ((long) count * (i + 1) / parts)))).join();
    }
}
