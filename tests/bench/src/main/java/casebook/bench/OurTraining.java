package casebook.bench;

import casebook.data.Batch;
import casebook.model.Model;
import casebook.network.Network;
import casebook.training.Trainer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Our own candidate for {@code bench training}: one step of the trainer, forward, backward and the move of the weights. */
final class OurTraining {

    private static final int LOSSES = 5;

    private OurTraining() {}

    /** The right answers of a batch: 0, 1, 2, … */
    static int[] labels(int batch, int classes) {
        return IntStream.range(0, batch).map(i -> i % classes).toArray();
    }

    /** Network, batch, folder. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        System.setOut(System.err);
        try (Model model = OurForward.model(arguments[0])) {
            Network network = model.network();
            int size = Integer.parseInt(arguments[1]);
            Batch batch = new Batch(OurForward.images(network, size), labels(size, (int) network.output().output().elements()));
            long began = System.nanoTime();
            Trainer trainer = Trainer.of(model).optimiser(new Nesterovs(0.001, 0.9));
            INDArray losses = Nd4j.zeros(LOSSES);
            losses.putScalar(0, trainer.step(batch));
            double readyAfter = (System.nanoTime() - began) / 1e6;
            for (int i = 1; i < LOSSES; i++) {
                losses.putScalar(i, trainer.step(batch));
            }
            OurForward.write(Path.of(arguments[2], "casebook"), losses);
            OurForward.serve(out, readyAfter, () -> trainer.step(batch));
        }
    }
}
