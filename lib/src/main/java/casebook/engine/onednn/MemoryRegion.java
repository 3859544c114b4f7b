package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A place in memory, with the layout of what lies there. */
public final class MemoryRegion {

    private final Engine engine;
    final dnnl_memory handle;

    MemoryRegion(Engine engine, MemoryLayout layout, Pointer place) {
        engine.resources.requireOpen();
        this.engine = engine;
        dnnl_memory made = new dnnl_memory();
        check(dnnl_memory_create(made, layout.desc, engine.handle, place), "a place in memory");
        engine.resources.add(() -> dnnl_memory_destroy(made));
        handle = made;
    }

    /** Looks at another place from now on, in the same layout. */
    public void moveTo(INDArray array) {
        engine.resources.use(() -> dnnl_memory_set_data_handle(handle, array.data().addressPointer()));
    }
}
