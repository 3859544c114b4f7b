package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.memory.Value;
import casebook.engine.onednn.NormalizationPrimitives;
import casebook.network.Node;

/** The softmax of rows, when predicting. In training the loss takes what goes into it. */
final class SoftmaxLowering implements Lowering {

    @Override
    public boolean supports(Node node, boolean training) {
        return !training && node.output().vector();
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        Value source = c.source(operation.node(), 0);
        c.pointwise(operation, NormalizationPrimitives.softmax(c.engine, source.layout()), source);
    }
}
