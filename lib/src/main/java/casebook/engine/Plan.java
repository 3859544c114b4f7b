package casebook.engine;

import static casebook.compute.OneDnn.Argument.DESTINATION;
import static casebook.compute.OneDnn.Argument.FACTORS;
import static casebook.compute.OneDnn.Argument.SECOND;
import static casebook.compute.OneDnn.Argument.SOURCE;
import static casebook.compute.OneDnn.Purpose.PREDICT;

import casebook.compute.OneDnn;
import casebook.compute.OneDnn.After;
import casebook.compute.OneDnn.Layout;
import casebook.compute.OneDnn.Memory;
import casebook.compute.OneDnn.Operation;
import casebook.compute.OneDnn.Slide;
import casebook.compute.OneDnn.Step;
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
import casebook.layers.Parameter;
import casebook.layers.Shape;
import casebook.layers.Softmax;
import casebook.layers.Window;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model made ready to predict batches of one size, as fast as it can be done here. It is made once and used many times:
 *
 * <ul>
 * <li>A batch normalization behind a convolution is multiplied into its weights. A ReLU, and the addition of a shortcut, are done while
 * the convolution still has the numbers in the processor.
 * <li>What nobody reads is not computed. A block of a ResNet ends in an output of which the next stage's 1×1 convolutions, of stride 2, read
 * every second row and column: the other three quarters are left out.
 * <li>Between the layers, numbers lie in memory as oneDNN likes them best. Only the images and the answers have the usual order.
 * <li>With many images, branches that are joined write into the place where they belong: nothing is copied.
 * <li>Weights are packed in that order once. For one image, those of fully connected layers are read where they lie in the model: each is used
 * once, and AlexNet has 234 MB of them. Outputs share memory as soon as nobody reads them any more.
 * </ul>
 *
 * <p>It answers with the weights that the model has: when they have changed, in one of the ways that {@link Model} tells of, it packs them anew before the
 * next answer. The layers' own {@code forward} remains what it is compared with. A layer that it has no fast way for runs its own {@code forward}.
 *
 * <p>Several threads may use it, one after the other. It owns native memory: close it when it is done with. One that nobody closes gives its memory back
 * some time after nobody can reach it.
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
    private final BitSet isWanted = new BitSet();
    /** For each layer, how far apart the rows and columns of its output are that are read: 1 if all are. The others are not computed. */
    private final int[] steps;
    /** Where the outputs that are wanted go, by the layers' indices. */
    private final Map<Integer, Value> results = new HashMap<>();
    /** Makes packed copies of weights anew. */
    private final List<Runnable> packings = new ArrayList<>();
    private final Set<String> packed = new TreeSet<>();
    private Watch watch;
    /** Arrays whose memory operations read; here, so that nobody frees it. */
    private final List<INDArray> own = new ArrayList<>();
    /** Weights that are read where they lie in the model. */
    private final List<INDArray> inPlace = new ArrayList<>();
    /** Outputs of concatenations into which the layers before them write, by the concatenation's index. */
    private final Map<Integer, Value> wholes = new HashMap<>();

    private Plan(Model model, int images, List<Node> wanted) {
        super(model, images, "this plan was closed: make a new one with Plan.of, and close it when nothing uses it any more");
        this.wanted = wanted;
        wanted.forEach(node -> isWanted.set(node.index()));
        this.needed = needed(wanted);
        this.readers = network.readers().stream().map(all -> all.stream().filter(needed::get).toList()).toList();
        this.steps = new int[network.nodes().size()];
        for (int index = steps.length - 1; index >= 0; index--) {
            steps[index] = apart(network.nodes().get(index));
        }
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
     * @param wanted layers
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
     * @throws IllegalStateException if the plan or its model was closed
     */
    public INDArray predict(INDArray batch) {
        return outputs(batch).get(0);
    }

    /**
     * All outputs that are wanted, in their order.
     *
     * @param batch {@code [images, channels, height, width]}, as many images as the plan was made for
     * @throws IllegalArgumentException if the batch has another shape
     * @throws IllegalStateException if the plan or its model was closed
     * @throws Stopped if this thread is interrupted
     */
    public List<INDArray> outputs(INDArray batch) {
        if (batch.size(0) != images) {
            throw new IllegalArgumentException("this plan was made for batches of " + images + ", this one has " + batch.size(0)
                    + (batch.size(0) == 1 ? " image" : " images"));
        }
        INDArray ordered = Tensors.rowMajor(model.requireInput(batch));
        return alone(() -> {
            if (inPlace.stream().anyMatch(INDArray::wasClosed)) {
                throw new IllegalStateException("weights of this plan's model were closed: make the model anew");
            }
            if (watch.changed(reading)) {
                packings.forEach(Runnable::run);
            }
            input.outside.bring(ordered);
            Map<Integer, INDArray> answers = new HashMap<>();
            results.forEach((index, value) -> {
                INDArray answer = Nd4j.createUninitialized(DataType.FLOAT, network.nodes().get(index).output().batch(images), 'c');
                value.outside.bring(answer);
                answers.put(index, answer);
            });
            run(0, size());
            input.outside.letGo();
            results.values().forEach(value -> value.outside.letGo());
            return wanted.stream().map(node -> answers.get(node.index())).toList();
        });
    }

    // ---------------------------------------------------------------- which layers are done together

    /** The layer that reads this one, if it is the only one and this one's output is not wanted itself. */
    private Integer onlyReader(int index) {
        List<Integer> all = readers.get(index);
        return all.size() != 1 || isWanted.get(index) ? null : all.get(0);
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
        return value != Network.INPUT && !isWanted.get(value) && readers.get(value).stream().allMatch(reader -> reader < index || reader == besides);
    }

    // ---------------------------------------------------------------- which positions are read

    /** How far apart those are that all readers of this layer read, if it can leave out the others. */
    private int apart(Node node) {
        if (isWanted.get(node.index()) || !(node.layer() instanceof Convolution || positionByPosition(node))) {
            return 1;
        }
        List<Integer> asked = readers.get(node.index()).stream().map(reader -> asked(network.nodes().get(reader))).distinct().toList();
        return asked.size() == 1 ? asked.get(0) : 1;
    }

    /** How far apart those are that a layer reads of its inputs. */
    private int asked(Node reader) {
        if (reader.layer() instanceof Convolution convolution) {
            Window window = convolution.window();
            boolean skips = window.height() == 1 && window.width() == 1 && window.strideHeight() == window.strideWidth()
                    && Arrays.stream(window.zeros(reader.inputShapes().get(0))).allMatch(zeros -> zeros == 0);
            return skips ? window.strideHeight() * steps[reader.index()] : 1;
        }
        return positionByPosition(reader) ? steps[reader.index()] : 1;
    }

    /** True if each position of the output needs that position of the inputs alone, and the layer does not run its own code. */
    private boolean positionByPosition(Node node) {
        if (node.layer() instanceof BatchNormalization) {
            Node source = node.inputs().get(0) == Network.INPUT ? null : network.nodes().get(node.inputs().get(0));
            return source != null && source.layer() instanceof Convolution && nextIf(source, BatchNormalization.class) == node;
        }
        return node.layer() instanceof Dropout || node.layer() instanceof Add && node.inputs().size() == 2 || after(node.layer()) != After.NOTHING;
    }

    /** An input of a layer that goes position by position: those positions of it that are read of the layer's output. */
    private Value source(Node node, int which) {
        int from = node.inputs().get(which);
        int step = steps[node.index()];
        return step == there(from) ? values.get(from) : thinned(values.get(from), step);
    }

    /** How far apart the rows and columns are that are there. */
    private int there(int value) {
        return value == Network.INPUT ? 1 : steps[value];
    }

    /** Every so many-th row and column of a value, by itself. */
    private Value thinned(Value whole, int step) {
        Operation operation = dnn.pooling(PREDICT, true, whole.layout, dnn.any(thinned(whole.layout.sides(), step)), new long[] {1, 1},
                new Slide(new long[] {step, step}, 1, new int[4]));
        Value part = fresh(operation.destination());
        action(List.of(whole, part), () -> step(dnn.step(operation, place(whole), place(part))));
        return part;
    }

    private static long[] thinned(long[] sides, int step) {
        return new long[] {sides[0], sides[1], (sides[2] + step - 1) / step, (sides[3] + step - 1) / step};
    }

    // ---------------------------------------------------------------- compiling

    @Override
    void compile() {
        for (Node node : network.nodes()) {
            Stopped.check();
            if (needed.get(node.index()) && !values.containsKey(node.index())) {
                compile(node);
            }
            if (isWanted.get(node.index())) {
                // At once, so that the value's memory is free for others from here on.
                Value value = values.get(node.index());
                Value result = brought(dnn.rowMajor(value.layout.sides()));
                copy(value, result);
                results.put(node.index(), result);
            }
        }
        prepare();
        watch = new Watch(model, packed);
        // They look first and pack then: what is written meanwhile is seen before the next answer.
        watch.changed(reading);
        packings.forEach(Runnable::run);
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
            values.put(node.index(), source(node, 0));
        } else if (layer instanceof Concatenate && node.output().height() > 0 && !node.output().vector()) {
            concatenate(node);
        } else if (layer instanceof Add && node.inputs().size() == 2) {
            add(node);
        } else if (layer instanceof LocalResponseNormalization normalization && normalization.size() % 2 == 1) {
            Value source = source(node);
            Operation operation = dnn.responseNormalization(source.layout, normalization.size(), normalization.alpha() * normalization.size(),
                    normalization.beta(), normalization.k());
            simple(node, operation, source);
        } else if (after(layer) != After.NOTHING) {
            Value source = source(node, 0);
            simple(node, dnn.elementwise(PREDICT, after(layer), source.layout), source);
        } else if (layer instanceof Softmax && source(node).layout.sides().length == 2) {
            Value source = source(node);
            simple(node, dnn.softmax(source.layout), source);
        } else if (layer instanceof Flatten) {
            values.put(node.index(), rows(node));
        } else {
            itself(node);
        }
    }

    /** The numbers of each image as one row, in the usual order. */
    private Value rows(Node node) {
        Value source = source(node);
        return inLayout(source, dnn.rowMajor(source.layout.sides())).as(dnn.rowMajor(images, node.inputShapes().get(0).elements()));
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
        Node end = node;
        Node normalization = nextIf(node, BatchNormalization.class);
        if (normalization != null) {
            end = normalization;
        }
        Value addend = null;
        Node sum = nextIf(end, Add.class);
        if (sum != null && sum.inputs().size() == 2) {
            int other = sum.inputs().get(0) == end.index() ? sum.inputs().get(1) : sum.inputs().get(0);
            int step = steps[sum.index()];
            if (step > there(other) && other != Network.INPUT && values.containsKey(other)) {
                addend = thinned(values.get(other), step);
                end = sum;
            } else if (other != end.index() && values.containsKey(other) && !node.inputs().contains(other) && readOnlyBefore(other, node.index(), sum.index())
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
        boolean biased = convolution.bias() || normalization != null;
        long[] sides = thinned(node.output().batch(images), steps[node.index()]);
        int from = node.inputs().get(0);
        long factor = steps[node.index()];
        long[] strides = {window.strideHeight() * factor / there(from), window.strideWidth() * factor / there(from)};
        Slide slide = new Slide(strides, window.dilation(), window.zeros(in));
        long[] filter = filter(convolution, in);
        Layout biasLayout = biased ? dnn.rowMajor(convolution.filters()) : null;
        After follows = after;
        boolean sums = addend != null;
        // The output goes where the addend is, or into that of a concatenation, or into memory of its own.
        Value there = sums ? addend : partOfJoined(end);
        // Images are read as they are.
        Function<Value, Operation> make = to -> fastest(layout -> dnn.convolution(PREDICT, source == input ? source.layout : layout.apply(source.layout.sides()),
                dnn.any(filter), biasLayout, to == null ? layout.apply(sides) : to.layout, slide, sums, follows));
        Operation wished = make.apply(there);
        boolean alone = there == null || !sums && !wished.direct();
        Operation operation = alone && there != null ? make.apply(null) : wished;
        Value read = inLayout(source, operation.source());
        Value target = alone ? fresh(operation.destination()) : there.as(operation.destination());
        INDArray factors = normalization == null ? null : Nd4j.create(DataType.FLOAT, convolution.filters());
        Memory packed = packed(node, "weights", filter, operation.weights(), factors, () -> {
            if (normalization != null) {
                factors(normalization, factors);
            }
        });
        Memory biases = !biased ? null : normalization == null ? packed(node, "bias", filters(convolution), biasLayout) : shift(node, convolution, normalization, factors);
        action(List.of(read, target), () -> step(dnn.step(operation, weighted(place(read), packed, biases, place(target)))));
        markUpTo(node, end, target);
    }

    private static long[] filters(Convolution convolution) {
        return new long[] {convolution.filters()};
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

    /** What a batch normalization multiplies each channel by. */
    private void factors(Node normalization, INDArray factors) {
        double[] variance = Tensors.values(parameter(normalization, "moving_variance"));
        double[] gamma = Tensors.values(parameter(normalization, "gamma"));
        double epsilon = ((BatchNormalization) normalization.layer()).epsilon();
        for (int c = 0; c < gamma.length; c++) {
            factors.putScalar(c, gamma[c] / Math.sqrt(variance[c] + epsilon));
        }
    }

    /** What a batch normalization behind a convolution adds to each channel, when its factors are known. */
    private Memory shift(Node node, Convolution convolution, Node normalization, INDArray factors) {
        INDArray shift = Nd4j.create(DataType.FLOAT, convolution.filters());
        for (Parameter parameter : normalization.parameters()) {
            packed.add(network.parameterName(normalization, parameter.name()));
        }
        if (convolution.bias()) {
            packed.add(network.parameterName(node, "bias"));
        }
        packings.add(() -> {
            shift.assign(parameter(normalization, "moving_mean")).negi();
            if (convolution.bias()) {
                shift.addi(parameter(node, "bias"));
            }
            shift.muli(factors).addi(parameter(normalization, "beta"));
        });
        own.add(shift);
        return dnn.memory(dnn.rowMajor(convolution.filters()), shift.data().addressPointer());
    }

    private void fullyConnected(Node node, FullyConnected connected) {
        Node end = node;
        Node activation = activationBehind(node);
        After after = After.NOTHING;
        if (activation != null) {
            after = after(activation.layer());
            end = activation;
        }
        Value rows = rows(node);
        long[] filter = {connected.outputs(), rows.layout.sides()[1]};
        Layout plain = dnn.rowMajor(filter);
        Layout to = dnn.rowMajor(images, connected.outputs());
        Layout biasLayout = connected.bias() ? dnn.rowMajor(connected.outputs()) : null;
        Operation operation = dnn.fullyConnected(PREDICT, rows.layout, dnn.any(filter), biasLayout, to, after);
        Value read = inLayout(rows, operation.source());
        Value target = fresh(operation.destination());
        INDArray weights = parameter(node, "weights");
        boolean asTheyLie = operation.weights().equals(plain) && Tensors.rowMajor(weights) == weights;
        Memory packed = asTheyLie ? dnn.memory(plain, weights.data().addressPointer()) : packed(node, "weights", filter, operation.weights());
        if (asTheyLie) {
            inPlace.add(weights);
        }
        Memory biases = connected.bias() ? packed(node, "bias", new long[] {connected.outputs()}, biasLayout) : null;
        action(List.of(read, target), () -> step(dnn.step(operation, weighted(place(read), packed, biases, place(target)))));
        markUpTo(node, end, target);
    }

    /** The place in a concatenation's output where this layer's output belongs, if it can be written there at once and nobody else reads it; or null. */
    private Value partOfJoined(Node node) {
        Node join = nextIf(node, Concatenate.class);
        // A block of channels must not be of two layers.
        if (join == null || block == 0 || join.inputShapes().stream().anyMatch(shape -> shape.vector() || shape.channels() % block != 0)
                || Collections.frequency(join.inputs(), node.index()) > 1) {
            return null;
        }
        Value whole = wholes.computeIfAbsent(join.index(), index -> fresh(dnn.blocks(block, join.output().batch(images))));
        return part(whole, join, join.inputs().indexOf(node.index()));
    }

    /** The channels of one input in a concatenation's output. */
    private Value part(Value whole, Node join, int which) {
        long from = join.inputShapes().subList(0, which).stream().mapToLong(Shape::channels).sum();
        return whole.as(dnn.channels(whole.layout, from, join.inputShapes().get(which).channels()));
    }

    /** Inputs that are not there already are copied to their places. */
    private void concatenate(Node node) {
        Value whole = wholes.get(node.index());
        if (whole == null) {
            values.put(node.index(), joined(node));
            return;
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            Value input = values.get(node.inputs().get(i));
            if (input.room != whole.room) {
                copy(input, part(whole, node, i));
            }
        }
        values.put(node.index(), whole);
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
        Value first = source(node, 0);
        Value second = inLayout(source(node, 1), first.layout);
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

    private Memory packed(Node node, String name, long[] sides, Layout wanted) {
        return packed(node, name, sides, wanted, null, () -> { });
    }

    /** A parameter in the layout that an operation wants, the numbers of each filter times its factor if there are factors. */
    private Memory packed(Node node, String name, long[] sides, Layout wanted, INDArray factors, Runnable refresh) {
        String full = network.parameterName(node, name);
        packed.add(full);
        Layout plain = dnn.rowMajor(sides);
        Memory source = dnn.memory(plain, Tensors.rowMajor(reading.parameter(full)).data().addressPointer());
        Memory target = dnn.memory(wanted, allocate(wanted.bytes()));
        Step copy;
        if (factors == null) {
            copy = dnn.step(dnn.reorder(plain, wanted), source, target);
        } else {
            Memory scales = dnn.memory(dnn.rowMajor(factors.length()), factors.data().addressPointer());
            // Where there are groups, the filters are spread over two sides.
            copy = dnn.step(dnn.scaledReorder(plain, wanted, sides.length - 3), Map.of(SOURCE, source, FACTORS, scales, DESTINATION, target));
        }
        packings.add(() -> {
            INDArray now = Tensors.rowMajor(reading.parameter(full));
            source.moveTo(now);
            refresh.run();
            copy.execute();
            dnn.await();
        });
        return target;
    }
}
