package casebook.notebook;

import casebook.charts.Picture;
import casebook.cost.CostSheet;
import casebook.data.Photo;
import casebook.network.Network;
import casebook.training.History;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/** What the things of the course look like in a notebook. */
final class Outputs {

    /** Letters of base64 above which a PNG is saved at half its size: a notebook with all its charts has to stay below a megabyte. */
    private static final int LARGE = 80_000;

    /** The scale of a PNG that is seen only where its SVG is not. */
    private static final double BESIDE_SVG = 1.25;

    /** Characters of SVG that a notebook keeps; beyond that it keeps the PNG alone. */
    private static final int LARGEST_SVG = 40_000;

    /** SVG that is no longer than this is kept even where the PNG is smaller. */
    private static final int SHORT_SVG = 20_000;

    /** A photo is shown about this wide, and a small one larger than it is. */
    private static final int PHOTO = 480;

    /** A small photo is not shown larger than this: one of a single column would become as high as it pleases. */
    private static final int HIGHEST_PHOTO = 4 * PHOTO;

    private Outputs() {}

    /** The outputs that show this value, one below the other. */
    static List<Bundle> of(Object value) {
        if (value instanceof Picture picture) {
            return List.of(picture(picture), numbers(picture));
        }
        if (value instanceof Table table) {
            return List.of(grid(Tables.grid(table)));
        }
        if (value instanceof CostSheet sheet) {
            return List.of(grid(Grids.byLayer(sheet)));
        }
        if (value instanceof History history) {
            return List.of(grid(Tables.grid(history.table())));
        }
        if (value instanceof Network network) {
            return List.of(grid(Grids.of(network)));
        }
        if (value instanceof Grid grid) {
            return List.of(grid(grid));
        }
        if (value instanceof Feedback feedback) {
            return List.of(feedback.bundle());
        }
        if (value instanceof Photo photo) {
            return List.of(photo(photo));
        }
        if (value instanceof BufferedImage image) {
            return List.of(image(image));
        }
        if (value instanceof Explorer explorer) {
            return List.of(explorer.bundle());
        }
        return List.of(Bundle.text(String.valueOf(value)));
    }

    /** The first of these outputs, for a moment: of a chart only what is quickly drawn. */
    static Bundle sketch(Object value) {
        return value instanceof Picture picture
                ? new Bundle(Map.of(Bundle.SVG, picture.svg(), Bundle.TEXT, words(picture)), Map.of()) : of(value).get(0);
    }

    private static Bundle grid(Grid grid) {
        return Bundle.html(grid.html(Grid.MOST_ROWS), grid.text(Grid.MOST_ROWS));
    }

    /**
     * A chart as SVG, sharp at every size, and as PNG, for a notebook that is not trusted yet and for what draws no SVG. Not
     * as HTML: a code host cleans HTML by rules of its own, and there the chart might be lost.
     */
    private static Bundle picture(Picture picture) {
        Map<String, String> data = new LinkedHashMap<>();
        String svg = withoutStyles(picture.svg());
        // A gallery as SVG draws every pixel by itself: it would be larger than its PNG and no sharper.
        boolean sharp = svg.length() <= SHORT_SVG || svg.length() <= LARGEST_SVG && svg.length() <= Png.base64(picture.image(2)).length();
        if (sharp) {
            data.put(Bundle.SVG, svg);
        }
        String png = Png.base64(picture.image(sharp ? BESIDE_SVG : 2));
        if (png.length() > LARGE) {
            png = Png.base64(picture.image(1));
        }
        data.put(Bundle.PNG, png);
        data.put(Bundle.TEXT, words(picture));
        Map<String, Object> size = new TreeMap<>(Map.of("width", picture.width(), "height", picture.height(), "alt", picture.alt()));
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (data.containsKey(Bundle.SVG)) {
            metadata.put(Bundle.SVG, Map.of("alt", picture.alt()));
        }
        metadata.put(Bundle.PNG, size);
        return new Bundle(data, metadata);
    }

    private static String words(Picture picture) {
        return picture.alt().startsWith(picture.title()) ? picture.alt() : picture.title() + "\n" + picture.alt();
    }

    /** {@code style="fill:red;"} as {@code fill="red"}: code hosts remove styles, and the picture would be all black. */
    static String withoutStyles(String svg) {
        return Pattern.compile(" style=\"([^\"&]*)\"").matcher(svg).replaceAll(style -> Matcher.quoteReplacement(
                Stream.of(style.group(1).split(";")).filter(rule -> rule.contains(":"))
                        .map(rule -> " " + rule.substring(0, rule.indexOf(':')).strip() + "=\"" + rule.substring(rule.indexOf(':') + 1).strip() + "\"")
                        .collect(Collectors.joining())));
    }

    /** The chart in words and its numbers, folded: JupyterLab gives images no alternative text, so it stands beside them. */
    private static Bundle numbers(Picture picture) {
        Grid grid = Tables.grid(picture.data());
        return Bundle.html("<details><summary>In words and numbers</summary><p>" + Grid.escape(picture.alt()) + "</p>"
                + grid.html(Grid.MOST_ROWS) + "</details>", words(picture) + "\n\n" + grid.text(Grid.MOST_ROWS));
    }

    /** A small photo is enlarged by a whole factor here, because what shows the page later would smooth its pixels. */
    private static Bundle photo(Photo photo) {
        int times = Math.max(1, Math.min(PHOTO / photo.width(), HIGHEST_PHOTO / photo.height()));
        int width = times * photo.width();
        int height = times * photo.height();
        BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pixels = large.createGraphics();
        pixels.drawImage(photo.image(), 0, 0, width, height, null);
        pixels.dispose();
        String words = "Photo: " + photo;
        Map<String, Object> size = new TreeMap<>(Map.of("width", width, "height", height, "alt", words));
        return new Bundle(Map.of(Bundle.PNG, Png.base64(large), Bundle.TEXT, words), Map.of(Bundle.PNG, size));
    }

    private static Bundle image(BufferedImage image) {
        return new Bundle(Map.of(Bundle.PNG, Png.base64(image), Bundle.TEXT, "image of " + image.getWidth() + "×" + image.getHeight() + " pixels"),
                Map.of());
    }
}
