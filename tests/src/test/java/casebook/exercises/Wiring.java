package casebook.exercises;

import casebook.layers.Layer;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A network that can be taken apart and put together otherwise: layers, what each reads, and which layer of the original each was. */
final class Wiring {

    /**
     * A layer.
     *
     * @param inputs places of the layers that it reads; {@link Network#INPUT} for the input
     * @param origin its place in the original; −1 if it is new
     */
    record Item(Layer layer, List<Integer> inputs, int origin) {
        Item with(Layer other) {
            return new Item(other, inputs, origin);
        }

        Item reading(List<Integer> others) {
            return new Item(layer, others, origin);
        }
    }

    final int height;
    final int width;
    final int channels;
    final List<Item> items;
    final int end;

    Wiring(int height, int width, int channels, List<Item> items, int end) {
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.items = List.copyOf(items);
        this.end = end;
    }

    static Wiring of(Network network) {
        List<Item> items = new ArrayList<>();
        for (Node node : network.nodes()) {
            items.add(new Item(node.layer(), node.inputs(), node.index()));
        }
        return new Wiring(network.input().height(), network.input().width(), network.input().channels(), items, network.output().index());
    }

    Wiring with(List<Item> others) {
        return new Wiring(height, width, channels, others, end);
    }

    Wiring with(int place, Item item) {
        List<Item> others = new ArrayList<>(items);
        others.set(place, item);
        return with(others);
    }

    /** All that reads one layer reads another one. */
    Wiring redirected(int from, int to) {
        List<Item> others = new ArrayList<>();
        for (Item item : items) {
            others.add(item.reading(item.inputs().stream().map(input -> input == from ? Integer.valueOf(to) : input).toList()));
        }
        return new Wiring(height, width, channels, others, end == from ? to : end);
    }

    /** A new layer behind another one. */
    Wiring inserted(int behind, Layer layer) {
        int place = items.size();
        Wiring read = redirected(behind, place);
        List<Item> others = new ArrayList<>(read.items);
        others.add(new Item(layer, List.of(behind), -1));
        return new Wiring(height, width, channels, others, read.end);
    }

    List<Integer> readers(int place) {
        List<Integer> readers = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).inputs().contains(place)) {
                readers.add(i);
            }
        }
        return readers;
    }

    /** The network, if the layers fit; layers that nothing reads are left out. Each is called after its origin. */
    Optional<Network> network() {
        List<Integer> order = new ArrayList<>();
        if (end == Network.INPUT || !visit(end, order, new boolean[items.size()], new boolean[items.size()])) {
            return Optional.empty();
        }
        try {
            NetworkBuilder net = Network.named("rewired").input(height, width, channels);
            for (int place : order) {
                Item item = items.get(place);
                String[] inputs = item.inputs().stream().map(from -> from == Network.INPUT ? "input" : "n" + from).toArray(String[]::new);
                net = net.from(inputs[0]).name("n" + place).join(item.layer(), Arrays.copyOfRange(inputs, 1, inputs.length));
            }
            return Optional.of(net.build());
        } catch (IllegalArgumentException doesNotFit) {
            return Optional.empty();
        }
    }

    /** @return false in a circle */
    private boolean visit(int place, List<Integer> order, boolean[] done, boolean[] open) {
        if (place == Network.INPUT || done[place]) {
            return true;
        }
        if (open[place]) {
            return false;
        }
        open[place] = true;
        for (int input : items.get(place).inputs()) {
            if (!visit(input, order, done, open)) {
                return false;
            }
        }
        done[place] = true;
        order.add(place);
        return true;
    }
}
