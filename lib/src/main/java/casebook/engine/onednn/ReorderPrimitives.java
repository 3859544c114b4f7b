package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.PointerPointer;

/** What only moves numbers: from one layout to another, and several arrays into one. */
public final class ReorderPrimitives {

    private ReorderPrimitives() {}

    /** From one layout to another. */
    public static Primitive reorder(Engine engine, MemoryLayout from, MemoryLayout to) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_reorder_primitive_desc_create(desc, from.desc, engine.handle, to.desc, engine.handle,
                PostOp.attributes(engine, false, null)), "this change of layout");
        return new Primitive(engine, desc);
    }

    /** From one layout to another, and each number times the factor of its place along the first dims, so many of them. */
    public static Primitive scaled(Engine engine, MemoryLayout from, MemoryLayout to, int dims) {
        dnnl_primitive_attr attributes = PostOp.attributes(engine, false, null);
        check(dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, (1 << dims) - 1), "factors");
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_reorder_primitive_desc_create(desc, from.desc, engine.handle, to.desc, engine.handle, attributes),
                "this change of layout");
        return new Primitive(engine, desc);
    }

    /** Several arrays behind one another along the channels. */
    public static Primitive concatenation(Engine engine, List<MemoryLayout> parts, MemoryLayout whole) {
        engine.resources.requireOpen();
        try (PointerPointer<dnnl_primitive_desc> made = new PointerPointer<>(1);
                PointerPointer<dnnl_memory_desc> sources = new PointerPointer<>(parts.size())) {
            for (int i = 0; i < parts.size(); i++) {
                sources.put(i, parts.get(i).desc);
            }
            check(dnnl_concat_primitive_desc_create(made, engine.handle, whole.desc, parts.size(), 1, sources,
                    PostOp.attributes(engine, false, null)), "this concatenation");
            return new Primitive(engine, made.get(dnnl_primitive_desc.class, 0));
        }
    }
}
