package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.lower.PoolingLowering.Pool;
import casebook.engine.memory.Value;
import casebook.engine.onednn.SlidingWindow;
import casebook.layers.Shape;
import casebook.network.Node;

/** The mean of each channel: an average pooling with a window as large as the image. */
final class GlobalPoolingLowering implements Lowering {

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        c.put(operation, ordered(operation.node(), c, pool(operation.node(), c).predict(c)));
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Pool pool = pool(operation.node(), c);
        Pool.Output output = pool.train(c);
        c.put(operation, ordered(operation.node(), c, output.value()), () -> pool.backward(operation, c, output));
    }

    private static Pool pool(Node node, Compilation c) {
        Shape in = node.inputShapes().get(0);
        return new Pool(false, c.source(node, 0), new long[] {c.images, in.channels(), 1, 1}, new long[] {in.height(), in.width()},
                SlidingWindow.WHOLE);
    }

    /** One position: whatever the blocks are, a row-major copy is a row of channels. */
    private static Value ordered(Node node, Compilation c, Value mean) {
        Value ordered = c.program.rowMajor(mean);
        return node.output().vector() ? ordered.as(c.rowMajor(c.images, node.inputShapes().get(0).channels())) : ordered;
    }
}
