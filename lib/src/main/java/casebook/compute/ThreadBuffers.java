package casebook.compute;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Java arrays in which kernels work on one plane at a time. Each thread uses its own again and again; what they hold is left over. */
final class ThreadBuffers {

    /** Which of the arrays of one size; a kernel needs a few at a time. */
    enum Slot {
        /** What is read. */
        FIRST,
        /** What is read beside it. */
        SECOND,
        /** What is read beside both. */
        THIRD,
        /** What is written. */
        RESULT,
        /** One line of a plane. */
        LINE
    }

    /** A thread that has worked on planes of many sizes starts anew beyond so many numbers. */
    private static final int MOST_NUMBERS = 4 << 20;

    private static final ThreadLocal<ThreadBuffers> OF_THREAD = ThreadLocal.withInitial(ThreadBuffers::new);

    private final Map<Integer, Object[]> floats = new HashMap<>();
    private final Map<Integer, Object[]> doubles = new HashMap<>();
    private long numbers;

    private ThreadBuffers() {}

    static float[] floats(Slot slot, int size) {
        ThreadBuffers own = OF_THREAD.get();
        return (float[]) own.array(own.floats, slot, size, float[]::new);
    }

    static double[] doubles(Slot slot, int size) {
        ThreadBuffers own = OF_THREAD.get();
        return (double[]) own.array(own.doubles, slot, size, double[]::new);
    }

    private Object array(Map<Integer, Object[]> bySize, Slot slot, int size, IntFunction<Object> make) {
        if (numbers > MOST_NUMBERS) {
            floats.clear();
            doubles.clear();
            numbers = 0;
        }
        Object[] arrays = bySize.computeIfAbsent(size, key -> new Object[Slot.values().length]);
        if (arrays[slot.ordinal()] == null) {
            arrays[slot.ordinal()] = make.apply(size);
            numbers += size;
        }
        return arrays[slot.ordinal()];
    }
}
