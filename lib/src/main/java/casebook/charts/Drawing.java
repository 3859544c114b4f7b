package casebook.charts;

import casebook.layers.Layer.Category;
import casebook.network.Network;
import casebook.network.Node;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The drawing of a network: data flows down, a box is a layer with the activation and the normalization that follow it, and
 * each arrow says the shape of the volume that it carries.
 *
 * <pre>{@code
 * Drawing.of(lenet5)                                     // each layer
 * Drawing.of(resnet152).collapsed()                      // a box for each stage
 * Drawing.of(resnet152).collapsed().expanded("conv2")    // one stage opened
 * }</pre>
 */
public final class Drawing implements Picture {

    private static final int MARGIN = Sheet.MARGIN;
    private static final int LEGEND = 32;

    private final Network network;
    private final boolean collapsed;
    private final Set<String> opened;
    private final DiagramLayout.Columns columns;
    private final Diagram diagram;
    private final DiagramLayout layout;
    private final List<Sample> legend;
    private final int width;
    private final List<String> titleLines;
    private final int top;

    /** A line of the legend. */
    private record Sample(Box.Role role, Category category, String words) {}

    private Drawing(Network network, boolean collapsed, Set<String> opened, DiagramLayout.Columns columns) {
        this.network = network;
        this.columns = columns;
        this.collapsed = collapsed;
        this.opened = opened;
        Predicate<String> open = stage -> !collapsed || opened.contains(stage);
        diagram = new Diagram(network, open);
        layout = new DiagramLayout(diagram, columns);
        legend = legend(diagram);
        width = (int) Math.ceil(Math.max(600, layout.width + 2 * MARGIN));
        titleLines = Look.wrap(Look.TITLE, title(), width - 2 * MARGIN);
        top = MARGIN + titleLines.size() * Look.TITLE_LINE + legendRows() * LEGEND + 20;
    }

    /**
     * The drawing with a box for each layer.
     *
     * @param network what to draw
     * @return the drawing
     */
    public static Drawing of(Network network) {
        return new Drawing(network, false, Set.of(), DiagramLayout.Columns.ONE);
    }

    /**
     * A box for each stage, and for each layer that lies in none. A long row of boxes goes on in a second column.
     *
     * @return the drawing, collapsed
     */
    public Drawing collapsed() {
        return new Drawing(network, true, Set.of(), screen());
    }

    /**
     * The same drawing, going on in another column where it would be higher than this. It can only be broken where one arrow
     * leads on.
     *
     * @param height about how high a column may be, in pixels
     * @return the drawing in columns
     * @throws IllegalArgumentException if the height is not positive
     */
    public Drawing columns(int height) {
        if (height <= 0) {
            throw new IllegalArgumentException("a column must be higher than 0 pixels, not " + height);
        }
        return new Drawing(network, collapsed, opened, new DiagramLayout.Columns(height, Double.POSITIVE_INFINITY));
    }

    /**
     * All stages are collapsed but these, and those opened before. Where an opened stage consists of modules, each is a box,
     * and several that are the same are one. They can be opened by their names as well; the stage around them opens with them.
     *
     * @param stages names of stages or modules
     * @return the drawing with these opened
     * @throws IllegalArgumentException if the network has no such stage; the message lists those it has
     */
    public Drawing expanded(String... stages) {
        Set<String> known = network.nodes().stream().flatMap(node -> node.path().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> all = new HashSet<>(opened);
        for (String stage : stages) {
            if (!known.contains(stage)) {
                throw new IllegalArgumentException(network.name() + " has no stage " + stage + "; its stages are "
                        + String.join(", ", known));
            }
            network.nodes().stream().map(Node::path).filter(path -> path.contains(stage)).findFirst()
                    .ifPresent(path -> all.addAll(path.subList(0, path.indexOf(stage) + 1)));
        }
        return new Drawing(network, true, Set.copyOf(all), screen());
    }

    private DiagramLayout.Columns screen() {
        return columns == DiagramLayout.Columns.ONE ? DiagramLayout.Columns.SCREEN : columns;
    }

    // ---- in words ----

    @Override
    public String title() {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            Category category = node.layer().category();
            if (!node.auxiliary() && (category == Category.CONVOLUTION || category == Category.FULLY_CONNECTED)) {
                counts.merge(category == Category.CONVOLUTION ? "convolution" : "fully connected layer", 1L, Long::sum);
            }
        }
        List<String> words = counts.entrySet().stream().map(entry -> Look.plural(entry.getValue(), entry.getKey())).toList();
        return network.name() + " takes " + network.input() + " to " + network.output().output()
                + (words.isEmpty() ? "" : " through " + Look.list(words));
    }

    @Override
    public String alt() {
        List<String> steps = new ArrayList<>();
        for (Box box : diagram.boxes) {
            if (box.role == Box.Role.END) {
                continue;
            }
            List<Arrow> in = diagram.arrows.stream().filter(arrow -> arrow.to == box).toList();
            String reads = in.size() == 1 && previous(box) == in.get(0).from ? ""
                    : " from " + Look.list(in.stream().map(arrow -> arrow.from.name).distinct().toList());
            String result = box.nodes.get(box.nodes.size() - 1).output().toString();
            String lines = String.join(", ", box.lines).replace(":, ", ": ").replace(", + ", " + ");
            steps.add(box.name + (box.auxiliary ? " (auxiliary)" : "") + reads + ": " + lines + " → " + result);
        }
        return network.name() + ", drawn from the input " + network.input() + " down to the output " + network.output().output() + ": "
                + String.join("; ", steps) + ".";
    }

    private Box previous(Box box) {
        return diagram.boxes.get(diagram.boxes.indexOf(box) - 1);
    }

    @Override
    public Table data() {
        List<Node> nodes = network.nodes();
        return Table.create(network.name(),
                StringColumn.create("Layer", nodes.stream().map(Node::name)),
                StringColumn.create("Kind", nodes.stream().map(Diagram::words)),
                StringColumn.create("Stage", nodes.stream().map(node -> String.join("/", node.path()))),
                StringColumn.create("Reads", nodes.stream().map(node -> node.inputs().stream()
                        .map(input -> input == Network.INPUT ? "input" : nodes.get(input).name()).collect(Collectors.joining(" + ")))),
                StringColumn.create("Input", nodes.stream().map(node -> node.inputShapes().stream().map(Object::toString)
                        .collect(Collectors.joining(" + ")))),
                StringColumn.create("Output", nodes.stream().map(node -> node.output().toString())));
    }

    /** The boxes, with their places. */
    List<Box> boxes() {
        return diagram.boxes;
    }

    /** The arrows, with their places. */
    List<Arrow> arrows() {
        return diagram.arrows;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return (int) Math.ceil(top + layout.height + MARGIN);
    }

    // ---- painting ----

    @Override
    public void paint(Graphics2D g) {
        g.setColor(Look.GROUND);
        g.fillRect(0, 0, width(), height());
        for (int i = 0; i < titleLines.size(); i++) {
            Look.text(g, Look.TITLE, Look.INK, titleLines.get(i), MARGIN, MARGIN + (i + 0.5) * Look.TITLE_LINE, 0);
        }
        paintLegend(g);
        double left = (width - layout.width) / 2;
        g.translate(left, top);
        diagram.arrows.forEach(arrow -> paint(g, arrow));
        diagram.boxes.forEach(box -> paint(g, box));
        layout.brackets.forEach(bracket -> paint(g, bracket));
        g.translate(-left, -top);
    }

    private static void paint(Graphics2D g, Arrow arrow) {
        g.setColor(Look.GREY);
        g.setStroke(Look.dash(1.5f, arrow.auxiliary() ? 1 : 0));
        g.draw(arrow.path());
        g.fill(arrow.head());
        Look.text(g, Look.TEXT, Look.GREY, arrow.shape, arrow.label.getX(), arrow.label.getCenterY(), 0);
    }

    /** The name of an opened stage beside its boxes. */
    private static void paint(Graphics2D g, DiagramLayout.Bracket bracket) {
        Path2D line = new Path2D.Double();
        line.moveTo(bracket.x() + 8, bracket.top());
        line.lineTo(bracket.x(), bracket.top());
        line.lineTo(bracket.x(), bracket.bottom());
        line.lineTo(bracket.x() + 8, bracket.bottom());
        g.setColor(Look.GREY);
        g.setStroke(Look.line(1.2f));
        g.draw(line);
        AffineTransform before = g.getTransform();
        g.translate(bracket.x() - 12, (bracket.top() + bracket.bottom()) / 2);
        g.rotate(-Math.PI / 2);
        Look.text(g, Look.TEXT, Look.GREY, Look.shorten(Look.TEXT, bracket.stage(), bracket.bottom() - bracket.top()), 0, 0, 0.5);
        g.setTransform(before);
    }

    private static void paint(Graphics2D g, Box box) {
        shape(g, box.role, box.category, box.bounds, box.auxiliary);
        double y = box.bounds.getY() + 6 + Look.LINE / 2.0;
        Look.text(g, Look.BOLD, Look.INK, box.name, box.bounds.getCenterX(), y, 0.5);
        for (String line : box.lines) {
            y += Look.LINE;
            Look.text(g, Look.TEXT, Look.INK, line, box.bounds.getCenterX(), y, 0.5);
        }
    }

    /** The shape and the colour of a kind of box; each kind can be told by its shape alone. */
    private static void shape(Graphics2D g, Box.Role role, Category category, Rectangle2D box, boolean auxiliary) {
        Color colour = role == Box.Role.LAYER ? Look.category(category) : Look.GREY;
        double strength = role == Box.Role.STAGE ? 0.08 : category == Category.ACTIVATION ? 0.4 : 0.2;
        Color fill = role == Box.Role.END ? Look.GROUND : Look.tint(colour, strength);
        BasicStroke line = Look.dash(1.8f, auxiliary ? 1 : 0);
        if (role == Box.Role.STAGE) {
            // A pile of cards: there is more in it.
            Rectangle2D behind = new Rectangle2D.Double(box.getX() + 4, box.getY() + 4, box.getWidth() - 4, box.getHeight() - 4);
            outline(g, behind, fill, colour, line);
            outline(g, new Rectangle2D.Double(box.getX(), box.getY(), box.getWidth() - 4, box.getHeight() - 4), fill, colour, line);
            return;
        }
        outline(g, role == Box.Role.END ? slanted(box) : shape(category, box), fill, colour, line);
        if (role == Box.Role.LAYER && category == Category.NORMALIZATION) {
            g.draw(new Line2D.Double(box.getX() + 6, box.getY(), box.getX() + 6, box.getMaxY()));
            g.draw(new Line2D.Double(box.getMaxX() - 6, box.getY(), box.getMaxX() - 6, box.getMaxY()));
        }
    }

    private static void outline(Graphics2D g, Shape shape, Color fill, Color colour, BasicStroke line) {
        g.setColor(fill);
        g.fill(shape);
        g.setColor(Look.mix(colour, Color.BLACK, 0.2));
        g.setStroke(line);
        g.draw(shape);
    }

    private static Shape shape(Category category, Rectangle2D b) {
        double x = b.getX();
        double y = b.getY();
        double right = b.getMaxX();
        double bottom = b.getMaxY();
        return switch (category) {
            case POOLING -> polygon(x, y, right, y, right - 12, bottom, x + 12, bottom);
            case FULLY_CONNECTED -> {
                double round = b.getHeight() * 0.9;
                yield new RoundRectangle2D.Double(x, y, b.getWidth(), b.getHeight(), round, round);
            }
            case ACTIVATION -> polygon(x + 10, y, right - 10, y, right, b.getCenterY(),
                    right - 10, bottom, x + 10, bottom, x, b.getCenterY());
            case MERGE -> {
                double cut = Math.min(12, b.getHeight() / 3);
                yield polygon(x + cut, y, right - cut, y, right, y + cut, right, bottom - cut, right - cut, bottom, x + cut, bottom,
                        x, bottom - cut, x, y + cut);
            }
            case OTHER -> new RoundRectangle2D.Double(x, y, b.getWidth(), b.getHeight(), 12, 12);
            default -> b;
        };
    }

    private static Shape slanted(Rectangle2D b) {
        return polygon(b.getX() + 8, b.getY(), b.getMaxX(), b.getY(), b.getMaxX() - 8, b.getMaxY(), b.getX(), b.getMaxY());
    }

    private static Path2D polygon(double... corners) {
        Path2D path = new Path2D.Double();
        path.moveTo(corners[0], corners[1]);
        for (int i = 2; i < corners.length; i += 2) {
            path.lineTo(corners[i], corners[i + 1]);
        }
        path.closePath();
        return path;
    }

    // ---- the legend: only what occurs ----

    private static List<Sample> legend(Diagram diagram) {
        Set<Sample> samples = new LinkedHashSet<>();
        for (Category category : Category.values()) {
            if (diagram.boxes.stream().anyMatch(box -> box.role == Box.Role.LAYER && box.category == category)) {
                samples.add(new Sample(Box.Role.LAYER, category, category == Category.MERGE ? merges(diagram) : Look.words(category)));
            }
        }
        if (diagram.boxes.stream().anyMatch(box -> box.role == Box.Role.STAGE)) {
            samples.add(new Sample(Box.Role.STAGE, Category.OTHER, "stage of several layers"));
        }
        return List.copyOf(samples);
    }

    private static String merges(Diagram diagram) {
        return diagram.boxes.stream().filter(box -> box.role == Box.Role.LAYER && box.category == Category.MERGE)
                .map(box -> box.head.layer().kind()).distinct().collect(Collectors.joining(", "));
    }

    private static double width(Sample sample) {
        return 44 + 10 + Look.width(Look.TEXT, sample.words()) + 22;
    }

    private int legendRows() {
        int rows = legend.isEmpty() ? 0 : 1;
        double x = MARGIN;
        for (Sample sample : legend) {
            if (x > MARGIN && x + width(sample) > width) {
                rows++;
                x = MARGIN;
            }
            x += width(sample);
        }
        return rows;
    }

    private void paintLegend(Graphics2D g) {
        double x = MARGIN;
        double y = MARGIN + titleLines.size() * Look.TITLE_LINE + 8;
        for (Sample sample : legend) {
            if (x > MARGIN && x + width(sample) > width) {
                x = MARGIN;
                y += LEGEND;
            }
            shape(g, sample.role(), sample.category(), new Rectangle2D.Double(x, y, 44, 22), false);
            Look.text(g, Look.TEXT, Look.INK, sample.words(), x + 54, y + 11, 0);
            x += width(sample);
        }
    }
}
