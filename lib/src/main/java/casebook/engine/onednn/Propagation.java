package casebook.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

/** Whether a backward primitive follows a forward one. */
public enum Propagation {
    /** None follows. */
    INFERENCE(dnnl_forward_inference),
    /** One follows. */
    TRAINING(dnnl_forward_training);

    final int kind;

    Propagation(int kind) {
        this.kind = kind;
    }
}
