package casebook.bench;

import casebook.compute.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The most that this machine computes: the best of some large matrix products, which lose next to nothing to memory. */
final class Peak {

    private static final int SIDE = 1536;

    private Peak() {}

    /** GFLOP/s, two operations for each multiplication with its addition. */
    static double gigaflops(int threads) {
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        INDArray a = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
        INDArray b = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
        double best = 0;
        for (int i = 0; i < 12; i++) {
            long began = System.nanoTime();
            Tensors.product(a, false, b, false).close();
            best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - began));
        }
        return best;
    }
}
