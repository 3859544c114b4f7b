package casebook.charts;

import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Finds places for names beside their marks, so that no name lies on another or on a mark. Each name has some hundred
 * candidates; the search gives each the best that is free, lets them wander by simulated annealing, moves names until none can
 * be bettered alone, and takes the best of a few such settlements. A name that stands away from its mark is joined to it by a line.
 */
final class Labels {

    /** So far from its mark a name needs no line. */
    private static final double NEAR = 8;
    private static final double[] DISTANCES = {3, 10, 20, 32, 46, 62, 80, 100, 125, 155, 190, 230};
    private static final int DIRECTIONS = 16;
    private static final double CONFLICT = 2_000;
    /** So far from another curve a name is in no doubt. */
    private static final double DOUBT = 50;
    private static final int TRIES = 4;
    private static final int STEPS = 1500;

    /** A round mark on which no name may lie. */
    record Mark(double x, double y, double radius) {}

    /** A piece of a curve; names of other curves keep away from it. The owner is the curve's name, or null for no curve. */
    record Line(Line2D piece, String owner) {}

    /** What gets a name: any of these marks may carry it. */
    record Item(String name, List<Mark> marks) {}

    /**
     * A name in its place.
     *
     * @param name the name
     * @param box where it stands
     * @param leader the line to its mark, or null if it stands beside it
     */
    record Label(String name, Rectangle2D box, Line2D leader) {}

    private record Candidate(Label label, double cost) {}

    private final List<Mark> marks;
    private final List<Line> lines;
    private final Rectangle2D area;

    /**
     * @param marks all marks
     * @param lines curves on which no name may lie
     * @param area where names may stand
     */
    Labels(List<Mark> marks, List<Line> lines, Rectangle2D area) {
        this.marks = marks;
        this.lines = lines;
        this.area = area;
    }

    /** A place for each, or nothing if there is not enough room. */
    Optional<List<Label>> place(List<Item> items) {
        List<List<Candidate>> candidates = new ArrayList<>();
        for (Item item : items) {
            List<Candidate> free = candidates(item);
            if (free.isEmpty()) {
                return Optional.empty();
            }
            candidates.add(free);
        }
        // Those with the least choice first; then in other orders, as the first may lead to a dead end.
        List<Integer> order = new ArrayList<>(IntStream.range(0, items.size()).boxed().toList());
        order.sort(Comparator.comparing(i -> candidates.get(i).size()));
        Random random = new Random(1);
        Candidate[] best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Candidate[] chosen = new Candidate[candidates.size()];
            settle(chosen, candidates, order);
            wander(chosen, candidates, random);
            settle(chosen, candidates, order);
            double cost = 0;
            boolean free = true;
            for (int i = 0; i < chosen.length; i++) {
                double conflicts = conflicts(chosen[i].label(), chosen, i);
                free &= conflicts < CONFLICT;
                cost += chosen[i].cost() + conflicts / 2;
            }
            if (free && cost < least) {
                least = cost;
                best = chosen;
            }
            Collections.shuffle(order, random);
        }
        return best == null ? Optional.empty() : Optional.of(Arrays.stream(best).map(Candidate::label).toList());
    }

    /** The best place for each in this order, and again until none can be bettered alone. */
    private static void settle(Candidate[] chosen, List<List<Candidate>> candidates, List<Integer> order) {
        for (int round = 0; round < 30; round++) {
            boolean moved = false;
            for (int i : order) {
                Candidate better = best(candidates.get(i), chosen, i);
                moved |= better != chosen[i];
                chosen[i] = better;
            }
            if (!moved) {
                return;
            }
        }
    }

    /** Names move at random, at first to worse places as well, then more and more rarely (simulated annealing). */
    private static void wander(Candidate[] chosen, List<List<Candidate>> candidates, Random random) {
        int steps = STEPS * chosen.length;
        for (int step = 0; step < steps; step++) {
            double temperature = 600 * Math.pow(0.005, (double) step / steps);
            int i = random.nextInt(chosen.length);
            List<Candidate> choice = candidates.get(i);
            double bias = random.nextDouble();
            Candidate other = choice.get((int) (bias * bias * choice.size()));
            double worse = other.cost() + conflicts(other.label(), chosen, i) - chosen[i].cost() - conflicts(chosen[i].label(), chosen, i);
            if (worse <= 0 || random.nextDouble() < Math.exp(-worse / temperature)) {
                chosen[i] = other;
            }
        }
    }

    private static Candidate best(List<Candidate> candidates, Candidate[] chosen, int self) {
        Candidate best = null;
        double least = Double.POSITIVE_INFINITY;
        for (Candidate candidate : candidates) {
            if (candidate.cost() < least) {
                double cost = candidate.cost() + conflicts(candidate.label(), chosen, self);
                if (cost < least) {
                    best = candidate;
                    least = cost;
                }
            }
        }
        return best;
    }

    private static double conflicts(Label label, Candidate[] chosen, int self) {
        double cost = 0;
        for (int i = 0; i < chosen.length; i++) {
            if (i != self && chosen[i] != null) {
                Label other = chosen[i].label();
                boolean overlap = label.box().intersects(other.box())
                        || label.leader() != null && label.leader().intersects(other.box())
                        || other.leader() != null && other.leader().intersects(label.box());
                boolean crossing = label.leader() != null && other.leader() != null && label.leader().intersectsLine(other.leader());
                cost += overlap ? CONFLICT : crossing ? 300 : 0;
            }
        }
        return cost;
    }

    // ---- candidates ----

    private List<Candidate> candidates(Item item) {
        double width = Math.ceil(Look.width(Look.TEXT, item.name())) + 2;
        List<Candidate> free = new ArrayList<>();
        for (Mark mark : item.marks()) {
            for (double distance : DISTANCES) {
                for (int direction = 0; direction < DIRECTIONS; direction++) {
                    double angle = 2 * Math.PI * direction / DIRECTIONS;
                    Rectangle2D box = beside(mark, distance, angle, width);
                    if (area.contains(box) && isFree(box)) {
                        Line2D leader = distance > NEAR ? leader(box, mark) : null;
                        free.add(new Candidate(new Label(item.name(), box, leader), cost(item.name(), box, leader, mark, distance, angle)));
                    }
                }
            }
        }
        free.sort(Comparator.comparingDouble(Candidate::cost));
        return free;
    }

    /** The box that this direction leads to and that is so far from the mark. */
    private static Rectangle2D beside(Mark mark, double distance, double angle, double width) {
        double across = Math.cos(angle);
        double down = Math.sin(angle);
        double x = mark.x() + (mark.radius() + distance) * across;
        double y = mark.y() + (mark.radius() + distance) * down;
        // The corner or side that looks towards the mark is what lies at this point.
        double left = x - width * (1 - across) / 2;
        double top = y - Look.LINE * (1 - down) / 2;
        return new Rectangle2D.Double(left, top, width, Look.LINE);
    }

    private static Line2D leader(Rectangle2D box, Mark mark) {
        double x = Math.max(box.getX(), Math.min(box.getMaxX(), mark.x()));
        double y = Math.max(box.getY() + 4, Math.min(box.getMaxY() - 4, mark.y()));
        double length = Math.max(1e-9, Point2D.distance(x, y, mark.x(), mark.y()));
        double share = mark.radius() / length;
        return new Line2D.Double(x, y, mark.x() + share * (x - mark.x()), mark.y() + share * (y - mark.y()));
    }

    private boolean isFree(Rectangle2D box) {
        return marks.stream().noneMatch(mark -> on(mark, box)) && lines.stream().noneMatch(line -> line.piece().intersects(box));
    }

    private static boolean on(Mark mark, Rectangle2D box) {
        double x = Math.max(box.getX(), Math.min(box.getMaxX(), mark.x()));
        double y = Math.max(box.getY(), Math.min(box.getMaxY(), mark.y()));
        return Point2D.distance(x, y, mark.x(), mark.y()) < mark.radius();
    }

    /** Near is best, at the right better than at the left, level better than above or below. */
    private double cost(String name, Rectangle2D box, Line2D leader, Mark mark, double distance, double angle) {
        double cost = 2 * distance + 4 * (1 - Math.cos(angle)) + 6 * Math.abs(Math.sin(angle));
        if (leader != null) {
            cost += 12;
            for (Mark other : marks) {
                if (!other.equals(mark) && leader.ptSegDist(other.x(), other.y()) < other.radius() + 1) {
                    cost += 60;
                }
            }
            for (Line line : lines) {
                cost += line.piece().intersectsLine(leader) ? 30 : 0;
            }
        }
        return cost + doubt(name, box);
    }

    /** How near it is to another curve, whose name it could be taken for. */
    private double doubt(String name, Rectangle2D box) {
        double nearest = DOUBT;
        for (Line line : lines) {
            if (line.owner() != null && !line.owner().equals(name)) {
                for (double share : new double[] {0, 0.25, 0.5, 0.75, 1}) {
                    double x = box.getX() + share * box.getWidth();
                    nearest = Math.min(nearest, Math.min(line.piece().ptSegDist(x, box.getY()), line.piece().ptSegDist(x, box.getMaxY())));
                }
            }
        }
        return DOUBT - nearest;
    }

    static void paint(Graphics2D g, List<Label> labels) {
        g.setStroke(Look.line(0.9f));
        for (Label label : labels) {
            if (label.leader() != null) {
                g.setColor(Look.GREY);
                g.draw(label.leader());
            }
            Look.text(g, Look.TEXT, Look.INK, label.name(), label.box().getX() + 1, label.box().getCenterY(), 0);
        }
    }
}
