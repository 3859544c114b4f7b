package casebook.bench;

import casebook.compute.OneDnn;
import casebook.compute.Tensors;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** The most that this machine computes: the best of some large matrix products, OpenBLAS's and oneDNN's, which lose next to nothing to memory. */
final class Peak {

    /** A multiple of every block that layouts have. */
    private static final int SIDE = 1536;
    private static final double OPERATIONS = 2.0 * SIDE * SIDE * SIDE;

    private Peak() {}

    /** GFLOP/s, two operations for each multiplication with its addition. */
    static double gigaflops(int threads) {
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        INDArray a = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
        INDArray b = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
        double best = 0;
        for (int i = 0; i < 12; i++) {
            long began = System.nanoTime();
            Tensors.product(a, false, b, false).close();
            best = Math.max(best, OPERATIONS / (System.nanoTime() - began));
        }
        return OneDnn.available() ? Math.max(best, ofOneDnn(a, b)) : best;
    }

    private static double ofOneDnn(INDArray a, INDArray b) {
        double best = 0;
        try (OneDnn dnn = new OneDnn(); INDArray c = Nd4j.create(DataType.FLOAT, SIDE, SIDE)) {
            OneDnn.Layout square = dnn.any(SIDE, SIDE);
            OneDnn.Operation product = dnn.fullyConnected(OneDnn.Purpose.PREDICT, square, square, null, square, OneDnn.After.NOTHING);
            OneDnn.Step step = dnn.step(product, Map.of(OneDnn.Argument.SOURCE, dnn.memory(product.source(), a.data().addressPointer()),
                    OneDnn.Argument.WEIGHTS, dnn.memory(product.weights(), b.data().addressPointer()),
                    OneDnn.Argument.DESTINATION, dnn.memory(product.destination(), c.data().addressPointer())));
            for (int i = 0; i < 12; i++) {
                long began = System.nanoTime();
                step.execute();
                dnn.await();
                best = Math.max(best, OPERATIONS / (System.nanoTime() - began));
            }
        }
        return best;
    }
}
