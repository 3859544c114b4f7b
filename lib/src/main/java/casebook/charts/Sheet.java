package casebook.charts;

import java.awt.Graphics2D;
import java.util.List;
import tech.tablesaw.api.Table;

/** What all pictures share: the white ground, the title, a line below it, and the place for the rest. */
abstract class Sheet implements Picture {

    static final int MARGIN = 16;

    /** What is said about a picture. */
    record Words(String title, String note, String alt, Table data) {}

    private final Words words;
    private final int width;
    private final int bodyHeight;
    private final List<String> titleLines;
    private final List<String> noteLines;

    Sheet(Words words, int width, int bodyHeight) {
        this.words = words;
        this.width = width;
        this.bodyHeight = bodyHeight;
        titleLines = Look.wrap(Look.TITLE, words.title(), width - 2 * MARGIN);
        noteLines = words.note().isEmpty() ? List.of() : Look.wrap(Look.TEXT, words.note(), width - 2 * MARGIN);
    }

    /** Paints what is below title and note; y counts from there. */
    abstract void body(Graphics2D g);

    private int top() {
        return MARGIN + titleLines.size() * Look.TITLE_LINE + noteLines.size() * Look.LINE + 12;
    }

    @Override
    public final String title() {
        return words.title();
    }

    @Override
    public final String alt() {
        return words.alt();
    }

    @Override
    public final Table data() {
        return words.data();
    }

    @Override
    public final int width() {
        return width;
    }

    @Override
    public final int height() {
        return top() + bodyHeight + MARGIN;
    }

    @Override
    public final void paint(Graphics2D g) {
        g.setColor(Look.GROUND);
        g.fillRect(0, 0, width(), height());
        double y = MARGIN + Look.TITLE_LINE / 2.0;
        for (String line : titleLines) {
            Look.text(g, Look.TITLE, Look.INK, line, MARGIN, y, 0);
            y += Look.TITLE_LINE;
        }
        for (String line : noteLines) {
            Look.text(g, Look.TEXT, Look.GREY, line, MARGIN, y, 0);
            y += Look.LINE;
        }
        g.translate(0, top());
        body(g);
        g.translate(0, -top());
    }
}
