package casebook.charts;

import casebook.compute.Stopped;
import casebook.cost.Csv;
import casebook.model.WholeFile;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.io.csv.CsvWriteOptions;

/**
 * Something to look at: a chart or a drawing. It states in a sentence what it shows, says the same in words for those who
 * can't see it, and hands out the numbers that it is made of.
 */
public interface Picture {

    /** {@return the sentence that it shows: {@code fc6 and fc7 hold 89 % of AlexNet's parameters}} */
    String title();

    /** {@return what there is to see, in words: the text alternative of the image} */
    String alt();

    /** {@return the numbers behind it} */
    Table data();

    /** {@return width in pixels at its ordinary size} */
    int width();

    /** {@return height in pixels at its ordinary size} */
    int height();

    /**
     * Paints it, its ground included, with its upper left corner at (0, 0).
     *
     * @param g where to paint
     */
    void paint(Graphics2D g);

    /** {@return it as an image, twice its ordinary size, which is sharp on most screens} */
    default BufferedImage image() {
        return image(2);
    }

    /**
     * It as an image. A very large picture comes out smaller than asked for, with 100 million pixels at most.
     *
     * @param scale 1 for its ordinary size
     * @return the image
     * @throws IllegalArgumentException if the scale is zero or negative
     * @throws Stopped if this thread is to stop
     */
    default BufferedImage image(double scale) {
        Stopped.check();
        if (!(scale > 0)) {
            throw new IllegalArgumentException("the scale must be more than 0, it is " + scale);
        }
        double fitting = Math.min(scale, Math.sqrt(1e8 / ((double) width() * height())));
        BufferedImage image = new BufferedImage((int) Math.ceil(fitting * width()), (int) Math.ceil(fitting * height()),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Look.GROUND);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.scale(fitting, fitting);
            Look.smooth(g);
            paint(g);
        } finally {
            g.dispose();
        }
        return image;
    }

    /** {@return it as a PNG file, twice its ordinary size} */
    default byte[] png() {
        return png(2);
    }

    /**
     * It as a PNG file.
     *
     * @param scale 1 for its ordinary size
     * @return the file's bytes
     */
    default byte[] png(double scale) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image(scale), "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * It as SVG: text stays text, title and text alternative are in it.
     *
     * @return a whole SVG element
     * @throws Stopped if this thread is to stop
     */
    default String svg() {
        Stopped.check();
        return Svg.of(this);
    }

    /** {@return the numbers behind it as CSV, with a head line; texts that a spreadsheet would compute have an apostrophe in front} */
    default String csv() {
        Table table = Table.create();
        for (Column<?> column : data().columns()) {
            Column<?> safe = !(column instanceof StringColumn texts) ? column.copy()
                    : StringColumn.create(column.name(), texts.asList().stream().map(Csv::text).toList());
            table.addColumns(safe.setName(Csv.text(column.name())));
        }
        StringWriter csv = new StringWriter();
        table.write().usingOptions(CsvWriteOptions.builder(csv).build());
        return csv.toString();
    }

    private byte[] bytes(String name) {
        if (name.endsWith(".png")) {
            return png();
        } else if (name.endsWith(".svg")) {
            return svg().getBytes(StandardCharsets.UTF_8);
        } else if (name.endsWith(".csv")) {
            return csv().getBytes(StandardCharsets.UTF_8);
        }
        throw new IllegalArgumentException("a picture is saved as .png, .svg or .csv, not as " + name);
    }

    /**
     * Saves it as PNG, SVG or CSV, by the ending of the file's name, whole or not at all. Folders that are missing are made.
     *
     * @param file where to
     * @return the file
     * @throws IllegalArgumentException if the name ends in anything else
     * @throws UncheckedIOException if it can't be written, with the file's name and the system's reason
     */
    default Path save(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        byte[] bytes = bytes(name);
        try {
            WholeFile.put(file, out -> out.write(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return file;
    }

    /**
     * Saves it as PNG, SVG or CSV, by the ending of the file's name.
     *
     * @param file where to
     * @return the file
     */
    default Path save(String file) {
        return save(Path.of(file));
    }
}
