package casebook.charts;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The axis of a network's depth: a place for each layer, and below the stages that they belong to. Where there are too many
 * stages to be named, the layers are numbered.
 */
final class StageAxis {

    private static final Color BAND = new Color(0xF4F4F4);
    private static final int SLANTED = 23;
    private static final double WIDEST = 150;
    private static final double SLANT = Math.sqrt(0.5);

    /** Layers that follow each other in one stage: the first, and the one after the last. */
    private record Band(String name, int from, int to) {}

    private enum Way { LEVEL, SLANTED, NUMBERED }

    final double left;
    final double width;
    final double height;
    private final int layers;
    private final List<Band> bands = new ArrayList<>();
    private final double[] names;
    private final Way way;

    /**
     * @param stages the stage of each layer
     * @param left where the axis begins, at least
     * @param right where it ends
     */
    StageAxis(List<String> stages, double left, double right) {
        layers = stages.size();
        int from = 0;
        for (int i = 1; i <= layers; i++) {
            if (i == layers || !stages.get(i).equals(stages.get(from))) {
                bands.add(new Band(Look.shorten(Look.TEXT, stages.get(from), WIDEST), from, i));
                from = i;
            }
        }
        double[] sizes = bands.stream().mapToDouble(band -> Look.width(Look.TEXT, band.name()) + 14).toArray();
        double total = Arrays.stream(sizes).sum();
        double widest = Arrays.stream(sizes).max().orElse(0);
        double start = Math.ceil(left);
        double[] level = Axes.apart(middles(start, right - start), sizes, start - 10, right + 10);
        boolean near = true;
        for (int i = 0; i < level.length; i++) {
            // A name must stand below its own band.
            near &= Math.abs(level[i] - middles(start, right - start)[i]) < Math.max(10, sizes[i] / 3);
        }
        if (total <= right - start + 20 && near) {
            way = Way.LEVEL;
            height = 28;
            names = level;
        } else if (bands.size() * SLANTED <= right - start) {
            way = Way.SLANTED;
            height = 12 + widest * SLANT;
            start = Math.max(start, Math.ceil(Sheet.MARGIN + sizes[0] * SLANT - SLANTED / 2.0));
            names = Axes.apart(middles(start, right - start), SLANTED, start - 4, right + 10);
        } else {
            way = Way.NUMBERED;
            height = 28;
            names = new double[0];
        }
        this.left = start;
        this.width = Math.floor(right - start);
    }

    private double[] middles(double start, double width) {
        return bands.stream().mapToDouble(band -> start + width * (band.from() + band.to()) / 2 / layers).toArray();
    }

    /** The middle of a layer's place; layers count from 0. */
    double x(int layer) {
        return left + width * (layer + 0.5) / layers;
    }

    /** Where a layer's place ends: what is reached after so many layers stands here. */
    double after(int many) {
        return left + width * many / layers;
    }

    /** Each second stage has a ground of its own, so that the eye finds its layers. */
    void paintBands(Graphics2D g, Rectangle2D plot) {
        if (way != Way.NUMBERED) {
            g.setColor(BAND);
            for (int i = 1; i < bands.size(); i += 2) {
                double from = after(bands.get(i).from());
                g.fill(new Rectangle2D.Double(from, plot.getY(), after(bands.get(i).to()) - from, plot.getHeight()));
            }
        }
    }

    /** The names below the last plot, and below them what they are. */
    void paint(Graphics2D g, double top) {
        g.setStroke(Look.line(1));
        if (way == Way.NUMBERED) {
            Scale scale = Scale.linear(0, layers, 9);
            for (double tick : scale.ticks()) {
                if (tick <= layers) {
                    double at = after((int) tick);
                    g.setColor(Look.GREY);
                    g.draw(new Line2D.Double(at, top, at, top + 5));
                    Look.text(g, Look.TEXT, Look.GREY, Look.digits(tick), at, top + 17, 0.5);
                }
            }
        }
        double[] middles = middles(left, width);
        for (int i = 0; i < names.length; i++) {
            double below = way == Way.LEVEL ? 6 : 12;
            g.setColor(Look.GREY);
            g.draw(new Line2D.Double(middles[i], top, names[i], top + below));
            if (way == Way.LEVEL) {
                Look.text(g, Look.TEXT, Look.INK, bands.get(i).name(), names[i], top + 17, 0.5);
            } else {
                AffineTransform before = g.getTransform();
                g.translate(names[i] + 4, top + below + 6);
                g.rotate(-Math.PI / 4);
                Look.text(g, Look.TEXT, Look.INK, bands.get(i).name(), 0, 0, 1);
                g.setTransform(before);
            }
        }
        String what = way == Way.NUMBERED ? "layers with weights, numbered from the input to the output"
                : "layers with weights, from the input to the output, by stage";
        Look.text(g, Look.TEXT, Look.GREY, what, left + width / 2, top + height + 12, 0.5);
    }
}
