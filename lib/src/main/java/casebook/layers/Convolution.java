package casebook.layers;

import casebook.compute.Convolutions;
import casebook.compute.Require;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Convolution: {@code filters} filters slide over the input, and each makes one channel of the output. With an input of
 * {@code n × n × n_C} and filters of {@code f × f × n_C}, padding p and stride s, the output is
 * {@code (⌊(n + 2p − f) ÷ s⌋ + 1)² × filters}.
 *
 * <p>With g groups the channels are split into g parts that do not see each other; as many groups as channels is a
 * depthwise convolution.
 *
 * @param filters number of filters: channels of the output
 * @param window the filter's size, stride, padding and dilation
 * @param groups number of groups of channels
 * @param bias true if each filter has a bias
 */
public record Convolution(int filters, Window window, int groups, boolean bias) implements SingleInputLayer {

    /** @throws IllegalArgumentException if a number is zero or negative, or the groups do not divide the filters */
    public Convolution {
        Require.atLeastOne("the number of filters", filters);
        Require.atLeastOne("the number of groups", groups);
        if (filters % groups != 0) {
            throw new IllegalArgumentException(filters + " filters can't be split into " + groups + " equal groups");
        }
        if (window.roundUp()) {
            throw new IllegalArgumentException("a convolution has no roundUp(): only poolings round up");
        }
    }

    /** {@code filters} filters of {@code height × width}, stride 1 and no padding unless the options say otherwise. */
    public static Convolution of(int filters, int height, int width, Option... options) {
        int groups = 1;
        boolean bias = true;
        for (Option option : options) {
            if (option instanceof Option.GroupsOption g) {
                groups = g.groups();
            } else if (option instanceof Option.NoBiasOption) {
                bias = false;
            }
        }
        return new Convolution(filters, Window.of(height, width, 1, options), groups, bias);
    }

    @Override
    public String kind() {
        return "convolution";
    }

    @Override
    public Category category() {
        return Category.CONVOLUTION;
    }

    @Override
    public Shape output(Shape input) {
        if (input.channels() % groups != 0) {
            throw new IllegalArgumentException("a " + input + " input can't be split into " + groups + " equal groups: "
                    + input.channels() + " channels are not a multiple of " + groups);
        }
        return window.slide(input, filters);
    }

    /** Weights {@code [filters, n_C / groups, f, f]}, and one bias a filter. */
    @Override
    public List<Parameter> parameters(Shape input) {
        long inputs = inputsOfOneOutput(input);
        Parameter weights = Parameter.weights(inputs, filters, input.channels() / groups, window.height(), window.width());
        return bias ? List.of(weights, Parameter.bias(filters)) : List.of(weights);
    }

    /** Each number of the output is a sum over one filter: {@code f × f × n_C ÷ groups} multiplications. */
    @Override
    public Cost cost(Shape input) {
        long outputs = output(input).elements();
        return Cost.macs(Math.multiplyExact(outputs, inputsOfOneOutput(input)), bias ? outputs : 0);
    }

    private long inputsOfOneOutput(Shape input) {
        return Math.multiplyExact((long) window.height() * window.width(), input.channels() / groups);
    }

    @Override
    public Field field(Shape input) {
        return window.field();
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return kernel(x).forward(x, pass.parameter("weights"), bias ? pass.parameter("bias") : null);
    }

    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray x = pass.input();
        Convolutions.Gradients gradients =
                kernel(x).backward(x, pass.parameter("weights"), bias ? pass.parameter("bias") : null, dy);
        pass.gradient("weights", gradients.weights());
        if (bias) {
            pass.gradient("bias", gradients.bias());
        }
        return gradients.x();
    }

    @Override
    public String export(GraphWriter graph, String x) {
        Operator convolution = bias
                ? window.operator("Conv", graph.shape(), x, graph.parameter("weights"), graph.parameter("bias"))
                : window.operator("Conv", graph.shape(), x, graph.parameter("weights"));
        return graph.result(convolution.integer("group", groups));
    }

    private Convolutions kernel(INDArray x) {
        Shape input = Shape.volume((int) x.size(2), (int) x.size(3), (int) x.size(1));
        return new Convolutions(window.strideHeight(), window.strideWidth(), window.dilation(), groups, window.zeros(input));
    }
}
