package casebook.engine.memory;

import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryRegion;
import casebook.engine.onednn.MemoryLayout;

/** Where a value lies. */
public interface Storage {

    /** The place, for an operation that reads or writes it in this layout. */
    MemoryRegion memory(Engine engine, MemoryLayout layout);

    /** Takes note that step number {@code step} reads or writes it. */
    default void touch(int step) {}
}
