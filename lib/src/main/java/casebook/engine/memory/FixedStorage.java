package casebook.engine.memory;

import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryRegion;
import casebook.engine.onednn.MemoryLayout;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Memory that stays as long as the plan: an array, or packed weights. */
public final class FixedStorage implements Storage {

    private final Pointer place;
    /** What the memory belongs to: held, so that nobody frees it while operations read it. */
    private final Object owner;

    private FixedStorage(Pointer place, Object owner) {
        this.place = place;
        this.owner = owner;
    }

    /** An array in row-major order. */
    public static FixedStorage of(INDArray array) {
        return new FixedStorage(array.data().addressPointer(), array);
    }

    /** Memory of the plan's own. */
    public static FixedStorage of(Pointer place) {
        return new FixedStorage(place, place);
    }

    @Override
    public MemoryRegion memory(Engine engine, MemoryLayout layout) {
        return engine.memory(layout, place);
    }
}
