package casebook.onnx;

import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.Clip;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.HardSigmoid;
import casebook.layers.Layer;
import casebook.layers.LocalResponseNormalization;
import casebook.layers.MaxPooling;
import casebook.layers.Multiply;
import casebook.layers.Padding;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.Sigmoid;
import casebook.layers.Softmax;
import casebook.layers.Tanh;
import casebook.layers.Window;
import casebook.layers.ZeroPadding;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Operators that are one of our layers: convolutions, poolings, normalizations, activations. */
final class LayerOperators {

    private final Graph graph;

    LayerOperators(Graph graph) {
        this.graph = graph;
    }

    /** What reads each of them, by its name in ONNX. */
    Map<String, Consumer<Op>> readers() {
        Map<String, Consumer<Op>> readers = new HashMap<>();
        readers.put("Conv", this::convolution);
        readers.put("Gemm", this::gemm);
        readers.put("MatMul", this::matMul);
        readers.put("MaxPool", this::maxPool);
        readers.put("AveragePool", this::averagePool);
        readers.put("GlobalAveragePool", this::globalAveragePool);
        readers.put("GlobalMaxPool", this::globalMaxPool);
        readers.put("ReduceMean", this::reduceMean);
        readers.put("BatchNormalization", this::batchNormalization);
        readers.put("LRN", this::localResponseNormalization);
        readers.put("Relu", op -> each(op, new Relu()));
        readers.put("Sigmoid", op -> each(op, new Sigmoid()));
        readers.put("Tanh", op -> each(op, new Tanh()));
        readers.put("HardSigmoid", op -> each(op, new HardSigmoid(op.number("alpha", 0.2), op.number("beta", 0.5))));
        readers.put("HardSwish", this::hardSwish);
        readers.put("Clip", this::clip);
        readers.put("Softmax", this::softmax);
        readers.put("Dropout", this::dropout);
        return readers;
    }

    private void convolution(Op op) {
        Flow x = graph.volume(graph.flow(op, 0));
        Constant weights = graph.constant(op, 1);
        long[] sizes = weights.sizes();
        if (sizes.length != 4) {
            throw new IllegalArgumentException("its weights have the sides " + weights
                    + "; only convolutions over height and width can be read");
        }
        int groups = Math.toIntExact(op.integer("group", 1));
        if (Math.multiplyExact(sizes[1], groups) != x.shape().channels()) {
            throw new IllegalArgumentException("its weights " + weights + " and " + groups + " group" + (groups == 1 ? "" : "s")
                    + " need "
                    + sizes[1] * groups + " channels, its input is " + x.shape());
        }
        int filters = Math.toIntExact(sizes[0]);
        Window window = window(op, x.shape(), sizes[2], sizes[3]);
        Constant bias = op.has(2) ? graph.constant(op, 2) : biasBehind(op,
                Layout.of(window.slide(x.shape(), filters), graph.images()), filters);
        if (bias != null && Constant.count(bias.sizes()) != filters) {
            throw new IllegalArgumentException("its " + filters + " filters need as many biases, it has " + bias);
        }
        graph.put(op, graph.addWeighted(op, new Convolution(filters, window, groups, bias != null), x, weights, bias));
    }

    /** The bias that a later operator adds, where a program has split it off; null if there is none. */
    private Constant biasBehind(Op op, Layout output, int outputs) {
        Layout layout = output;
        Op next = graph.next(op);
        while (next != null && next.type().equals("Transpose")) {
            layout = layout.transposed(Folding.order(next, layout.rank()));
            next = graph.next(next);
        }
        Constant bias = next == null ? null : graph.forEachChannel(next, "Add", layout, outputs);
        if (bias != null) {
            graph.absorb(next);
        }
        return bias;
    }

    private Window window(Op op, Shape input, long height, long width) {
        long[] kernel = op.integers("kernel_shape", height, width);
        if (kernel[0] != height || kernel[1] != width) {
            throw new IllegalArgumentException("its kernel_shape is " + Layout.text(kernel) + ", its weights are for " + height
                    + "×" + width);
        }
        long[] strides = op.integers("strides", 1, 1);
        long[] dilations = op.integers("dilations", 1, 1);
        // A filter of one row has no distance between rows.
        long dilation = height == 1 ? dilations[1] : dilations[0];
        if (width > 1 && dilations[1] != dilation) {
            throw new IllegalArgumentException("its dilations are " + Layout.text(dilations)
                    + "; only the same in both directions can be read");
        }
        Window window = Window.of(Math.toIntExact(height), Math.toIntExact(width))
                .withStride(Math.toIntExact(strides[0]), Math.toIntExact(strides[1]))
                .withDilation(Math.toIntExact(height == 1 && width == 1 ? 1 : dilation)).withRoundUp(op.integer("ceil_mode", 0) != 0);
        return switch (op.text("auto_pad", "NOTSET")) {
            case "SAME_UPPER" -> window.withPadding(Padding.SAME);
            case "SAME_LOWER" -> {
                int[] zeros = window.withPadding(Padding.SAME).zeros(input);
                yield window.withPadding(new Padding.Zeros(zeros[2], zeros[3], zeros[0], zeros[1]));
            }
            case "VALID" -> window;
            default -> {
                long[] pads = op.integers("pads", 0, 0, 0, 0);
                yield window.withPadding(new Padding.Zeros(Math.toIntExact(pads[0]), Math.toIntExact(pads[1]), Math.toIntExact(pads[2]),
                        Math.toIntExact(pads[3])));
            }
        };
    }

    private Window poolingWindow(Op op, Shape input) {
        if (!op.has("kernel_shape")) {
            throw new IllegalArgumentException("it has no kernel_shape, so its window has no size");
        }
        long[] sizes = op.integers("kernel_shape", 0, 0);
        return window(op, input, sizes[0], sizes[1]);
    }

    private void maxPool(Op op) {
        if (op.outputs().size() > 1 && !graph.readers(op.outputs().get(1)).isEmpty()) {
            throw new IllegalArgumentException("the places of its largest numbers are used, which can't be read");
        }
        Flow x = graph.volume(graph.flow(op, 0));
        graph.put(op, graph.add(op.name(), new MaxPooling(poolingWindow(op, x.shape())), x));
    }

    private void averagePool(Op op) {
        Flow x = graph.volume(graph.flow(op, 0));
        Window window = poolingWindow(op, x.shape());
        if (op.integer("count_include_pad", 0) != 0 && !window.padding().equals(Padding.VALID)) {
            // Ours divides by the number of real values, so zeros that count are real ones. What rounding up adds behind them does not
            // count.
            int[] zeros = window.zeros(x.shape());
            int bottom = window.padding() instanceof Padding.Zeros given ? Math.min(zeros[2], given.bottom()) : zeros[2];
            int right = window.padding() instanceof Padding.Zeros given ? Math.min(zeros[3], given.right()) : zeros[3];
            x = graph.add(op.name() + "/zeros", new ZeroPadding(new Padding.Zeros(zeros[0], zeros[1], bottom, right)), x);
            window = window.withPadding(new Padding.Zeros(0, 0, zeros[2] - bottom, zeros[3] - right)).withRoundUp(false);
        }
        graph.put(op, graph.add(op.name(), new AveragePooling(window), x));
    }

    private void globalAveragePool(Op op) {
        graph.put(op, graph.add(op.name(), new GlobalAveragePooling(), graph.volume(graph.flow(op, 0))));
    }

    private void globalMaxPool(Op op) {
        Flow x = graph.volume(graph.flow(op, 0));
        int height = x.shape().height();
        int width = x.shape().width();
        Window all = Window.of(height, width).withStride(height, width);
        graph.put(op, graph.add(op.name(), new MaxPooling(all), x));
    }

    /** The mean over height and width, in whatever order the sides are. */
    private void reduceMean(Op op) {
        Flow x = graph.plain(graph.flow(op, 0));
        long[] places = graph.integers(op, "axes", 1);
        String axes = x.layout().axes();
        List<Integer> over = places == null ? List.of() : Arrays.stream(Folding.places(places, axes.length())).boxed().toList();
        int[] left = IntStream.range(0, axes.length()).filter(i -> !over.contains(i)).toArray();
        boolean area = over.size() == 2 && over.stream().allMatch(i -> "HW1".indexOf(axes.charAt(i)) >= 0)
                && Arrays.stream(left).allMatch(i -> "NC1".indexOf(axes.charAt(i)) >= 0);
        if (x.shape().vector() || !area) {
            throw new IllegalArgumentException("a mean can be read if it is that over height and width; this one of " + x
                    + " is over " + (places == null ? "all sides" : "sides " + Layout.text(places)));
        }
        Flow mean = graph.add(op.name(), new GlobalAveragePooling(), x);
        Layout layout = x.layout();
        for (int place : over) {
            layout = layout.with('1', place, 1);
        }
        Layout result = op.integer("keepdims", 1) != 0 ? layout : layout.transposed(left);
        graph.put(op, new Flow(mean.layer(), mean.shape(), result, op.name() + "/flatten"));
    }

    private void gemm(Op op) {
        Flow x = graph.vector(graph.flow(op, 0));
        Constant weights = graph.constant(op, 1);
        boolean turned = op.integer("transB", 0) != 0;
        if (op.integer("transA", 0) != 0 || op.number("alpha", 1) != 1 || op.has(2) && op.number("beta", 1) != 1) {
            throw new IllegalArgumentException("only y = x W + b can be read; this one turns its input or has factors (transA, alpha, "
                    + "beta)");
        }
        Constant bias = op.has(2) ? graph.constant(op, 2) : null;
        fullyConnected(op, x, weights, turned, bias);
    }

    private void fullyConnected(Op op, Flow x, Constant weights, boolean turned, Constant bias) {
        long[] sizes = weights.sizes();
        if (sizes.length != 2 || sizes[turned ? 1 : 0] != x.shape().channels()) {
            throw new IllegalArgumentException("its weights " + weights + " do not fit its input of " + x.shape() + " numbers");
        }
        int outputs = Math.toIntExact(sizes[turned ? 0 : 1]);
        Constant added = bias == null ? biasBehind(op, Layout.of(Shape.vector(outputs), graph.images()), outputs) : bias;
        if (added != null && Constant.count(added.sizes()) != outputs && Constant.count(added.sizes()) != 1) {
            throw new IllegalArgumentException("its " + outputs + " outputs need as many biases, it has " + added);
        }
        graph.put(op, graph.addWeighted(op, new FullyConnected(outputs, added != null), x, weights, added));
    }

    private void matMul(Op op) {
        Flow x = graph.flow(op, 0);
        Constant weights = graph.constant(op, 1);
        if (x.layout().rank() == 2) {
            fullyConnected(op, graph.vector(x), weights, false, null);
            return;
        }
        // With the channels last, a product with a matrix is a 1×1 convolution.
        Flow image = graph.plain(x);
        String axes = image.layout().axes();
        long[] sizes = weights.sizes();
        if (axes.length() != 4 || axes.charAt(3) != 'C' || sizes.length != 2 || sizes[0] != image.shape().channels()) {
            throw new IllegalArgumentException("a product of " + x + " with weights " + weights
                    + " is neither a fully connected layer nor a 1×1 convolution");
        }
        int filters = Math.toIntExact(sizes[1]);
        Layout layout = image.layout().with('C', 3, filters);
        Constant bias = biasBehind(op, layout, filters);
        graph.put(op, graph.addWeighted(op, new Convolution(filters, Window.of(1, 1), 1, bias != null), image, weights, bias), layout);
    }

    private void batchNormalization(Op op) {
        Flow x = graph.flow(op, 0).layout().rank() == 2 ? graph.vector(graph.flow(op, 0)) : graph.volume(graph.flow(op, 0));
        Constant[] parameters = IntStream.range(1, 5).mapToObj(input -> graph.constant(op, input)).toArray(Constant[]::new);
        for (Constant parameter : parameters) {
            if (Constant.count(parameter.sizes()) != x.shape().channels()) {
                throw new IllegalArgumentException("it has " + parameter + " numbers for a channel each, and "
                        + x.shape().channels() + " channels");
            }
        }
        for (int input = 1; input < 3; input++) {
            if (graph.givenNormalization(op, input)) {
                parameters[input - 1] = parameters[input - 1].given();
            }
        }
        graph.put(op, graph.addWeighted(op, new BatchNormalization(op.number("epsilon", 1e-5), op.number("momentum", 0.9)), x,
                parameters));
    }

    /** ONNX divides α by the number of channels in the window. */
    private void localResponseNormalization(Op op) {
        int size = Math.toIntExact(op.integer("size", 0));
        if (size % 2 == 0) {
            throw new IllegalArgumentException("its window of " + size + " channels is not odd, so it has no middle");
        }
        Flow x = graph.volume(graph.flow(op, 0));
        double alpha = op.number("alpha", 1e-4) / size;
        graph.put(op, graph.add(op.name(), new LocalResponseNormalization(size, alpha, op.number("beta", 0.75),
                op.number("bias", 1)), x));
    }

    private void each(Op op, Layer layer) {
        graph.put(op, graph.eachNumber(op.name(), graph.flow(op, 0), layer));
    }

    /** {@code x · hardSigmoid(x)} (Howard et al. 2019, section 5.2). */
    private void hardSwish(Op op) {
        Flow x = graph.plain(graph.flow(op, 0));
        Flow gate = graph.add(op.name() + "/gate", new HardSigmoid(1.0 / 6, 0.5), x);
        graph.put(op, Flow.inOrderOf(x, graph.add(op.name(), new Multiply(), x, gate)));
    }

    private void clip(Op op) {
        double low = graph.number(op, "min", 1, Double.NEGATIVE_INFINITY);
        double high = graph.number(op, "max", 2, Double.POSITIVE_INFINITY);
        boolean open = high == Double.POSITIVE_INFINITY || high >= Float.MAX_VALUE;
        each(op, low == 0 && open ? new Relu() : new Clip(low, high));
    }

    private void softmax(Op op) {
        Flow x = graph.flow(op, 0).layout().rank() == 2 ? graph.vector(graph.flow(op, 0)) : graph.plain(graph.flow(op, 0));
        String axes = x.layout().axes();
        int place = Folding.place(op.integer("axis", graph.version() < 13 ? 1 : -1), axes.length());
        // Before version 13 it was over this side and all after it.
        String over = graph.version() < 13 ? axes.substring(place) : axes.substring(place, place + 1);
        if (!over.replace("1", "").equals("C") && x.shape().channels() != 1) {
            throw new IllegalArgumentException("a softmax can be read if it is over the classes; this one of " + x
                    + " is over another side");
        }
        graph.put(op, Flow.inOrderOf(x, graph.add(op.name(), new Softmax(), x)));
    }

    private void dropout(Op op) {
        each(op, new Dropout(graph.number(op, "ratio", 1, 0.5)));
    }
}
