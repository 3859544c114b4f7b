package casebook.compute;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.memory.pointers.PagedPointer;

/** The native memory that one thread uses again and again, in blocks. Asking the system for each array would take far longer. */
final class Pool {

    /** What a thread keeps when it has no {@link Scratch} open; more than this is given back. */
    private static final long KEPT_BYTES = 512L << 20;

    private static final ThreadLocal<Pool> OF_THREAD = ThreadLocal.withInitial(Pool::new);

    /** Vector instructions are fastest on addresses that are multiples of 64. */
    private static final long ALIGNMENT = 64;
    private static final long PAGE = 4096;

    /** A piece of memory. It goes back to the pool when nobody uses it any more. */
    static final class Block {
        private final BytePointer memory;
        private final long start;
        private final long size;
        private long filled;
        private int users = 1;

        private Block(long size) {
            memory = new BytePointer(size + ALIGNMENT);
            start = roundUp(memory.address(), ALIGNMENT);
            this.size = size;
        }

        long free() {
            return size - filled;
        }

        private PagedPointer take(long bytes, long elements) {
            PagedPointer taken = new PagedPointer(memory, elements, start - memory.address() + filled);
            filled += roundUp(bytes, ALIGNMENT);
            return taken;
        }
    }

    private final TreeMap<Long, Block> used = new TreeMap<>();
    private final TreeMap<Long, ArrayDeque<Block>> free = new TreeMap<>();
    private long total;
    private int open;
    /** Bytes of the arrays in the blocks that are used, and the most that this ever was since {@link #measure}. */
    private long live;
    private long most;

    /** This thread's pool. */
    static Pool ofThread() {
        return OF_THREAD.get();
    }

    /** A block with room for so many bytes. */
    Block block(long bytes) {
        long size = roundUp(Math.max(bytes, 1), PAGE);
        Map.Entry<Long, ArrayDeque<Block>> fits = free.ceilingEntry(size);
        Block block;
        // A block that is far too large would be missing where it is needed.
        if (fits != null && fits.getKey() <= size + size / 4) {
            block = fits.getValue().pop();
            if (fits.getValue().isEmpty()) {
                free.remove(fits.getKey());
            }
            block.filled = 0;
            block.users = 1;
        } else {
            block = new Block(size);
            total += size;
        }
        used.put(block.start, block);
        return block;
    }

    /** The next so many bytes of a block. */
    PagedPointer take(Block block, long bytes, long elements) {
        live += roundUp(bytes, ALIGNMENT);
        most = Math.max(most, live);
        return block.take(bytes, elements);
    }

    /** Bytes of the arrays that are there now. From here on {@link #most} counts anew. */
    long measure() {
        most = live;
        return live;
    }

    /** The most bytes of arrays that there were at one time since {@link #measure}. */
    long most() {
        return most;
    }

    /** Bytes of the arrays that are there now. */
    long live() {
        return live;
    }

    /** The block in use that this address lies in; null if there is none. */
    Block at(long address) {
        Map.Entry<Long, Block> before = used.floorEntry(address);
        return before != null && address < before.getKey() + before.getValue().size ? before.getValue() : null;
    }

    void use(Block block) {
        block.users++;
    }

    void leave(Block block) {
        if (--block.users == 0) {
            used.remove(block.start);
            live -= block.filled;
            free.computeIfAbsent(block.size, size -> new ArrayDeque<>()).push(block);
        }
    }

    void enter() {
        open++;
    }

    void exit() {
        if (--open == 0 && total > KEPT_BYTES) {
            free.values().forEach(blocks -> blocks.forEach(block -> {
                total -= block.size;
                block.memory.deallocate();
            }));
            free.clear();
        }
    }

    private static long roundUp(long number, long multiple) {
        return (number + multiple - 1) / multiple * multiple;
    }
}
