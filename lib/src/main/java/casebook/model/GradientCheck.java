package casebook.model;

import casebook.layers.Layer;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Checks gradients that were written by hand against finite differences, in float64: each number is moved a little up and a
 * little down, and the change of a loss is compared with what the backward pass says. The loss is the sum of all outputs,
 * each with a random factor.
 *
 * <p>The relative error of one number is {@code |a − b| ÷ max(|a|, |b|)}, where numbers smaller than a hundredth of the
 * largest of their array count as that large, since their finite differences are mostly rounding. A right gradient stays below
 * 10⁻⁶; a wrong one is far above.
 *
 * <p>ReLU and max pooling have kinks. Where a step happens to reach over one, the difference says nothing, so it is taken again
 * with a smaller step. A wrong gradient stays wrong with each of them.
 */
public final class GradientCheck {

    private static final double[] STEPS = {1e-5, 1e-6, 1e-7};
    private static final double RIGHT = 1e-6;
    /** In each array so many numbers are checked, chosen at random; in networks with many arrays fewer, down to the second figure. */
    private static final int MOST_NUMBERS = 60;
    private static final int FEWEST_NUMBERS = 12;
    private static final int ALL_NUMBERS = 600;

    private GradientCheck() {}

    /**
     * Checks one layer with one input, your own included.
     *
     * @param input the shape of one image
     * @return for the input and each parameter, the largest relative error
     */
    public static Map<String, Double> of(Layer layer, Shape input, long seed) {
        Network.Named named = Network.named("gradient check");
        NetworkBuilder builder = input.vector() ? named.input(input.channels())
                : named.input(input.height(), input.width(), input.channels());
        return of(builder.name("layer").layer(layer).build(), seed);
    }

    /**
     * Checks a whole network, with all its outputs.
     *
     * @return for the input and each parameter, the largest relative error
     */
    public static Map<String, Double> of(Network network, long seed) {
        return of(network, seed, true);
    }

    /**
     * Checks a whole network as it runs in training, or as it runs when predicting.
     *
     * @return for the input and each parameter, the largest relative error
     */
    public static Map<String, Double> of(Network network, long seed, boolean training) {
        SplittableRandom random = new SplittableRandom(seed);
        Model model = Model.of(network, seed, DataType.DOUBLE);
        // Zeros and ones, as biases and scales start, would hide mistakes.
        model.parameters().values().forEach(array -> shake(array, random));
        INDArray images = shake(Nd4j.zeros(DataType.DOUBLE, network.input().batch(2)), random);
        Map<Node, INDArray> factors = new LinkedHashMap<>();
        network.outputs().forEach(output -> factors.put(output.node(),
                shake(Nd4j.zeros(DataType.DOUBLE, output.node().output().batch(2)), random)));

        Execution run = training ? Execution.training(model, images, seed) : Execution.predicting(model, images);
        Map<String, INDArray> gradients = new LinkedHashMap<>(run.backward(factors));
        Map<String, Double> errors = new LinkedHashMap<>();
        DoubleSupplier loss = () -> loss(model, images, factors, training, seed);
        int numbers = Math.max(FEWEST_NUMBERS, Math.min(MOST_NUMBERS, ALL_NUMBERS / (1 + gradients.size())));
        errors.put("input", worst(images, run.inputGradient(), loss, numbers, random));
        model.descriptions().forEach((name, parameter) -> {
            if (parameter.trainable()) {
                INDArray gradient = gradients.get(name);
                if (gradient == null) {
                    throw new IllegalStateException(name
                            + ": the backward pass did not hand over its gradient: is a pass.gradient(…) missing?");
                }
                errors.put(name, worst(model.parameter(name), gradient, loss, numbers, random));
            }
        });
        return errors;
    }

    private static INDArray shake(INDArray array, SplittableRandom random) {
        INDArray flat = array.reshape(array.length());
        for (long i = 0; i < flat.length(); i++) {
            flat.putScalar(i, flat.getDouble(i) + 0.5 * random.nextGaussian());
        }
        return array;
    }

    private static double loss(Model model, INDArray images, Map<Node, INDArray> factors, boolean training, long seed) {
        Execution run = training ? Execution.training(model, images, seed) : Execution.predicting(model, images);
        double loss = 0;
        for (Map.Entry<Node, INDArray> entry : factors.entrySet()) {
            loss += run.output(entry.getKey()).mul(entry.getValue()).sumNumber().doubleValue();
        }
        return loss;
    }

    private static double worst(INDArray array, INDArray gradient, DoubleSupplier loss, int numbers, SplittableRandom random) {
        INDArray values = array.reshape(array.length());
        INDArray written = gradient.dup('c').reshape(array.length());
        double floor = Math.max(1e-8, 1e-2 * written.amaxNumber().doubleValue());
        double worst = 0;
        for (int k = 0; k < Math.min(numbers, values.length()); k++) {
            long i = values.length() <= numbers ? k : random.nextLong(values.length());
            double error = Double.POSITIVE_INFINITY;
            for (int s = 0; s < STEPS.length && error > RIGHT; s++) {
                double measured = slope(values, i, STEPS[s], loss);
                double difference = Math.abs(measured - written.getDouble(i));
                double size = Math.max(floor, Math.max(Math.abs(measured), Math.abs(written.getDouble(i))));
                error = Double.isNaN(difference) ? error : Math.min(error, difference / size);
            }
            worst = Math.max(worst, error);
        }
        return worst;
    }

    /** How the loss changes with one number. */
    private static double slope(INDArray values, long i, double step, DoubleSupplier loss) {
        double value = values.getDouble(i);
        values.putScalar(i, value + step);
        double up = loss.getAsDouble();
        values.putScalar(i, value - step);
        double down = loss.getAsDouble();
        values.putScalar(i, value);
        return (up - down) / (2 * step);
    }
}
