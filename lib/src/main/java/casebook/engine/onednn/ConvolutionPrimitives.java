package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Convolutions. Weights have one dim more, the groups in front, where there are groups; a bias may be null. */
public final class ConvolutionPrimitives {

    private ConvolutionPrimitives() {}

    /**
     * The forward pass.
     *
     * @param sum true if it is added to what lies in the destination
     * @param postOp what follows, or null
     */
    public static Primitive forward(Engine engine, Propagation propagation, MemoryLayout source, MemoryLayout weights, MemoryLayout bias,
            MemoryLayout destination,
            SlidingWindow window, boolean sum, PostOp postOp) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_convolution_forward_primitive_desc_create(desc, engine.handle, propagation.kind, dnnl_convolution_direct, source.desc,
                weights.desc,
                bias == null ? null : bias.desc, destination.desc, window.strides(), window.gaps(), window.before(), window.behind(),
                PostOp.attributes(engine, sum, postOp)), "this convolution");
        return new Primitive(engine, desc);
    }

    /** The gradient of the input, from that of the output. */
    public static Primitive backwardData(Engine engine, Primitive forward, MemoryLayout sourceGradient, MemoryLayout weights,
            MemoryLayout destinationGradient,
            SlidingWindow window) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_convolution_backward_data_primitive_desc_create(desc, engine.handle, dnnl_convolution_direct, sourceGradient.desc,
                weights.desc,
                destinationGradient.desc, window.strides(), window.gaps(), window.before(), window.behind(), forward.desc,
                        PostOp.attributes(engine, false, null)),
                "the backward pass of this convolution");
        return new Primitive(engine, desc);
    }

    /** The gradient of weights and bias, from that of the output. */
    public static Primitive backwardWeights(Engine engine, Primitive forward, MemoryLayout source, MemoryLayout weightsGradient,
            MemoryLayout biasGradient,
            MemoryLayout destinationGradient, SlidingWindow window) {
        dnnl_primitive_desc desc = engine.description();
        check(dnnl_convolution_backward_weights_primitive_desc_create(desc, engine.handle, dnnl_convolution_direct, source.desc,
                weightsGradient.desc,
                biasGradient == null ? null : biasGradient.desc, destinationGradient.desc, window.strides(), window.gaps(), window.before(),
                        window.behind(),
                forward.desc, PostOp.attributes(engine, false, null)), "the gradient of this convolution's weights");
        return new Primitive(engine, desc);
    }
}
