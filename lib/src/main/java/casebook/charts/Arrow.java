package casebook.charts;

import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** An edge of a drawing: a volume that flows from one box to another. */
final class Arrow {

    final Box from;
    final Box to;
    final String shape;
    List<Point2D> points = List.of();
    Rectangle2D label = new Rectangle2D.Double();
    /** True if it leads up to the next column. */
    boolean turns;

    Arrow(Box from, Box to, String shape) {
        this.from = from;
        this.to = to;
        this.shape = shape;
    }

    boolean auxiliary() {
        return to.auxiliary;
    }

    /** Its line, with rounded corners. */
    Path2D path() {
        Path2D path = new Path2D.Double();
        path.moveTo(points.get(0).getX(), points.get(0).getY());
        for (int i = 1; i < points.size() - 1; i++) {
            Point2D corner = points.get(i);
            Point2D before = towards(corner, points.get(i - 1));
            Point2D after = towards(corner, points.get(i + 1));
            path.lineTo(before.getX(), before.getY());
            path.quadTo(corner.getX(), corner.getY(), after.getX(), after.getY());
        }
        Point2D tip = points.get(points.size() - 1);
        path.lineTo(tip.getX() - 6 * direction().getX(), tip.getY() - 6 * direction().getY());
        return path;
    }

    /** The triangle at its end. */
    Path2D head() {
        Point2D tip = points.get(points.size() - 1);
        Point2D way = direction();
        Path2D head = new Path2D.Double();
        head.moveTo(tip.getX(), tip.getY());
        head.lineTo(tip.getX() - 9 * way.getX() - 5 * way.getY(), tip.getY() - 9 * way.getY() + 5 * way.getX());
        head.lineTo(tip.getX() - 9 * way.getX() + 5 * way.getY(), tip.getY() - 9 * way.getY() - 5 * way.getX());
        head.closePath();
        return head;
    }

    /** Which way it comes in; arrows run level or upright. */
    private Point2D direction() {
        Point2D tip = points.get(points.size() - 1);
        Point2D before = points.get(points.size() - 2);
        double across = tip.getX() - before.getX();
        double down = tip.getY() - before.getY();
        return Math.abs(across) > Math.abs(down) ? new Point2D.Double(Math.signum(across), 0) : new Point2D.Double(0, Math.signum(down));
    }

    private static Point2D towards(Point2D corner, Point2D other) {
        double distance = corner.distance(other);
        double share = distance == 0 ? 0 : Math.min(8, distance / 2) / distance;
        return new Point2D.Double(corner.getX() + share * (other.getX() - corner.getX()),
                corner.getY() + share * (other.getY() - corner.getY()));
    }
}
