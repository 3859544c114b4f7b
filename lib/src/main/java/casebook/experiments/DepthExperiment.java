package casebook.experiments;

import casebook.data.FashionMnist;
import casebook.data.ImageSet;
import casebook.model.Model;
import casebook.network.Network;
import casebook.training.Evaluation;
import casebook.training.History;
import casebook.training.Trainer;
import casebook.training.TrainingListener;
import casebook.zoo.ResNet;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Does a deeper network learn better? A plain network and a residual one of the same depth are trained on the same images, in the same
 * order, and their errors are measured after training (He et al. 2015, section 4.2, made small enough for two cores).
 *
 * @param images how many of Fashion-MNIST's training images, from the first
 * @param epochs how many times it goes through them; the learning rate becomes a tenth after 70 % of them
 * @param batchSize images in a batch
 */
public record DepthExperiment(int images, int epochs, int batchSize) {

    /** With or without shortcuts. */
    public enum Kind {
        /** Without. */
        PLAIN(ResNet.Shortcut.NONE),
        /** With shortcuts without parameters, so that both have the same parameters. */
        RESIDUAL(ResNet.Shortcut.PAD);

        private final ResNet.Shortcut shortcut;

        Kind(ResNet.Shortcut shortcut) {
            this.shortcut = shortcut;
        }

        /** The network of this kind with 6n + 2 layers. */
        public Network network(int depth) {
            return ResNet.small(depth, shortcut);
        }
    }

    /**
     * One training run.
     *
     * @param kind plain or residual
     * @param depth layers with weights
     * @param learningRate at the start
     * @param seed of the weights and of the order of the images
     * @param trainingError share of the training images that are answered wrongly, in per cent, after training, when predicting
     * @param testError the same of the 10,000 test images
     * @param seconds how long training took
     */
    public record Run(Kind kind, int depth, double learningRate, long seed, double trainingError, double testError, double seconds) {}

    /**
     * Trains one network and measures it.
     *
     * @param listener is told how training goes
     * @return the result; null if training was interrupted
     */
    public Run run(Kind kind, int depth, double learningRate, long seed, TrainingListener listener) {
        ImageSet training = FashionMnist.training().first(images);
        Model model = Model.of(kind.network(depth), seed);
        long began = System.nanoTime();
        History history = Trainer.of(model).optimiser(new Nesterovs(schedule(learningRate), 0.9)).batchSize(batchSize).epochs(epochs).seed(seed)
                .listener(listener).train(training);
        double seconds = (System.nanoTime() - began) / 1e9;
        return history.interrupted() ? null : new Run(kind, depth, learningRate, seed, error(model, training), error(model, FashionMnist.test()), seconds);
    }

    private static double error(Model model, ImageSet images) {
        return 100 * (1 - Evaluation.of(model, images).accuracy());
    }

    private ISchedule schedule(double learningRate) {
        Map<Integer, Double> rates = new TreeMap<>();
        rates.put(0, learningRate);
        int drop = (int) Math.ceil(0.7 * epochs);
        if (drop < epochs) {
            rates.put(drop, learningRate / 10);
        }
        return new MapSchedule(ScheduleType.EPOCH, rates);
    }
}
