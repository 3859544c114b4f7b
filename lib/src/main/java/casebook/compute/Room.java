package casebook.compute;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Java arrays in which kernels work on one plane at a time. Each thread uses its own again and again; what they hold is left over. */
final class Room {

    /** Which of the arrays of one size; a kernel needs a few at a time. */
    enum Place {
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

    private static final ThreadLocal<Room> OF_THREAD = ThreadLocal.withInitial(Room::new);

    private final Map<Integer, Object[]> floats = new HashMap<>();
    private final Map<Integer, Object[]> doubles = new HashMap<>();
    private long numbers;

    private Room() {}

    static float[] floats(Place place, int size) {
        Room room = OF_THREAD.get();
        return (float[]) room.array(room.floats, place, size, float[]::new);
    }

    static double[] doubles(Place place, int size) {
        Room room = OF_THREAD.get();
        return (double[]) room.array(room.doubles, place, size, double[]::new);
    }

    private Object array(Map<Integer, Object[]> bySize, Place place, int size, IntFunction<Object> make) {
        if (numbers > MOST_NUMBERS) {
            floats.clear();
            doubles.clear();
            numbers = 0;
        }
        Object[] arrays = bySize.computeIfAbsent(size, key -> new Object[Place.values().length]);
        if (arrays[place.ordinal()] == null) {
            arrays[place.ordinal()] = make.apply(size);
            numbers += size;
        }
        return arrays[place.ordinal()];
    }
}
