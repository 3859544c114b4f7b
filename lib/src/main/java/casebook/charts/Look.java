package casebook.charts;

import casebook.layers.Layer.Category;
import casebook.text.Printable;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How all pictures of the course look: white ground, no frame, one size for text and one for titles, and the colours of
 * Okabe and Ito (2008, "Color universal design"), which readers with any kind of colour vision can tell apart. Where a
 * colour has a meaning, a shape, a dash or a hatching says the same.
 */
public final class Look {

    /** The ground. */
    public static final Color GROUND = Color.WHITE;
    /** Text and outlines. */
    public static final Color INK = new Color(0x1A1A1A);
    /** Text of second rank. */
    public static final Color GREY = new Color(0x555555);
    /** Grid lines. */
    public static final Color GRID = new Color(0xDDDDDD);

    /** Okabe and Ito's orange. */
    public static final Color ORANGE = new Color(0xE69F00);
    /** Okabe and Ito's sky blue. */
    public static final Color SKY = new Color(0x56B4E9);
    /** Okabe and Ito's bluish green. */
    public static final Color GREEN = new Color(0x009E73);
    /** Okabe and Ito's yellow. */
    public static final Color YELLOW = new Color(0xF0E442);
    /** Okabe and Ito's blue. */
    public static final Color BLUE = new Color(0x0072B2);
    /** Okabe and Ito's vermillion. */
    public static final Color VERMILLION = new Color(0xD55E00);
    /** Okabe and Ito's reddish purple. */
    public static final Color PURPLE = new Color(0xCC79A7);

    /** The colours of curves, in the order in which they are handed out; yellow is left out, it is faint on white. */
    static final List<Color> CURVES = List.of(BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, Color.BLACK);

    /** The font families of an SVG, which is shown on machines that have other fonts. */
    static final String FAMILIES = "DejaVu Sans,Verdana,Arial,sans-serif";

    static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 15);
    static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 19);
    static final int LINE = 20;
    static final int TITLE_LINE = 25;

    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

    private static final Map<String, Color> NETWORKS = new LinkedHashMap<>();

    static {
        NETWORKS.put("lenet", BLUE);
        NETWORKS.put("alexnet", VERMILLION);
        NETWORKS.put("vgg", GREEN);
        NETWORKS.put("network in network", SKY);
        NETWORKS.put("googlenet", ORANGE);
        NETWORKS.put("inception", ORANGE);
        NETWORKS.put("naive inception", ORANGE);
        NETWORKS.put("resnet", PURPLE);
        NETWORKS.put("residual", PURPLE);
        NETWORKS.put("plain", Color.BLACK);
    }

    private Look() {}

    /**
     * The colour of a network, the same in all pictures: it hangs on the name alone, and a family shares it.
     *
     * @param name the network's name
     * @return its colour
     */
    public static Color network(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NETWORKS.entrySet().stream().filter(entry -> begins(lower, entry.getKey())).map(Map.Entry::getValue)
                .findFirst().orElse(CURVES.get(Math.floorMod(lower.hashCode(), CURVES.size())));
    }

    /** True if the course has a colour for this network's family. */
    static boolean known(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NETWORKS.keySet().stream().anyMatch(family -> begins(lower, family));
    }

    /** True if one of the name's words begins like this: {@code CIFAR ResNet-20} is a ResNet. */
    private static boolean begins(String name, String family) {
        return name.startsWith(family) || name.contains(" " + family);
    }

    /**
     * The colour of a family of layers.
     *
     * @param category the family
     * @return its colour
     */
    public static Color category(Category category) {
        return switch (category) {
            case CONVOLUTION -> BLUE;
            case POOLING -> GREEN;
            case FULLY_CONNECTED -> VERMILLION;
            case NORMALIZATION -> PURPLE;
            case ACTIVATION -> YELLOW;
            case MERGE -> SKY;
            case OTHER -> new Color(0x888888);
        };
    }

    /** A family of layers in words. */
    static String words(Category category) {
        return switch (category) {
            case CONVOLUTION -> "convolution";
            case POOLING -> "pooling";
            case FULLY_CONNECTED -> "fully connected";
            case NORMALIZATION -> "normalization";
            case ACTIVATION -> "activation";
            case MERGE -> "merge";
            case OTHER -> "other";
        };
    }

    /** The colour mixed with white. */
    static Color tint(Color colour, double strength) {
        return mix(Color.WHITE, colour, strength);
    }

    static Color mix(Color from, Color to, double share) {
        return new Color(mix(from.getRed(), to.getRed(), share), mix(from.getGreen(), to.getGreen(), share),
                mix(from.getBlue(), to.getBlue(), share));
    }

    private static int mix(int from, int to, double share) {
        return (int) Math.round(from + share * (to - from));
    }

    /** Black or white, whichever can be read on this ground (by the luminance of the web's accessibility guidelines). */
    static Color on(Color ground) {
        double luminance = 0.2126 * linear(ground.getRed()) + 0.7152 * linear(ground.getGreen()) + 0.0722 * linear(ground.getBlue());
        return luminance > 0.18 ? INK : GROUND;
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    // ---- strokes and hatchings ----

    private static final float[][] DASHES = {null, {8, 5}, {2, 5}, {12, 5, 2, 5}, {16, 5}};

    static BasicStroke line(float width) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND);
    }

    /** A solid line for 0, then dashed, dotted, both … */
    static BasicStroke dash(float width, int pattern) {
        float[] dash = DASHES[pattern % DASHES.length];
        return dash == null ? line(width) : new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0);
    }

    /** Hatches a bar of this family of layers, so that it can be told without colour; convolutions stay plain. */
    static void hatch(Graphics2D g, Rectangle2D bar, Category category) {
        g.setColor(GROUND);
        g.setStroke(line(1.6f));
        switch (category) {
            case FULLY_CONNECTED -> slant(g, bar, 8);
            case POOLING -> {
                for (double y = bar.getY() + 4; y < bar.getMaxY() - 1; y += 5) {
                    g.draw(new Line2D.Double(bar.getX(), y, bar.getMaxX(), y));
                }
            }
            case NORMALIZATION, ACTIVATION -> {
                for (double x = bar.getX() + 4; x < bar.getMaxX() - 1; x += 5) {
                    g.draw(new Line2D.Double(x, bar.getY(), x, bar.getMaxY()));
                }
            }
            case OTHER, MERGE -> {
                if (bar.getWidth() > 5) {
                    g.fill(new Rectangle2D.Double(bar.getX() + 2, bar.getY() + 2, bar.getWidth() - 4, bar.getHeight() - 4));
                }
            }
            default -> { }
        }
    }

    /** Lines that rise to the right; each is cut off where it leaves the bar. */
    private static void slant(Graphics2D g, Rectangle2D bar, double step) {
        for (double at = step; at < bar.getWidth() + bar.getHeight(); at += step) {
            double left = Math.max(0, at - bar.getHeight());
            double right = Math.min(at, bar.getWidth());
            g.draw(new Line2D.Double(bar.getX() + left, bar.getY() + at - left, bar.getX() + right, bar.getY() + at - right));
        }
    }

    // ---- text ----

    static void smooth(Graphics2D g) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    static double width(Font font, String text) {
        return font.getStringBounds(Printable.line(text), CONTEXT).getWidth();
    }

    /** Writes so that {@code x} is at the text's left (0), middle (0.5) or right (1), and {@code y} at half its height. */
    static void text(Graphics2D g, Font font, Color colour, String text, double x, double y, double align) {
        g.setFont(font);
        g.setColor(colour);
        g.drawString(Printable.line(text), (float) (x - align * width(font, text)), (float) (y + 0.36 * font.getSize()));
    }

    /** Lines of at most this width; a number stays with its per cent sign. */
    static List<String> wrap(Font font, String text, double width) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split(" (?!%)")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && width(font, longer) > width) {
                lines.add(line);
                longer = word;
            }
            line = longer;
        }
        lines.add(line);
        return lines;
    }

    /** The text, with its middle left out if it is wider than this. */
    static String shorten(Font font, String text, double width) {
        String shorter = text;
        for (int keep = text.length() - 2; keep > 2 && width(font, shorter) > width; keep--) {
            shorter = text.substring(0, keep - keep / 2) + "…" + text.substring(text.length() - keep / 2);
        }
        return shorter;
    }

    // ---- numbers ----

    /**
     * With thousands separators: {@code 62,378,344}.
     *
     * @param number a whole number
     * @return the number as text
     */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /**
     * Three digits and a prefix: {@code 62.4 M}, {@code 1.14 G}, {@code 850}.
     *
     * @param number any number
     * @return the number with its prefix
     */
    public static String si(double number) {
        String[] prefixes = {"", " k", " M", " G", " T"};
        double value = number;
        int prefix = 0;
        while (Math.abs(value) >= 999.5 && prefix < prefixes.length - 1) {
            value /= 1000;
            prefix++;
        }
        return digits(value) + prefixes[prefix];
    }

    /** Three digits, without zeros at the end of a fraction. */
    static String digits(double value) {
        if (value == 0) {
            return "0";
        }
        int before = (int) Math.floor(Math.log10(Math.abs(value))) + 1;
        String text = String.format(Locale.ROOT, "%,." + Math.max(0, Math.min(12, 3 - before)) + "f", value);
        return (text.contains(".") ? text.replaceAll("\\.?0+$", "") : text).replace('-', '−');
    }

    /**
     * {@code 78 %}; with a decimal where rounding would say nothing or everything.
     *
     * @param share a share of the whole, 1 for all of it
     * @return the share in per cent
     */
    public static String percent(double share) {
        double percent = 100 * share;
        if (percent > 0 && percent < 0.1) {
            return "under 0.1 %";
        }
        if (percent > 99.9 && percent < 100) {
            return "over 99.9 %";
        }
        boolean decimal = percent > 0 && percent < 0.95 || percent > 99.05 && percent < 100;
        return String.format(Locale.ROOT, decimal ? "%.1f %%" : "%.0f %%", percent);
    }

    /** {@code AlexNet's}, {@code GoogLeNet with heads'}. */
    static String possessive(String name) {
        return name + (name.endsWith("s") ? "'" : "'s");
    }

    /** {@code a}, {@code a and b}, {@code a, b and c}. */
    static String list(List<String> words) {
        int last = words.size() - 1;
        return last < 1 ? String.join("", words) : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
    }

    /** With a capital letter, unless it is a name such as {@code conv1}. */
    static String capital(String words) {
        return words.indexOf(' ') < 0 || !words.matches("[a-z]+ .*") ? words
                : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** {@code 1 layer}, {@code 2 layers}. */
    static String plural(long count, String one) {
        return count(count) + " " + one + (count == 1 ? "" : "s");
    }
}
