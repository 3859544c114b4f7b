package casebook.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.Deallocator;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.MemoryKind;
import org.nd4j.linalg.api.memory.pointers.PagedPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Memory for one run of a network, or a part of it. All arrays that this thread makes while it is open live in blocks of
 * native memory that are used again afterwards: that is many times faster than asking the system for each array, and nothing
 * waits for the garbage collector. What has to outlive it is copied out with {@code detach()}.
 *
 * <pre>{@code
 * try (Scratch scratch = Scratch.open()) {
 *     return run(x).detach();
 * }
 * }</pre>
 *
 * <p>It may be opened again inside. An array of the inner one that the outer one {@linkplain #hold holds} lives on, without
 * being copied, until the outer one is closed or {@linkplain #drop drops} it.
 */
public final class Scratch implements AutoCloseable {

    /** Arrays smaller than this share a block. */
    private static final long SMALL_BYTES = 16 << 10;
    private static final long SHARED_BYTES = 64 << 10;

    private final Pool pool = Pool.ofThread();
    private final Workspace workspace = new Workspace();
    private final MemoryWorkspace previous = Nd4j.getMemoryManager().getCurrentWorkspace();
    private final List<Pool.Block> blocks = new ArrayList<>();
    private final Thread thread = Thread.currentThread();
    private Pool.Block shared;
    private boolean closed;

    private Scratch() {
        pool.enter();
        Nd4j.getMemoryManager().setCurrentWorkspace(workspace);
    }

    /** Opens it for this thread; it may be opened again inside. */
    public static Scratch open() {
        return new Scratch();
    }

    /** Keeps memory ready for the next run where many follow one another, however much it is. Close it at the end. */
    public static Ready stayReady() {
        Pool pool = Pool.ofThread();
        pool.enter();
        Thread opener = Thread.currentThread();
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            requireThread(opener);
            if (closed.compareAndSet(false, true)) {
                pool.exit();
            }
        };
    }

    private static void requireThread(Thread opener) {
        if (Thread.currentThread() != opener) {
            throw new IllegalStateException("memory of the thread " + opener.getName() + " can't be used by the thread "
                    + Thread.currentThread().getName()
                    + ": open a Scratch in each thread, and take what leaves it along with detach()");
        }
    }

    private void requireOpen() {
        requireThread(thread);
        if (closed) {
            throw new IllegalStateException("this scratch was closed, and its arrays are gone: "
                    + "copy out what has to outlive it with detach(), before it closes");
        }
    }

    /** While it is open, memory that runs leave stays ready for the next one. */
    public interface Ready extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Measures how much memory arrays take in the scratches of this thread while something runs: beyond what they took before, and
     * up to 64 bytes an array too much. What an operation of ND4J or oneDNN asks of the system for itself is not seen.
     *
     * @param work what runs; it is not measured by itself inside
     */
    public static Use measure(Runnable work) {
        Pool pool = Pool.ofThread();
        long before = pool.measure();
        work.run();
        return new Use(pool.most() - before, pool.live() - before);
    }

    /**
     * Bytes of arrays.
     *
     * @param most the most at one time
     * @param left what is still held at the end
     */
    public record Use(long most, long left) {}

    /** The one that is open in this thread, or null: then arrays belong to the garbage collector. */
    public static Scratch current() {
        return Nd4j.getMemoryManager().getCurrentWorkspace() instanceof Workspace open ? open.scratch() : null;
    }

    /** Keeps an array of another scratch, or one more view of an array of this one, until {@link #drop} or {@link #close}. */
    public void hold(INDArray array) {
        requireOpen();
        Pool.Block block = block(array);
        if (block != null) {
            pool.use(block);
            blocks.add(block);
        }
    }

    /** Lets go of an array that is held. Its memory is used again as soon as nobody holds it. */
    public void drop(INDArray array) {
        requireOpen();
        Pool.Block block = block(array);
        if (block != null && blocks.remove(block)) {
            pool.leave(block);
        }
    }

    private Pool.Block block(INDArray array) {
        return array.isAttached() ? pool.at(array.data().pointer().address()) : null;
    }

    @Override
    public void close() {
        requireThread(thread);
        if (!closed) {
            closed = true;
            Nd4j.getMemoryManager().setCurrentWorkspace(previous);
            blocks.forEach(pool::leave);
            pool.exit();
        }
    }

    private PagedPointer allocate(long bytes, DataType type, boolean zeros) {
        long elements = bytes / type.width();
        Pool.Block block = bytes < SMALL_BYTES ? shared(bytes) : add(bytes);
        PagedPointer memory = pool.take(block, bytes, elements);
        if (zeros) {
            Pointer.memset(memory, 0, bytes);
        }
        return memory;
    }

    private Pool.Block shared(long bytes) {
        if (shared == null || shared.free() < bytes) {
            shared = add(SHARED_BYTES);
        }
        return shared;
    }

    private Pool.Block add(long bytes) {
        Pool.Block block = pool.block(bytes);
        blocks.add(block);
        return block;
    }

    /** What ND4J sees of it. ND4J's own workspaces grow only between runs, and free nothing inside one. */
    private final class Workspace implements MemoryWorkspace {

        private int left;

        Scratch scratch() {
            return Scratch.this;
        }

        @Override
        public PagedPointer alloc(long bytes, DataType type, boolean zeros) {
            return allocate(bytes, type, zeros);
        }

        @Override
        public PagedPointer alloc(long bytes, MemoryKind kind, DataType type, boolean zeros) {
            return allocate(bytes, type, zeros);
        }

        @Override
        public boolean isScopeActive() {
            // Arrays that an outer one holds may be used after this one was closed.
            return true;
        }

        @Override
        public Type getWorkspaceType() {
            return Type.SCOPED;
        }

        @Override
        public String getId() {
            return "casebook";
        }

        @Override
        public String getUniqueId() {
            return "casebook";
        }

        @Override
        public Long getThreadId() {
            return Thread.currentThread().getId();
        }

        @Override
        public WorkspaceConfiguration getWorkspaceConfiguration() {
            return WorkspaceConfiguration.builder().build();
        }

        @Override
        public Deallocator deallocator() {
            return () -> { };
        }

        @Override
        public int targetDevice() {
            return 0;
        }

        @Override
        public int getDeviceId() {
            return 0;
        }

        @Override
        public long getGenerationId() {
            return 0;
        }

        @Override
        public MemoryWorkspace getParentWorkspace() {
            return previous;
        }

        @Override
        public MemoryWorkspace notifyScopeEntered() {
            throw new UnsupportedOperationException("opened by Scratch.open() alone");
        }

        @Override
        public MemoryWorkspace notifyScopeBorrowed() {
            return notifyScopeEntered();
        }

        @Override
        public MemoryWorkspace notifyScopeLeft() {
            return notifyScopeEntered();
        }

        /** ND4J leaves it for a moment, to make something that lasts longer, and comes back with {@link #close}. */
        @Override
        public MemoryWorkspace tagOutOfScopeUse() {
            left++;
            return this;
        }

        @Override
        public void close() {
            if (left > 0) {
                left--;
                Nd4j.getMemoryManager().setCurrentWorkspace(this);
            } else {
                Scratch.this.close();
            }
        }

        @Override
        public long getPrimaryOffset() {
            return 0;
        }

        @Override
        public long getThisCycleAllocations() {
            return 0;
        }

        @Override
        public long getLastCycleAllocations() {
            return 0;
        }

        @Override
        public long getMaxCycleAllocations() {
            return 0;
        }

        @Override
        public long getCurrentSize() {
            return 0;
        }

        @Override
        public long getCurrentOffset() {
            return 0;
        }

        @Override
        public void initializeWorkspace() {
            // It is ready from the start.
        }

        @Override
        public void destroyWorkspace() {
            // Closing it is enough.
        }

        @Override
        public void destroyWorkspace(boolean extended) {
            // Closing it is enough.
        }

        @Override
        public void toggleWorkspaceUse(boolean use) {
            throw new UnsupportedOperationException("a scratch is in use while it is open");
        }

        @Override
        public void enableDebug(boolean debug) {
            // There is nothing to tell.
        }

        @Override
        public void setPreviousWorkspace(MemoryWorkspace workspace) {
            throw new UnsupportedOperationException("a scratch knows what was open before it");
        }
    }
}
