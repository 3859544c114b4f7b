package casebook.exercises;

import casebook.exercises.Wiring.Item;
import casebook.layers.Activation;
import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.Layer;
import casebook.layers.MaxPooling;
import casebook.layers.Padding;
import casebook.layers.Relu;
import casebook.layers.Sigmoid;
import casebook.layers.Softmax;
import casebook.layers.Tanh;
import casebook.layers.Window;
import casebook.layers.ZeroPadding;
import casebook.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** All small changes to a network: those that most often compute something else, and ways of writing the same otherwise. */
final class Mutations {

    private Mutations() {}

    /**
     * A change.
     *
     * @param name what it does, for a failure's message
     * @param apply makes it; the result may fit nowhere
     */
    record Change(String name, UnaryOperator<Wiring> apply) {}

    // ---------------------------------------------------------------- changes that compute something else, nearly all

    static List<Change> of(Wiring wiring) {
        List<Change> all = new ArrayList<>();
        for (int i = 0; i < wiring.items.size(); i++) {
            int place = i;
            Item item = wiring.items.get(i);
            String name = " " + item.layer().kind() + " " + i;
            if (item.inputs().size() == 1) {
                all.add(new Change("drop" + name, w -> w.redirected(place, w.items.get(place).inputs().get(0))));
                List<Integer> readers = wiring.readers(i);
                if (readers.size() == 1 && wiring.items.get(readers.get(0)).inputs().size() == 1) {
                    int next = readers.get(0);
                    all.add(new Change("swap" + name, w -> w.with(place, new Item(w.items.get(next).layer(), w.items.get(place).inputs(),
                            w.items.get(next).origin()))
                            .with(next, new Item(w.items.get(place).layer(), w.items.get(next).inputs(), w.items.get(place).origin()))));
                }
            }
            for (Layer other : others(item.layer())) {
                // The same change, whatever the layer's numbers are: it is made to a smaller network too.
                int which = others(item.layer()).indexOf(other);
                all.add(new Change("change" + name + " to " + other, w -> w.with(place, w.items.get(place).with(others(w.items.get(place)
                        .layer()).get(which)))));
            }
            if (!(item.layer() instanceof Flatten)) {
                all.add(new Change("ReLU behind" + name, w -> w.inserted(place, new Relu())));
                all.add(new Change("tanh behind" + name, w -> w.inserted(place, new Tanh())));
            }
            for (int k = 0; k < item.inputs().size() && item.inputs().size() > 1; k++) {
                int input = k;
                for (int j = Network.INPUT; j < wiring.items.size(); j++) {
                    int to = j;
                    if (to != item.inputs().get(k)) {
                        all.add(new Change("move end " + k + " of" + name + " to " + to, w -> {
                            List<Integer> inputs = new ArrayList<>(w.items.get(place).inputs());
                            inputs.set(input, to);
                            return w.with(place, w.items.get(place).reading(inputs));
                        }));
                    }
                }
                if (item.inputs().size() > 2 || item.layer() instanceof Add) {
                    all.add(new Change("cut end " + k + " of" + name, w -> {
                        List<Integer> inputs = new ArrayList<>(w.items.get(place).inputs());
                        inputs.remove(input);
                        return w.with(place, w.items.get(place).reading(inputs));
                    }));
                }
            }
        }
        return all;
    }

    private static Window window(Window w, int height, int width, int stride, Padding padding) {
        return Window.of(height, width).withStride(stride, stride).withPadding(padding).withDilation(w.dilation()).withRoundUp(w.roundUp());
    }

    private static Padding wider(Padding padding, int by) {
        return !(padding instanceof Padding.Zeros zeros) ? padding : new Padding.Zeros(Math.max(0, zeros.top() + by),
                Math.max(0, zeros.left() + by), Math.max(0, zeros.bottom() + by), Math.max(0, zeros.right() + by));
    }

    /** The same in number and order for layers of one kind. */
    private static List<Layer> others(Layer layer) {
        if (layer instanceof Convolution c) {
            Window w = c.window();
            Padding turned = w.padding().equals(Padding.SAME) ? Padding.VALID : Padding.SAME;
            return List.of(new Convolution(2 * c.filters(), w, c.groups(), c.bias()), new Convolution((c.filters() + 1) / 2, w, 1,
                    c.bias()),
                    new Convolution(c.filters() + 1, w, 1, c.bias()), new Convolution(c.filters(), w, c.groups(), !c.bias()),
                    new Convolution(c.filters() % 2 == 0 ? c.filters() : 2 * c.filters(), w, 2, c.bias()),
                    new Convolution(c.filters(), window(w, w.height() + 2, w.width() + 2, w.strideHeight(), wider(w.padding(), 1)),
                            c.groups(), c.bias()),
                    new Convolution(c.filters(), window(w, Math.max(1, w.height() - 2), Math.max(1, w.width() - 2), w.strideHeight(),
                            wider(w.padding(), -1)), c.groups(), c.bias()),
                    new Convolution(c.filters(), window(w, w.height(), w.width() + 2, w.strideHeight(), w.padding()), c.groups(), c.bias()),
                    new Convolution(c.filters(), window(w, w.height(), w.width(), 3 - Math.min(2, w.strideHeight()), w.padding()),
                            c.groups(), c.bias()),
                    new Convolution(c.filters(), window(w, w.height(), w.width(), w.strideHeight(), turned), c.groups(), c.bias()),
                    new Convolution(c.filters(), window(w, w.height(), w.width(), w.strideHeight(), wider(w.padding(), 1)), c.groups(),
                            c.bias()),
                    new MaxPooling(w), new AveragePooling(w));
        }
        if (layer instanceof MaxPooling || layer instanceof AveragePooling) {
            boolean max = layer instanceof MaxPooling;
            Window w = max ? ((MaxPooling) layer).window() : ((AveragePooling) layer).window();
            List<Window> windows = List.of(window(w, w.height() + 1, w.width() + 1, w.strideHeight(), w.padding()),
                    window(w, w.height() + 2, w.width() + 2, w.strideHeight(), wider(w.padding(), 1)), window(w, w.height(), w.width(),
                            w.strideHeight() + 1, w.padding()),
                    window(w, w.height(), w.width(), w.strideHeight(), w.padding().equals(Padding.SAME) ? Padding.VALID : Padding.SAME));
            List<Layer> all = new ArrayList<>(windows.stream().map(other -> max ? new MaxPooling(other)
                    : (Layer) new AveragePooling(other)).toList());
            all.add(max ? new AveragePooling(w) : new MaxPooling(w));
            all.add(new GlobalAveragePooling());
            return all;
        }
        if (layer instanceof FullyConnected f) {
            return List.of(new FullyConnected(2 * f.outputs(), f.bias()), new FullyConnected(f.outputs() + 1, f.bias()),
                    new FullyConnected(f.outputs(), !f.bias()));
        }
        if (layer instanceof GlobalAveragePooling) {
            return List.of(MaxPooling.of(2), new MaxPooling(Window.class.cast(MaxPooling.of(7).window())), AveragePooling.of(2));
        }
        if (layer instanceof Dropout) {
            return List.of(new Dropout(0.25));
        }
        if (layer instanceof Add) {
            return List.of(new Concatenate());
        }
        if (layer instanceof Activation) {
            return java.util.stream.Stream.of(new Relu(), new Tanh(), new Sigmoid(), new Softmax()).filter(other -> !other.equals(layer))
                    .map(other -> (Layer) other).toList();
        }
        return List.of();
    }

    // ---------------------------------------------------------------- the same, written otherwise

    static List<Change> rewritten(Network network) {
        Wiring wiring = Wiring.of(network);
        List<Change> all = new ArrayList<>();
        all.add(new Change("other names", w -> w));
        for (int i = 0; i < wiring.items.size(); i++) {
            int place = i;
            Item item = wiring.items.get(i);
            Layer layer = item.layer();
            String name = " " + layer.kind() + " " + i;
            all.add(new Change("dropout of nothing behind" + name, w -> w.inserted(place, new Dropout(0))));
            all.add(new Change("pooling of one number behind" + name, w -> network.nodes().get(place).output().vector() ? w
                    : w.inserted(place, MaxPooling.of(1))));
            if (item.inputs().size() > 1) {
                for (int k = 1; k < item.inputs().size(); k++) {
                    int turn = k;
                    all.add(new Change("other order of" + name, w -> {
                        List<Integer> inputs = new ArrayList<>(w.items.get(place).inputs());
                        java.util.Collections.rotate(inputs, turn);
                        return w.with(place, w.items.get(place).reading(inputs));
                    }));
                }
            }
            if (layer instanceof Convolution conv) {
                int[] zeros = conv.window().zeros(network.nodes().get(i).inputShapes().get(0));
                Padding.Zeros padding = new Padding.Zeros(zeros[0], zeros[1], zeros[2], zeros[3]);
                Window written = conv.window().withPadding(padding);
                all.add(new Change("padding written out" + name, w -> w.with(place, w.items.get(place)
                        .with(new Convolution(conv.filters(), written, conv.groups(), conv.bias())))));
                Window without = conv.window().withPadding(Padding.VALID);
                all.add(new Change("zeros as a layer" + name, w -> {
                    int before = w.items.get(place).inputs().get(0);
                    List<Item> items = new ArrayList<>(w.items);
                    items.set(place, new Item(new Convolution(conv.filters(), without, conv.groups(), conv.bias()), List.of(items.size()),
                            place));
                    items.add(new Item(new ZeroPadding(padding), List.of(before), -1));
                    return w.with(items);
                }));
            }
            if (layer instanceof Relu) {
                all.add(new Change("ReLU twice" + name, w -> w.inserted(place, new Relu())));
            }
            List<Integer> readers = wiring.readers(i);
            boolean neverFalls = layer instanceof Relu || layer instanceof Tanh || layer instanceof Sigmoid;
            if (neverFalls && readers.size() == 1 && wiring.items.get(readers.get(0)).layer() instanceof MaxPooling) {
                int pool = readers.get(0);
                all.add(new Change("behind the pooling" + name, w -> w.with(place, w.items.get(place).with(w.items.get(pool).layer()))
                        .with(pool, w.items.get(pool).with(layer))));
            }
            if (layer instanceof Concatenate && readers.size() >= 1) {
                all.add(new Change("activations behind the concatenation" + name, w -> {
                    List<Integer> inner = new ArrayList<>();
                    for (int input : w.items.get(place).inputs()) {
                        if (input == Network.INPUT || !(w.items.get(input).layer() instanceof Relu)) {
                            return w;
                        }
                        inner.add(w.items.get(input).inputs().get(0));
                    }
                    return w.with(place, w.items.get(place).reading(inner)).inserted(place, new Relu());
                }));
            }
            if (layer instanceof FullyConnected connected) {
                int before = item.inputs().get(0);
                boolean flat = before != Network.INPUT && wiring.items.get(before).layer() instanceof Flatten;
                casebook.layers.Shape read = flat ? network.nodes().get(before).inputShapes().get(0) : network.nodes().get(i)
                        .inputShapes().get(0);
                if (flat && !read.vector()) {
                    Layer whole = new Convolution(connected.outputs(), Window.of(read.height(), read.width()), 1, connected.bias());
                    // A vector is wanted behind it again, where another fully connected layer follows.
                    all.add(new Change("as a convolution" + name, w -> w.with(place, new Item(whole, List.of(w.items.get(before).inputs()
                            .get(0)), place)).inserted(place, new Flatten())));
                }
            }
            if (layer instanceof GlobalAveragePooling) {
                int side = network.nodes().get(i).inputShapes().get(0).height();
                all.add(new Change("as a large pooling" + name, w -> w.with(place, w.items.get(place).with(AveragePooling.of(side)))));
            }
        }
        return all;
    }
}
