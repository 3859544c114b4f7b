package casebook.charts;

import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Small images in a grid, each with a line below it, and a scale that says what the colours mean. */
final class Gallery extends Sheet {

    private static final int WIDTH = 800;
    private static final int GAP = 14;

    /** What the colours mean: the values at both ends, and the colour of each value. */
    record Key(float least, float most, Tile.Colours colours) {}

    private final List<Tile> tiles;
    private final int columns;
    private final int side;
    private final Key key;

    /** @param key the scale, or null where the images are photographs */
    Gallery(Words words, List<Tile> tiles, Key key) {
        super(words, WIDTH, height(tiles, key));
        this.tiles = tiles;
        this.key = key;
        columns = columns(tiles);
        side = side(columns);
    }

    /** As wide as tall at most ten in a row, at least five so that single images don't fill the page. */
    private static int columns(List<Tile> tiles) {
        double longest = tiles.stream().mapToDouble(tile -> Look.width(Look.TEXT, tile.caption())).max().orElse(0);
        int fitting = longest > 75 ? 6 : tiles.size() > 40 ? 10 : 8;
        return Math.max(5, Math.min(fitting, tiles.size()));
    }

    private static int side(int columns) {
        return (WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns;
    }

    private static int lines(List<Tile> tiles) {
        int side = side(columns(tiles));
        return tiles.stream().mapToInt(tile -> tile.caption().isEmpty() ? 0 : Look.wrap(Look.TEXT, tile.caption(), side).size())
                .max().orElse(0);
    }

    private static int row(List<Tile> tiles) {
        return side(columns(tiles)) + lines(tiles) * Look.LINE + GAP;
    }

    private static int height(List<Tile> tiles, Key key) {
        int columns = columns(tiles);
        return (tiles.size() + columns - 1) / columns * row(tiles) + (key == null ? 0 : 44);
    }

    @Override
    void body(Graphics2D g) {
        double top = 0;
        if (key != null) {
            key(g);
            top = 44;
        }
        for (int i = 0; i < tiles.size(); i++) {
            Tile tile = tiles.get(i);
            double x = MARGIN + i % columns * (side + GAP);
            double y = top + i / columns * row(tiles);
            image(g, tile.image(), x, y);
            double line = y + side + Look.LINE / 2.0 + 2;
            for (String text : Look.wrap(Look.TEXT, tile.caption(), side)) {
                Look.text(g, Look.TEXT, Look.INK, Look.shorten(Look.TEXT, text, side + GAP - 4), x + side / 2.0, line, 0.5);
                line += Look.LINE;
            }
        }
    }

    /** Enlarged by a whole factor first, because what shows the page later would smooth the pixels. */
    private void image(Graphics2D g, BufferedImage image, double x, double y) {
        int longer = Math.max(image.getWidth(), image.getHeight());
        int factor = Math.max(1, (int) Math.ceil(2.0 * side / longer));
        BufferedImage large = new BufferedImage(factor * image.getWidth(), factor * image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D pixels = large.createGraphics();
        pixels.drawImage(image, 0, 0, large.getWidth(), large.getHeight(), null);
        pixels.dispose();
        double scale = (double) side / longer;
        double width = scale * image.getWidth();
        double height = scale * image.getHeight();
        double left = x + (side - width) / 2;
        double above = y + side - height;
        AffineTransform before = g.getTransform();
        g.translate(left, above);
        g.scale(width / large.getWidth(), height / large.getHeight());
        g.drawImage(large, 0, 0, null);
        g.setTransform(before);
        g.setColor(Look.GRID);
        g.setStroke(Look.line(1));
        g.draw(new Rectangle2D.Double(left, above, width, height));
    }

    private void key(Graphics2D g) {
        double x = MARGIN + Look.width(Look.TEXT, Look.digits(key.least())) + 8;
        int width = 240;
        for (int i = 0; i < width; i += 2) {
            g.setColor(key.colours().of(key.least() + (key.most() - key.least()) * (i + 1f) / width));
            g.fill(new Rectangle2D.Double(x + i, 4, 2.2, 16));
        }
        g.setColor(Look.GREY);
        g.setStroke(Look.line(1));
        g.draw(new Rectangle2D.Double(x, 4, width, 16));
        Look.text(g, Look.TEXT, Look.INK, Look.digits(key.least()), x - 8, 12, 1);
        Look.text(g, Look.TEXT, Look.INK, Look.digits(key.most()), x + width + 8, 12, 0);
        if (key.least() < 0 && key.most() > 0) {
            Look.text(g, Look.TEXT, Look.INK, "0", x - width * key.least() / (key.most() - key.least()), 31, 0.5);
        }
    }
}
