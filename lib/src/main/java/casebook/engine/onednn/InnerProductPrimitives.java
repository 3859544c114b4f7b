package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Fully connected layers, which oneDNN calls inner products. A source of four dims is read as one row for each image; a bias may
 * be null.
 */
public final class InnerProductPrimitives {

    private InnerProductPrimitives() {}

    /**
     * The forward pass.
     *
     * @param postOp what follows, or null
     */
    public static Primitive forward(Engine engine, Propagation propagation, MemoryLayout source, MemoryLayout weights, MemoryLayout bias,
            MemoryLayout destination,
            PostOp postOp) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_inner_product_forward_primitive_desc_create(desc, engine.handle, propagation.kind, source.desc, weights.desc,
                bias == null ? null : bias.desc, destination.desc, PostOp.attributes(engine, false, postOp)), "this fully connected layer");
        return new Primitive(engine, desc);
    }

    /** The gradient of the input, from that of the output. */
    public static Primitive backwardData(Engine engine, Primitive forward, MemoryLayout sourceGradient, MemoryLayout weights,
            MemoryLayout destinationGradient) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_inner_product_backward_data_primitive_desc_create(desc, engine.handle, sourceGradient.desc, weights.desc,
                destinationGradient.desc,
                forward.desc, PostOp.attributes(engine, false, null)), "the backward pass of this fully connected layer");
        return new Primitive(engine, desc);
    }

    /** The gradient of weights and bias, from that of the output. */
    public static Primitive backwardWeights(Engine engine, Primitive forward, MemoryLayout source, MemoryLayout weightsGradient,
            MemoryLayout biasGradient,
            MemoryLayout destinationGradient) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_inner_product_backward_weights_primitive_desc_create(desc, engine.handle, source.desc, weightsGradient.desc,
                biasGradient == null ? null : biasGradient.desc, destinationGradient.desc, forward.desc,
                        PostOp.attributes(engine, false, null)),
                "the gradient of this fully connected layer's weights");
        return new Primitive(engine, desc);
    }
}
