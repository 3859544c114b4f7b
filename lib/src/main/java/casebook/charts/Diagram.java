package casebook.charts;

import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.Layer;
import casebook.layers.Layer.Category;
import casebook.layers.MaxPooling;
import casebook.layers.Subsampling;
import casebook.layers.TableConvolution;
import casebook.layers.Window;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a drawing of a network shows: its boxes and the arrows between them, before they have places. */
final class Diagram {

    /** So many modules that are the same become one box. */
    private static final int SAME = 3;
    private static final double SUMMARY = 200;

    final List<Box> boxes = new ArrayList<>();
    final List<Arrow> arrows = new ArrayList<>();

    private final Network network;
    private final List<List<Integer>> readers;
    private final Box[] boxOf;

    /** @param open says of a stage whether it is opened */
    Diagram(Network network, Predicate<String> open) {
        this.network = network;
        readers = network.readers();
        boxOf = new Box[network.nodes().size()];
        Box input = new Box(Box.Role.END, "input", false);
        boxes.add(input);
        boxes(open);
        boxes.forEach(Diagram::describe);
        arrows(input);
        fold();
        outputs();
    }

    /** The arrows that leave a box. */
    List<Arrow> from(Box box) {
        return arrows.stream().filter(arrow -> arrow.from == box).toList();
    }

    // ---- boxes ----

    private void boxes(Predicate<String> open) {
        Map<String, List<Node>> closed = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            String stage = closedStage(node, open);
            if (stage != null) {
                closed.computeIfAbsent(stage, name -> new ArrayList<>()).add(node);
            }
        }
        // A stage of one box is drawn as that box.
        closed.values().removeIf(nodes -> nodes.stream().filter(node -> head(node) == node).count() == 1);
        Map<String, Box> stages = new HashMap<>();
        Map<Node, Box> heads = new HashMap<>();
        for (Node node : network.nodes()) {
            String stage = closedStage(node, open);
            Box box;
            if (closed.containsKey(stage)) {
                box = stages.get(stage);
                if (box == null) {
                    String name = stage.substring(0, stage.indexOf('\n'));
                    box = new Box(Box.Role.STAGE, node.auxiliary() ? name + ", auxiliary head" : name, node.auxiliary());
                    stages.put(stage, box);
                    boxes.add(box);
                }
            } else {
                Node head = head(node);
                box = heads.get(head);
                if (box == null) {
                    box = new Box(head);
                    heads.put(head, box);
                    boxes.add(box);
                }
            }
            box.nodes.add(node);
            boxOf[node.index()] = box;
        }
    }

    /** The outermost stage of a layer that is not opened, told apart by where its auxiliary head starts; null if all are. */
    private String closedStage(Node node, Predicate<String> open) {
        StringBuilder place = new StringBuilder();
        for (String stage : node.path()) {
            if (!open.test(stage)) {
                return stage + "\n" + place + (node.auxiliary() ? "auxiliary from " + root(node) : "");
            }
            place.append(stage).append('\n');
        }
        return null;
    }

    /** The place where the auxiliary head of a layer branches off. */
    private int root(Node node) {
        Node at = node;
        while (at.auxiliary() && at.inputs().get(0) != Network.INPUT) {
            at = network.nodes().get(at.inputs().get(0));
        }
        return at.index();
    }

    /**
     * The layer in whose box this one is written: itself, or the one before if this only changes that one's numbers, or the
     * fully connected layer for which it flattens a volume.
     */
    private Node head(Node node) {
        List<Integer> next = readers.get(node.index());
        if (node.layer() instanceof Flatten && next.size() == 1) {
            Node after = network.nodes().get(next.get(0));
            if (after.layer().category() == Category.FULLY_CONNECTED && after.path().equals(node.path())
                    && after.auxiliary() == node.auxiliary() && !isOutput(node)) {
                return after;
            }
        }
        Node head = node;
        while (follows(head)) {
            head = network.nodes().get(head.inputs().get(0));
        }
        return head;
    }

    private boolean follows(Node node) {
        if (node.inputs().size() != 1 || node.inputs().get(0) == Network.INPUT) {
            return false;
        }
        Node before = network.nodes().get(node.inputs().get(0));
        Layer layer = node.layer();
        boolean small = layer.category() == Category.ACTIVATION || layer.category() == Category.NORMALIZATION
                || layer instanceof Dropout || layer instanceof Flatten;
        return small && !isOutput(before) && !node.shared() && readers.get(before.index()).size() == 1
                && before.auxiliary() == node.auxiliary() && before.path().equals(node.path());
    }

    private boolean isOutput(Node node) {
        return network.outputs().stream().anyMatch(output -> output.node() == node);
    }

    // ---- words ----

    private static void describe(Box box) {
        if (box.role == Box.Role.STAGE) {
            box.lines.addAll(summary(box.nodes, box.name));
        } else if (box.role == Box.Role.LAYER) {
            Node head = box.head;
            box.lines.add(words(head));
            if (box.nodes.get(0).index() < head.index()) {
                box.lines.add(0, "flatten");
            }
            if (head.shared()) {
                box.lines.add("same weights as an earlier one");
            }
            List<String> more = box.nodes.stream().filter(node -> node.index() > head.index()).map(node -> more(head, node)).toList();
            // Two in a line keep a box narrow.
            for (int i = 0; i < more.size(); i += 2) {
                box.lines.add("+ " + String.join(" + ", more.subList(i, Math.min(more.size(), i + 2))));
            }
        }
    }

    /** A layer that is written below another: its kind, and its name where it is not named after that one. */
    private static String more(Node head, Node node) {
        String kind = node.layer().kind().replace("normalization", "norm");
        String usual = node.layer().kind().toLowerCase(Locale.ROOT).replace(' ', '_');
        boolean named = !node.name().startsWith(head.name() + "/")
                && !node.name().matches("(.*/)?(" + Pattern.quote(usual) + "|bn|lrn)\\d*");
        return named ? kind + " (" + node.name() + ")" : kind;
    }

    /** What a layer does: {@code convolution 5×5, 6 filters}. A learner's own layer is called by its kind. */
    static String words(Node node) {
        Layer layer = node.layer();
        if (layer instanceof Convolution convolution) {
            boolean depthwise = convolution.groups() > 1 && convolution.groups() == node.inputShapes().get(0).channels();
            String groups = convolution.groups() == 1 || depthwise ? "" : ", " + convolution.groups() + " groups";
            return (depthwise ? "depthwise convolution " : "convolution ") + size(convolution.window(), 1) + ", "
                    + Look.plural(convolution.filters(), "filter") + groups;
        }
        if (layer instanceof TableConvolution table) {
            return "table convolution " + table.size() + "×" + table.size() + ", " + Look.plural(table.channels().size(), "filter");
        }
        if (layer instanceof MaxPooling pooling) {
            return "max pooling " + size(pooling.window(), 0);
        }
        if (layer instanceof AveragePooling pooling) {
            return "average pooling " + size(pooling.window(), 0);
        }
        if (layer instanceof Subsampling subsampling) {
            return "subsampling " + subsampling.size() + "×" + subsampling.size() + ", stride " + subsampling.size();
        }
        if (layer instanceof FullyConnected connected) {
            return "fully connected, " + Look.plural(connected.outputs(), "output");
        }
        return layer instanceof Add ? "add, number by number" : layer.kind();
    }

    private static String size(Window window, int usualStride) {
        String stride = window.strideHeight() == usualStride && window.strideWidth() == usualStride ? ""
                : ", stride " + (window.strideHeight() == window.strideWidth() ? "" : window.strideHeight() + "×") + window.strideWidth();
        return window.height() + "×" + window.width() + stride + (window.dilation() > 1 ? ", dilation " + window.dilation() : "");
    }

    /** What is in a closed stage, in as few lines as a box of usual width can have. */
    private static List<String> summary(List<Node> nodes, String stage) {
        List<String> lines = new ArrayList<>();
        for (String part : contents(nodes, stage)) {
            String longer = lines.isEmpty() ? part : lines.get(lines.size() - 1) + ", " + part;
            if (!lines.isEmpty() && Look.width(Look.TEXT, longer) < SUMMARY) {
                lines.set(lines.size() - 1, longer);
            } else {
                lines.add(part);
            }
        }
        return lines;
    }

    private static List<String> contents(List<Node> nodes, String stage) {
        List<String> lines = new ArrayList<>();
        long modules = nodes.stream().filter(node -> node.path().indexOf(stage) >= 0 && node.path().indexOf(stage) < node.path().size() - 1)
                .map(node -> node.path().get(node.path().indexOf(stage) + 1)).distinct().count();
        if (modules > 1) {
            lines.add(Look.plural(modules, "block"));
        }
        count(lines, nodes, Category.CONVOLUTION, "convolution");
        count(lines, nodes, Category.FULLY_CONNECTED, "fully connected layer");
        count(lines, nodes, Category.POOLING, "pooling");
        count(lines, nodes, Category.MERGE, "merge");
        if (lines.isEmpty()) {
            lines.add(Look.plural(nodes.size(), "layer"));
        }
        return lines;
    }

    private static void count(List<String> lines, List<Node> nodes, Category category, String one) {
        List<String> kinds = nodes.stream().filter(node -> node.layer().category() == category).map(node -> node.layer().kind()).toList();
        if (kinds.isEmpty()) {
            return;
        }
        Set<String> different = new HashSet<>(kinds);
        String word = category == Category.MERGE ? different.equals(Set.of("add")) ? "addition"
                : different.equals(Set.of("concatenate")) ? "concatenation" : one : one;
        lines.add(Look.plural(kinds.size(), word));
    }

    // ---- the same again and again ----

    /** Closed modules that follow each other and are the same become one box, if there are three or more. */
    private void fold() {
        for (int i = 0; i < boxes.size(); i++) {
            List<Box> run = new ArrayList<>(List.of(boxes.get(i)));
            while (i + run.size() < boxes.size() && repeats(run.get(run.size() - 1), boxes.get(i + run.size()))) {
                run.add(boxes.get(i + run.size()));
            }
            if (run.size() >= SAME) {
                fold(run);
            }
        }
    }

    private void fold(List<Box> run) {
        Box first = run.get(0);
        Box last = run.get(run.size() - 1);
        Box folded = new Box(Box.Role.STAGE, first.name + " … " + last.name, first.auxiliary);
        folded.lines.add(run.size() + " times the same:");
        folded.lines.addAll(first.lines);
        run.forEach(box -> folded.nodes.addAll(box.nodes));
        boxes.set(boxes.indexOf(first), folded);
        boxes.removeAll(run);
        arrows.removeIf(arrow -> run.contains(arrow.from) && run.contains(arrow.to));
        arrows.replaceAll(arrow -> run.contains(arrow.to) ? new Arrow(arrow.from, folded, arrow.shape)
                : run.contains(arrow.from) ? new Arrow(folded, arrow.to, arrow.shape) : arrow);
        folded.nodes.forEach(node -> boxOf[node.index()] = folded);
    }

    /** True if the second does what the first does, with its output and nothing else. */
    private boolean repeats(Box first, Box second) {
        return first.role == Box.Role.STAGE && second.role == Box.Role.STAGE && first.auxiliary == second.auxiliary
                && from(first).stream().allMatch(arrow -> arrow.to == second)
                && arrows.stream().filter(arrow -> arrow.to == second).allMatch(arrow -> arrow.from == first)
                && parent(first).equals(parent(second)) && steps(first).equals(steps(second));
    }

    /** The stages around a closed module. */
    private static List<String> parent(Box box) {
        List<String> path = box.nodes.get(0).path();
        int depth = path.indexOf(box.name);
        return depth < 0 ? List.of(box.name) : path.subList(0, depth);
    }

    /** What is in a box, in a form that is equal for boxes that do the same: each layer, what it reads, and its shapes. */
    private static List<List<Object>> steps(Box box) {
        int start = box.nodes.get(0).index();
        return box.nodes.stream().<List<Object>>map(node -> List.of(node.layer(), node.shared(), node.inputShapes(), node.output(),
                node.inputs().stream().map(input -> Math.max(-1, input - start)).toList())).toList();
    }

    // ---- arrows ----

    private void arrows(Box input) {
        Set<String> drawn = new HashSet<>();
        for (Node node : network.nodes()) {
            Box to = boxOf[node.index()];
            for (int i = 0; i < node.inputs().size(); i++) {
                int source = node.inputs().get(i);
                Box from = source == Network.INPUT ? input : boxOf[source];
                boolean again = to.role == Box.Role.STAGE && !drawn.add(source + " " + boxes.indexOf(to));
                if (from != to && !again) {
                    arrows.add(new Arrow(from, to, node.inputShapes().get(i).toString()));
                }
            }
        }
    }

    private void outputs() {
        for (Network.Output output : network.outputs()) {
            Box end = new Box(Box.Role.END, output.auxiliary() ? "auxiliary output" : "output", output.auxiliary());
            if (output.auxiliary()) {
                end.lines.add("loss × " + Look.digits(output.lossWeight()));
            }
            boxes.add(end);
            arrows.add(new Arrow(boxOf[output.node().index()], end, output.node().output().toString()));
        }
    }
}
