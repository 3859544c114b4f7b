package casebook.charts;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.intermediate.commands.Command;
import de.erichseifert.vectorgraphics2d.intermediate.commands.DrawShapeCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.FillShapeCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.SetColorCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.SetStrokeCommand;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;
import org.knowm.xchart.internal.chartpart.AxesChart;
import org.knowm.xchart.style.AxesChartStyler;

/**
 * Paints the marks of an XChart chart (bars, lines, points, cells) and nothing else, into a rectangle. XChart writes text
 * as outlines and strokes a line piece by piece, which breaks its dashes; so its marks are recorded and the pieces joined,
 * and the pictures write all text themselves.
 */
final class Marks {

    private static final Color NOTHING = new Color(0, true);

    private Marks() {}

    /** Takes everything but the marks off, so that the axes' ranges fill the rectangle exactly. */
    static void bare(AxesChartStyler styler) {
        styler.setPlotMargin(0).setAxisTicksVisible(false).setAxisTitlesVisible(false).setPlotGridLinesVisible(false);
        styler.setPlotTicksMarksVisible(false);
        styler.setLegendVisible(false).setChartTitleVisible(false).setChartPadding(0).setPlotBorderVisible(false);
        styler.setLocale(Locale.ROOT);
        styler.setPlotContentSize(1).setChartBackgroundColor(NOTHING).setPlotBackgroundColor(NOTHING);
    }

    /** Gives the chart the ranges of these axes. */
    static void range(AxesChartStyler styler, Axes axes) {
        styler.setXAxisMin(axes.x().min()).setXAxisMax(axes.x().max()).setXAxisLogarithmic(axes.x().logarithmic());
        styler.setYAxisMin(axes.y().min()).setYAxisMax(axes.y().max()).setYAxisLogarithmic(axes.y().logarithmic());
    }

    static void paint(AxesChart<?, ?> chart, Graphics2D g, Rectangle2D where) {
        VectorGraphics2D recorder = new VectorGraphics2D();
        chart.paint(recorder, (int) where.getWidth(), (int) where.getHeight());
        g.translate(where.getX(), where.getY());
        Color colour = NOTHING;
        Stroke stroke = Look.line(1);
        Path2D joined = null;
        Color joinedColour = NOTHING;
        Stroke joinedStroke = stroke;
        for (Command<?> command : recorder.getCommands()) {
            Object value = command.getValue();
            if (command instanceof SetColorCommand) {
                colour = (Color) value;
            } else if (command instanceof SetStrokeCommand) {
                stroke = (Stroke) value;
            } else if (command instanceof FillShapeCommand && colour.getAlpha() > 0) {
                g.setColor(colour);
                g.fill((Shape) value);
            } else if (command instanceof DrawShapeCommand && value instanceof Line2D line) {
                if (joined == null || !colour.equals(joinedColour) || !stroke.equals(joinedStroke)
                        || !joined.getCurrentPoint().equals(line.getP1())) {
                    stroke(g, joined, joinedColour, joinedStroke);
                    joined = new Path2D.Double();
                    joined.moveTo(line.getX1(), line.getY1());
                    joinedColour = colour;
                    joinedStroke = stroke;
                }
                Point2D end = line.getP2();
                joined.lineTo(end.getX(), end.getY());
            }
        }
        stroke(g, joined, joinedColour, joinedStroke);
        g.translate(-where.getX(), -where.getY());
    }

    private static void stroke(Graphics2D g, Path2D path, Color colour, Stroke stroke) {
        if (path != null) {
            g.setColor(colour);
            g.setStroke(stroke);
            g.draw(path);
        }
    }
}
