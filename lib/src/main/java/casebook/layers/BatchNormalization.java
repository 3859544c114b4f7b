package casebook.layers;

import casebook.compute.PerChannel;
import casebook.compute.Tensors;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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

    /** @throws IllegalArgumentException if ε is negative, or the momentum is not from 0 to 1 */
    public BatchNormalization {
        if (!(epsilon >= 0 && Double.isFinite(epsilon))) {
            throw new IllegalArgumentException("batch normalization divides by √(variance + ε): ε must be a small number that is not negative, such as 1e-5, it is " + epsilon);
        }
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("the momentum is the part of the moving mean that stays: it must be from 0 to 1, such as 0.9, it is "
                    + momentum);
        }
    }

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
        double[] mean;
        double[] variance;
        if (pass.training()) {
            PerChannel.Moments batch = PerChannel.moments(x);
            mean = batch.mean();
            variance = batch.variance();
            follow(pass.parameter("moving_mean"), pass.parameter("moving_variance"), mean, variance, x.length() / x.size(1));
        } else {
            mean = Tensors.values(pass.parameter("moving_mean"));
            variance = Tensors.values(pass.parameter("moving_variance"));
        }
        double[] gamma = Tensors.values(pass.parameter("gamma"));
        double[] beta = Tensors.values(pass.parameter("beta"));
        double[] deviation = new double[gamma.length];
        double[] scale = new double[gamma.length];
        double[] shift = new double[gamma.length];
        for (int c = 0; c < gamma.length; c++) {
            deviation[c] = Math.sqrt(variance[c] + epsilon);
            // γ (x − μ) ÷ σ + β, with all that does not depend on x taken together
            scale[c] = gamma[c] / deviation[c];
            shift[c] = beta[c] - mean[c] * scale[c];
        }
        pass.keep("mean", Tensors.of(DataType.DOUBLE, mean, mean.length));
        pass.keep("deviation", Tensors.of(DataType.DOUBLE, deviation, deviation.length));
        return PerChannel.scaled(x, scale, shift);
    }

    /**
     * Moves the moving mean and variance a little towards those of a batch.
     *
     * @param count how many numbers of the batch each channel has
     */
    public void follow(INDArray movingMean, INDArray movingVariance, double[] mean, double[] variance, long count) {
        follow(movingMean, mean, 1);
        // The variance of a sample underestimates that of all data by (n − 1) ÷ n.
        follow(movingVariance, variance, count / Math.max(1.0, count - 1));
    }


    private void follow(INDArray moving, double[] batch, double correction) {
        double[] values = Tensors.values(moving);
        for (int c = 0; c < values.length; c++) {
            values[c] = momentum * values[c] + (1 - momentum) * correction * batch[c];
        }
        moving.assign(Tensors.of(moving.dataType(), values, values.length));
    }

    /**
     * With {@code x̂ = (x − μ) ÷ σ}, {@code σ = √(σ² + ε)} and n numbers a channel: {@code dβ = Σ dy}, {@code dγ = Σ dy x̂}, and
     * {@code dx = γ ÷ σ · (dy − dβ ÷ n − x̂ dγ ÷ n)}; when predicting, μ and σ do not depend on x and the last two terms are
     * gone.
     */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray x = pass.input();
        double[] mean = Tensors.values(pass.kept("mean"));
        double[] deviation = Tensors.values(pass.kept("deviation"));
        double[] gamma = Tensors.values(pass.parameter("gamma"));
        PerChannel.Sums sums = PerChannel.sums(dy, x);
        double[] dBeta = sums.sum();
        double[] dGamma = new double[gamma.length];
        double[] ofDy = new double[gamma.length];
        double[] ofX = new double[gamma.length];
        double[] constant = new double[gamma.length];
        double count = (double) dy.length() / dy.size(1);
        for (int c = 0; c < gamma.length; c++) {
            dGamma[c] = (sums.products()[c] - mean[c] * dBeta[c]) / deviation[c];
            ofDy[c] = gamma[c] / deviation[c];
            if (pass.training()) {
                // dx = ofDy · dy + ofX · x + constant
                ofX[c] = -ofDy[c] * dGamma[c] / (count * deviation[c]);
                constant[c] = -ofDy[c] * dBeta[c] / count - ofX[c] * mean[c];
            }
        }
        pass.gradient("beta", Tensors.of(dy.dataType(), dBeta, dBeta.length));
        pass.gradient("gamma", Tensors.of(dy.dataType(), dGamma, dGamma.length));
        return pass.training() ? PerChannel.mixed(dy, ofDy, x, ofX, constant) : PerChannel.scaled(dy, ofDy, constant);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("BatchNormalization", x, graph.parameter("gamma"), graph.parameter("beta"),
                graph.parameter("moving_mean"), graph.parameter("moving_variance")).number("epsilon", epsilon).number("momentum", momentum));
    }
}
