package casebook.network;

import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.Clip;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.HardSigmoid;
import casebook.layers.Layer;
import casebook.layers.MaxPooling;
import casebook.layers.Multiply;
import casebook.layers.PaddedShortcut;
import casebook.layers.Padding;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.Sigmoid;
import casebook.layers.Tanh;
import casebook.layers.Window;
import casebook.layers.ZeroPadding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network written in one way of many: two that differ only in how they were written have the same structure. Names and stages are gone,
 * what changes nothing is left out, and of several orders that compute the same one is chosen.
 *
 * <ul>
 *   <li>Padding is the zeros that it gives: {@code same()} and {@code padding(1)} are the same where they put the same zeros around the
 *       same input. A layer of zeros before a convolution is that convolution's padding.
 *   <li>A fully connected layer is a convolution whose filter is as large as what it reads.
 *   <li>A vector is a volume of one position, so that flattening it changes nothing.
 *   <li>A stride counts only where the window moves, a dilation only where the filter has neighbours.
 *   <li>An average over everything is a global average; a window of one number takes that number.
 *   <li>ReLU, tanh and all that never falls may stand before or behind a max pooling. Each layer that changes every number by itself may
 *       stand behind a concatenation or in each of its branches, and before or behind flattening. ReLU may stand before or behind dropout.
 *   <li>A second ReLU right behind a ReLU, dropout of nothing, a sum or a concatenation of one input do nothing.
 *   <li>The order of what is added, multiplied or concatenated is free, and a sum in a sum is one sum.
 *   <li>Two layers without parameters that do the same with the same input are one.
 * </ul>
 *
 * <p>Everything else counts. So a convolution with biases is another one than a convolution without, also where a batch normalization
 * follows: it has other parameters. Two layers with weights are never made one, and linear layers keep their order.
 */
final class Structure {

    /**
     * What a layer does, whatever it was written as.
     *
     * @param layer in the chosen way of writing
     * @param zeros around its input: top, left, bottom, right
     * @param output the shape that goes out, a volume
     */
    record Form(Layer layer, List<Integer> zeros, Shape output) {}

    /** A layer at its place. Two parts are the same only if they are the same object. */
    static final class Part {
        final int id;
        final Form form;
        final List<Part> inputs;
        /** Where it was written first; null for the network's input. */
        final Node node;
        /** Whose parameters it uses: its own, or those of an earlier layer. Null if it has none. */
        final Part owner;
        private final String signature;

        private Part(int id, Form form, List<Part> inputs, Node node, boolean hasParameters, Part sharedWith) {
            this.id = id;
            this.form = form;
            this.inputs = inputs;
            this.node = node;
            this.owner = !hasParameters ? null : sharedWith == null ? this : sharedWith;
            this.signature = Integer.toHexString(form.hashCode()) + inputs.stream().map(Part::signature).sorted().toList().hashCode();
        }

        /** Alike in all parts that look alike, with all that stands before them. */
        String signature() {
            return signature;
        }

        boolean anyOrder() {
            return orderIsFree(form.layer(), inputs.stream().map(input -> input.form.output()).toList());
        }
    }

    /**
     * An end.
     *
     * @param part its last layer
     * @param lossWeight how much its loss counts
     */
    record End(Part part, double lossWeight) {}

    final Part input;
    final List<End> ends = new ArrayList<>();
    private final Map<List<Object>, Part> known = new HashMap<>();
    private int count;

    private Structure(Shape shape) {
        input = new Part(count++, new Form(null, List.of(), volume(shape)), List.of(), null, false, null);
    }

    static Structure of(Network network) {
        Structure structure = new Structure(network.input());
        List<Part> parts = new ArrayList<>();
        Map<Integer, Part> owners = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            List<Part> inputs = node.inputs().stream().map(from -> from == Network.INPUT ? structure.input : parts.get(from)).toList();
            Part part = structure.add(node, node.layer(), inputs, owners.get(node.parametersFrom()));
            parts.add(part);
            if (!node.shared()) {
                owners.put(node.index(), part);
            }
        }
        network.outputs().forEach(output -> structure.ends.add(new End(parts.get(output.node().index()), output.lossWeight())));
        return structure;
    }

    private static Shape volume(Shape shape) {
        return Shape.volume(shape.height(), shape.width(), shape.channels());
    }

    /** Adds a layer behind its inputs, in the chosen way of writing. */
    private Part add(Node node, Layer layer, List<Part> inputs, Part owner) {
        Part first = inputs.get(0);
        Shape from = first.form.output();
        boolean onePosition = from.height() == 1 && from.width() == 1;
        if (layer instanceof Flatten && onePosition || layer instanceof Dropout dropout && dropout.probability() == 0
                || layer instanceof GlobalAveragePooling && onePosition
                || layer instanceof PaddedShortcut pad && pad.stride() == 1 && pad.channels() == from.channels()
                || layer instanceof ZeroPadding zeros && zeros.padding().equals(Padding.VALID)) {
            return first;
        }
        if (layer instanceof Clip clip && clip.low() == 0 && clip.high() == Double.POSITIVE_INFINITY) {
            return add(node, new Relu(), inputs, owner);
        }
        if (layer instanceof FullyConnected connected) {
            Part read = first.form.layer() instanceof Flatten ? first.inputs.get(0) : first;
            Shape all = read.form.output();
            return convolution(node, new Convolution(connected.outputs(), plain(all.height(), all.width(), 1, 1, 1), 1, connected.bias()),
                    read, owner);
        }
        if (layer instanceof Convolution convolution) {
            return convolution(node, convolution, first, owner);
        }
        if (layer instanceof MaxPooling pooling) {
            return pooling(node, pooling.window(), first, true);
        }
        if (layer instanceof AveragePooling pooling) {
            return pooling(node, pooling.window(), first, false);
        }
        if (eachByItself(layer)) {
            return elementwise(node, layer, first);
        }
        if (layer instanceof Add || layer instanceof Concatenate) {
            // A sum in a sum is one sum, and so with concatenations.
            List<Part> all = inputs.stream().flatMap(part -> part.form.layer() != null && part.form.layer().getClass() == layer.getClass()
                    ? part.inputs.stream() : List.of(part).stream()).toList();
            return all.size() == 1 ? all.get(0) : part(node, new Form(layer, List.of(), volume(node.output())), all, false, null);
        }
        return part(node, new Form(layer, List.of(), volume(node.output())), inputs, !layer.parameters(node.inputShapes()).isEmpty(),
                owner);
    }

    private static Window plain(int height, int width, int strideHeight, int strideWidth, int dilation) {
        return Window.of(height, width).withStride(strideHeight, strideWidth).withDilation(dilation);
    }

    private Part convolution(Node node, Convolution layer, Part input, Part owner) {
        Window window = layer.window();
        int[] zeros = window.zeros(input.form.output());
        Shape output = window.slide(input.form.output(), layer.filters());
        Part read = input;
        while (read.form.layer() instanceof ZeroPadding padded) {
            zeros[0] += padded.padding().top();
            zeros[1] += padded.padding().left();
            read = read.inputs.get(0);
        }
        Shape from = read.form.output();
        // What is needed at the end follows from where the last window stands.
        zeros[2] = Math.max(0, (output.height() - 1) * window.strideHeight() + window.extentHeight() - from.height() - zeros[0]);
        zeros[3] = Math.max(0, (output.width() - 1) * window.strideWidth() + window.extentWidth() - from.width() - zeros[1]);
        Window chosen = plain(window.height(), window.width(), output.height() == 1 ? 1 : window.strideHeight(),
                output.width() == 1 ? 1 : window.strideWidth(), window.height() == 1 && window.width() == 1 ? 1 : window.dilation());
        return part(node, new Form(new Convolution(layer.filters(), chosen, layer.groups(), layer.bias()), list(zeros), output),
                List.of(read), true, owner);
    }

    private Part pooling(Node node, Window window, Part input, boolean max) {
        Shape from = input.form.output();
        Shape output = window.slide(from, from.channels());
        int[] zeros = window.zeros(from);
        boolean one = output.height() == 1 && output.width() == 1;
        boolean everything = one && window.dilation() == 1 && window.height() - zeros[0] >= from.height()
                && window.width() - zeros[1] >= from.width();
        if (everything && !max) {
            return add(node, new GlobalAveragePooling(), List.of(input), null);
        }
        if (everything) {
            window = plain(from.height(), from.width(), 1, 1, 1);
            zeros = new int[4];
        }
        boolean number = window.height() == 1 && window.width() == 1;
        if (number && output.equals(from)) {
            return input;
        }
        Window chosen = plain(window.height(), window.width(), output.height() == 1 ? 1 : window.strideHeight(),
                output.width() == 1 ? 1 : window.strideWidth(), number ? 1 : window.dilation());
        Layer layer = max || number ? new MaxPooling(chosen) : new AveragePooling(chosen);
        return part(node, new Form(layer, list(zeros), output), List.of(input), false, null);
    }

    /** An activation goes as far to the front as it can. */
    private Part elementwise(Node node, Layer layer, Part input) {
        Layer before = input.form.layer();
        if (layer instanceof Relu && before instanceof Relu) {
            return input;
        }
        boolean mayPass = before instanceof Flatten || before instanceof Concatenate || before instanceof MaxPooling && neverFalls(layer)
                || before instanceof Dropout && layer instanceof Relu;
        if (mayPass) {
            List<Part> inner = input.inputs.stream().map(part -> elementwise(node, layer, part)).toList();
            return part(input.node, input.form, inner, false, null);
        }
        return part(node, new Form(layer, List.of(), input.form.output()), List.of(input), false, null);
    }

    private static boolean eachByItself(Layer layer) {
        return neverFalls(layer) || layer instanceof Tanh || layer instanceof Dropout;
    }

    private static boolean neverFalls(Layer layer) {
        return layer instanceof Relu || layer instanceof Sigmoid || layer instanceof HardSigmoid || layer instanceof Clip
                || layer instanceof Tanh tanh && tanh.amplitude() * tanh.slope() > 0;
    }

    private static boolean orderIsFree(Layer layer, List<Shape> inputs) {
        return layer instanceof Add || layer instanceof Concatenate || layer instanceof Multiply && inputs.get(0).equals(inputs.get(1));
    }

    private Part part(Node node, Form form, List<Part> inputs, boolean hasParameters, Part owner) {
        boolean free = orderIsFree(form.layer(), inputs.stream().map(input -> input.form.output()).toList());
        List<Integer> from = inputs.stream().map(input -> input.id).sorted(free ? Comparator.naturalOrder() : (a, b) -> 0).toList();
        List<Object> key = List.of(form, from, owner == null ? -1 : owner.id);
        if (!hasParameters || owner != null) {
            Part same = known.get(key);
            if (same != null) {
                return same;
            }
        }
        Part made = new Part(count++, form, List.copyOf(inputs), node, hasParameters, owner);
        known.put(key, made);
        return made;
    }

    private static List<Integer> list(int[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }
}
