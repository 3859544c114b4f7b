package casebook.model;

import static casebook.compute.OneDnn.Argument.DESTINATION;
import static casebook.compute.OneDnn.Argument.SECOND;
import static casebook.compute.OneDnn.Argument.SOURCE;
import static casebook.compute.OneDnn.Purpose.PREDICT;

import casebook.compute.OneDnn;
import casebook.compute.OneDnn.After;
import casebook.compute.OneDnn.Layout;
import casebook.compute.OneDnn.Memory;
import casebook.compute.OneDnn.Operation;
import casebook.compute.Stopped;
import casebook.compute.Tensors;
import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.Layer;
import casebook.layers.LocalResponseNormalization;
import casebook.layers.MaxPooling;
import casebook.layers.Shape;
import casebook.layers.Softmax;
import casebook.layers.Window;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model made ready to predict batches of one size, as fast as it can be done here. It is made once and used many times:
 *
 * <ul>
 * <li>A batch normalization behind a convolution is multiplied into its weights. A ReLU, and the addition of a shortcut, are done while
 * the convolution still has the numbers in the processor.
 * <li>Between the layers, numbers lie in memory as oneDNN likes them best. Only the images and the answers have the usual order.
 * <li>Weights are packed in that order once. Outputs share memory as soon as nobody reads them any more.
 * </ul>
 *
 * <p>It has the weights that the model had when it was made: after a training, make it anew. The layers' own {@code forward} remains what
 * it is compared with. A layer that it has no fast way for runs its own {@code forward}.
 *
 * <pre>{@code
 * try (Plan plan = Plan.of(model, 8)) {
 *     INDArray probabilities = plan.predict(images);   // [8, classes]
 * }
 * }</pre>
 */
public final class Plan extends Schedule {

    /** For each layer, those that read it on the way to an output that is wanted. */
    private final List<List<Integer>> readers;
    private final BitSet needed;
    private final List<Node> wanted;
    private final List<Value> results = new ArrayList<>();

    private Plan(Model model, int images, List<Node> wanted) {
        super(model, images);
        this.wanted = wanted;
        this.needed = needed(wanted);
        this.readers = network.readers().stream().map(all -> all.stream().filter(needed::get).toList()).toList();
    }

    /** True if this platform has oneDNN. Where it has not, {@link Model#predict} is the way. */
    public static boolean available() {
        return OneDnn.available();
    }

    /**
     * Makes a model ready.
     *
     * @param images how many images a batch will have
     * @throws IllegalStateException if oneDNN is not there on this platform, or the model is one of float64
     */
    public static Plan of(Model model, int images) {
        return of(model, images, model.network().output());
    }

    /**
     * Makes a model ready for the outputs of some layers.
     *
     * @param wanted layers outside auxiliary heads
     */
    public static Plan of(Model model, int images, Node... wanted) {
        return compiled(model, () -> new Plan(model, images, List.of(wanted)));
    }

    /**
     * The main output for a batch, or the first of those that are wanted.
     *
     * @param batch {@code [images, channels, height, width]}, as many images as the plan was made for
     * @return {@code [images, classes]}
     * @throws IllegalArgumentException if the batch has another shape
     */
    public INDArray predict(INDArray batch) {
        return outputs(batch).get(0);
    }

    /**
     * All outputs that are wanted, in their order.
     *
     * @param batch {@code [images, channels, height, width]}, as many images as the plan was made for
     * @throws IllegalArgumentException if the batch has another shape
     * @throws Stopped if this thread is interrupted
     */
    public List<INDArray> outputs(INDArray batch) {
        if (batch.size(0) != images) {
            throw new IllegalArgumentException("this plan was made for batches of " + images + ", this one has " + batch.size(0)
                    + (batch.size(0) == 1 ? " image" : " images"));
        }
        input.outside.bring(Tensors.rowMajor(model.checked(batch)));
        List<INDArray> answers = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            INDArray answer = Nd4j.createUninitialized(DataType.FLOAT, wanted.get(i).output().batch(images), 'c');
            results.get(i).outside.bring(answer);
            answers.add(answer);
        }
        run(0, size());
        input.outside.letGo();
        results.forEach(result -> result.outside.letGo());
        return answers;
    }

    // ---------------------------------------------------------------- which layers are done together

    /** The layer that reads this one, if it is the only one and this one's output is not wanted itself. */
    private Integer onlyReader(int index) {
        List<Integer> all = readers.get(index);
        return all.size() != 1 || wanted.contains(network.nodes().get(index)) ? null : all.get(0);
    }

    private Node nextIf(Node node, Class<? extends Layer> kind) {
        Integer reader = onlyReader(node.index());
        return reader != null && kind.isInstance(network.nodes().get(reader).layer()) ? network.nodes().get(reader) : null;
    }

    /** The activation behind this node, if it is its only reader and one that can follow at once. */
    private Node activationBehind(Node node) {
        Integer reader = onlyReader(node.index());
        Node next = reader == null ? null : network.nodes().get(reader);
        return next != null && after(next.layer()) != After.NOTHING ? next : null;
    }

    /** Is this value read by nobody but these two, once the node at hand is reached? Then its memory can be written over. */
    private boolean readOnlyBefore(int value, int index, int besides) {
        return value != Network.INPUT && !wanted.contains(network.nodes().get(value)) && readers.get(value).stream().allMatch(reader -> reader < index || reader == besides);
    }

    // ---------------------------------------------------------------- compiling

    @Override
    void compile() {
        for (Node node : network.nodes()) {
            Stopped.check();
            if (needed.get(node.index()) && !values.containsKey(node.index())) {
                compile(node);
            }
        }
        for (Node node : wanted) {
            Value last = values.get(node.index());
            Layout rows = dnn.rowMajor(last.layout.sides());
            Value result = brought(rows);
            results.add(result);
            copy(last, result);
        }
        prepare();
    }

    private void compile(Node node) {
        Layer layer = node.layer();
        if (layer instanceof Convolution convolution) {
            convolution(node, convolution);
        } else if (layer instanceof FullyConnected connected) {
            fullyConnected(node, connected);
        } else if (layer instanceof MaxPooling pooling) {
            pooling(node, true, pooling.window());
        } else if (layer instanceof AveragePooling pooling) {
            pooling(node, false, pooling.window());
        } else if (layer instanceof GlobalAveragePooling) {
            globalPooling(node);
        } else if (layer instanceof Dropout) {
            values.put(node.index(), source(node));
        } else if (layer instanceof Concatenate && node.output().height() > 0 && !node.output().vector()) {
            values.put(node.index(), joined(node));
        } else if (layer instanceof Add && node.inputs().size() == 2) {
            add(node);
        } else if (layer instanceof LocalResponseNormalization normalization && normalization.size() % 2 == 1) {
            Value source = source(node);
            Operation operation = dnn.responseNormalization(source.layout, normalization.size(), normalization.alpha() * normalization.size(),
                    normalization.beta(), normalization.k());
            simple(node, operation, source);
        } else if (after(layer) != After.NOTHING) {
            Value source = source(node);
            simple(node, dnn.elementwise(PREDICT, after(layer), source.layout), source);
        } else if (layer instanceof Softmax && source(node).layout.sides().length == 2) {
            Value source = source(node);
            simple(node, dnn.softmax(source.layout), source);
        } else if (layer instanceof Flatten && flattenIsReadAsVolume(node)) {
            values.put(node.index(), source(node));
        } else {
            itself(node);
        }
    }

    /** A fully connected layer reads a volume as it is: there is nothing to flatten. */
    private boolean flattenIsReadAsVolume(Node node) {
        return !wanted.contains(node) && readers.get(node.index()).stream().map(reader -> network.nodes().get(reader)).allMatch(reader ->
                reader.layer() instanceof FullyConnected || reader.layer() instanceof Dropout && flattenIsReadAsVolume(reader));
    }

    /** One input, one output of the same layout. */
    private void simple(Node node, Operation operation, Value source) {
        Value target = fresh(source.layout);
        values.put(node.index(), target);
        action(List.of(source, target), () -> step(dnn.step(operation, place(source), place(target))));
    }

    private void convolution(Node node, Convolution convolution) {
        Value source = source(node);
        Shape in = node.inputShapes().get(0);
        Window window = convolution.window();
        INDArray weights = parameter(node, "weights");
        INDArray bias = convolution.bias() ? parameter(node, "bias") : null;

        Node end = node;
        Node normalization = nextIf(node, BatchNormalization.class);
        if (normalization != null) {
            end = normalization;
        }
        Value addend = null;
        Node sum = nextIf(end, Add.class);
        if (sum != null && sum.inputs().size() == 2) {
            int other = sum.inputs().get(0) == end.index() ? sum.inputs().get(1) : sum.inputs().get(0);
            if (other != end.index() && values.containsKey(other) && !node.inputs().contains(other) && readOnlyBefore(other, node.index(), sum.index())
                    && values.get(other).room != null && values.get(other).layout.sides().length == 4 && !sharedRoom(other, node.index(), sum.index())) {
                addend = values.get(other);
                end = sum;
            }
        }
        After after = After.NOTHING;
        Node activation = activationBehind(end);
        if (activation != null) {
            after = after(activation.layer());
            end = activation;
        }
        if (normalization != null) {
            INDArray[] folded = folded(weights, bias, normalization);
            weights = folded[0];
            bias = folded[1];
        }

        long[] sides = {images, convolution.filters(), node.output().height(), node.output().width()};
        long[] filter = filter(convolution, in);
        Layout biasLayout = bias == null ? null : dnn.rowMajor(convolution.filters());
        Value place = addend;
        After follows = after;
        // Images are read as they are.
        Operation operation = fastest(layout -> dnn.convolution(PREDICT, source == input ? source.layout : layout.apply(source.layout.sides()), dnn.any(filter),
                biasLayout, place == null ? layout.apply(sides) : place.layout, slide(window, in), place != null, follows));
        Value read = inLayout(source, operation.source());
        Value target = addend != null ? addend.as(operation.destination()) : fresh(operation.destination());
        Memory packed = packed(weights, filter, operation.weights());
        Memory biases = bias == null ? null : packed(bias, new long[] {convolution.filters()}, dnn.rowMajor(convolution.filters()));
        action(List.of(read, target), () -> step(dnn.step(operation, weighted(place(read), packed, biases, place(target)))));
        markUpTo(node, end, target);
    }

    /** True if the memory of this value also holds another one that is still read later. */
    private boolean sharedRoom(int value, int index, int besides) {
        Room room = values.get(value).room;
        return values.entrySet().stream().anyMatch(entry -> entry.getKey() != value && entry.getKey() != Network.INPUT && entry.getValue().room == room
                && !readOnlyBefore(entry.getKey(), index, besides));
    }

    /** All layers that were done together have this value. */
    private void markUpTo(Node from, Node to, Value value) {
        Node node = from;
        values.put(node.index(), value);
        while (node != to) {
            node = network.nodes().get(onlyReader(node.index()));
            values.put(node.index(), value);
        }
    }

    /** Weights and bias of a convolution with a batch normalization multiplied into them. */
    private INDArray[] folded(INDArray weights, INDArray bias, Node normalization) {
        double[] mean = Tensors.values(parameter(normalization, "moving_mean"));
        double[] variance = Tensors.values(parameter(normalization, "moving_variance"));
        double[] gamma = Tensors.values(parameter(normalization, "gamma"));
        double[] beta = Tensors.values(parameter(normalization, "beta"));
        double epsilon = ((BatchNormalization) normalization.layer()).epsilon();
        double[] scale = new double[mean.length];
        double[] shift = new double[mean.length];
        for (int c = 0; c < mean.length; c++) {
            scale[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
            shift[c] = beta[c] + ((bias == null ? 0 : bias.getDouble(c)) - mean[c]) * scale[c];
        }
        INDArray factor = Tensors.of(DataType.FLOAT, scale, scale.length, 1, 1, 1);
        return new INDArray[] {weights.mul(factor), Tensors.of(DataType.FLOAT, shift, shift.length)};
    }

    private void fullyConnected(Node node, FullyConnected connected) {
        Value source = source(node);
        Node end = node;
        Node activation = activationBehind(node);
        After after = After.NOTHING;
        if (activation != null) {
            after = after(activation.layer());
            end = activation;
        }
        long[] in = source.layout.sides();
        long[] filter = in.clone();
        filter[0] = connected.outputs();
        Layout to = dnn.rowMajor(images, connected.outputs());
        INDArray bias = connected.bias() ? parameter(node, "bias") : null;
        Operation operation = dnn.fullyConnected(PREDICT, source.layout, dnn.any(filter), bias == null ? null : dnn.rowMajor(connected.outputs()), to, after);
        Value read = inLayout(source, operation.source());
        Value target = fresh(operation.destination());
        Memory packed = packed(parameter(node, "weights"), filter, operation.weights());
        Memory biases = bias == null ? null : packed(bias, new long[] {connected.outputs()}, dnn.rowMajor(connected.outputs()));
        action(List.of(read, target), () -> step(dnn.step(operation, weighted(place(read), packed, biases, place(target)))));
        markUpTo(node, end, target);
    }

    private void pooling(Node node, boolean largest, Window window) {
        Value source = source(node);
        Shape out = node.output();
        Operation operation = dnn.pooling(PREDICT, largest, source.layout, dnn.any(images, out.channels(), out.height(), out.width()),
                new long[] {window.height(), window.width()}, slide(window, node.inputShapes().get(0)));
        Value target = fresh(operation.destination());
        values.put(node.index(), target);
        action(List.of(source, target), () -> step(dnn.step(operation, place(source), place(target))));
    }

    private void globalPooling(Node node) {
        Value source = source(node);
        Shape in = node.inputShapes().get(0);
        Operation operation = dnn.pooling(PREDICT, false, source.layout, dnn.any(images, in.channels(), 1, 1), new long[] {in.height(), in.width()}, WHOLE);
        Value mean = fresh(operation.destination());
        action(List.of(source, mean), () -> step(dnn.step(operation, place(source), place(mean))));
        // One position: whatever the blocks are, a row-major copy is a row of channels.
        Layout plain = dnn.rowMajor(images, in.channels(), 1, 1);
        Value ordered = inLayout(mean, plain);
        values.put(node.index(), node.output().vector() ? ordered.as(dnn.rowMajor(images, in.channels())) : ordered);
    }

    private void add(Node node) {
        Value first = source(node);
        Value second = inLayout(values.get(node.inputs().get(1)), first.layout);
        Node activation = activationBehind(node);
        After after = activation == null ? After.NOTHING : after(activation.layer());
        Operation operation = dnn.addition(first.layout, after);
        Value target = fresh(first.layout);
        action(List.of(first, second, target), () -> step(dnn.step(operation, Map.of(SOURCE, place(first), SECOND, place(second), DESTINATION, place(target)))));
        markUpTo(node, activation == null ? node : activation, target);
    }

    /** A layer without a fast way runs its own forward pass, on arrays in the usual order. */
    private void itself(Node node) {
        List<INDArray> arrays = plainInputs(node);
        INDArray output = Nd4j.create(DataType.FLOAT, node.output().batch(images), 'c');
        values.put(node.index(), in(output));
        action(List.of(), () -> () -> {
            dnn.await();
            output.assign(node.layer().forward(new Alone(node, arrays), arrays));
        });
    }

    /** Weights in the layout that an operation wants. */
    private Memory packed(INDArray weights, long[] sides, Layout wanted) {
        INDArray rows = Tensors.rowMajor(weights);
        Layout plain = dnn.rowMajor(sides);
        Memory target = dnn.memory(wanted, allocate(wanted.bytes()));
        dnn.step(dnn.reorder(plain, wanted), dnn.memory(plain, rows.data().addressPointer()), target).execute();
        dnn.await();
        return target;
    }

}
