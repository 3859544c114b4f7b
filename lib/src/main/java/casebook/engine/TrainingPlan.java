package casebook.engine;

import static casebook.compute.OneDnn.Argument.DESTINATION;
import static casebook.compute.OneDnn.Argument.GRADIENT_OF_BIAS;
import static casebook.compute.OneDnn.Argument.GRADIENT_OF_DESTINATION;
import static casebook.compute.OneDnn.Argument.GRADIENT_OF_SCALE;
import static casebook.compute.OneDnn.Argument.GRADIENT_OF_SHIFT;
import static casebook.compute.OneDnn.Argument.GRADIENT_OF_SOURCE;
import static casebook.compute.OneDnn.Argument.GRADIENT_OF_WEIGHTS;
import static casebook.compute.OneDnn.Argument.MEAN;
import static casebook.compute.OneDnn.Argument.SCALE;
import static casebook.compute.OneDnn.Argument.SECOND;
import static casebook.compute.OneDnn.Argument.SHIFT;
import static casebook.compute.OneDnn.Argument.SOURCE;
import static casebook.compute.OneDnn.Argument.VARIANCE;
import static casebook.compute.OneDnn.Argument.WEIGHTS;
import static casebook.compute.OneDnn.Argument.WORKSPACE;
import static casebook.compute.OneDnn.Purpose.TRAIN;

import casebook.compute.OneDnn;
import casebook.compute.OneDnn.After;
import casebook.compute.OneDnn.Argument;
import casebook.compute.OneDnn.Layout;
import casebook.compute.OneDnn.Memory;
import casebook.compute.OneDnn.Operation;
import casebook.compute.OneDnn.Slide;
import casebook.compute.Stopped;
import casebook.compute.Tensors;
import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.Layer;
import casebook.layers.MaxPooling;
import casebook.layers.Parameter;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.Window;
import casebook.model.Model;
import casebook.model.Execution;
import casebook.model.ModelRun;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The training steps of a model on batches of one size, forward and backward, as fast as it can be done here. Like a {@link Plan} it is made once
 * and used many times. It reads the weights anew in each step, and keeps what the way back needs.
 *
 * <p>While it is made, each layer tells its steps forward, and leaves behind how its way back goes. When the last one is told, the ways back are
 * told from the last to the first. {@link Execution} remains what it is compared with; a layer without a fast way runs its own
 * {@code forward} and {@code backward}.
 *
 * <p>Several threads may use it, one after the other. It owns native memory: close it when it is done with. One that nobody closes gives its memory back
 * some time after nobody can reach it.
 */
public final class TrainingPlan extends Schedule {

    private final List<Node> ends;
    private final Map<Integer, Value> gradients = new HashMap<>();
    private final Deque<Runnable> waysBack = new ArrayDeque<>();
    private final Map<Node, Value> starts = new LinkedHashMap<>();
    private final Map<Node, Value> outputs = new HashMap<>();
    private final Map<String, Value> parameters = new LinkedHashMap<>();
    private final Map<String, Value> parameterGradients = new LinkedHashMap<>();
    private int turn;
    private long seed;
    /** The last run, as long as its backward pass can be run. */
    private Run current;

    private TrainingPlan(Model model, int images, List<Node> ends) {
        super(model, images, "this plan was closed: make a new one with TrainingPlan.of, and close it when nothing uses it any more");
        this.ends = ends;
    }

    /** True if this platform has oneDNN. Where it has not, {@link Execution} is the way. */
    public static boolean available() {
        return OneDnn.available();
    }

    /**
     * Makes a model ready, with its auxiliary heads.
     *
     * @param images how many images a batch will have
     * @param ends the layers whose outputs losses take
     * @throws IllegalStateException if oneDNN is not there on this platform, or the model is one of float64
     */
    public static TrainingPlan of(Model model, int images, List<Node> ends) {
        return compiled(model, () -> new TrainingPlan(model, images, ends));
    }

    /**
     * Runs the forward pass.
     *
     * @param batch {@code [images, channels, height, width]}, as many images as the plan was made for
     * @param seed for layers that need chance
     * @return the run, whose backward pass can be run until this plan runs forward again
     * @throws IllegalArgumentException if the batch has another shape
     * @throws IllegalStateException if the plan or its model was closed
     * @throws Stopped if this thread is interrupted
     */
    public ModelRun forward(INDArray batch, long seed) {
        if (batch.size(0) != images) {
            throw new IllegalArgumentException("this plan was made for batches of " + images + ", this one has " + batch.size(0));
        }
        INDArray ordered = Tensors.rowMajor(model.requireInput(batch));
        return alone(() -> {
            this.seed = seed;
            current = new Run();
            input.outside.bring(ordered);
            parameters.forEach((name, value) -> value.outside.bring(reading.parameter(name)));
            outputs.forEach((node, value) -> value.outside.bring(current.outputs.get(node)));
            try {
                run(0, turn);
            } finally {
                // Moving means and variances have moved.
                model.changed();
                outputs.values().forEach(value -> value.outside.letGo());
            }
            return current;
        });
    }

    /** One run. Its arrays are made for it alone, so that another one does not change them. */
    private final class Run implements ModelRun {
        private final Map<Node, INDArray> outputs = new HashMap<>();

        Run() {
            TrainingPlan.this.outputs.keySet().forEach(node -> outputs.put(node, Nd4j.createUninitialized(DataType.FLOAT, node.output().batch(images), 'c')));
        }

        @Override
        public INDArray output(Node node) {
            INDArray output = outputs.get(node);
            if (output == null) {
                throw new IllegalStateException(node.name() + ": its output is not kept in this run");
            }
            return output;
        }

        @Override
        public Map<String, INDArray> backward(Map<Node, INDArray> gradientsOfEnds) {
            return alone(() -> {
                if (current != this) {
                    throw new IllegalStateException("this run is over: its plan has run forward again, or this one backward; run each backward before the next forward");
                }
                current = null;
                Map<String, INDArray> found = new LinkedHashMap<>();
                parameterGradients.forEach((name, value) -> {
                    INDArray gradient = Nd4j.create(DataType.FLOAT, reading.parameter(name).shape(), 'c');
                    found.put(name, gradient);
                    value.outside.bring(gradient);
                });
                starts.forEach((end, value) -> value.outside.bring(Tensors.rowMajor(gradientsOfEnds.get(end))));
                run(turn, size());
                input.outside.letGo();
                starts.values().forEach(value -> value.outside.letGo());
                parameterGradients.values().forEach(value -> value.outside.letGo());
                return found;
            });
        }
    }

    // ---------------------------------------------------------------- making it

    @Override
    void compile() {
        // A softmax behind an end, for example, is not needed: its loss takes what goes into it.
        BitSet needed = needed(ends);
        for (Node node : network.nodes()) {
            Stopped.check();
            if (needed.get(node.index()) && !values.containsKey(node.index())) {
                compile(node);
            }
        }
        for (Node end : ends) {
            Value value = values.get(end.index());
            Value output = brought(dnn.rowMajor(value.layout.sides()));
            outputs.put(end, output);
            copy(value, output);
        }
        turn = size();
        for (Node end : ends) {
            Value start = brought(dnn.rowMajor(values.get(end.index()).layout.sides()));
            starts.put(end, start);
            addGradient(end.index(), start);
        }
        waysBack.forEach(Runnable::run);
        waysBack.clear();
        prepare();
        values.clear();
        gradients.clear();
    }

    private void compile(Node node) {
        Layer layer = node.layer();
        if (layer instanceof Convolution convolution) {
            convolution(node, convolution);
        } else if (layer instanceof FullyConnected connected) {
            fullyConnected(node, connected);
        } else if (layer instanceof BatchNormalization normalization && source(node).layout.sides().length == 4) {
            batchNormalization(node, normalization);
        } else if (layer instanceof MaxPooling pooling) {
            pooling(node, true, pooling.window());
        } else if (layer instanceof AveragePooling pooling) {
            pooling(node, false, pooling.window());
        } else if (layer instanceof GlobalAveragePooling) {
            globalPooling(node);
        } else if (layer instanceof Concatenate && source(node).layout.sides().length == 4) {
            concatenate(node);
        } else if (layer instanceof Add && node.inputs().size() == 2) {
            add(node);
        } else if (after(layer) != After.NOTHING) {
            function(node, after(layer));
        } else if (layer instanceof Flatten) {
            flatten(node);
        } else {
            itself(node);
        }
    }

    /** The layer behind this one, if nothing else reads it and no loss takes it. */
    private Node next(Node node) {
        List<Integer> readers = network.readers().get(node.index());
        return readers.size() == 1 && !ends.contains(node) ? network.nodes().get(readers.get(0)) : null;
    }

    /** The activation behind a layer, if it can be done at once with it; otherwise the layer itself. */
    private Node withActivation(Node node) {
        Node next = next(node);
        return next != null && after(next.layer()) != After.NOTHING ? next : node;
    }

    /** What a layer and its activation, if it is another one, put out; and the way back. */
    private void putOut(Node node, Node end, Value output, Runnable wayBack) {
        values.put(node.index(), output);
        values.put(end.index(), output);
        waysBack.push(() -> {
            if (gradients.get(end.index()) != null) {
                wayBack.run();
            }
        });
    }

    /** The gradient of a layer's output in front of the activation that was done with it. */
    private Value gradientBefore(Node node, Node end, Value output) {
        Value gradient = gradients.get(end.index());
        return end == node ? gradient : through(after(end.layer()), output, gradient);
    }

    /** The gradient of a function's input, from its output and that one's gradient. */
    private Value through(After function, Value output, Value gradient) {
        Value alike = inLayout(gradient, output.layout);
        Value before = fresh(output.layout);
        Operation back = dnn.elementwiseBack(function, output.layout);
        action(List.of(alike, output, before), () -> step(dnn.step(back,
                Map.of(DESTINATION, place(output), GRADIENT_OF_DESTINATION, place(alike), GRADIENT_OF_SOURCE, place(before)))));
        return before;
    }

    /** Where several layers read the same output, their gradients add up. */
    private void addGradient(int index, Value more) {
        Value soFar = gradients.get(index);
        if (soFar == null) {
            gradients.put(index, more);
            return;
        }
        Value alike = inLayout(more, soFar.layout);
        Value sum = fresh(soFar.layout);
        Operation addition = dnn.addition(soFar.layout, After.NOTHING);
        action(List.of(soFar, alike, sum), () -> step(dnn.step(addition,
                Map.of(SOURCE, place(soFar), SECOND, place(alike), DESTINATION, place(sum)))));
        gradients.put(index, sum);
    }

    // ---------------------------------------------------------------- parameters

    /** A parameter where it lies in the model, in the usual order. */
    private Value parameterIn(Node node, String name, long... sides) {
        return parameters.computeIfAbsent(network.parameterName(node, name), full -> brought(dnn.rowMajor(reading.parameter(full).shape())))
                .as(dnn.rowMajor(sides));
    }

    /**
     * Where an operation puts the gradient of a parameter, and what is to be done afterwards.
     *
     * @param array where the gradient is to be in the end, while it runs
     */
    private record Target(Value place, Supplier<INDArray> array, Runnable finish) {}

    /** The gradient of a parameter goes into an array that each run has, in the usual order. A layer that is shared adds to what is there. */
    private Target gradientOf(Node node, String name, Layout layout, long... sides) {
        String full = network.parameterName(node, name);
        Layout usual = dnn.rowMajor(reading.parameter(full).shape());
        Value known = parameterGradients.get(full);
        if (known == null) {
            Value first = brought(usual);
            parameterGradients.put(full, first);
            Value plain = first.as(dnn.rowMajor(sides));
            Value place = layout.equals(plain.layout) ? plain : fresh(layout);
            return new Target(place, () -> first.outside.array, () -> {
                if (place != plain) {
                    copy(place, plain);
                }
            });
        }
        INDArray more = Nd4j.create(DataType.FLOAT, reading.parameter(full).shape(), 'c');
        Value plain = in(more).as(dnn.rowMajor(sides));
        Value place = layout.equals(plain.layout) ? plain : fresh(layout);
        return new Target(place, () -> more, () -> {
            if (place != plain) {
                copy(place, plain);
            }
            action(List.of(), () -> () -> {
                dnn.await();
                known.outside.array.addi(more);
            });
        });
    }

    // ---------------------------------------------------------------- layers

    private void convolution(Node node, Convolution convolution) {
        Value source = source(node);
        Shape in = node.inputShapes().get(0);
        Window window = convolution.window();
        int filters = convolution.filters();
        Node end = withActivation(node);
        Slide slide = slide(window, in);
        long[] sides = {images, filters, node.output().height(), node.output().width()};
        long[] filter = filter(convolution, in);
        Layout biasLayout = convolution.bias() ? dnn.rowMajor(filters) : null;
        long[] sidesIn = source.layout.sides();
        // Images are read as they are.
        Operation forward = fastest(layout -> dnn.convolution(TRAIN, source == input ? source.layout : layout.apply(sidesIn), dnn.any(filter), biasLayout,
                layout.apply(sides), slide, false, after(end.layer())));
        Value weights = parameterIn(node, "weights", filter);
        Value bias = convolution.bias() ? parameterIn(node, "bias", filters) : null;
        Value read = inLayout(source, forward.source());
        Value packed = inLayout(weights, forward.weights());
        Value output = fresh(forward.destination());
        action(List.of(read, packed, output), () -> step(dnn.step(forward,
                weighted(place(read), place(packed), bias == null ? null : place(bias), place(output)))));
        putOut(node, end, output, () -> {
            Value gradient = gradientBefore(node, end, output);
            Operation ofWeights = fastest(layout -> dnn.convolutionWeights(forward, source == input ? source.layout : layout.apply(sidesIn),
                    dnn.any(filter), biasLayout, layout.apply(sides), slide), read.layout, gradient.layout);
            Value readAgain = inLayout(read, ofWeights.source());
            Value given = inLayout(gradient, ofWeights.gradientOfDestination());
            weightGradients(node, ofWeights, readAgain, given, filter, biasLayout);
            if (source != input) {
                Operation back = fastest(layout -> dnn.convolutionBack(forward, layout.apply(sidesIn), dnn.any(filter), layout.apply(sides), slide), source.layout, gradient.layout);
                back(node, back, inLayout(gradient, back.gradientOfDestination()), inLayout(weights, back.weights()));
            }
        });
    }

    private void fullyConnected(Node node, FullyConnected connected) {
        Value source = source(node);
        long[] filter = source.layout.sides();
        filter[0] = connected.outputs();
        Node end = withActivation(node);
        Layout biasLayout = connected.bias() ? dnn.rowMajor(connected.outputs()) : null;
        Layout to = dnn.rowMajor(images, connected.outputs());
        Operation forward = dnn.fullyConnected(TRAIN, source.layout, dnn.any(filter), biasLayout, to, after(end.layer()));
        Value weights = parameterIn(node, "weights", filter);
        Value bias = connected.bias() ? parameterIn(node, "bias", connected.outputs()) : null;
        Value packed = inLayout(weights, forward.weights());
        Value output = fresh(to);
        action(List.of(source, packed, output), () -> step(dnn.step(forward,
                weighted(place(source), place(packed), bias == null ? null : place(bias), place(output)))));
        putOut(node, end, output, () -> {
            Value gradient = gradientBefore(node, end, output);
            Operation ofWeights = dnn.fullyConnectedWeights(forward, source.layout, dnn.any(filter), biasLayout, to);
            weightGradients(node, ofWeights, source, gradient, filter, biasLayout);
            if (source != input) {
                Operation back = dnn.fullyConnectedBack(forward, source.layout, dnn.any(filter), to);
                back(node, back, gradient, inLayout(weights, back.weights()));
            }
        });
    }

    private void weightGradients(Node node, Operation operation, Value source, Value gradient, long[] filter, Layout biasLayout) {
        Target ofWeights = gradientOf(node, "weights", operation.gradientOfWeights(), filter);
        Target ofBias = biasLayout == null ? null : gradientOf(node, "bias", biasLayout, biasLayout.sides());
        action(List.of(source, gradient, ofWeights.place()), () -> {
            Map<Argument, Memory> arguments = new EnumMap<>(Map.of(SOURCE, place(source), GRADIENT_OF_DESTINATION, place(gradient),
                    GRADIENT_OF_WEIGHTS, place(ofWeights.place())));
            if (ofBias != null) {
                arguments.put(GRADIENT_OF_BIAS, place(ofBias.place()));
            }
            return step(dnn.step(operation, arguments));
        });
        ofWeights.finish().run();
        if (ofBias != null) {
            ofBias.finish().run();
        }
    }

    private void back(Node node, Operation operation, Value gradient, Value weights) {
        Value ofSource = fresh(operation.gradientOfSource());
        action(List.of(gradient, weights, ofSource), () -> step(dnn.step(operation,
                Map.of(GRADIENT_OF_DESTINATION, place(gradient), WEIGHTS, place(weights), GRADIENT_OF_SOURCE, place(ofSource)))));
        addGradient(node.inputs().get(0), ofSource);
    }

    private void batchNormalization(Node node, BatchNormalization normalization) {
        Value source = source(node);
        long channels = source.layout.sides()[1];
        Node next = next(node);
        boolean relu = next != null && next.layer() instanceof Relu;
        Operation forward = dnn.batchNormalization(source.layout, source.layout, normalization.epsilon(), relu);
        Value output = fresh(forward.destination());
        Value workspace = relu ? fresh(forward.workspace()) : null;
        INDArray batchMean = Nd4j.create(DataType.FLOAT, new long[] {channels}, 'c');
        INDArray batchVariance = Nd4j.create(DataType.FLOAT, new long[] {channels}, 'c');
        Value mean = in(batchMean);
        Value variance = in(batchVariance);
        Value scale = parameterIn(node, "gamma", channels);
        Value shift = parameterIn(node, "beta", channels);
        action(relu ? List.of(source, output, workspace) : List.of(source, output), () -> {
            Map<Argument, Memory> arguments = new EnumMap<>(Map.of(SOURCE, place(source), SCALE, place(scale), SHIFT, place(shift),
                    MEAN, place(mean), VARIANCE, place(variance), DESTINATION, place(output)));
            if (relu) {
                arguments.put(WORKSPACE, place(workspace));
            }
            return step(dnn.step(forward, arguments));
        });
        long count = source.layout.sides()[0] * source.layout.sides()[2] * source.layout.sides()[3];
        action(List.of(), () -> () -> {
            dnn.await();
            normalization.follow(parameter(node, "moving_mean"), parameter(node, "moving_variance"), Tensors.values(batchMean), Tensors.values(batchVariance), count);
        });
        putOut(node, relu ? next : node, output, () -> {
            Value gradient = inLayout(gradients.get((relu ? next : node).index()), source.layout);
            Operation back = dnn.batchNormalizationBack(forward, source.layout, source.layout, source.layout, normalization.epsilon(), relu);
            Value ofSource = fresh(back.gradientOfSource());
            Target ofScale = gradientOf(node, "gamma", scale.layout, channels);
            Target ofShift = gradientOf(node, "beta", shift.layout, channels);
            action(relu ? List.of(source, gradient, ofSource, workspace) : List.of(source, gradient, ofSource), () -> {
                Map<Argument, Memory> arguments = new EnumMap<>(Map.of(SOURCE, place(source), SCALE, place(scale), MEAN, place(mean), VARIANCE, place(variance),
                        GRADIENT_OF_DESTINATION, place(gradient), GRADIENT_OF_SOURCE, place(ofSource), GRADIENT_OF_SCALE, place(ofScale.place()),
                        GRADIENT_OF_SHIFT, place(ofShift.place())));
                if (relu) {
                    arguments.put(WORKSPACE, place(workspace));
                }
                return step(dnn.step(back, arguments));
            });
            ofScale.finish().run();
            ofShift.finish().run();
            addGradient(node.inputs().get(0), ofSource);
        });
    }

    private void pooling(Node node, boolean largest, Window window) {
        Shape out = node.output();
        Value output = pooled(node, largest, new long[] {images, out.channels(), out.height(), out.width()}, new long[] {window.height(), window.width()},
                slide(window, node.inputShapes().get(0)));
        values.put(node.index(), output);
    }

    private void globalPooling(Node node) {
        Shape in = node.inputShapes().get(0);
        Value output = pooled(node, false, new long[] {images, in.channels(), 1, 1}, new long[] {in.height(), in.width()}, WHOLE);
        // One position: whatever the blocks are, a row-major copy is a row of channels.
        Value ordered = inLayout(output, dnn.rowMajor(images, in.channels(), 1, 1));
        values.put(node.index(), node.output().vector() ? ordered.as(dnn.rowMajor(images, in.channels())) : ordered);
    }

    private Value pooled(Node node, boolean largest, long[] sides, long[] kernel, Slide slide) {
        Value source = source(node);
        Operation forward = dnn.pooling(TRAIN, largest, source.layout, dnn.any(sides), kernel, slide);
        Value output = fresh(forward.destination());
        Value workspace = largest ? fresh(forward.workspace()) : null;
        action(largest ? List.of(source, output, workspace) : List.of(source, output), () -> step(dnn.step(forward, largest
                ? Map.of(SOURCE, place(source), DESTINATION, place(output), WORKSPACE, place(workspace))
                : Map.of(SOURCE, place(source), DESTINATION, place(output)))));
        putOut(node, node, output, () -> {
            Operation back = dnn.poolingBack(forward, largest, source.layout, output.layout, kernel, slide);
            Value gradient = gradients.get(node.index());
            Value given = inLayout(gradient.layout.sides().length == 4 ? gradient : gradient.as(dnn.rowMajor(sides)), output.layout);
            Value ofSource = fresh(source.layout);
            action(largest ? List.of(given, ofSource, workspace) : List.of(given, ofSource), () -> step(dnn.step(back, largest
                    ? Map.of(GRADIENT_OF_DESTINATION, place(given), GRADIENT_OF_SOURCE, place(ofSource), WORKSPACE, place(workspace))
                    : Map.of(GRADIENT_OF_DESTINATION, place(given), GRADIENT_OF_SOURCE, place(ofSource)))));
            addGradient(node.inputs().get(0), ofSource);
        });
        return output;
    }

    private void concatenate(Node node) {
        Value output = joined(node);
        putOut(node, node, output, () -> {
            Value gradient = inLayout(gradients.get(node.index()), output.layout);
            long from = 0;
            for (int i = 0; i < node.inputs().size(); i++) {
                long count = node.inputShapes().get(i).channels();
                Value part = fresh(dnn.like(output.layout, values.get(node.inputs().get(i)).layout.sides()));
                copy(gradient.as(dnn.channels(output.layout, from, count)), part);
                addGradient(node.inputs().get(i), part);
                from += count;
            }
        });
    }

    private void add(Node node) {
        Value first = source(node);
        Value second = inLayout(values.get(node.inputs().get(1)), first.layout);
        Node end = withActivation(node);
        Operation forward = dnn.addition(first.layout, after(end.layer()));
        Value output = fresh(first.layout);
        action(List.of(first, second, output), () -> step(dnn.step(forward,
                Map.of(SOURCE, place(first), SECOND, place(second), DESTINATION, place(output)))));
        putOut(node, end, output, () -> {
            Value gradient = gradientBefore(node, end, output);
            node.inputs().forEach(from -> addGradient(from, gradient));
        });
    }

    private void function(Node node, After function) {
        Value source = source(node);
        Operation forward = dnn.elementwise(TRAIN, function, source.layout);
        Value output = fresh(source.layout);
        action(List.of(source, output), () -> step(dnn.step(forward, place(source), place(output))));
        putOut(node, node, output, () -> addGradient(node.inputs().get(0), through(function, output, gradients.get(node.index()))));
    }

    /** Nothing moves in the usual order; only the sides are others. */
    private void flatten(Node node) {
        Value source = source(node);
        Layout plain = dnn.rowMajor(source.layout.sides());
        Value output = inLayout(source, plain).as(dnn.rowMajor(node.output().batch(images)));
        putOut(node, node, output, () ->
                addGradient(node.inputs().get(0), inLayout(gradients.get(node.index()), output.layout).as(plain)));
    }

    /** A layer without a fast way runs its own forward and backward pass, on arrays in the usual order. */
    private void itself(Node node) {
        List<INDArray> arrays = plainInputs(node);
        INDArray output = Nd4j.create(DataType.FLOAT, node.output().batch(images), 'c');
        Trained pass = new Trained(node, arrays, output);
        action(List.of(), () -> () -> {
            dnn.await();
            pass.kept.clear();
            output.assign(node.layer().forward(pass, arrays));
        });
        putOut(node, node, in(output), () -> {
            INDArray given = Nd4j.create(DataType.FLOAT, node.output().batch(images), 'c');
            Value gradient = gradients.get(node.index());
            copy(gradient, in(given).as(dnn.rowMajor(gradient.layout.sides())));
            List<INDArray> ofSources = arrays.stream().map(array -> Nd4j.create(DataType.FLOAT, array.shape(), 'c')).toList();
            List<Target> targets = node.layer().parameters(node.inputShapes()).stream().filter(Parameter::trainable).map(parameter -> {
                Layout plain = dnn.rowMajor(parameter(node, parameter.name()).shape());
                Target target = gradientOf(node, parameter.name(), plain, plain.sides());
                pass.gradients.put(parameter.name(), target.array());
                return target;
            }).toList();
            action(List.of(), () -> () -> {
                dnn.await();
                pass.handedOver.clear();
                List<INDArray> back = node.layer().backward(pass, given);
                for (int i = 0; i < ofSources.size(); i++) {
                    ofSources.get(i).assign(back.get(i));
                }
                pass.kept.clear();
            });
            targets.forEach(target -> target.finish().run());
            for (int i = 0; i < ofSources.size(); i++) {
                if (node.inputs().get(i) != Network.INPUT) {
                    addGradient(node.inputs().get(i), in(ofSources.get(i)).as(dnn.rowMajor(values.get(node.inputs().get(i)).layout.sides())));
                }
            }
        });
    }

    /** What a layer that runs by itself sees in training. */
    private final class Trained extends Alone {
        private final INDArray output;
        private final Map<String, Supplier<INDArray>> gradients = new HashMap<>();
        private final Set<String> handedOver = new HashSet<>();

        Trained(Node node, List<INDArray> inputs, INDArray output) {
            super(node, inputs);
            this.output = output;
        }

        @Override
        public boolean training() {
            return true;
        }

        @Override
        public INDArray output() {
            return output;
        }

        @Override
        public void gradient(String name, INDArray gradient) {
            if (handedOver.add(name)) {
                gradients.get(name).get().assign(gradient);
            } else {
                gradients.get(name).get().addi(gradient);
            }
        }

        @Override
        public RandomGenerator random() {
            return new SplittableRandom(seed * 1_000_003 + node.index());
        }
    }
}
