package casebook.onnx;

import casebook.layers.Add;
import casebook.layers.BatchNormalization;
import casebook.layers.ChannelScaling;
import casebook.layers.Concatenate;
import casebook.layers.Layer;
import casebook.layers.Multiply;
import casebook.layers.Rescaling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Operators with several inputs: sums, products and concatenations, also of a layer's output with a tensor of the file. */
final class JoiningOperators {

    private final Graph graph;

    JoiningOperators(Graph graph) {
        this.graph = graph;
    }

    /** What reads each of them, by its name in ONNX. */
    Map<String, Consumer<Op>> readers() {
        Map<String, Consumer<Op>> readers = new HashMap<>();
        readers.put("Add", this::sum);
        readers.put("Sum", this::sum);
        readers.put("Sub", this::difference);
        readers.put("Mul", this::product);
        readers.put("Div", this::quotient);
        readers.put("Concat", this::concatenation);
        return readers;
    }

    private void sum(Op op) {
        if (op.inputs().size() == 2 && op.inputs().stream().anyMatch(graph::fixed)) {
            withFixed(op, false, value -> new Rescaling(1, value), new ChannelScaling(false, true));
            return;
        }
        graph.put(op, merged(op, new Add(), graph.flows(op).stream().map(graph::plain).toList()));
    }

    private void difference(Op op) {
        if (op.has(0) && graph.flowing(op.inputs().get(0)) && normalization(op)) {
            return;
        }
        boolean fixedFirst = graph.fixed(op.inputs().get(0));
        withFixed(op, fixedFirst, value -> fixedFirst ? new Rescaling(-1, value) : new Rescaling(1, -value),
                new ChannelScaling(fixedFirst, true));
    }

    /** Batch normalization in three steps, as Keras writes it: minus the mean, times γ ÷ √(σ² + ε), plus β. */
    private boolean normalization(Op op) {
        Flow x = graph.plain(graph.flow(op, 0));
        int channels = x.shape().channels();
        Op scaling = graph.next(op);
        Op shifting = scaling == null ? null : graph.next(scaling);
        Constant mean = graph.forEachChannel(op, "Sub", x.layout(), channels);
        Constant scale = graph.forEachChannel(scaling, "Mul", x.layout(), channels);
        Constant shift = graph.forEachChannel(shifting, "Add", x.layout(), channels);
        if (mean == null || scale == null || shift == null) {
            return false;
        }
        graph.absorb(scaling);
        graph.absorb(shifting);
        graph.put(op, Flow.inOrderOf(x, graph.addWeighted(op, new BatchNormalization(), x, scale, shift, mean)));
        return true;
    }

    private void product(Op op) {
        if (op.inputs().stream().anyMatch(graph::fixed)) {
            withFixed(op, false, value -> new Rescaling(value, 0), new ChannelScaling(true, false));
            return;
        }
        Flow first = graph.plain(graph.flow(op, 0));
        Flow second = graph.plain(graph.flow(op, 1));
        boolean turned = first.shape().elements() < second.shape().elements();
        Flow image = turned ? second : first;
        Flow scale = turned ? first : second;
        // One number a channel lies where the image has its channels.
        Layout wanted = image.layout();
        if (!scale.shape().equals(image.shape()) && scale.shape().height() == 1 && scale.shape().width() == 1) {
            String axes = image.layout().axes();
            wanted = new Layout(IntStream.range(0, axes.length()).mapToObj(i -> axes.charAt(i) == 'C' || axes.charAt(i) == 'N'
                    ? image.layout().sides().get(i) : List.<Layout.Part>of()).toList());
        }
        if (!scale.layout().equals(wanted)) {
            throw new IllegalArgumentException("a product of tensors of " + first + " and " + second
                    + " can't be read: they are neither alike, "
                    + "nor is one a number for each channel of the other");
        }
        graph.put(op, Flow.inOrderOf(image, graph.add(op.name(), new Multiply(), image, scale)));
    }

    private void quotient(Op op) {
        if (graph.fixed(op.inputs().get(0))) {
            throw new IllegalArgumentException("a fixed number divided by a layer's output can't be read");
        }
        withFixed(op, false, value -> new Rescaling(1 / value, 0), new ChannelScaling(true, false));
    }

    /** A sum or product with a tensor of the file: one number for all, or one for each channel. */
    private void withFixed(Op op, boolean fixedFirst, DoubleFunction<Layer> forAll, Layer forEachChannel) {
        boolean first = fixedFirst || graph.fixed(op.inputs().get(0));
        Constant fixed = graph.constant(op, first ? 0 : 1);
        Flow x = graph.flow(op, first ? 1 : 0);
        if (Constant.count(fixed.sizes()) == 1) {
            graph.put(op, graph.eachNumber(op.name(), x, forAll.apply(Op.decimal((float) fixed.number()))));
            return;
        }
        Flow plain = graph.plain(x);
        int place = plain.layout().axes().indexOf('C');
        if (place < 0 || Graph.alongSide(fixed, place, plain.layout().rank()) != plain.shape().channels()) {
            throw new IllegalArgumentException("a tensor of " + fixed + " is neither one number nor one for each of the "
                    + plain.shape().channels()
                    + " channels of a tensor of " + x);
        }
        graph.put(op, Flow.inOrderOf(plain, graph.addWeighted(op, forEachChannel, plain, graph.preparing(op) ? fixed.given() : fixed)));
    }

    private Flow merged(Op op, Layer layer, List<Flow> inputs) {
        for (Flow input : inputs) {
            if (!input.layout().equals(inputs.get(0).layout())) {
                throw new IllegalArgumentException("tensors of " + inputs.get(0) + " and " + input
                        + " can't be added: their sides must be alike, "
                        + "and in the same order");
            }
        }
        return Flow.inOrderOf(inputs.get(0), graph.add(op.name(), layer, inputs.toArray(new Flow[0])));
    }

    private void concatenation(Op op) {
        List<Flow> inputs = graph.flows(op).stream().map(graph::plain).toList();
        int rank = inputs.get(0).layout().rank();
        int place = Folding.place(op.integer("axis", 1), rank);
        for (Flow input : inputs) {
            String axes = input.layout().axes();
            boolean channels = axes.charAt(place) == 'C' || input.shape().channels() == 1 && axes.charAt(place) == '1';
            if (!channels || !input.layout().with('C', place, 1).equals(inputs.get(0).layout().with('C', place, 1))) {
                throw new IllegalArgumentException("only channels can be put behind one another; these are tensors of "
                        + inputs.stream().limit(5).map(Flow::toString).collect(Collectors.joining(", ")) + " joined at side "
                        + place);
            }
        }
        Flow joined = graph.add(op.name(), new Concatenate(), inputs.toArray(new Flow[0]));
        graph.put(op, new Flow(joined.layer(), joined.shape(), inputs.get(0).layout().with('C', place, joined.shape().channels()),
                op.name()));
    }
}
