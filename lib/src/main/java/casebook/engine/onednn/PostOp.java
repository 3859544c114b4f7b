package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.List;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;

/**
 * A function that a primitive applies to each number of its output while it is still in the processor; or that is a primitive of its own.
 *
 * @param fused what is appended to another primitive, one after the other
 * @param inference the function by itself
 * @param training the function by itself, forward and backward, when a gradient is wanted
 * @param backwardFromOutput true if the gradient is computed from the output alone, so that the input need not be kept
 */
public record PostOp(List<Elementwise> fused, Elementwise inference, Elementwise training, boolean backwardFromOutput) {

    /**
     * A function of oneDNN's.
     *
     * @param algorithm oneDNN's number for it, {@code dnnl_eltwise_…}
     * @param alpha the first constant, whose meaning depends on the algorithm
     * @param beta the second
     */
    public record Elementwise(int algorithm, float alpha, float beta) {

        /** A function without constants. */
        public static Elementwise of(int algorithm) {
            return new Elementwise(algorithm, 0, 0);
        }
    }

    /** ReLU. */
    public static final PostOp RELU = fromOutput(dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd);
    /** The logistic function. */
    public static final PostOp SIGMOID = fromOutput(dnnl_eltwise_logistic, dnnl_eltwise_logistic_use_dst_for_bwd);
    /** The hyperbolic tangent. Fused, tanh x = 2 σ(2x) − 1: the logistic function takes a third of the time that oneDNN's tanh takes. */
    public static final PostOp TANH = new PostOp(List.of(new Elementwise(dnnl_eltwise_linear, 2, 0), Elementwise.of(dnnl_eltwise_logistic),
            new Elementwise(dnnl_eltwise_linear, 2, -1)), Elementwise.of(dnnl_eltwise_tanh),
                    Elementwise.of(dnnl_eltwise_tanh_use_dst_for_bwd), true);

    private static PostOp fromOutput(int algorithm, int training) {
        return new PostOp(List.of(Elementwise.of(algorithm)), Elementwise.of(algorithm), Elementwise.of(training), true);
    }

    /** A function whose gradient is computed from its input. */
    public static PostOp fromInput(Elementwise function) {
        return new PostOp(List.of(function), function, function, false);
    }

    /**
     * Attributes of a primitive. Each has them, for the memory that it works in is given to it.
     *
     * @param sum true if the result is added to what lies in the destination
     * @param postOp what follows, or null
     */
    static dnnl_primitive_attr attributes(Engine engine, boolean sum, PostOp postOp) {
        engine.resources.requireOpen();
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        check(dnnl_primitive_attr_create(attributes), "attributes");
        engine.resources.add(() -> dnnl_primitive_attr_destroy(attributes));
        // oneDNN's own scratchpads belong to the thread that made the primitive, and another thread may execute it.
        check(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "a scratchpad");
        if (!sum && postOp == null) {
            return attributes;
        }
        dnnl_post_ops ops = new dnnl_post_ops();
        check(dnnl_post_ops_create(ops), "post-ops");
        try {
            if (sum) {
                check(dnnl_post_ops_append_sum(ops, 1, 0, dnnl_data_type_undef), "a sum as post-op");
            }
            if (postOp != null) {
                for (Elementwise step : postOp.fused) {
                    check(dnnl_post_ops_append_eltwise(ops, step.algorithm, step.alpha, step.beta), "this post-op");
                }
            }
            check(dnnl_primitive_attr_set_post_ops(attributes, ops), "post-ops");
        } finally {
            dnnl_post_ops_destroy(ops);
        }
        return attributes;
    }
}
