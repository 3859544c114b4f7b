package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.DESTINATION_GRADIENT;
import static casebook.engine.onednn.Argument.SOURCE;
import static casebook.engine.onednn.Argument.SOURCE_GRADIENT;
import static casebook.engine.onednn.Argument.WORKSPACE;

import casebook.engine.graph.Operation;
import casebook.engine.memory.Value;
import casebook.engine.onednn.PoolingPrimitives;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.Propagation;
import casebook.engine.onednn.SlidingWindow;
import casebook.layers.AveragePooling;
import casebook.layers.Layer;
import casebook.layers.MaxPooling;
import casebook.layers.Window;
import casebook.network.Node;
import java.util.function.Function;

/** Max pooling and average pooling. */
final class PoolingLowering implements Lowering {

    private final boolean largest;
    private final Function<Layer, Window> window;

    private PoolingLowering(boolean largest, Function<Layer, Window> window) {
        this.largest = largest;
        this.window = window;
    }

    static PoolingLowering largest() {
        return new PoolingLowering(true, layer -> ((MaxPooling) layer).window());
    }

    static PoolingLowering mean() {
        return new PoolingLowering(false, layer -> ((AveragePooling) layer).window());
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        c.put(operation, pool(operation, c).predict(c));
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Pool pool = pool(operation, c);
        Pool.Output output = pool.train(c);
        c.put(operation, output.value(), () -> pool.backward(operation, c, output));
    }

    private Pool pool(Operation operation, Compilation c) {
        Node node = operation.node();
        Window slides = window.apply(node.layer());
        return new Pool(largest, c.source(node, 0), node.output().batch(c.images), new long[] {slides.height(), slides.width()},
                Compilation.sliding(slides, node.inputShapes().get(0)));
    }

    /**
     * One pooling, which may be that of a layer or of a whole image.
     *
     * @param dims of the output
     * @param kernel height and width of the window
     */
    record Pool(boolean largest, Value source, long[] dims, long[] kernel, SlidingWindow window) {

        /** @param workspace where the largest numbers were, or null */
        record Output(Primitive primitive, Value value, Value workspace) {}

        private Primitive primitive(Compilation c, Propagation propagation) {
            return PoolingPrimitives.forward(c.engine, propagation, largest, source.layout(), c.any(dims), kernel, window);
        }

        Value predict(Compilation c) {
            Primitive primitive = primitive(c, Propagation.INFERENCE);
            Value output = c.program.fresh(primitive.destination());
            c.program.execute(primitive, Arguments.of(SOURCE, source).and(DESTINATION, output));
            return output;
        }

        Output train(Compilation c) {
            Primitive primitive = primitive(c, Propagation.TRAINING);
            Output output = new Output(primitive, c.program.fresh(primitive.destination()), largest
                    ? c.program.fresh(primitive.workspace()) : null);
            c.program.execute(primitive, Arguments.of(SOURCE, source).and(DESTINATION, output.value).and(WORKSPACE, output.workspace));
            return output;
        }

        void backward(Operation operation, TrainingCompilation c, Output output) {
            Primitive back = PoolingPrimitives.backward(c.engine, output.primitive, largest, source.layout(), output.value.layout(), kernel,
                    window);
            Value gradient = c.gradient(operation);
            Value given = c.program.inLayout(gradient.layout().rank() == 4 ? gradient : gradient.as(c.rowMajor(dims)),
                    output.value.layout());
            Value ofSource = c.program.fresh(source.layout());
            c.program.execute(back, Arguments.of(DESTINATION_GRADIENT, given).and(SOURCE_GRADIENT, ofSource)
                    .and(WORKSPACE, output.workspace));
            c.addGradient(operation.node().inputs().get(0), ofSource);
        }
    }
}
