package casebook.layers;

import java.util.List;

/**
 * One array of numbers that belongs to a layer: what it is, its shape and how it starts. The numbers themselves live in a
 * model, so that a network of any size can be counted without memory.
 *
 * @param name its name within the layer: {@code weights}, {@code bias}
 * @param role what it is for
 * @param shape its dims; convolution weights are {@code [filters, channels, height, width]}, fully connected weights
 *     {@code [outputs, inputs]}
 * @param start its first values
 */
public record Parameter(String name, Role role, List<Long> shape, Start start) {

    /** What a parameter is for. */
    public enum Role {
        /** Multiplied with the input. */
        WEIGHT,
        /** Added to the output. */
        BIAS,
        /** Batch normalization's γ and β. */
        NORMALIZATION,
        /** Batch normalization's moving mean and variance: measured, not trained. */
        STATISTIC,
        /** Given once and never trained, as the output codes of LeNet-5 in 1998. */
        FIXED
    }

    /** How a parameter starts. */
    public sealed interface Start {
        /** Random, with a variance that suits so many inputs: see {@code casebook.model.Model}. */
        record Random(long inputs) implements Start {}

        /** The same value everywhere. */
        record Constant(double value) implements Start {}

        /** These values, in row-major order. */
        record Values(List<Double> values) implements Start {}
    }

    /** Weights that start at random; {@code inputs} is how many inputs feed one output. */
    public static Parameter weights(long inputs, long... shape) {
        return new Parameter("weights", Role.WEIGHT, dims(shape), new Start.Random(inputs));
    }

    /** One bias for each output, starting at zero. */
    public static Parameter bias(long outputs) {
        return new Parameter("bias", Role.BIAS, List.of(outputs), new Start.Constant(0));
    }

    /** The dims as a list. */
    static List<Long> dims(long... shape) {
        return java.util.Arrays.stream(shape).boxed().toList();
    }

    /** How many numbers it holds. */
    public long count() {
        long count = 1;
        for (long side : shape) {
            count = Math.multiplyExact(count, side);
        }
        return count;
    }

    /** True if training changes it. */
    public boolean trainable() {
        return role == Role.WEIGHT || role == Role.BIAS || role == Role.NORMALIZATION;
    }
}
