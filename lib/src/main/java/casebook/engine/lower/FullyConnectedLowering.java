package casebook.engine.lower;

import static casebook.engine.onednn.Argument.BIAS;
import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.SOURCE;
import static casebook.engine.onednn.Argument.WEIGHTS;
import static casebook.engine.onednn.Propagation.INFERENCE;
import static casebook.engine.onednn.Propagation.TRAINING;

import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.engine.memory.Value;
import casebook.engine.onednn.InnerProductPrimitives;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.Primitive;
import casebook.layers.FullyConnected;
import casebook.network.Node;
import java.util.Set;

/** Fully connected layers, with the activation that was taken in. */
final class FullyConnectedLowering implements Lowering {

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        return Set.of(Trait.TAKES_ACTIVATION);
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        Node node = operation.node();
        FullyConnected layer = (FullyConnected) node.layer();
        Value rows = c.rows(node);
        long[] filter = {layer.outputs(), rows.layout().dims()[1]};
        MemoryLayout bias = layer.bias() ? c.rowMajor(layer.outputs()) : null;
        Primitive primitive = InnerProductPrimitives.forward(c.engine, INFERENCE, rows.layout(), c.any(filter), bias,
                c.rowMajor(c.images, layer.outputs()),
                Lowerings.postOp(operation.activation()));
        Value read = c.program.inLayout(rows, primitive.source());
        Value target = c.program.fresh(primitive.destination());
        Value inPlace = c.weights().inPlace(node, "weights", primitive.weights(), filter);
        c.program.execute(primitive, Arguments.of(SOURCE, read).and(WEIGHTS, inPlace != null ? inPlace
                : c.packed(node, "weights", primitive.weights(), filter))
                .and(BIAS, bias == null ? null : c.packed(node, "bias", bias, layer.outputs())).and(DESTINATION, target));
        c.put(operation, target);
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Node node = operation.node();
        FullyConnected layer = (FullyConnected) node.layer();
        Value source = c.source(node, 0);
        long[] filter = source.layout().dims();
        filter[0] = layer.outputs();
        MemoryLayout bias = layer.bias() ? c.rowMajor(layer.outputs()) : null;
        MemoryLayout to = c.rowMajor(c.images, layer.outputs());
        Primitive primitive = InnerProductPrimitives.forward(c.engine, TRAINING, source.layout(), c.any(filter), bias, to,
                Lowerings.postOp(operation.activation()));
        Value weights = c.parameter(node, "weights", filter);
        Value output = c.program.fresh(to);
        c.program.execute(primitive, Arguments.of(SOURCE, source).and(WEIGHTS, c.program.inLayout(weights, primitive.weights()))
                .and(BIAS, bias == null ? null : c.parameter(node, "bias", layer.outputs())).and(DESTINATION, output));
        c.put(operation, output, () -> {
            Value gradient = c.gradientBeforeActivation(operation, output);
            Primitive ofWeights = InnerProductPrimitives.backwardWeights(c.engine, primitive, source.layout(), c.any(filter), bias, to);
            c.parameterGradients().compute(node, ofWeights, source, gradient, filter, bias);
            if (!c.isInput(source)) {
                Primitive ofData = InnerProductPrimitives.backwardData(c.engine, primitive, source.layout(), c.any(filter), to);
                c.backwardData(node, ofData, gradient, c.program.inLayout(weights, ofData.weights()));
            }
        });
    }
}
