package casebook.notebook;

import java.util.Locale;
import org.bytedeco.javacpp.Pointer;

/** What to do when memory is exhausted: Java's heap, or the memory outside it, where the arrays of ND4J are. */
final class Memory {

    /**
     * Kept free until the heap is full. Where variables fill the heap, nothing would run any more, not even the cell that lets go of them;
     * and a library whose start fails for want of memory can't be started again in the same process.
     *
     * <p>Cells that fill the heap with small objects to the last byte may still stop the kernel: its own threads can be the ones that find
     * no room.
     */
    private static final int RESERVE = 48 << 20;

    private static byte[] reserve;
    private static boolean used;

    private Memory() {}

    /** Makes a reserve if there is none and the heap has room. */
    static synchronized void keepReserve() {
        if (reserve == null) {
            if (used) {
                // What a cell has just let go of counts as taken until it is collected.
                System.gc();
            }
            if (free() > 3L * RESERVE) {
                reserve = new byte[RESERVE];
                used = false;
            }
        }
    }

    static synchronized void useReserve() {
        reserve = null;
        used = true;
    }

    private static long free() {
        Runtime java = Runtime.getRuntime();
        return java.maxMemory() - java.totalMemory() + java.freeMemory();
    }

    /** Whether this, or what it was caused by, says that there is no memory left. */
    static boolean full(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
            if (cause instanceof OutOfMemoryError || outsideHeap(cause.getMessage())) {
                return true;
            }
        }
        return false;
    }

    /** JavaCPP counts the memory outside the heap and refuses what is over its limits; beyond what the machine has, ND4J itself is refused. */
    private static boolean outsideHeap(String message) {
        return message != null && (message.contains("physicalBytes") || message.contains("std::bad_alloc"));
    }

    /** What to do about it. */
    static String inWords(Throwable thrown) {
        boolean arrays = false;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
            arrays |= outsideHeap(cause.getMessage());
        }
        String restart = ", or restart the kernel (in the menu: Kernel, Restart Kernel)";
        if (!arrays) {
            return String.format(Locale.ROOT, "Java's heap is full (%,d MB). Let go of what is large and no longer needed (of a variable called all with: all = null;)%s",
                    Runtime.getRuntime().maxMemory() >> 20, restart);
        }
        String allowed = Pointer.maxPhysicalBytes() > 0 ? String.format(Locale.ROOT, ": %,d MB are allowed for this kernel in all", Pointer.maxPhysicalBytes() >> 20) : "";
        return "the memory outside Java's heap, where arrays are, is full" + allowed + ". Compute with fewer or smaller images at a time, let go of arrays that "
                + "are no longer needed (of a variable called x with: x = null;)" + restart;
    }
}
