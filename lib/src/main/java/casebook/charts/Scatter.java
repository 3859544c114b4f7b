package casebook.charts;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** Balls on two axes, each with its name beside it. The area of a ball can be a third quantity. Dashed lines say what to hold them against. */
final class Scatter extends Sheet {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 440;
    private static final int TOP = 34;
    private static final int MOST = 12;
    /** The radius of the largest ball. */
    private static final double LARGEST = 38;
    private static final double DOT = 6;

    /**
     * A ball.
     *
     * @param label what is written beside it
     * @param x its place along the bottom
     * @param y its height
     * @param size the quantity that its area shows, or 0 for a dot
     * @param colour its colour
     * @param faint true if it stands back
     */
    record Ball(String label, double x, double y, double size, Color colour, boolean faint) {}

    /**
     * What is along an axis.
     *
     * @param label its name and unit
     * @param scale its range
     * @param number how its numbers are written, or null for the usual way
     */
    record Axis(String label, Scale scale, DoubleFunction<String> number) {}

    /**
     * A dashed line.
     *
     * @param name what is written beside it; empty for nothing
     * @param corners where it begins, bends and ends, on the axes
     */
    record Path(String name, List<Point2D> corners) {

        /** Its pieces in the picture. */
        List<Labels.Line> pieces(Axes axes) {
            List<Labels.Line> pieces = new ArrayList<>();
            for (int i = 1; i < corners.size(); i++) {
                pieces.add(new Labels.Line(new Line2D.Double(at(axes, i - 1), at(axes, i)), name.isEmpty() ? null : name));
            }
            return pieces;
        }

        private Point2D at(Axes axes, int corner) {
            return axes.at(corners.get(corner).getX(), corners.get(corner).getY());
        }

        /** Places along it that its name may stand beside. */
        List<Labels.Mark> places(Axes axes) {
            List<Labels.Mark> places = new ArrayList<>();
            for (Labels.Line piece : pieces(axes)) {
                Line2D line = piece.piece();
                for (double share = 0.1; share < 1; share += 0.1) {
                    places.add(new Labels.Mark(line.getX1() + share * (line.getX2() - line.getX1()),
                            line.getY1() + share * (line.getY2() - line.getY1()), 1));
                }
            }
            return places;
        }
    }

    /**
     * All there is to see.
     *
     * @param balls the balls
     * @param x along the bottom
     * @param y upwards
     * @param size what the balls' area is: {@code parameters}; null if they have none
     * @param paths the dashed lines
     */
    record View(List<Ball> balls, Axis x, Axis y, String size, List<Path> paths) {

        double most() {
            return balls.stream().mapToDouble(Ball::size).max().orElse(1);
        }

        double radius(double size) {
            return this.size == null ? DOT : Math.max(2.5, LARGEST * Math.sqrt(size / most()));
        }

        List<Labels.Line> lines(Axes axes) {
            return paths.stream().flatMap(path -> path.pieces(axes).stream()).toList();
        }
    }

    /** Where everything is. */
    private record Placed(Axes axes, List<Labels.Label> labels) {}

    private final View view;
    private final Axes axes;
    private final List<Labels.Label> labels;

    private Scatter(Words words, View view, Placed placed) {
        super(words, WIDTH, (int) placed.axes().plot().getMaxY() + 54 + (view.size() == null ? 0 : 2 * (int) LARGEST + 8));
        this.view = view;
        axes = placed.axes();
        labels = placed.labels();
    }

    /** The chart, as high as the names need it. */
    static Scatter of(Words words, View view) {
        for (int more = 0; more <= MOST; more++) {
            Axes axes = axes(view, HEIGHT + 60 * more);
            Optional<List<Labels.Label>> labels = labels(view, axes);
            if (labels.isPresent()) {
                return new Scatter(words, view, new Placed(axes, labels.get()));
            }
        }
        throw new IllegalArgumentException("a chart has no room for the names of " + view.balls().size()
                + " points; show fewer, or give them shorter names");
    }

    /** The axes; upwards they are longer than the data by as many steps as the balls need to lie between their ends. */
    private static Axes axes(View view, int height) {
        Scale y = view.y().scale();
        for (int more = 0; more < 3 && !y.logarithmic(); more++) {
            Scale now = y;
            boolean low = view.balls().stream().anyMatch(ball -> now.share(ball.y()) * height < view.radius(ball.size()));
            boolean high = view.balls().stream().anyMatch(ball -> (1 - now.share(ball.y())) * height < view.radius(ball.size()));
            y = now.longer(low, high);
        }
        double left = Math.ceil(MARGIN + Axes.room(y));
        return new Axes(new Rectangle2D.Double(left, TOP, WIDTH - MARGIN - 8 - left, height), view.x().scale(), y);
    }

    private static Optional<List<Labels.Label>> labels(View view, Axes axes) {
        List<Labels.Mark> marks = new ArrayList<>();
        List<Labels.Item> items = new ArrayList<>();
        for (Ball ball : view.balls()) {
            Labels.Mark mark = new Labels.Mark(axes.x(ball.x()), axes.y(ball.y()), view.radius(ball.size()) + 1);
            marks.add(mark);
            items.add(new Labels.Item(ball.label(), List.of(mark)));
        }
        view.paths().stream().filter(path -> !path.name().isEmpty()).forEach(path -> items.add(new Labels.Item(path.name(), path.places(axes))));
        Rectangle2D plot = axes.plot();
        Rectangle2D area = new Rectangle2D.Double(plot.getX() + 4, plot.getY() - 6, WIDTH - MARGIN - plot.getX() - 4, plot.getHeight() + 2);
        return new Labels(marks, view.lines(axes), area).place(items);
    }

    // ---- painting ----

    @Override
    void body(Graphics2D g) {
        axes.paintY(g, view.y().label());
        if (view.x().number() == null) {
            axes.paintX(g, view.x().label());
        } else {
            axes.paintX(g, view.x().label(), view.x().number());
        }
        view.paths().forEach(path -> path(g, path));
        // The large ones first, so that no ball hides a smaller one.
        for (Ball ball : view.balls().stream().sorted(Comparator.comparingDouble(Ball::size).reversed()).toList()) {
            ball(g, axes.at(ball.x(), ball.y()), view.radius(ball.size()), ball.colour(), ball.faint());
        }
        Labels.paint(g, labels);
        if (view.size() != null) {
            legend(g);
        }
    }

    private void path(Graphics2D g, Path path) {
        Path2D line = new Path2D.Double();
        path.pieces(axes).forEach(piece -> line.append(piece.piece(), true));
        g.setColor(Look.INK);
        g.setStroke(Look.dash(1.5f, 1));
        g.draw(line);
    }

    private static void ball(Graphics2D g, Point2D middle, double radius, Color colour, boolean faint) {
        Ellipse2D ball = new Ellipse2D.Double(middle.getX() - radius, middle.getY() - radius, 2 * radius, 2 * radius);
        g.setColor(faint ? Look.GROUND : Look.tint(colour, radius > DOT + 2 ? 0.45 : 0.85));
        g.fill(ball);
        g.setColor(Look.mix(colour, Color.BLACK, 0.15));
        g.setStroke(Look.line(1.6f));
        g.draw(ball);
    }

    /** Balls of three round sizes. */
    private void legend(Graphics2D g) {
        double bottom = axes.plot().getMaxY() + 54 + 2 * LARGEST;
        double x = axes.plot().getX();
        Look.text(g, Look.TEXT, Look.INK, view.size() + ", as area:", x, bottom - LARGEST, 0);
        x += Look.width(Look.TEXT, view.size() + ", as area:") + 24;
        for (double size : sizes()) {
            double radius = view.radius(size);
            ball(g, new Point2D.Double(x + radius, bottom - LARGEST), radius, Look.GREY, false);
            x += 2 * radius + 8;
            Look.text(g, Look.TEXT, Look.INK, Look.si(size), x, bottom - LARGEST, 0);
            x += Look.width(Look.TEXT, Look.si(size)) + 26;
        }
    }

    private List<Double> sizes() {
        double largest = Math.pow(10, Math.floor(Math.log10(view.most())));
        return List.of(largest / 100, largest / 10, largest);
    }

    // ---- for tests ----

    List<Labels.Label> labels() {
        return labels;
    }

    List<Ellipse2D> balls() {
        return view.balls().stream().map(ball -> {
            double radius = view.radius(ball.size());
            return new Ellipse2D.Double(axes.x(ball.x()) - radius, axes.y(ball.y()) - radius, 2 * radius, 2 * radius);
        }).map(Ellipse2D.class::cast).toList();
    }

    List<Line2D> lines() {
        return view.lines(axes).stream().map(Labels.Line::piece).toList();
    }
}
