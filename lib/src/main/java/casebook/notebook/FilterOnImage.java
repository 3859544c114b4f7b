package casebook.notebook;

import casebook.layers.Convolution;
import casebook.layers.Layer;
import casebook.layers.Relu;
import casebook.layers.Tanh;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What {@code filter.js} needs: an image, the trained filters of the first layer, and where one of them answers most. */
record FilterOnImage(Model model, Node layer, float[][] pixels, float[][][] filters, float[] biases, String activation) {

    static FilterOnImage of(Model model, String name, INDArray image) {
        Network network = model.network();
        Node layer = network.node(name);
        if (!(layer.layer() instanceof Convolution convolution) || !layer.inputs().equals(List.of(Network.INPUT)) || network.input().channels() != 1
                || !convolution.equals(Convolution.of(convolution.filters(), convolution.window().height(), convolution.window().height()))) {
            throw new IllegalArgumentException("this explorer shows a square convolution that reads a grey image, with a bias, stride 1 and no padding; "
                    + name + " is " + layer.layer() + " and reads " + layer.inputShapes());
        }
        List<Integer> readers = network.readers().get(layer.index());
        Layer next = readers.isEmpty() ? layer.layer() : network.nodes().get(readers.get(0)).layer();
        if (readers.size() != 1 || !next.equals(new Tanh()) && !(next instanceof Relu)) {
            throw new IllegalArgumentException("this explorer shows a convolution with tanh or ReLU behind it; behind " + name + " is " + next.kind());
        }
        INDArray one = model.requireInput(image);
        if (one.size(0) != 1) {
            throw new IllegalArgumentException("this explorer shows one image, and got " + one.size(0) + ": take one, such as test.image(0)");
        }
        INDArray weights = model.copy(network.parameterName(layer, "weights"));
        float[][][] filters = IntStream.range(0, convolution.filters())
                .mapToObj(filter -> matrix(weights.tensorAlongDimension(filter, 1, 2, 3).reshape(weights.size(2), weights.size(3)))).toArray(float[][][]::new);
        float[] biases = model.copy(network.parameterName(layer, "bias")).toFloatVector();
        return new FilterOnImage(model, layer, matrix(one.reshape(one.size(2), one.size(3))), filters, biases, next.kind());
    }

    private static float[][] matrix(INDArray array) {
        return array.dup('c').toFloatMatrix();
    }

    /** The filter, the row and the column whose sum of products is the largest. */
    private int[] largest() {
        int[] largest = {0, 0, 0};
        for (int filter = 0; filter < filters.length; filter++) {
            for (int row = 0; row < layer.output().height(); row++) {
                for (int column = 0; column < layer.output().width(); column++) {
                    if (sum(filter, row, column) > sum(largest[0], largest[1], largest[2])) {
                        largest = new int[] {filter, row, column};
                    }
                }
            }
        }
        return largest;
    }

    private double sum(int filter, int row, int column) {
        double sum = 0;
        for (int i = 0; i < filters[filter].length; i++) {
            for (int j = 0; j < filters[filter].length; j++) {
                sum += (double) filters[filter][i][j] * pixels[row + i][column + j];
            }
        }
        return sum;
    }

    Explorer explorer() {
        int[] start = largest();
        int side = filters[0].length;
        List<String> heads = new ArrayList<>(List.of("Pixel × weight"));
        IntStream.rangeClosed(1, side).forEach(column -> heads.add(">Column " + (start[2] + column)));
        Grid grid = Grid.of("Below filter " + (start[0] + 1) + ", where it answers most", heads.toArray(String[]::new));
        for (int i = 0; i < side; i++) {
            List<String> row = new ArrayList<>(List.of("Row " + (start[1] + i + 1)));
            for (int j = 0; j < side; j++) {
                row.add(String.format(Locale.ROOT, "%.2f × %.2f", pixels[start[1] + i][start[2] + j], filters[start[0]][i][j]));
            }
            grid.row(row.toArray(String[]::new));
        }
        double sum = sum(start[0], start[1], start[2]);
        double biased = sum + biases[start[0]];
        String line = String.format(Locale.ROOT, "The %d products add up to %.3f, with the bias to %.3f. %s makes %.3f of it, the number in row %d, "
                + "column %d of feature map %d.", side * side, sum, biased, activation, activation.equals("tanh") ? Math.tanh(biased) : Math.max(0, biased),
                start[1] + 1, start[2] + 1, start[0] + 1);
        return new Explorer("filter", "A trained filter of " + layer.name() + " slides over an image", "As a table, at the first place", List.of(line), grid,
                Map.of("pixels", rows(pixels), "filters", IntStream.range(0, filters.length).mapToObj(filter -> rows(filters[filter])).toList(),
                        "biases", numbers(biases), "activation", activation, "start", IntStream.of(start).boxed().toList()));
    }

    private static List<List<Number>> rows(float[][] matrix) {
        return IntStream.range(0, matrix.length).mapToObj(row -> numbers(matrix[row])).toList();
    }

    /** Whole numbers without their ".0": most pixels are black, and a notebook has no room for it. */
    private static List<Number> numbers(float[] values) {
        return IntStream.range(0, values.length).<Number>mapToObj(i -> values[i] == (int) values[i] ? (Number) (int) values[i] : (Number) values[i]).toList();
    }
}
