package casebook.layers;

import casebook.compute.Tensors;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch normalization (Ioffe and Szegedy 2015, algorithm 1): each channel is shifted and scaled to mean 0 and variance 1,
 * then scaled by γ and shifted by β, which are trained: {@code y = γ (x − μ) ÷ √(σ² + ε) + β}.
 *
 * <p>While training, μ and σ² are the batch's own, and moving averages of them are kept; when predicting, the moving
 * averages are used.
 *
 * @param epsilon ε, keeps the division from overflowing
 * @param momentum how much of the moving averages stays after each batch
 */
public record BatchNormalization(double epsilon, double momentum) implements SingleInputLayer {

    /** ε = 0.00001 and momentum 0.9, as in most libraries. */
    public BatchNormalization() {
        this(1e-5, 0.9);
    }

    @Override
    public String kind() {
        return "batch normalization";
    }

    @Override
    public Category category() {
        return Category.NORMALIZATION;
    }

    @Override
    public Shape output(Shape input) {
        return input;
    }

    /** γ and β, and the moving mean and variance: one each a channel. */
    @Override
    public List<Parameter> parameters(Shape input) {
        List<Long> channels = List.of((long) input.channels());
        return List.of(
                new Parameter("gamma", Parameter.Role.NORMALIZATION, channels, new Parameter.Start.Constant(1)),
                new Parameter("beta", Parameter.Role.NORMALIZATION, channels, new Parameter.Start.Constant(0)),
                new Parameter("moving_mean", Parameter.Role.STATISTIC, channels, new Parameter.Start.Constant(0)),
                new Parameter("moving_variance", Parameter.Role.STATISTIC, channels, new Parameter.Start.Constant(1)));
    }

    /** When predicting, one multiplication and one addition for each number. */
    @Override
    public Cost cost(Shape input) {
        return Cost.operations(input.elements(), 2);
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray mean = pass.parameter("moving_mean");
        INDArray variance = pass.parameter("moving_variance");
        if (pass.training()) {
            double count = (double) x.length() / x.size(1);
            INDArray movingMean = mean;
            INDArray movingVariance = variance;
            mean = Tensors.sumPerChannel(x).divi(count);
            INDArray centred = x.sub(Tensors.perChannel(mean, x));
            variance = Tensors.sumPerChannel(centred.muli(centred)).divi(count);
            movingMean.muli(momentum).addi(mean.mul(1 - momentum));
            // The variance of a sample underestimates that of all data by (n − 1) ÷ n.
            movingVariance.muli(momentum).addi(variance.mul((1 - momentum) * count / Math.max(1, count - 1)));
        }
        INDArray deviation = Transforms.sqrt(variance.add(epsilon), false);
        INDArray normalized = x.sub(Tensors.perChannel(mean, x)).divi(Tensors.perChannel(deviation, x));
        pass.keep("normalized", normalized);
        pass.keep("deviation", deviation);
        return normalized.mul(Tensors.perChannel(pass.parameter("gamma"), x)).addi(Tensors.perChannel(pass.parameter("beta"), x));
    }

    /**
     * With {@code x̂ = (x − μ) ÷ √(σ² + ε)} and n numbers a channel: {@code dβ = Σ dy}, {@code dγ = Σ dy x̂}, and
     * {@code dx = γ ÷ √(σ² + ε) · (dy − dβ ÷ n − x̂ dγ ÷ n)}; when predicting, μ and σ² do not depend on x and the last
     * two terms are gone.
     */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray normalized = pass.kept("normalized");
        INDArray dBeta = Tensors.sumPerChannel(dy);
        INDArray dGamma = Tensors.sumPerChannel(dy.mul(normalized));
        pass.gradient("beta", dBeta);
        pass.gradient("gamma", dGamma);
        INDArray scale = Tensors.perChannel(pass.parameter("gamma").div(pass.kept("deviation")), dy);
        if (!pass.training()) {
            return dy.mul(scale);
        }
        double count = (double) dy.length() / dy.size(1);
        return dy.sub(Tensors.perChannel(dBeta.div(count), dy))
                .subi(normalized.mul(Tensors.perChannel(dGamma.div(count), dy)))
                .muli(scale);
    }
}
