package casebook.engine.memory;

import casebook.compute.NativeResources;
import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryRegion;
import casebook.engine.onednn.MemoryLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;

/** One piece of memory that the values of a run share: those that are never needed at the same time may lie at the same place. */
public final class Arena {

    private static final long ALIGNMENT = 64;

    private final List<Lifetime> lifetimes = new ArrayList<>();
    private BytePointer memory;

    /** Memory for a value, which gets its place in {@link #allocate}. */
    public Storage storage(long bytes) {
        Lifetime lifetime = new Lifetime((bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        lifetimes.add(lifetime);
        return new Slot(lifetime);
    }

    /** True if a value lies in an arena, and not in memory of somebody else. */
    public static boolean holds(Storage storage) {
        return storage instanceof Slot;
    }

    /** Gives all lifetimes their places, and asks for as much memory as that takes. */
    public void allocate(NativeResources resources) {
        memory = resources.allocate(Math.max(arrange(lifetimes), ALIGNMENT));
    }

    /**
     * Gives each lifetime a place, so that no two that overlap share memory: the largest first, each in the first gap that is large enough.
     *
     * @return how much memory all of them take together
     */
    public static long arrange(List<Lifetime> lifetimes) {
        List<Lifetime> placed = new ArrayList<>();
        long end = 0;
        for (Lifetime lifetime : lifetimes.stream().sorted(Comparator.comparingLong((Lifetime each) -> -each.bytes())).toList()) {
            TreeMap<Long, Long> taken = new TreeMap<>();
            for (Lifetime other : placed) {
                if (lifetime.overlaps(other)) {
                    taken.merge(other.offset(), other.offset() + other.bytes(), Math::max);
                }
            }
            long at = 0;
            for (Map.Entry<Long, Long> interval : taken.entrySet()) {
                if (interval.getKey() - at >= lifetime.bytes()) {
                    break;
                }
                at = Math.max(at, interval.getValue());
            }
            lifetime.place(at);
            placed.add(lifetime);
            end = Math.max(end, at + lifetime.bytes());
        }
        return end;
    }

    private final class Slot implements Storage {
        private final Lifetime lifetime;

        Slot(Lifetime lifetime) {
            this.lifetime = lifetime;
        }

        @Override
        public void touch(int step) {
            lifetime.touch(step);
        }

        @Override
        public MemoryRegion memory(Engine engine, MemoryLayout layout) {
            return engine.memory(layout, memory.getPointer(lifetime.offset()));
        }
    }
}
