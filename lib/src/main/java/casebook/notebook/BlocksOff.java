package casebook.notebook;

import casebook.data.ImageSet;
import casebook.layers.Add;
import casebook.layers.BatchNormalization;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import casebook.training.Evaluation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code blocks.js} needs: how many images a residual network answers right, with each combination of its blocks switched off. A
 * block is off when γ and β of its last batch normalization are zero: then its branch adds zeros, and only the shortcut is left.
 *
 * @param right for each combination; block i is off if bit i of the place is set
 */
record BlocksOff(List<String> blocks, int images, int classes, List<Long> right) {

    /** 64 evaluations: more would keep a learner waiting. */
    private static final int MOST_BLOCKS = 6;

    static BlocksOff of(Model model, ImageSet images) {
        Network network = model.network();
        List<String> names = new ArrayList<>();
        List<Node> last = new ArrayList<>();
        for (Node node : network.nodes()) {
            if (node.layer() instanceof Add) {
                Node end = node.inputs().get(0) == Network.INPUT ? node : network.nodes().get(node.inputs().get(0));
                if (!(end.layer() instanceof BatchNormalization)) {
                    throw new IllegalArgumentException("a block is switched off by γ and β of its last batch normalization; what " + node.name()
                            + " adds to the shortcut comes from " + end.name() + ", a layer of the kind " + end.layer().kind());
                }
                names.add(node.name().contains("/") ? node.name().substring(0, node.name().lastIndexOf('/')) : node.name());
                last.add(end);
            }
        }
        if (names.isEmpty() || names.size() > MOST_BLOCKS) {
            throw new IllegalArgumentException("this explorer measures each combination of 1 to " + MOST_BLOCKS + " residual blocks; " + network.name()
                    + " has " + names.size());
        }
        try (Model copy = Model.of(network, 1)) {
            Long[] right = new Long[1 << names.size()];
            for (int off = 0; off < right.length; off++) {
                for (String name : model.parameters().keySet()) {
                    copy.assign(name, model.copy(name));
                }
                for (int block = 0; block < last.size(); block++) {
                    if ((off >> block & 1) == 1) {
                        for (String parameter : List.of("gamma", "beta")) {
                            String name = network.parameterName(last.get(block), parameter);
                            copy.assign(name, model.copy(name).assign(0));
                        }
                    }
                }
                long[][] confusion = Evaluation.of(copy, images).confusion();
                right[off] = 0L;
                for (int label = 0; label < confusion.length; label++) {
                    right[off] += confusion[label][label];
                }
            }
            return new BlocksOff(names, images.size(), images.classes().size(), Arrays.asList(right));
        }
    }

    Explorer explorer() {
        Grid grid = Grid.of("", "Switched off", ">Right, %");
        grid.row("none", percent(0));
        for (int block = 0; block < blocks.size(); block++) {
            grid.row(blocks.get(block), percent(1 << block));
        }
        if (blocks.size() > 1) {
            grid.row("all " + blocks.size(), percent(right.size() - 1));
        }
        return new Explorer("blocks", "Residual blocks switched off: what accuracy remains", "One block off, in a table",
                List.of("Measured on " + Grid.number(images) + " images. The other weights stay as they are."), grid,
                Map.of("blocks", blocks, "images", images, "classes", classes, "right", right));
    }

    private String percent(int off) {
        return String.format(Locale.ROOT, "%.1f", 100.0 * right.get(off) / images);
    }
}
