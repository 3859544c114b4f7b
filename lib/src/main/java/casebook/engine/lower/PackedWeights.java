package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.SOURCE;
import static casebook.engine.onednn.Argument.SOURCE_SCALES;

import casebook.compute.Tensors;
import casebook.engine.memory.BoundStorage;
import casebook.engine.memory.FixedStorage;
import casebook.engine.memory.Value;
import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.ReorderPrimitives;
import casebook.layers.BatchNormalization;
import casebook.layers.Parameter;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies of a model's weights in the layouts that primitives want, with normalizations multiplied in. They are packed anew when
 * the weights have changed.
 */
public final class PackedWeights {

    private final Network network;
    private final Program program;
    private final Engine engine;
    private final Supplier<Model.Reading> reading;
    private final List<Runnable> packings = new ArrayList<>();
    private final Set<String> names = new TreeSet<>();
    private final List<INDArray> inPlace = new ArrayList<>();
    private Watch watch;

    /** @param reading gives the model's weights, while a plan is made and while it runs */
    public PackedWeights(Network network, Program program, Supplier<Model.Reading> reading) {
        this.network = network;
        this.program = program;
        this.engine = program.engine();
        this.reading = reading;
    }

    /**
     * Packs them if the model's weights are others than the last time.
     *
     * @throws IllegalStateException if an array of the model was closed
     */
    public void refresh(Model model) {
        if (inPlace.stream().anyMatch(INDArray::wasClosed)) {
            throw new IllegalStateException("weights of this plan's model were closed: make the model anew");
        }
        if (watch == null) {
            watch = new Watch(model, names);
        }
        // First look, then pack: what is written meanwhile is seen before the next answer.
        if (watch.changed(reading.get())) {
            packings.forEach(Runnable::run);
            engine.await();
        }
    }

    private INDArray now(Node node, String name) {
        return reading.get().parameter(network.parameterName(node, name));
    }

    /** A parameter, read as an array of these dims, in the layout that a primitive wants. */
    Value packed(Node node, String name, MemoryLayout wanted, long... dims) {
        Value source = program.bound(dims);
        return packed(node, name, ReorderPrimitives.reorder(engine, source.layout(), wanted), Arguments.of(SOURCE, source), wanted);
    }

    /** The same, the numbers of each filter times its factor. */
    Value scaled(Node node, String name, INDArray factors, MemoryLayout wanted, long... dims) {
        Value source = program.bound(dims);
        // Where there are groups, the filters are spread over two dims.
        Primitive copy = ReorderPrimitives.scaled(engine, source.layout(), wanted, dims.length - 3);
        return packed(node, name, copy, Arguments.of(SOURCE, source).and(SOURCE_SCALES, program.fixed(factors)), wanted);
    }

    private Value packed(Node node, String name, Primitive copy, Arguments arguments, MemoryLayout wanted) {
        names.add(network.parameterName(node, name));
        Value target = program.allocated(wanted);
        BoundStorage source = Program.binding(arguments.values().get(SOURCE));
        Primitive.Bound step = copy.bind(program.places(arguments.and(DESTINATION, target).values()));
        packings.add(() -> {
            source.bind(Tensors.rowMajor(now(node, name)));
            step.execute();
            engine.await();
            source.release();
        });
        return target;
    }

    /** A parameter where it lies in the model, if a primitive likes row-major order; null if it has to be packed. */
    Value inPlace(Node node, String name, MemoryLayout wanted, long... dims) {
        INDArray array = now(node, name);
        if (!wanted.equals(MemoryLayout.rowMajor(engine, dims)) || Tensors.rowMajor(array) != array) {
            return null;
        }
        inPlace.add(array);
        return new Value(wanted, FixedStorage.of(array));
    }

    /** What a batch normalization multiplies each channel by; to be asked for before what is scaled by it. */
    INDArray factors(Node normalization) {
        int channels = normalization.output().channels();
        INDArray factors = Nd4j.create(DataType.FLOAT, channels);
        normalization.layer().parameters(normalization.inputShapes()).forEach((Parameter parameter) ->
                names.add(network.parameterName(normalization, parameter.name())));
        double epsilon = ((BatchNormalization) normalization.layer()).epsilon();
        packings.add(() -> {
            double[] variance = Tensors.values(now(normalization, "moving_variance"));
            double[] gamma = Tensors.values(now(normalization, "gamma"));
            for (int c = 0; c < channels; c++) {
                factors.putScalar(c, gamma[c] / Math.sqrt(variance[c] + epsilon));
            }
        });
        return factors;
    }

    /** What it adds to each channel behind a convolution, which has a bias or none. */
    Value shift(Node convolution, boolean biased, Node normalization, INDArray factors) {
        INDArray shift = Nd4j.create(DataType.FLOAT, factors.length());
        if (biased) {
            names.add(network.parameterName(convolution, "bias"));
        }
        packings.add(() -> {
            shift.assign(now(normalization, "moving_mean")).negi();
            if (biased) {
                shift.addi(now(convolution, "bias"));
            }
            shift.muli(factors).addi(now(normalization, "beta"));
        });
        return program.fixed(shift);
    }
}
