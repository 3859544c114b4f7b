package casebook.notebook;

import casebook.cost.CostSheet;
import casebook.layers.AveragePooling;
import casebook.layers.Convolution;
import casebook.layers.Layer;
import casebook.layers.MaxPooling;
import casebook.layers.Shape;
import casebook.layers.Window;
import casebook.network.Network;
import casebook.network.Node;
import casebook.network.ReceptiveField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code network.js} needs of networks, small enough to stand in a notebook: their layers have hundreds of names and shapes
 * but thousands of rows, so that names, kinds and shapes stand in lists and the rows hold their places.
 */
final class PackedNetworks {

    private final List<Object> networks = new ArrayList<>();
    private final Places<String> names = new Places<>();
    private final Places<String> kinds = new Places<>();
    private final Places<List<Integer>> shapes = new Places<>();
    private final Places<List<Object>> types = new Places<>();

    private PackedNetworks() {}

    /**
     * The data as {@link Json} takes them.
     *
     * @param networks what can be chosen
     * @param start the place of the one that is shown at first
     */
    static Map<String, Object> of(List<Network> networks, int start) {
        PackedNetworks packed = new PackedNetworks();
        networks.forEach(packed::add);
        return Map.of("networks", packed.networks, "names", packed.names.list(), "kinds", packed.kinds.list(), "shapes", packed.shapes.list(),
                "types", packed.types.list(), "start", start);
    }

    private void add(Network network) {
        List<CostSheet.Row> costs = CostSheet.of(network).rows();
        List<ReceptiveField> fields = network.receptiveFields();
        List<Integer> rows = new ArrayList<>();
        List<List<Integer>> sides = new ArrayList<>();
        List<List<Object>> stages = new ArrayList<>();
        int word = 0;
        int side = 1;
        int from = 0;
        for (Node node : network.nodes()) {
            CostSheet.Row cost = costs.get(node.index());
            // A name mostly stands next to the one before it, and a small step has few digits.
            rows.add(names.of(node.name()) - word);
            word = names.of(node.name());
            rows.add(types.of(List.of(kinds.of(kind(network, node)), node.inputShapes().stream().map(this::shape).toList(), shape(node.output()),
                    cost.parameters(), cost.macs())));
            ReceptiveField field = fields.get(node.index());
            int own = field.everything() ? 0 : field.side();
            if (own != side) {
                sides.add(List.of(node.index(), own));
                side = own;
            }
            boolean last = node.index() + 1 == network.nodes().size();
            if (last || !network.nodes().get(node.index() + 1).stage().equals(node.stage())) {
                stages.add(List.of(node.stage(), node.index() + 1 - from));
                from = node.index() + 1;
            }
        }
        networks.add(Map.of("name", network.name(), "input", sides(network.input()), "rows", rows, "fields", sides, "stages", stages));
    }

    private int shape(Shape shape) {
        return shapes.of(sides(shape));
    }

    private static List<Integer> sides(Shape shape) {
        return shape.vector() ? List.of(shape.channels()) : List.of(shape.height(), shape.width(), shape.channels());
    }

    /** {@code convolution 7×7, stride 2}. */
    private static String kind(Network network, Node node) {
        Layer layer = node.layer();
        String kind = layer.kind();
        if (layer instanceof Convolution convolution) {
            kind += window(convolution.window()) + (convolution.groups() > 1 ? ", " + convolution.groups() + " groups" : "");
        } else if (layer instanceof MaxPooling pooling) {
            kind += window(pooling.window());
        } else if (layer instanceof AveragePooling pooling) {
            kind += window(pooling.window());
        }
        return kind + (node.shared() ? ", with the parameters of " + network.nodes().get(node.parametersFrom()).name() : "")
                + (node.auxiliary() ? ", in an auxiliary head" : "");
    }

    private static String window(Window window) {
        String stride = window.strideHeight() != window.strideWidth() ? window.strideHeight() + "×" + window.strideWidth()
                : Integer.toString(window.strideHeight());
        return " " + window.height() + "×" + window.width() + (stride.equals("1") ? "" : ", stride " + stride)
                + (window.dilation() > 1 ? ", dilation " + window.dilation() : "");
    }

    /** Values, each once, and where they stand. */
    private static final class Places<T> {

        private final Map<T, Integer> places = new LinkedHashMap<>();

        int of(T value) {
            return places.computeIfAbsent(value, unknown -> places.size());
        }

        List<T> list() {
            return List.copyOf(places.keySet());
        }
    }
}
