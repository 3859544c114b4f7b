package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Functions of each number by itself, and the sum of two arrays. */
public final class ElementwisePrimitives {

    private ElementwisePrimitives() {}

    /** A function by itself. */
    public static Primitive forward(Engine engine, Propagation propagation, PostOp function, MemoryLayout data) {
        PostOp.Elementwise step = propagation == Propagation.TRAINING ? function.training() : function.inference();
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_eltwise_forward_primitive_desc_create(desc, engine.handle, propagation.kind, step.algorithm(), data.desc, data.desc,
                step.alpha(), step.beta(),
                PostOp.attributes(engine, false, null)), "this function");
        return new Primitive(engine, desc);
    }

    /** The gradient of a function's input, from that of its output and the output or the input, all in one layout. */
    public static Primitive backward(Engine engine, PostOp function, MemoryLayout data) {
        Primitive forward = forward(engine, Propagation.TRAINING, function, data);
        PostOp.Elementwise step = function.training();
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_eltwise_backward_primitive_desc_create(desc, engine.handle, step.algorithm(), data.desc, data.desc, data.desc,
                step.alpha(), step.beta(),
                forward.desc, PostOp.attributes(engine, false, null)), "the backward pass of this function");
        return new Primitive(engine, desc);
    }

    /**
     * The sum of two arrays of the same layout.
     *
     * @param postOp what follows, or null
     */
    public static Primitive sum(Engine engine, MemoryLayout data, PostOp postOp) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_binary_primitive_desc_create(desc, engine.handle, dnnl_binary_add, data.desc, data.desc, data.desc,
                PostOp.attributes(engine, false, postOp)), "this addition");
        return new Primitive(engine, desc);
    }
}
