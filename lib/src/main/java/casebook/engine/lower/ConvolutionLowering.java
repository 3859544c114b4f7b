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
import casebook.engine.onednn.ConvolutionPrimitives;
import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.PostOp;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.SlidingWindow;
import casebook.layers.Convolution;
import casebook.layers.Shape;
import casebook.layers.Window;
import casebook.network.Node;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolutions, with what was taken in: a normalization, the addition of a shortcut, an activation. */
final class ConvolutionLowering implements Lowering {

    @Override
    public Set<Trait> traits(Node node, boolean training) {
        return Set.of(Trait.CONVOLVES, Trait.TAKES_ACTIVATION);
    }

    @Override
    public int inputStride(Node node) {
        Window window = ((Convolution) node.layer()).window();
        boolean positionByPosition = window.height() == 1 && window.width() == 1 && window.strideHeight() == window.strideWidth()
                && Arrays.stream(window.zeros(node.inputShapes().get(0))).allMatch(zeros -> zeros == 0);
        return positionByPosition ? window.strideHeight() : 0;
    }

    /** The dims of the weights: where there are groups, they come first. */
    private static long[] filterDims(Node node) {
        Convolution layer = (Convolution) node.layer();
        Shape in = node.inputShapes().get(0);
        long filters = layer.filters();
        long groups = layer.groups();
        Window window = layer.window();
        return groups == 1 ? new long[] {filters, in.channels(), window.height(), window.width()}
                : new long[] {groups, filters / groups, in.channels() / groups, window.height(), window.width()};
    }

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        Node node = operation.node();
        Convolution layer = (Convolution) node.layer();
        Value source = c.source(node, 0);
        boolean biased = layer.bias() || operation.normalization() != null;
        MemoryLayout bias = biased ? c.rowMajor(layer.filters()) : null;
        PostOp postOp = Lowerings.postOp(operation.activation());
        long[] dims = InferenceCompilation.thinned(node.output().batch(c.images), c.graph.stride(node.index()));
        SlidingWindow window = overReadPositions(node, c);
        // The output goes where the addend is, or into that of a concatenation, or into memory of its own.
        Value there = operation.adds() ? c.addend(operation) : c.placeInJoin(operation);
        Function<Value, Primitive> make = to -> c.fastest(layout -> ConvolutionPrimitives.forward(c.engine, INFERENCE,
                sourceLayout(source, c, layout),
                c.any(filterDims(node)), bias, to == null ? layout.apply(dims) : to.layout(), window, operation.adds(), postOp));
        Primitive wished = make.apply(there);
        boolean elsewhere = there != null && !operation.adds() && !wished.direct();
        Primitive primitive = elsewhere ? make.apply(null) : wished;
        Value read = c.program.inLayout(source, primitive.source());
        Value target = there == null || elsewhere ? c.program.fresh(primitive.destination()) : there.as(primitive.destination());
        c.program.execute(primitive, weights(operation, c, primitive.weights(), bias).and(SOURCE, read).and(DESTINATION, target));
        c.put(operation, target);
    }

    /** Images are read as they are; everything else in the layout that is tried. */
    private static MemoryLayout sourceLayout(Value source, Compilation c, Function<long[], MemoryLayout> layout) {
        return source == c.input() ? source.layout() : layout.apply(source.layout().dims());
    }

    /** The window as it moves over those positions of the input that are there, to compute those of the output that are read. */
    private static SlidingWindow overReadPositions(Node node, InferenceCompilation c) {
        Window window = ((Convolution) node.layer()).window();
        long asked = c.graph.stride(node.index());
        long there = c.graph.stride(node.inputs().get(0));
        long[] strides = {window.strideHeight() * asked / there, window.strideWidth() * asked / there};
        return new SlidingWindow(strides, window.dilation(), window.zeros(node.inputShapes().get(0)));
    }

    private static Arguments weights(Operation operation, InferenceCompilation c, MemoryLayout wanted, MemoryLayout bias) {
        Node node = operation.node();
        Node normalization = operation.normalization();
        boolean ownBias = ((Convolution) node.layer()).bias();
        long[] filter = filterDims(node);
        if (normalization == null) {
            return Arguments.of(WEIGHTS, c.packed(node, "weights", wanted, filter))
                    .and(BIAS, ownBias ? c.packed(node, "bias", bias, bias.dims()) : null);
        }
        INDArray factors = c.weights().factors(normalization);
        return Arguments.of(WEIGHTS, c.weights().scaled(node, "weights", factors, wanted, filter))
                .and(BIAS, c.weights().shift(node, ownBias, normalization, factors));
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Node node = operation.node();
        Convolution layer = (Convolution) node.layer();
        Value source = c.source(node, 0);
        SlidingWindow window = Compilation.sliding(layer.window(), node.inputShapes().get(0));
        long[] filter = filterDims(node);
        MemoryLayout bias = layer.bias() ? c.rowMajor(layer.filters()) : null;
        Primitive primitive = c.fastest(layout -> ConvolutionPrimitives.forward(c.engine, TRAINING, sourceLayout(source, c, layout),
                c.any(filter), bias,
                layout.apply(node.output().batch(c.images)), window, false, Lowerings.postOp(operation.activation())));
        Value weights = c.parameter(node, "weights", filter);
        Value read = c.program.inLayout(source, primitive.source());
        Value output = c.program.fresh(primitive.destination());
        c.program.execute(primitive, Arguments.of(SOURCE, read).and(WEIGHTS, c.program.inLayout(weights, primitive.weights()))
                .and(BIAS, bias == null ? null : c.parameter(node, "bias", layer.filters())).and(DESTINATION, output));
        c.put(operation, output, () -> {
            Value gradient = c.gradientBeforeActivation(operation, output);
            backwardWeights(operation, c, primitive, read, gradient, window, bias);
            if (!c.isInput(source)) {
                backwardData(operation, c, primitive, weights, gradient, window);
            }
        });
    }

    /**
     * A single channel is put into a block. In row-major order it is the same as with the channels last, and oneDNN 3.11 then takes a primitive for 1×1 filters
     * that reads whole blocks: past the end of the images.
     */
    private static MemoryLayout sourceLayoutForWeights(Node node, Compilation c, Function<long[], MemoryLayout> layout) {
        Value source = c.source(node, 0);
        long[] dims = source.layout().dims();
        boolean single = dims[1] == 1 && ((Convolution) node.layer()).window().height() == 1 && ((Convolution) node.layer()).window()
                .width() == 1;
        return single ? MemoryLayout.blocks(c.engine, Engine.simdWidth() == 16 ? 16 : 8, dims) : sourceLayout(source, c, layout);
    }

    private static void backwardWeights(Operation operation, TrainingCompilation c, Primitive forward, Value read, Value gradient,
            SlidingWindow window, MemoryLayout bias) {
        Node node = operation.node();
        long[] filter = filterDims(node);
        Primitive primitive = c.fastest(layout -> ConvolutionPrimitives.backwardWeights(c.engine, forward,
                sourceLayoutForWeights(node, c, layout),
                c.any(filter), bias, layout.apply(node.output().batch(c.images)), window), read.layout(), gradient.layout());
        Value readAgain = c.program.inLayout(read, primitive.source());
        c.parameterGradients().compute(node, primitive, readAgain, c.program.inLayout(gradient, primitive.destinationGradient()), filter,
                bias);
    }

    private static void backwardData(Operation operation, TrainingCompilation c, Primitive forward, Value weights, Value gradient,
            SlidingWindow window) {
        Node node = operation.node();
        Value source = c.source(node, 0);
        Primitive primitive = c.fastest(layout -> ConvolutionPrimitives.backwardData(c.engine, forward,
                layout.apply(source.layout().dims()),
                c.any(weights.layout().dims()), layout.apply(node.output().batch(c.images)), window), source.layout(), gradient.layout());
        Value given = c.program.inLayout(gradient, primitive.destinationGradient());
        c.backwardData(node, primitive, given, c.program.inLayout(weights, primitive.weights()));
    }
}
