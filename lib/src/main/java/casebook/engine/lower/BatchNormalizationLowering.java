package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.DESTINATION_GRADIENT;
import static casebook.engine.onednn.Argument.MEAN;
import static casebook.engine.onednn.Argument.SCALE;
import static casebook.engine.onednn.Argument.SCALE_GRADIENT;
import static casebook.engine.onednn.Argument.SHIFT;
import static casebook.engine.onednn.Argument.SHIFT_GRADIENT;
import static casebook.engine.onednn.Argument.SOURCE;
import static casebook.engine.onednn.Argument.SOURCE_GRADIENT;
import static casebook.engine.onednn.Argument.VARIANCE;
import static casebook.engine.onednn.Argument.WORKSPACE;

import casebook.compute.Tensors;
import casebook.engine.graph.Operation;
import casebook.engine.graph.Trait;
import casebook.engine.memory.Value;
import casebook.engine.onednn.NormalizationPrimitives;
import casebook.engine.onednn.Primitive;
import casebook.layers.BatchNormalization;
import casebook.network.Node;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Batch normalization in training. When predicting, a convolution before it takes it into its weights; where there is none, the
 * layer runs its own code.
 */
final class BatchNormalizationLowering implements Lowering {

    /** What the forward pass leaves for the backward pass; the workspace is null without a ReLU. */
    private record Forward(Primitive primitive, Value source, Value mean, Value variance, Value scale, Value workspace) {}

    @Override
    public boolean supports(Node node, boolean training) {
        return training && !node.output().vector();
    }

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        return training ? supports(node, true) ? Set.of(Trait.TAKES_RELU) : Set.of() : Set.of(Trait.NORMALIZES);
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        throw new IllegalStateException(operation.node().name() + ": a batch normalization by itself runs its own code");
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Node node = operation.node();
        BatchNormalization layer = (BatchNormalization) node.layer();
        Value source = c.source(node, 0);
        long channels = source.layout().dims()[1];
        boolean relu = operation.activation() != null;
        Primitive primitive = NormalizationPrimitives.batchForward(c.engine, source.layout(), source.layout(), layer.epsilon(), relu);
        Value output = c.program.fresh(primitive.destination());
        INDArray batchMean = Nd4j.create(DataType.FLOAT, new long[] {channels}, 'c');
        INDArray batchVariance = Nd4j.create(DataType.FLOAT, new long[] {channels}, 'c');
        Forward forward = new Forward(primitive, source, c.program.fixed(batchMean), c.program.fixed(batchVariance),
                c.parameter(node, "gamma", channels),
                relu ? c.program.fresh(primitive.workspace()) : null);
        c.program.execute(primitive, Arguments.of(SOURCE, source).and(SCALE, forward.scale).and(SHIFT, c.parameter(node, "beta", channels))
                .and(MEAN, forward.mean).and(VARIANCE, forward.variance).and(DESTINATION, output).and(WORKSPACE, forward.workspace));
        long count = source.layout().dims()[0] * source.layout().dims()[2] * source.layout().dims()[3];
        c.program.call(() -> layer.follow(c.parameter(node, "moving_mean"), c.parameter(node, "moving_variance"), Tensors.values(batchMean),
                Tensors.values(batchVariance), count));
        c.put(operation, output, () -> backward(operation, c, forward));
    }

    private static void backward(Operation operation, TrainingCompilation c, Forward forward) {
        Node node = operation.node();
        Value source = forward.source;
        Value gradient = c.program.inLayout(c.gradient(operation), source.layout());
        Primitive primitive = NormalizationPrimitives.batchBackward(c.engine, forward.primitive, source.layout(),
                ((BatchNormalization) node.layer()).epsilon(),
                forward.workspace != null);
        Value ofSource = c.program.fresh(primitive.sourceGradient());
        long channels = source.layout().dims()[1];
        ParameterGradients.Target scale = c.parameterGradients().target(node, "gamma", forward.scale.layout(), channels);
        ParameterGradients.Target shift = c.parameterGradients().target(node, "beta", forward.scale.layout(), channels);
        c.program.execute(primitive, Arguments.of(SOURCE, source).and(SCALE, forward.scale).and(MEAN, forward.mean)
                .and(VARIANCE, forward.variance)
                .and(DESTINATION_GRADIENT, gradient).and(SOURCE_GRADIENT, ofSource).and(SCALE_GRADIENT, scale.value())
                .and(SHIFT_GRADIENT, shift.value())
                .and(WORKSPACE, forward.workspace));
        scale.finish().run();
        shift.finish().run();
        c.addGradient(node.inputs().get(0), ofSource);
    }
}
