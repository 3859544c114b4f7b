package casebook.notebook;

import casebook.cost.CostSheet;
import casebook.data.ImageSet;
import casebook.layers.Convolution;
import casebook.layers.Option;
import casebook.layers.Shape;
import casebook.model.Model;
import casebook.network.Network;
import casebook.zoo.Zoo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A page within a page to try things out: sliders and lists, with the mouse or the keyboard. It shows as the last value of a cell or by
 * {@link Notebook#show}. It is plain HTML with JavaScript, needs neither kernel nor network, and works in a saved page too. Where
 * scripts are taken out, as in a notebook that is not trusted yet, a table is left.
 *
 * <pre>{@code
 * Explorer.convolution(7, 3, 2, 1)
 * }</pre>
 */
public final class Explorer {

    private static final int LARGEST_FILTER = 15;
    private static final int LARGEST_STRIDE = 8;
    private static final int LARGEST_PADDING = 8;

    /** The slider for n goes so far, unless it starts beyond. */
    private static final int SMALL_INPUT = 32;
    private static final int LARGEST_INPUT = 256;

    private static final int RESIDUAL_BLOCKS = 10;
    private static final double RESIDUAL_FACTOR = 0.5;

    /** The model that {@code residual.js} computes, in words. */
    private static final List<String> RESIDUAL_MODEL = List.of(
            "The model: each block has a branch, and the branch multiplies what it gets with a matrix of random weights. Their mean is 0, each block "
                    + "draws its own, and they are so large that the branch puts out g times the size of its input. A shortcut adds the block's "
                    + "input to that. Size means: square all numbers, take the mean over many draws of the weights, take the root.",
            "Without a shortcut a block multiplies the size by g, and k blocks by g to the power of k. With one, the branch points as often with "
                    + "the input as against it, so the squares of the two sizes add: a block multiplies by √(1 + g²), and k blocks by "
                    + "√(1 + g²) to the power of k. The gradient goes through the same matrices, from the end to the front: the same factors hold.",
            "What the model does not have: ReLU, batch normalization, biases and training. It shows sizes before the first step of training, and "
                    + "does not say how well a network learns.");

    private final Bundle bundle;

    /**
     * An explorer in all its forms.
     *
     * @param script the name of the file with its JavaScript
     * @param summary what the table is called
     * @param lines what stands above the table
     * @param data what the script gets
     */
    Explorer(String script, String title, String summary, List<String> lines, Grid grid, Object data) {
        String json = Json.of(data);
        // The same explorer has the same id each time that its cell is run: the saved notebook doesn't change.
        String id = script + "-" + UUID.nameUUIDFromBytes((script + title + json).getBytes(StandardCharsets.UTF_8));
        String html = """
                <div data-explorer="%s">
                <p><b>%s</b></p>
                <details open><summary>%s</summary>%s%s</details>
                </div>
                <script>
                (function () {
                "use strict";
                %s
                %s
                start(%s, %s, build, %s);
                })();
                </script>
                """.formatted(id, Grid.escape(title), Grid.escape(summary),
                lines.stream().map(line -> "<p>" + Grid.escape(line) + "</p>").collect(Collectors.joining()), grid.html(Grid.MOST_ROWS),
                resource("explorer.js"), resource(script + ".js"), Json.of(id), Json.of(title), json);
        bundle = Bundle.html(html, title + "\n\n" + lines.stream().map(line -> line + "\n\n").collect(Collectors.joining())
                + grid.text(Grid.MOST_ROWS));
    }

    private static String resource(String name) {
        try (InputStream in = Explorer.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Bundle bundle() {
        return bundle;
    }

    /** The explorer as HTML, for a page of your own: one piece with its script, which fetches nothing. */
    public String html() {
        return bundle.data().get(Bundle.HTML);
    }

    /** Convolution arithmetic, starting with an input of 7×7, a filter of 3×3, stride 2 and padding 1. */
    public static Explorer convolution() {
        return convolution(7, 3, 2, 1);
    }

    /**
     * Convolution arithmetic: the output's side from the lecture's rule {@code ⌊(n + 2p − f) ÷ s⌋ + 1}, and the cells that each output
     * reads. All four can be changed; these are the values at the start. A filter that does not fit is allowed: the explorer says why.
     *
     * @param n side of the input, 1 to 256
     * @param f side of the filter, 1 to 15
     * @param s stride, 1 to 8
     * @param p padding on each side, 0 to 8
     * @throws IllegalArgumentException if a value is beyond these limits
     */
    public static Explorer convolution(int n, int f, int s, int p) {
        between("n, the side of the input,", n, 1, LARGEST_INPUT);
        between("f, the side of the filter,", f, 1, LARGEST_FILTER);
        between("s, the stride,", s, 1, LARGEST_STRIDE);
        between("p, the padding,", p, 0, LARGEST_PADDING);
        Grid grid = Grid.of("What the outputs read, in one direction", ">Output", ">First cell of the padded input", ">Last cell");
        String line;
        try {
            int side = Convolution.of(1, f, f, Option.stride(s), Option.padding(p)).output(Shape.volume(n, n, 1)).height();
            line = String.format(Locale.ROOT, "⌊(n + 2p − f) ÷ s⌋ + 1 = ⌊(%d + 2·%d − %d) ÷ %d⌋ + 1 = %d. The output is %d×%d.", n, p, f, s, side, side, side);
            for (int output = 0; output < side; output++) {
                grid.row(Integer.toString(output + 1), Integer.toString(output * s + 1), Integer.toString(output * s + f));
            }
        } catch (IllegalArgumentException doesNotFit) {
            line = String.format(Locale.ROOT, "n + 2p − f = %d + 2·%d − %d = %d: there is no output. %s", n, p, f, n + 2 * p - f, doesNotFit.getMessage());
        }
        return new Explorer("convolution", "Convolution arithmetic: what comes out, and what each output reads", "As a table, with the values at the start",
                List.of(line), grid, Map.of("controls", List.of(
                        List.of("n, side of the input", 1, n <= SMALL_INPUT ? SMALL_INPUT : LARGEST_INPUT, n),
                        List.of("f, side of the filter", 1, LARGEST_FILTER, f),
                        List.of("s, stride", 1, LARGEST_STRIDE, s),
                        List.of("p, padding on each side", 0, LARGEST_PADDING, p))));
    }

    private static void between(String what, int value, int low, int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(what + " has to be from " + low + " to " + high + " in this explorer, it is " + value);
        }
    }

    /**
     * The bottleneck of lecture 08: the multiplications of 5×5 filters on a volume of 28×28×192, alone and behind a 1×1 convolution
     * that leaves 16 channels. The volume, the filters and the bottleneck can be changed.
     */
    public static Explorer bottleneck() {
        int side = 28;
        int channels = 192;
        int size = 5;
        int filters = 32;
        int width = 16;
        CostSheet alone = CostSheet.of(Network.named("alone").input(side, side, channels).name("5x5").conv(filters, size, Option.same()).build());
        CostSheet narrow = CostSheet.of(Network.named("narrow").input(side, side, channels)
                .name("1x1").conv(width, 1).name("5x5").conv(filters, size, Option.same()).build());
        Grid grid = Grid.of("", "Convolution", ">Outputs", ">Multiplications each", ">Multiplications", ">Parameters");
        grid.row(cells("5×5 without a bottleneck", alone.row("5x5")));
        grid.row(cells("1×1, the bottleneck", narrow.row("1x1")));
        grid.row(cells("5×5 behind it", narrow.row("5x5")));
        grid.row("together, with the bottleneck", "", "", Grid.number(narrow.macs()), Grid.number(narrow.parameters()));
        String line = String.format(Locale.ROOT, "%d filters of %d×%d on a volume of %d×%d×%d: %s multiplications alone, %s behind a bottleneck of %d channels.",
                filters, size, size, side, side, channels, Grid.number(alone.macs()), Grid.number(narrow.macs()), width);
        return new Explorer("bottleneck", "The bottleneck: multiplications with and without it", "As a table, with the values at the start",
                List.of(line), grid, Map.of("controls", List.of(
                        List.of("Side of the volume", 1, 224, side),
                        List.of("Channels of the volume", 1, 1024, channels),
                        List.of("Side of the filters", 1, 11, size),
                        List.of("Number of filters", 1, 1024, filters),
                        List.of("Channels of the bottleneck", 1, 1024, width))));
    }

    private static String[] cells(String name, CostSheet.Row row) {
        return new String[] {name, Grid.number(row.activations()), Grid.number(row.macs() / row.activations()), Grid.number(row.macs()),
            Grid.number(row.parameters())};
    }

    /**
     * The layers of a network in a list: of each its shapes, what it costs in the papers' convention, and its receptive field, drawn on the
     * input.
     *
     * @param network any network
     */
    public static Explorer network(Network network) {
        return new Explorer("network", network.name() + ", layer by layer", "As a table", List.of(), Grids.of(network),
                PackedNetworks.of(List.of(network), 0));
    }

    /** All networks of the course, layer by layer: {@link #network} with a choice of the network. It starts with AlexNet. */
    public static Explorer zoo() {
        List<Network> networks = Zoo.ids().stream().map(Zoo::network).toList();
        Grid grid = Grid.of("", "Network", "Input", ">Layers", ">Parameters", ">MACs", ">Activations");
        for (Network network : networks) {
            CostSheet.Sum sum = CostSheet.of(network).total();
            grid.row(network.name(), network.input().toString(), Grid.number(sum.layers()), Grid.number(sum.parameters()), Grid.number(sum.macs()),
                    Grid.number(sum.activations()));
        }
        return new Explorer("network", "The networks of the course, layer by layer", "All networks in a table", List.of(), grid,
                PackedNetworks.of(networks, Zoo.ids().indexOf("alexnet")));
    }

    /**
     * A trained filter slides over an image: the pixels below it, its weights, their products, the sum, and the number of the feature map
     * that it becomes. It starts where a filter answers most.
     *
     * @param model a model with its trained weights
     * @param layer a convolution that reads the grey image, with tanh or ReLU behind it
     * @param image one image, such as {@code test.image(0)}
     * @throws IllegalArgumentException if the layer is another one, or if there is more than one image
     */
    public static Explorer filter(Model model, String layer, INDArray image) {
        return FilterOnImage.of(model, layer, image).explorer();
    }

    /**
     * The blocks of a trained residual network, which can be switched off in any combination: how many images are still answered right.
     * Each combination is measured here, on these images; the model stays as it is.
     *
     * @param model a model with up to six residual blocks, each with a batch normalization at the end of its branch
     * @throws IllegalArgumentException if it has other blocks, none, or more
     */
    public static Explorer blocks(Model model, ImageSet images) {
        return BlocksOff.of(model, images).explorer();
    }

    /**
     * How a signal and a gradient grow or shrink on their way through a stack of blocks, with and without shortcuts, by a model with random
     * weights that the explorer states. Single blocks can be switched off.
     */
    public static Explorer residual() {
        double g = RESIDUAL_FACTOR;
        Grid grid = Grid.of(String.format(Locale.ROOT, "Size of a signal that began with 1, g = %s", g), ">Blocks passed", ">Without shortcuts", ">With shortcuts");
        for (int blocks = 1; blocks <= RESIDUAL_BLOCKS; blocks++) {
            grid.row(Integer.toString(blocks), digits(Math.pow(g, blocks)), digits(Math.pow(1 + g * g, blocks / 2.0)));
        }
        return new Explorer("residual", "Signal and gradient on their way through residual blocks", "As a table, with the values at the start",
                RESIDUAL_MODEL, grid, Map.of("model", RESIDUAL_MODEL, "controls", List.of(
                        List.of("Number of blocks", 1, 27, RESIDUAL_BLOCKS, 1),
                        List.of("g, the factor of each block's branch", 0, 2, g, 0.05))));
    }

    /** With three digits. */
    private static String digits(double size) {
        return String.format(Locale.ROOT, "%." + Math.max(0, 2 - (int) Math.floor(Math.log10(size))) + "f", size);
    }

    /** The explorer in words and numbers. */
    @Override
    public String toString() {
        return bundle.text();
    }
}
