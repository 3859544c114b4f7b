package casebook.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Cuts numbers off: {@code min(high, max(low, x))}. From 0 to 6 it is ReLU6, the non-linearity of the MobileNets (Krizhevsky
 * 2010, "Convolutional deep belief networks on CIFAR-10"; Howard et al. 2017).
 *
 * @param low the smallest number that comes out
 * @param high the largest number that comes out
 */
public record Clip(double low, double high) implements Activation {

    /** @throws IllegalArgumentException if {@code low} is not below {@code high} */
    public Clip {
        if (!(low < high)) {
            throw new IllegalArgumentException("the lowest number of a clip must be below the highest, these are " + low + " and "
                    + high);
        }
    }

    @Override
    public String kind() {
        return low == 0 && high == 6 ? "ReLU6" : "clip";
    }

    @Override
    public INDArray forward(Pass pass, INDArray x) {
        return Transforms.min(Transforms.max(x, low), high, false);
    }

    /** The gradient passes where nothing was cut off. */
    @Override
    public INDArray gradient(Pass pass, INDArray dy) {
        INDArray y = pass.output();
        return y.gt(low).castTo(dy.dataType()).muli(y.lt(high).castTo(dy.dataType())).muli(dy);
    }

    @Override
    public String export(GraphWriter graph, String x) {
        return graph.result(Operator.of("Clip", x, graph.constant("low", low), graph.constant("high", high)));
    }
}
