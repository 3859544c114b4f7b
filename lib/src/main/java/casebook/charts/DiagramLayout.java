package casebook.charts;

import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives the boxes and arrows of a diagram their places. All ways through a network meet again and again in one box: after each
 * Inception module, after each residual block. There it is cut into pieces, which are laid out one by one and stacked, so that
 * the body stands straight and even hundreds of layers take little time. Auxiliary heads stand to the right of the body. A
 * long row of boxes can go on in a second column.
 */
final class DiagramLayout {

    /** The room for an arrow that says its shape. */
    private static final double ARROW = 48;
    private static final double BESIDE = 36;
    private static final double LABEL = 5;
    private static final double GUTTER = 30;
    /** Places that are computed in different ways differ by rounding. */
    private static final double SAME = 0.01;
    /** The room for the names of stages beside a column. */
    private static final double BRACKET = 44;

    /** Between two cuts: the boxes and the arrows, the last box included, the first not. */
    private static final class Piece {
        final Box first;
        final Box last;
        final List<Box> between = new ArrayList<>();
        final List<Arrow> arrows = new ArrayList<>();

        Piece(Box first, Box last) {
            this.first = first;
            this.last = last;
        }

        /** Just one arrow from box to box. */
        boolean simple() {
            return between.isEmpty() && arrows.size() == 1;
        }
    }

    /** An auxiliary head: its boxes, the arrows between them, and the one that leads to it. */
    private record Head(Arrow entry, List<Box> boxes, List<Arrow> arrows) {
        Box attached() {
            return entry.from;
        }
    }

    final double width;
    final double height;

    /** The opened stages. */
    final List<Bracket> brackets = new ArrayList<>();

    /** The body's pieces, from the input down. */
    private final List<Piece> pieces = new ArrayList<>();
    private final Map<Box, Head> heads = new LinkedHashMap<>();
    private final Diagram diagram;

    DiagramLayout(Diagram diagram, Columns columns) {
        this.diagram = diagram;
        List<Part> parts = List.of(new Part(new LinkedHashSet<>(diagram.boxes), new LinkedHashSet<>(diagram.arrows), null));
        if (cut()) {
            stack();
            if (bounds(diagram.boxes, diagram.arrows).getHeight() > columns.height()) {
                parts = columns(columns, parts);
                place(parts);
            }
        } else {
            Layered.place(diagram.boxes, diagram.arrows);
        }
        diagram.arrows.forEach(this::mend);
        parts.forEach(this::bracket);
        Rectangle2D all = bounds(diagram.boxes, diagram.arrows);
        for (Bracket bracket : brackets) {
            all.add(bracket.x() - BRACKET / 2, bracket.top());
        }
        double left = all.getX();
        double top = all.getY();
        move(diagram.boxes, diagram.arrows, -left, -top);
        brackets.replaceAll(bracket -> new Bracket(bracket.stage(), bracket.x() - left, bracket.top() - top, bracket.bottom() - top));
        width = all.getWidth();
        height = all.getHeight();
    }

    // ---- pieces ----

    /** Cuts the diagram into pieces and heads; false if a head does not hang on a place where all ways meet. */
    private boolean cut() {
        List<Box> body = diagram.boxes.stream().filter(box -> !box.auxiliary).toList();
        Map<Box, Integer> order = new HashMap<>();
        body.forEach(box -> order.put(box, order.size()));
        int[] farthest = new int[body.size()];
        List<Arrow> inBody = new ArrayList<>();
        for (Arrow arrow : diagram.arrows) {
            if (order.containsKey(arrow.from) && order.containsKey(arrow.to)) {
                inBody.add(arrow);
                int from = order.get(arrow.from);
                int to = order.get(arrow.to);
                farthest[Math.min(from, to)] = Math.max(farthest[Math.min(from, to)], Math.max(from, to));
            }
        }
        int reached = 0;
        Map<Box, Piece> pieceOf = new HashMap<>();
        Box first = null;
        List<Box> between = new ArrayList<>();
        for (int i = 0; i < body.size(); i++) {
            Box box = body.get(i);
            if (reached <= i) {
                // No arrow passes it by.
                if (first != null) {
                    Piece piece = new Piece(first, box);
                    piece.between.addAll(between);
                    pieces.add(piece);
                    between.forEach(inner -> pieceOf.put(inner, piece));
                    pieceOf.put(box, piece);
                }
                first = box;
                between.clear();
            } else {
                between.add(box);
            }
            reached = Math.max(reached, farthest[i]);
        }
        for (Arrow arrow : inBody) {
            Box later = order.get(arrow.from) < order.get(arrow.to) ? arrow.to : arrow.from;
            pieceOf.get(later).arrows.add(arrow);
        }
        return between.isEmpty() && cutHeads();
    }

    private boolean cutHeads() {
        Map<Box, Head> headOf = new HashMap<>();
        Set<Box> ends = new LinkedHashSet<>();
        pieces.forEach(piece -> ends.addAll(List.of(piece.first, piece.last)));
        List<Arrow> arrows = diagram.arrows.stream().filter(Arrow::auxiliary).toList();
        for (Box box : diagram.boxes) {
            List<Arrow> in = arrows.stream().filter(arrow -> arrow.to == box).toList();
            if (!box.auxiliary) {
                continue;
            }
            Arrow entry = in.stream().filter(arrow -> !arrow.from.auxiliary).findFirst().orElse(null);
            Head head = entry == null ? headOf.get(in.get(0).from) : new Head(entry, new ArrayList<>(), new ArrayList<>());
            if (head == null || entry != null && (in.size() > 1 || !ends.contains(entry.from)
                    || heads.putIfAbsent(entry.from, head) != null)
                    || in.stream().anyMatch(arrow -> arrow != entry && headOf.get(arrow.from) != head)) {
                return false;
            }
            head.boxes().add(box);
            in.stream().filter(arrow -> arrow != entry).forEach(head.arrows()::add);
            headOf.put(box, head);
        }
        return diagram.arrows.stream().noneMatch(arrow -> arrow.from.auxiliary && !arrow.to.auxiliary);
    }

    // ---- one below the other ----

    private void stack() {
        Box top = diagram.boxes.get(0);
        top.bounds = new Rectangle2D.Double(-top.width() / 2, 0, top.width(), top.height());
        heads.values().forEach(head -> Layered.place(head.boxes(), head.arrows()));
        double free = Double.NEGATIVE_INFINITY;
        free = headsEnd(top, free);
        for (Piece piece : pieces) {
            place(piece);
            if (heads.containsKey(piece.last)) {
                // The arrow to a head runs level, so the head before has to end above it.
                lower(piece, Math.max(0, free + BESIDE - piece.last.bounds.getCenterY()));
            }
            free = headsEnd(piece.last, free);
        }
        spread(top);
        for (Piece piece : pieces) {
            spread(piece.last);
        }
        heads.values().forEach(this::place);
    }

    private double headsEnd(Box box, double free) {
        Head head = heads.get(box);
        return head == null ? free : box.bounds.getCenterY() + ARROW + bounds(head.boxes(), head.arrows()).getHeight();
    }

    /** Lays a piece out so that its first box stays where it is. */
    private static void place(Piece piece) {
        Rectangle2D start = piece.first.bounds;
        if (piece.simple()) {
            Box last = piece.last;
            last.bounds = new Rectangle2D.Double(start.getCenterX() - last.width() / 2, start.getMaxY() + ARROW, last.width(),
                    last.height());
            straight(piece.arrows.get(0));
            return;
        }
        List<Box> boxes = new ArrayList<>(List.of(piece.first));
        boxes.addAll(piece.between);
        boxes.add(piece.last);
        Layered.place(boxes, piece.arrows);
        double across = start.getX() - piece.first.bounds.getX();
        double down = start.getY() - piece.first.bounds.getY();
        move(boxes, piece.arrows, across, down);
        centre(piece);
        double hanging = piece.between.stream().mapToDouble(box -> box.bounds.getMaxY()).max().orElse(0);
        lower(piece, Math.max(0, hanging + 14 - piece.last.bounds.getY()));
    }

    private static void straight(Arrow arrow) {
        double x = arrow.from.bounds.getCenterX();
        double y = arrow.from.bounds.getMaxY();
        arrow.points = List.of(new Point2D.Double(x, y), new Point2D.Double(x, arrow.to.bounds.getY()));
        double length = Math.ceil(Look.width(Look.TEXT, arrow.shape));
        arrow.label = new Rectangle2D.Double(x - LABEL - length, (y + arrow.to.bounds.getY() - Look.LINE) / 2, length, Look.LINE);
    }

    /** Puts the last box under the first, if all arrows to it have a bend that can give way. */
    private static void centre(Piece piece) {
        double across = piece.first.bounds.getCenterX() - piece.last.bounds.getCenterX();
        List<Arrow> in = piece.arrows.stream().filter(arrow -> arrow.to == piece.last).toList();
        for (Arrow arrow : in) {
            int n = arrow.points.size();
            boolean gives = n >= 4 && Math.abs(arrow.points.get(n - 1).getX() - arrow.points.get(n - 2).getX()) < SAME
                    && arrow.label.getMaxY() < arrow.points.get(n - 2).getY();
            if (!gives) {
                return;
            }
        }
        move(List.of(piece.last), List.of(), across, 0);
        for (Arrow arrow : in) {
            int n = arrow.points.size();
            shift(arrow, n - 2, across, 0);
            shift(arrow, n - 1, across, 0);
        }
    }

    /** Moves the last box of a piece down; the arrows to it become longer. */
    private static void lower(Piece piece, double down) {
        if (down == 0) {
            return;
        }
        move(List.of(piece.last), List.of(), 0, down);
        for (Arrow arrow : piece.arrows.stream().filter(arrow -> arrow.to == piece.last).toList()) {
            int n = arrow.points.size();
            boolean level = Math.abs(arrow.points.get(n - 1).getY() - arrow.points.get(n - 2).getY()) < SAME;
            shift(arrow, n - 1, 0, down);
            if (level) {
                shift(arrow, n - 2, 0, down);
            } else if (n == 2) {
                straight(arrow);
            }
        }
    }

    /**
     * What ends or begins at the side of a box that joins two pieces: shortcuts that end there come in above, the arrow to a
     * head leaves below them, and shortcuts that begin there leave below that, so that none crosses another.
     */
    private void spread(Box box) {
        double right = box.bounds.getMaxX() - 0.5;
        Comparator<Arrow> byStart = Comparator.comparingDouble(arrow -> arrow.points.get(0).getY());
        List<Arrow> in = diagram.arrows.stream().filter(arrow -> arrow.to == box && end(arrow).getX() > right)
                .sorted(Comparator.comparingDouble(arrow -> end(arrow).getY())).toList();
        List<Arrow> out = diagram.arrows.stream().filter(arrow -> arrow.from == box && !arrow.points.isEmpty()
                && arrow.points.get(0).getX() > right).sorted(byStart).toList();
        int all = in.size() + out.size() + (heads.containsKey(box) ? 1 : 0);
        if (all < 2) {
            return;
        }
        double step = box.bounds.getHeight() / (all + 1);
        double y = box.bounds.getY() + step;
        for (Arrow arrow : in) {
            int n = arrow.points.size();
            double up = y - end(arrow).getY();
            shift(arrow, n - 1, 0, up);
            shift(arrow, n - 2, 0, up);
            y += step;
        }
        if (heads.containsKey(box)) {
            heads.get(box).entry().points = List.of(new Point2D.Double(box.bounds.getMaxX(), y));
            y += step;
        }
        for (Arrow arrow : out) {
            double down = y - arrow.points.get(0).getY();
            shift(arrow, 0, 0, down);
            shift(arrow, 1, 0, down);
            y += step;
        }
    }

    private static Point2D end(Arrow arrow) {
        return arrow.points.get(arrow.points.size() - 1);
    }

    /** Puts a head to the right of all that stands at its height. */
    private void place(Head head) {
        Rectangle2D from = head.attached().bounds;
        Box first = head.entry().to;
        Rectangle2D own = bounds(head.boxes(), head.arrows());
        double top = from.getCenterY() + ARROW;
        double right = from.getMaxX();
        Rectangle2D strip = new Rectangle2D.Double(-1e6, from.getCenterY(), 2e6, ARROW + own.getHeight());
        Set<Box> mine = new LinkedHashSet<>(head.boxes());
        for (Box box : diagram.boxes) {
            if (!box.auxiliary && !mine.contains(box) && box.bounds.intersects(strip)) {
                right = Math.max(right, box.bounds.getMaxX());
            }
        }
        for (Arrow arrow : diagram.arrows) {
            if (!arrow.auxiliary() && bounds(List.of(), List.of(arrow)).intersects(strip)) {
                right = Math.max(right, bounds(List.of(), List.of(arrow)).getMaxX());
            }
        }
        move(head.boxes(), head.arrows(), right + BESIDE - own.getX(), top - own.getY());
        double x = first.bounds.getCenterX();
        Arrow entry = head.entry();
        double y = entry.points.isEmpty() ? from.getCenterY() : entry.points.get(0).getY();
        entry.points = List.of(new Point2D.Double(from.getMaxX(), y), new Point2D.Double(x, y), new Point2D.Double(x, first.bounds.getY()));
        double length = Math.ceil(Look.width(Look.TEXT, entry.shape));
        entry.label = new Rectangle2D.Double(x + LABEL, first.bounds.getY() - 12 - Look.LINE, length, Look.LINE);
    }

    // ---- one beside the other ----

    /**
     * When a drawing goes on in another column.
     *
     * @param height about how high a column may be
     * @param width how wide all of them together may be; one that would be wider stays higher
     */
    record Columns(double height, double width) {

        /** Always one. */
        static final Columns ONE = new Columns(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        /** As many as make a drawing fit a screen. */
        static final Columns SCREEN = new Columns(1000, 1200);
    }

    /** A part of the body that becomes a column: what is in it, and the arrow that leads to it from the column before, or null. */
    private record Part(Set<Box> boxes, Set<Arrow> arrows, Arrow entry) {}

    /** Breaks the stack at simple arrows, into as many parts as it takes and as there is width for. */
    private List<Part> columns(Columns columns, List<Part> one) {
        List<Integer> breaks = breaks();
        List<Part> parts = one;
        double highest = bounds(diagram.boxes, diagram.arrows).getHeight();
        for (int many = 2; many < breaks.size() && highest > 1.1 * columns.height(); many++) {
            List<List<Piece>> candidates = parts(breaks, many);
            List<Part> more = candidates.stream().map(pieces -> part(pieces, pieces == candidates.get(0))).toList();
            double high = more.stream().mapToDouble(part -> bounds(part).getHeight()).max().orElseThrow();
            double wide = more.stream().mapToDouble(part -> bounds(part).getWidth() + room(part) + 2 * GUTTER).sum() - 2 * GUTTER;
            if (wide > columns.width()) {
                break;
            }
            // Another column has to be worth its width.
            if (high < 0.9 * highest) {
                parts = more;
                highest = high;
            }
        }
        return parts;
    }

    /** Puts the parts beside each other. */
    private void place(List<Part> parts) {
        double left = 0;
        for (Part part : parts) {
            Rectangle2D own = bounds(part);
            double start = left + room(part);
            move(part.boxes(), part.arrows(), start - own.getX(), (part.entry() == null ? 0 : ARROW) - own.getY());
            if (part.entry() != null) {
                turn(part.entry(), left - GUTTER);
            }
            left = start + own.getWidth() + 2 * GUTTER;
        }
    }

    private static Rectangle2D bounds(Part part) {
        return bounds(part.boxes(), part.arrows());
    }

    private Part part(List<Piece> pieces, boolean first) {
        Set<Box> boxes = new LinkedHashSet<>();
        Set<Arrow> arrows = new LinkedHashSet<>();
        if (first) {
            boxes.add(pieces.get(0).first);
        }
        for (Piece piece : pieces) {
            boxes.addAll(piece.between);
            boxes.add(piece.last);
            if (first || piece != pieces.get(0)) {
                arrows.addAll(piece.arrows);
            }
        }
        for (Head head : heads.values()) {
            if (boxes.contains(head.attached())) {
                boxes.addAll(head.boxes());
                arrows.addAll(head.arrows());
                arrows.add(head.entry());
            }
        }
        return new Part(boxes, arrows, first ? null : pieces.get(0).arrows.get(0));
    }

    /** Up from the foot of a column, between the columns, to the head of the next. */
    private static void turn(Arrow arrow, double gutter) {
        Rectangle2D from = arrow.from.bounds;
        Rectangle2D to = arrow.to.bounds;
        double foot = from.getMaxY() + 20;
        arrow.points = List.of(new Point2D.Double(from.getCenterX(), from.getMaxY()), new Point2D.Double(from.getCenterX(), foot),
                new Point2D.Double(gutter, foot), new Point2D.Double(gutter, 0), new Point2D.Double(to.getCenterX(), 0),
                new Point2D.Double(to.getCenterX(), to.getY()));
        double length = Math.ceil(Look.width(Look.TEXT, arrow.shape));
        arrow.label = new Rectangle2D.Double(to.getCenterX() + LABEL, to.getY() - 12 - Look.LINE, length, Look.LINE);
        arrow.turns = true;
    }

    /** Where the body can be broken: before these pieces, and after the last. */
    private List<Integer> breaks() {
        List<Integer> breaks = new ArrayList<>(List.of(0));
        for (int i = 1; i < pieces.size(); i++) {
            double bottom = pieces.get(i).first.bounds.getMaxY();
            // Not where a head hangs down into the way of the arrow to the next column.
            boolean clear = heads.values().stream().filter(head -> head.attached().bounds.getY() < bottom)
                    .allMatch(head -> bounds(head.boxes(), head.arrows()).getMaxY() < bottom + 10);
            if (clear && pieces.get(i).simple()) {
                breaks.add(i);
            }
        }
        breaks.add(pieces.size());
        return breaks;
    }

    /** So many parts, broken so that the highest is as low as can be. */
    private List<List<Piece>> parts(List<Integer> breaks, int many) {
        int ends = breaks.size();
        double[] lowest = new double[ends];
        int[][] from = new int[many][ends];
        for (int end = 1; end < ends; end++) {
            lowest[end] = height(0, breaks.get(end));
        }
        for (int column = 1; column < many; column++) {
            double[] better = new double[ends];
            Arrays.fill(better, Double.POSITIVE_INFINITY);
            for (int end = column + 1; end < ends; end++) {
                for (int start = column; start < end; start++) {
                    double highest = Math.max(lowest[start], height(breaks.get(start), breaks.get(end)));
                    if (highest < better[end]) {
                        better[end] = highest;
                        from[column][end] = start;
                    }
                }
            }
            lowest = better;
        }
        List<List<Piece>> parts = new ArrayList<>();
        int end = ends - 1;
        for (int column = many - 1; column >= 0; column--) {
            int start = from[column][end];
            parts.add(0, pieces.subList(breaks.get(start), breaks.get(end)));
            end = start;
        }
        return parts;
    }

    /** How high a part is that begins with one piece and ends before another; the arrow of a later part's first piece does not count. */
    private double height(int start, int end) {
        double top = start == 0 ? pieces.get(0).first.bounds.getY() : pieces.get(start).last.bounds.getY();
        return pieces.get(end - 1).last.bounds.getMaxY() - top;
    }

    // ---- stages ----

    /** A stage of which several boxes are shown: from where to where it reaches. */
    record Bracket(String stage, double x, double top, double bottom) {}

    private double room(Part part) {
        return ranges(part).isEmpty() ? 0 : BRACKET;
    }

    private void bracket(Part part) {
        double x = bounds(part).getX() - BRACKET / 2;
        ranges(part).forEach((stage, range) -> brackets.add(new Bracket(stage, x, range.getY(), range.getMaxY())));
    }

    /** The opened stages of a part and the heights that they take, where no other stage lies at the same height. */
    private static Map<String, Rectangle2D> ranges(Part part) {
        Map<String, List<Box>> stages = new LinkedHashMap<>();
        for (Box box : part.boxes()) {
            boolean inside = !box.auxiliary && !box.nodes.isEmpty() && !box.nodes.get(0).path().isEmpty();
            if (inside && !box.name.equals(box.nodes.get(0).path().get(0))) {
                stages.computeIfAbsent(box.nodes.get(0).path().get(0), stage -> new ArrayList<>()).add(box);
            }
        }
        stages.values().removeIf(boxes -> boxes.size() < 2);
        Map<String, Rectangle2D> ranges = new LinkedHashMap<>();
        stages.forEach((stage, boxes) -> {
            Rectangle2D range = bounds(boxes, List.of());
            Rectangle2D level = new Rectangle2D.Double(-1e6, range.getY(), 2e6, range.getHeight());
            if (part.boxes().stream().noneMatch(box -> !box.auxiliary && !boxes.contains(box) && box.bounds.intersects(level))) {
                ranges.put(stage, range);
            }
        });
        return ranges;
    }

    // ---- labels ----

    /** A label through which another arrow runs is moved along its own arrow, to the next place that is free. */
    private void mend(Arrow arrow) {
        if (isFree(arrow.label, arrow)) {
            return;
        }
        Rectangle2D label = arrow.label;
        Rectangle2D nearest = null;
        for (int i = 1; i < arrow.points.size(); i++) {
            Point2D from = arrow.points.get(i - 1);
            Point2D to = arrow.points.get(i);
            double top = Math.min(from.getY(), to.getY()) + 4;
            double bottom = Math.max(from.getY(), to.getY()) - 10 - label.getHeight();
            for (double y = top; y <= bottom; y += 4) {
                for (double x : new double[] {from.getX() - LABEL - label.getWidth(), from.getX() + LABEL}) {
                    Rectangle2D place = new Rectangle2D.Double(x, y, label.getWidth(), label.getHeight());
                    if ((nearest == null || distance(place, label) < distance(nearest, label)) && isFree(place, arrow)) {
                        nearest = place;
                    }
                }
            }
        }
        arrow.label = nearest == null ? label : nearest;
    }

    private static double distance(Rectangle2D a, Rectangle2D b) {
        return Point2D.distance(a.getX(), a.getY(), b.getX(), b.getY());
    }

    private boolean isFree(Rectangle2D label, Arrow own) {
        if (diagram.boxes.stream().anyMatch(box -> box.bounds.intersects(label))) {
            return false;
        }
        for (Arrow arrow : diagram.arrows) {
            if (arrow != own && arrow.label.intersects(label)) {
                return false;
            }
            for (int i = 1; i < arrow.points.size(); i++) {
                if (new Line2D.Double(arrow.points.get(i - 1), arrow.points.get(i)).intersects(label)) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---- moving ----

    private static void move(Collection<Box> boxes, Collection<Arrow> arrows, double across, double down) {
        for (Box box : boxes) {
            box.bounds = moved(box.bounds, across, down);
        }
        for (Arrow arrow : arrows) {
            arrow.points = arrow.points.stream().<Point2D>map(point -> new Point2D.Double(point.getX() + across, point.getY() + down))
                    .toList();
            arrow.label = moved(arrow.label, across, down);
        }
    }

    private static Rectangle2D moved(Rectangle2D box, double across, double down) {
        return new Rectangle2D.Double(box.getX() + across, box.getY() + down, box.getWidth(), box.getHeight());
    }

    private static void shift(Arrow arrow, int place, double across, double down) {
        List<Point2D> points = new ArrayList<>(arrow.points);
        Point2D point = points.get(place);
        points.set(place, new Point2D.Double(point.getX() + across, point.getY() + down));
        arrow.points = points;
    }

    private static Rectangle2D bounds(Collection<Box> boxes, Collection<Arrow> arrows) {
        Rectangle2D all = null;
        for (Box box : boxes) {
            all = all == null ? (Rectangle2D) box.bounds.clone() : all.createUnion(box.bounds);
        }
        for (Arrow arrow : arrows) {
            if (!arrow.points.isEmpty()) {
                all = all == null ? (Rectangle2D) arrow.label.clone() : all.createUnion(arrow.label);
                for (Point2D point : arrow.points) {
                    all.add(point);
                }
            }
        }
        return all;
    }
}
