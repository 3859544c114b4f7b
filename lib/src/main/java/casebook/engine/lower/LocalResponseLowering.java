package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.memory.Value;
import casebook.engine.onednn.NormalizationPrimitives;
import casebook.layers.LocalResponseNormalization;
import casebook.network.Node;

/** Local response normalization, when predicting. */
final class LocalResponseLowering implements Lowering {

    @Override
    public boolean supports(Node node, boolean training) {
        return !training && ((LocalResponseNormalization) node.layer()).size() % 2 == 1;
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        LocalResponseNormalization layer = (LocalResponseNormalization) operation.node().layer();
        Value source = c.source(operation.node(), 0);
        // oneDNN divides α by the size.
        c.pointwise(operation, NormalizationPrimitives.localResponse(c.engine, source.layout(), layer.size(), layer.alpha() * layer.size(),
                layer.beta(),
                layer.k()), source);
    }
}
