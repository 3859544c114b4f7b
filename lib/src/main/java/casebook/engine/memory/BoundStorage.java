package casebook.engine.memory;

import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryRegion;
import casebook.engine.onednn.MemoryLayout;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An array that is bound for each run anew: images, weights that move, answers. */
public final class BoundStorage implements Storage {

    private final Pointer nowhere;
    private final List<MemoryRegion> places = new ArrayList<>();
    private INDArray array;

    /** @param nowhere memory that is there before an array is bound */
    public BoundStorage(Pointer nowhere) {
        this.nowhere = nowhere;
    }

    /** From now on it is this array, in row-major order, until another one is bound. */
    public void bind(INDArray next) {
        // Held here, so that nobody frees it while it is read.
        array = next;
        places.forEach(place -> place.moveTo(next));
    }

    /** Lets go of the array. */
    public void release() {
        array = null;
    }

    /** The array that is bound; null if none is. */
    public INDArray array() {
        return array;
    }

    @Override
    public MemoryRegion memory(Engine engine, MemoryLayout layout) {
        MemoryRegion place = engine.memory(layout, nowhere);
        places.add(place);
        return place;
    }
}
