package casebook.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A sigmoid made of straight lines, {@code min(1, max(0, slope · x + middle))}, which is cheaper than one with powers of e
 * (Courbariaux, Bengio and David 2015, "BinaryConnect", section 2.2). In MobileNetV3 it is {@code (x + 3) ÷ 6} between 0 and 1
 * (Howard et al. 2019, section 5.2).
 *
 * @param slope factor of its input, positive
 * @param middle what comes out for 0
 */
public record HardSigmoid(double slope, double middle) implements Activation {

    /** @throws IllegalArgumentException if the slope is not positive */
    public HardSigmoid {
        if (!(slope > 0)) {
            throw new IllegalArgumentException("the slope of a hard sigmoid must be positive, it is " + slope);
        }
    }

    @Override
    public String kind() {
        return "hard sigmoid";
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        INDArray line = x.mul(slope).addi(middle);
        return Transforms.min(Transforms.max(line, 0.0, false), 1.0, false);
    }

    /** {@code dy · slope} on the slope, nothing where it is flat. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray y = pass.output();
        return y.gt(0).castTo(dy.dataType()).muli(y.lt(1).castTo(dy.dataType())).muli(dy).muli(slope);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("HardSigmoid", x).number("alpha", slope).number("beta", middle));
    }
}
