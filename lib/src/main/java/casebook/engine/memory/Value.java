package casebook.engine.memory;

import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryRegion;
import casebook.engine.onednn.MemoryLayout;

/**
 * An array that flows through a plan. Two values may have one storage: then writing the one writes the other.
 *
 * @param layout its dims, and how it lies
 * @param storage where it lies
 */
public record Value(MemoryLayout layout, Storage storage) {

    /** The same storage in another layout: other dims for the same order, a part of it, or what is written over it. */
    public Value as(MemoryLayout other) {
        return new Value(other, storage);
    }

    /** Its place, when all storages have theirs. */
    public MemoryRegion memory(Engine engine) {
        return storage.memory(engine, layout);
    }
}
