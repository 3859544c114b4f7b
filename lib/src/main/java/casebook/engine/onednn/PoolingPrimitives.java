package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Poolings: of the largest number, or of the mean without padded places. */
public final class PoolingPrimitives {

    private PoolingPrimitives() {}

    private static int algorithm(boolean largest) {
        return largest ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
    }

    /**
     * The forward pass. In training, one of the largest keeps in its workspace where they were.
     *
     * @param kernel height and width of the window
     */
    public static Primitive forward(Engine engine, Propagation propagation, boolean largest, MemoryLayout source, MemoryLayout destination,
            long[] kernel,
            SlidingWindow window) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_pooling_forward_primitive_desc_create(desc, engine.handle, propagation.kind, algorithm(largest), source.desc,
                destination.desc,
                window.strides(), kernel, window.gaps(), window.before(), window.behind(), PostOp.attributes(engine, false, null)),
                        "this pooling");
        return new Primitive(engine, desc);
    }

    /** The gradient of the input, from that of the output. */
    public static Primitive backward(Engine engine, Primitive forward, boolean largest, MemoryLayout sourceGradient,
            MemoryLayout destinationGradient,
            long[] kernel, SlidingWindow window) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_pooling_backward_primitive_desc_create(desc, engine.handle, algorithm(largest), sourceGradient.desc,
                destinationGradient.desc,
                window.strides(), kernel, window.gaps(), window.before(), window.behind(), forward.desc,
                        PostOp.attributes(engine, false, null)), "the backward pass of this pooling");
        return new Primitive(engine, desc);
    }
}
