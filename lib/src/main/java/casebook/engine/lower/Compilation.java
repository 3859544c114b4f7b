package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.graph.OperationGraph;
import casebook.engine.memory.Value;
import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.ReorderPrimitives;
import casebook.engine.onednn.SlidingWindow;
import casebook.layers.Shape;
import casebook.layers.Window;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What lowerings share while a plan is made: the outputs of layers, and the program to which they tell their steps. */
public abstract class Compilation {

    /** From so many images on, blocks of channels are the fastest layout for convolutions. */
    private static final int MANY_IMAGES = 8;

    final Model model;
    final Network network;
    final int images;
    final Program program;
    final Engine engine;
    final OperationGraph graph;
    private final Supplier<Model.Reading> reading;
    private final int block;
    private final Value input;
    private final Map<Integer, Value> values = new HashMap<>();

    Compilation(Model model, int images, OperationGraph graph, Program program, Supplier<Model.Reading> reading) {
        this.model = model;
        this.network = model.network();
        this.images = images;
        this.graph = graph;
        this.program = program;
        this.engine = program.engine();
        this.reading = reading;
        this.block = block(images);
        this.input = program.bound(network.input().batch(images));
        values.put(Network.INPUT, input);
    }

    /** With many images, so many channels are best side by side: the SIMD width. 0 if oneDNN's choice is best. */
    public static int block(int images) {
        return images >= MANY_IMAGES ? Engine.simdWidth() : 0;
    }

    /** The images, which are bound for each run. */
    public final Value input() {
        return input;
    }

    /** The output of a layer. */
    public final Value value(int index) {
        return values.get(index);
    }

    /** An input of a layer. */
    final Value source(Node node, int which) {
        return values.get(node.inputs().get(which));
    }

    /** This is the output of all layers of an operation. */
    final void put(Operation operation, Value value) {
        operation.nodes().forEach(node -> values.put(node.index(), value));
    }

    /** A parameter of the model, as it is now. */
    final INDArray parameter(Node node, String name) {
        return reading.get().parameter(network.parameterName(node, name));
    }

    /** A layer's output, or a part of it in blocks of channels. */
    final MemoryLayout blocks(long... dims) {
        return MemoryLayout.blocks(engine, block, dims);
    }

    final MemoryLayout rowMajor(long... dims) {
        return MemoryLayout.rowMajor(engine, dims);
    }

    final MemoryLayout any(long... dims) {
        return MemoryLayout.any(engine, dims);
    }

    /** An array for the output of a layer, in row-major order. */
    final INDArray outputArray(Node node) {
        return Nd4j.create(DataType.FLOAT, node.output().batch(images), 'c');
    }

    /**
     * A convolution's primitive in layouts in which it is fast: those that are there, or those that oneDNN likes best. Where that is a
     * detour, as with fewer channels than a block has, blocks are tried too. With many images, blocks of the SIMD width are tried first:
     * they were measured to be faster from about eight images on, by up to a tenth, and oneDNN likes other ones.
     *
     * @param make the primitive, from how an array with these dims lies in memory
     * @param there layouts that need no copy, if some are preferred
     */
    final Primitive fastest(Function<Function<long[], MemoryLayout>, Primitive> make, MemoryLayout... there) {
        List<Function<long[], MemoryLayout>> ways = new ArrayList<>();
        if (there.length > 0) {
            ways.add(dims -> Stream.of(there).filter(layout -> Arrays.equals(layout.dims(), dims)).findFirst().orElseThrow());
        }
        Function<long[], MemoryLayout> any = this::any;
        if (block > 0) {
            ways.add(this::blocks);
        }
        ways.addAll(List.of(any, dims -> MemoryLayout.blocks(engine, 16, dims), dims -> MemoryLayout.blocks(engine, 8, dims)));
        Primitive liked = null;
        for (Function<long[], MemoryLayout> way : ways) {
            try {
                Primitive primitive = make.apply(way);
                if (primitive.direct()) {
                    return primitive;
                }
                liked = way == any ? primitive : liked;
            } catch (Engine.Unsupported e) {
                // The next one may be there.
            }
        }
        if (liked == null) {
            throw new IllegalStateException("oneDNN has no way for a convolution of " + network.name());
        }
        return liked;
    }

    /**
     * The inputs of a layer behind one another along the channels, in the layout of the first, unless a block of channels would
     * be of two of them.
     */
    final Value joined(Node node) {
        Shape out = node.output();
        long[] dims = {images, out.channels(), out.height(), out.width()};
        List<Value> sources = node.inputs().stream().map(this::value).toList();
        boolean wholeBlocks = sources.stream().allMatch(source -> source.layout().dims()[1] % 16 == 0);
        MemoryLayout whole = wholeBlocks ? sources.get(0).layout().like(dims) : MemoryLayout.channelsLast(engine, dims);
        List<Value> alike = sources.stream().map(source -> program.inLayout(source, whole.like(source.layout().dims()))).toList();
        Value target = program.fresh(whole);
        program.execute(ReorderPrimitives.concatenation(engine, alike.stream().map(Value::layout).toList(), whole), alike, target);
        return target;
    }

    /** Copies of a layer's inputs in row-major order, for one that runs its own code. */
    final List<INDArray> plainInputs(Node node) {
        List<INDArray> arrays = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            INDArray array = Nd4j.create(DataType.FLOAT, node.inputShapes().get(i).batch(images), 'c');
            Value source = source(node, i);
            program.copy(source, program.fixed(array).as(rowMajor(source.layout().dims())));
            arrays.add(array);
        }
        return arrays;
    }

    static SlidingWindow sliding(Window window, Shape in) {
        return new SlidingWindow(new long[] {window.strideHeight(), window.strideWidth()}, window.dilation(), window.zeros(in));
    }
}
