package casebook.bench;

import casebook.compute.Tensors;
import casebook.engine.onednn.Argument;
import casebook.engine.onednn.Engine;
import casebook.engine.onednn.InnerProductPrimitives;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.Propagation;
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
        return Engine.available() ? Math.max(best, ofOneDnn(a, b)) : best;
    }

    private static double ofOneDnn(INDArray a, INDArray b) {
        double best = 0;
        try (Engine engine = new Engine(); INDArray c = Nd4j.create(DataType.FLOAT, SIDE, SIDE)) {
            MemoryLayout square = MemoryLayout.any(engine, SIDE, SIDE);
            Primitive product = InnerProductPrimitives.forward(engine, Propagation.INFERENCE, square, square, null, square, null);
            Primitive.Bound step = product.bind(Map.of(Argument.SOURCE, engine.memory(product.source(), a.data().addressPointer()),
                    Argument.WEIGHTS, engine.memory(product.weights(), b.data().addressPointer()),
                    Argument.DESTINATION, engine.memory(product.destination(), c.data().addressPointer())));
            for (int i = 0; i < 12; i++) {
                long began = System.nanoTime();
                step.execute();
                engine.await();
                best = Math.max(best, OPERATIONS / (System.nanoTime() - began));
            }
        }
        return best;
    }
}
