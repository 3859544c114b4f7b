package casebook.charts;

import casebook.layers.Layer.Category;
import casebook.network.Node;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** A box of a drawing: one layer with what follows it directly, a whole stage, the input, or an output. */
final class Box {

    /** What a box stands for. */
    enum Role {
        /** A layer. */
        LAYER,
        /** A stage that is not opened. */
        STAGE,
        /** The network's input or one of its outputs. */
        END
    }

    final Role role;
    final Category category;
    final String name;
    final boolean auxiliary;
    /** The layer that gives it its name, or null. */
    final Node head;
    final List<Node> nodes = new ArrayList<>();
    final List<String> lines = new ArrayList<>();
    Rectangle2D bounds = new Rectangle2D.Double();

    /** The box of a layer. */
    Box(Node head) {
        this(Role.LAYER, head.layer().category(), head.name(), head.auxiliary(), head);
    }

    /** A stage, the input or an output. */
    Box(Role role, String name, boolean auxiliary) {
        this(role, Category.OTHER, name, auxiliary, null);
    }

    private Box(Role role, Category category, String name, boolean auxiliary, Node head) {
        this.head = head;
        this.role = role;
        this.category = category;
        this.name = name;
        this.auxiliary = auxiliary;
    }

    /** How wide it has to be; some shapes need room at their sides. */
    double width() {
        double text = lines.stream().mapToDouble(line -> Look.width(Look.TEXT, line)).max().orElse(0);
        return Math.ceil(Math.max(Look.width(Look.BOLD, name), text)) + (role == Role.STAGE ? 30 : 24 + 2 * side());
    }

    double height() {
        return (1 + lines.size()) * Look.LINE + 12;
    }

    /** What a shape takes away at each side. */
    double side() {
        if (role != Role.LAYER) {
            return role == Role.END ? 8 : 0;
        }
        return switch (category) {
            case POOLING -> 14;
            case FULLY_CONNECTED, ACTIVATION, MERGE -> 10;
            case NORMALIZATION -> 6;
            default -> 0;
        };
    }
}
