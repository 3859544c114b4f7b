package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Batch normalization, local response normalization and softmax. */
public final class NormalizationPrimitives {

    private NormalizationPrimitives() {}

    private static int flags(boolean relu) {
        return dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
    }

    /** Batch normalization with the batch's own statistics, which it writes too; a ReLU may be fused, which needs a workspace. */
    public static Primitive batchForward(Engine engine, MemoryLayout source, MemoryLayout destination, double epsilon, boolean relu) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_batch_normalization_forward_primitive_desc_create(desc, engine.handle, dnnl_forward_training, source.desc,
                destination.desc, (float) epsilon,
                flags(relu), PostOp.attributes(engine, false, null)), "this batch normalization");
        return new Primitive(engine, desc);
    }

    /** The gradients of a batch normalization's input, scale and shift. */
    public static Primitive batchBackward(Engine engine, Primitive forward, MemoryLayout data, double epsilon, boolean relu) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_batch_normalization_backward_primitive_desc_create(desc, engine.handle, dnnl_backward, data.desc, data.desc, data.desc,
                (float) epsilon,
                flags(relu), forward.desc, PostOp.attributes(engine, false, null)), "the backward pass of this batch normalization");
        return new Primitive(engine, desc);
    }

    /** Local response normalization across channels, with oneDNN's α, which is divided by the size. */
    public static Primitive localResponse(Engine engine, MemoryLayout data, long size, double alpha, double beta, double k) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_lrn_forward_primitive_desc_create(desc, engine.handle, dnnl_forward_inference, dnnl_lrn_across_channels, data.desc,
                data.desc, size,
                (float) alpha, (float) beta, (float) k, PostOp.attributes(engine, false, null)), "this normalization");
        return new Primitive(engine, desc);
    }

    /** The softmax of rows. */
    public static Primitive softmax(Engine engine, MemoryLayout rows) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_softmax_forward_primitive_desc_create(desc, engine.handle, dnnl_forward_inference, dnnl_softmax_accurate, rows.desc,
                rows.desc, 1,
                PostOp.attributes(engine, false, null)),
                "this softmax");
        return new Primitive(engine, desc);
    }
}
