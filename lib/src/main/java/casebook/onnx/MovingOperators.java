package casebook.onnx;

import casebook.layers.Layer;
import casebook.layers.PaddedShortcut;
import casebook.layers.Padding;
import casebook.layers.Reshape;
import casebook.layers.ZeroPadding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators that compute nothing: they add zeros, take every second row, or turn and regroup the sides of a tensor. */
final class MovingOperators {

    private final Graph graph;

    MovingOperators(Graph graph) {
        this.graph = graph;
    }

    /** What reads each of them, by its name in ONNX. */
    Map<String, Consumer<Op>> readers() {
        Map<String, Consumer<Op>> readers = new HashMap<>();
        readers.put("Pad", this::pad);
        readers.put("Slice", this::slice);
        readers.put("Identity", op -> graph.put(op, graph.flow(op, 0)));
        readers.put("Cast", op -> graph.put(op, graph.flow(op, 0)));
        readers.put("QuantizeLinear", op -> graph.put(op, graph.flow(op, 0)));
        readers.put("DequantizeLinear", op -> graph.put(op, graph.flow(op, 0)));
        readers.put("Flatten", this::flatten);
        readers.put("Reshape", this::reshape);
        readers.put("Squeeze", this::squeeze);
        readers.put("Unsqueeze", this::unsqueeze);
        readers.put("Transpose", this::transpose);
        readers.put("Shape", this::shape);
        return readers;
    }

    private void pad(Op op) {
        Flow x = graph.plain(graph.flow(op, 0));
        Layer layer = padding(op, x);
        boolean nothing = layer.output(List.of(x.shape())).equals(x.shape());
        graph.put(op, nothing ? x : inOrderOfSides(x, graph.add(op.name(), layer, x)));
    }

    /** The layer that an operator of padding is: zeros around, or channels of zeros. */
    private Layer padding(Op op, Flow x) {
        long[] pads = graph.integers(op, "pads", 1);
        String axes = x.layout().axes();
        double value = op.has("value") ? op.number("value", 0) : op.has(2) ? graph.constant(op, 2).number() : 0;
        int[] at = op.has(3) ? Folding.places(graph.constant(op, 3).integers(), axes.length()) : IntStream.range(0, axes.length())
                .toArray();
        if (!op.text("mode", "constant").equals("constant") || value != 0 || pads == null || pads.length != 2 * at.length
                || axes.length() != 4) {
            throw new IllegalArgumentException("only padding of images with zeros can be read");
        }
        int[] before = new int[4];
        int[] after = new int[4];
        for (int i = 0; i < at.length; i++) {
            int place = "NCHW".indexOf(axis(x, at[i]));
            before[place] = Math.toIntExact(pads[i]);
            after[place] = Math.toIntExact(pads[i + at.length]);
        }
        boolean around = before[2] != 0 || before[3] != 0 || after[2] != 0 || after[3] != 0;
        if (before[0] != 0 || after[0] != 0 || before[1] != 0 || after[1] < 0 || after[1] != 0 && around) {
            throw new IllegalArgumentException("its padding " + Layout.text(pads)
                    + " is neither zeros around the image nor channels of zeros behind the others");
        }
        return around ? new ZeroPadding(new Padding.Zeros(before[2], before[3], after[2], after[3]))
                : new PaddedShortcut(Math.addExact(x.shape().channels(), after[1]), 1);
    }

    /** The axis of a side, also where it is 1 long and the layout no longer says. */
    private static char axis(Flow x, int place) {
        char axis = x.layout().axes().charAt(place);
        boolean channelsLast = x.layout().axes().charAt(3) == 'C' || x.layout().axes().charAt(1) == 'H' || x.layout().axes()
                .charAt(2) == 'W';
        return axis == '1' ? (channelsLast ? "NHWC" : "NCHW").charAt(place) : axis;
    }

    /** The same order of sides, with the new sizes. */
    private Flow inOrderOfSides(Flow before, Flow after) {
        String axes = IntStream.range(0, 4).mapToObj(i -> "" + axis(before, i)).collect(Collectors.joining());
        return new Flow(after.layer(), after.shape(), Layout.of(axes, after.shape(), graph.images()), after.moved());
    }

    /** Every second (third, …) row and column: the start of a shortcut with channels of zeros. */
    private void slice(Op op) {
        Flow x = graph.plain(graph.flow(op, 0));
        long[] from = graph.integers(op, "starts", 1);
        long[] to = graph.integers(op, "ends", 2);
        if (from == null || to == null) {
            throw new IllegalArgumentException("it does not say where the part starts and ends");
        }
        long[] axes = graph.integers(op, "axes", 3);
        int[] places = Folding.places(axes == null ? LongStream.range(0, from.length).toArray() : axes, x.layout().rank());
        long[] steps = op.has(4) ? graph.constant(op, 4).integers() : LongStream.generate(() -> 1).limit(from.length).toArray();
        if (to.length != from.length || places.length != from.length || steps.length != from.length) {
            throw new IllegalArgumentException("its starts, ends, axes and steps are not equally many");
        }
        Map<Character, Long> stride = new HashMap<>(Map.of('H', 1L, 'W', 1L));
        for (int i = 0; i < places.length; i++) {
            long size = x.layout().sizes()[places[i]];
            char axis = x.shape().vector() ? 'C' : axis(x, places[i]);
            boolean whole = from[i] == 0 && to[i] >= size;
            if (!whole || steps[i] != 1 && stride.replace(axis, steps[i]) == null) {
                throw new IllegalArgumentException("a part of a tensor of " + x
                        + " can be read if it is every second (third, …) row and column");
            }
        }
        if (x.shape().vector() || !stride.get('H').equals(stride.get('W'))) {
            throw new IllegalArgumentException("a part of a tensor of " + x + " can be read if rows and columns are taken alike");
        }
        int step = Math.toIntExact(stride.get('H'));
        Op next = graph.onlyReader(op.output());
        if (step == 1) {
            graph.put(op, x);
        } else if (next != null && next.type().equals("Pad") && next.inputs().stream().skip(1)
                .allMatch(input -> input.isEmpty() || graph.fixed(input))
                && padding(next, x) instanceof PaddedShortcut shortcut) {
            graph.absorb(next);
            graph.put(op, inOrderOfSides(x, graph.add(next.name(), new PaddedShortcut(shortcut.channels(), step), x)));
        } else {
            graph.put(op, inOrderOfSides(x, graph.add(op.name(), new PaddedShortcut(x.shape().channels(), step), x)));
        }
    }

    // ---- tensors turned and regrouped ----

    private void flatten(Op op) {
        regroup(op, Folding.flattened(op, sizes(op)));
    }

    private void reshape(Op op) {
        regroup(op, Folding.sides(sizes(op), graph.integers(op, "shape", 1), op.integer("allowzero", 0) != 0));
    }

    private void squeeze(Op op) {
        regroup(op, Folding.squeezed(sizes(op), graph.integers(op, "axes", 1)));
    }

    private void unsqueeze(Op op) {
        regroup(op, Folding.unsqueezed(sizes(op), graph.integers(op, "axes", 1)));
    }

    private long[] sizes(Op op) {
        return graph.flow(op, 0).layout().sizes();
    }

    private void regroup(Op op, long[] sizes) {
        Flow x = graph.flow(op, 0);
        Layout layout = x.layout().reshaped(sizes);
        if (layout != null) {
            graph.put(op, x, layout);
        } else if (sizes.length == 4 && sizes[0] == graph.images()
                && x.layout().parts().equals(Layout.of(x.shape(), graph.images()).parts())) {
            graph.put(op, graph.add(op.name(), new Reshape(Graph.shape(sizes)), x));
        } else {
            throw new IllegalArgumentException("a tensor of " + x + " can't be followed when it is laid out as "
                    + Layout.text(sizes));
        }
    }

    private void transpose(Op op) {
        Flow x = graph.flow(op, 0);
        graph.put(op, x, x.layout().transposed(Folding.order(op, x.layout().rank())));
    }

    private void shape(Op op) {
        graph.put(op.output(), Folding.shape(op, sizes(op)));
    }
}
