package casebook.compute;

import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;

/**
 * The native memory and the native objects that one Java object owns. They are given back once: by {@link #close}, or some time after
 * nobody can reach the owner any more. Whoever uses them first asks {@link #requireOpen}, so that a use after that is an exception and
 * not the end of the process.
 */
public final class NativeResources implements AutoCloseable {

    /** Past so many bytes that were asked for and not given back, owners that nobody can reach any more are looked for. */
    private static final long MANY_BYTES = 16L << 20;
    /** What a native object takes besides the memory that is counted; an estimate. */
    private static final long OBJECT_BYTES = 1 << 10;
    private static final long ALIGNMENT = 64;

    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicLong HELD = new AtomicLong();
    /** The least that was held since owners were looked for. */
    private static final AtomicLong LEAST = new AtomicLong();

    /** What the cleaner runs. It must not reach the owner, which otherwise would never become unreachable. */
    private static final class Release implements Runnable {
        private final Deque<Runnable> actions = new ArrayDeque<>();
        private long bytes;
        private boolean done;

        @Override
        public synchronized void run() {
            done = true;
            while (!actions.isEmpty()) {
                actions.pop().run();
            }
            LEAST.accumulateAndGet(HELD.addAndGet(-bytes), Math::min);
            bytes = 0;
        }

        synchronized void add(Runnable action, long size) {
            actions.push(action);
            bytes += size;
            HELD.addAndGet(size);
        }
    }

    private final Release release = new Release();
    private final Cleaner.Cleanable cleanable;
    private final String closed;

    /**
     * Resources of an owner, who has none yet.
     *
     * @param owner whose they are
     * @param closed what an exception says to those who use them after they were closed
     */
    public NativeResources(Object owner, String closed) {
        this.closed = closed;
        this.cleanable = CLEANER.register(owner, release);
        lookForOwners();
    }

    /** Java does not see how much native memory its small objects stand for, and would not look for those that are unreachable in time. */
    private static void lookForOwners() {
        if (HELD.get() - LEAST.get() > MANY_BYTES) {
            System.gc();
            LEAST.set(HELD.get());
        }
    }

    /**
     * Takes over a native object.
     *
     * @param free gives it back; it must not reach the owner
     */
    public void add(Runnable free) {
        add(free, OBJECT_BYTES);
    }

    private void add(Runnable free, long bytes) {
        synchronized (release) {
            if (release.done) {
                free.run();
                throw new IllegalStateException(closed);
            }
            release.add(free, bytes);
        }
    }

    /** Memory that begins at a multiple of 64 bytes, as the processor's widest reads like it. */
    public BytePointer allocate(long bytes) {
        requireOpen();
        BytePointer memory = new BytePointer(bytes + ALIGNMENT);
        add(memory::close, bytes + ALIGNMENT);
        return memory.getPointer((ALIGNMENT - memory.address() % ALIGNMENT) % ALIGNMENT);
    }

    /**
     * Runs something that uses the resources. They are not given back before it is done.
     *
     * @throws IllegalStateException if they were given back
     */
    public <T> T use(Supplier<T> work) {
        synchronized (release) {
            requireOpen();
            return work.get();
        }
    }

    /** Bytes that are held, but for small objects. */
    public long bytes() {
        synchronized (release) {
            return release.bytes;
        }
    }

    /** @throws IllegalStateException if they were given back */
    public void requireOpen() {
        synchronized (release) {
            if (release.done) {
                throw new IllegalStateException(closed);
            }
        }
    }

    @Override
    public void close() {
        cleanable.clean();
    }
}
