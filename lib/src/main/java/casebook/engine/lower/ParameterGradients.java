package casebook.engine.lower;

import static casebook.engine.onednn.Argument.BIAS_GRADIENT;
import static casebook.engine.onednn.Argument.DESTINATION_GRADIENT;
import static casebook.engine.onednn.Argument.SOURCE;
import static casebook.engine.onednn.Argument.WEIGHTS_GRADIENT;

import casebook.engine.memory.BoundStorage;
import casebook.engine.memory.Value;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.Primitive;
import casebook.network.Node;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Where the gradients of parameters go: into arrays that each run has for itself, in row-major order. A layer that is shared adds
 * to what is there.
 */
final class ParameterGradients {

    /**
     * Where an operation puts the gradient of a parameter.
     *
     * @param value in the layout that the operation likes
     * @param array the array where the gradient is to be in the end, or a part of it, while the plan runs
     * @param finish tells what is to be done afterwards
     */
    record Target(Value value, Supplier<INDArray> array, Runnable finish) {}

    private final TrainingCompilation c;
    private final Map<String, Value> bound = new LinkedHashMap<>();

    ParameterGradients(TrainingCompilation compilation) {
        this.c = compilation;
    }

    Map<String, Value> bound() {
        return bound;
    }

    /** Where to put the gradient of a parameter that is read as an array of these dims. */
    Target target(Node node, String name, MemoryLayout layout, long... dims) {
        String full = c.network.parameterName(node, name);
        long[] shape = c.parameter(node, name).shape();
        Value first = bound.get(full);
        if (first == null) {
            Value all = c.program.bound(shape);
            bound.put(full, all);
            BoundStorage storage = Program.binding(all);
            return inLayout(all, layout, dims, storage::array, () -> { });
        }
        INDArray more = Nd4j.create(DataType.FLOAT, shape, 'c');
        BoundStorage sum = Program.binding(first);
        return inLayout(c.program.fixed(more), layout, dims, () -> more, () -> c.program.call(() -> sum.array().addi(more)));
    }

    private Target inLayout(Value array, MemoryLayout layout, long[] dims, Supplier<INDArray> now, Runnable andThen) {
        Value plain = array.as(c.rowMajor(dims));
        Value value = layout.equals(plain.layout()) ? plain : c.program.fresh(layout);
        return new Target(value, now, () -> {
            if (value != plain) {
                c.program.copy(value, plain);
            }
            andThen.run();
        });
    }

    /**
     * Tells the step that computes the gradients of weights and bias.
     *
     * @param bias the layout of the bias, or null
     */
    void compute(Node node, Primitive primitive, Value source, Value gradient, long[] filter, MemoryLayout bias) {
        Target weights = target(node, "weights", primitive.weightsGradient(), filter);
        Target biases = bias == null ? null : target(node, "bias", bias, bias.dims());
        c.program.execute(primitive, Arguments.of(SOURCE, source).and(DESTINATION_GRADIENT, gradient).and(WEIGHTS_GRADIENT, weights.value())
                .and(BIAS_GRADIENT, biases == null ? null : biases.value()));
        weights.finish().run();
        if (biases != null) {
            biases.finish().run();
        }
    }
}
