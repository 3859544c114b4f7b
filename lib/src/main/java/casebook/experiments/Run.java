package casebook.experiments;

import casebook.text.Printable;
import java.util.List;
import java.util.Locale;

/**
 * One training run of an {@link Experiment}.
 *
 * @param kind which kind of network: {@code plain}
 * @param size its size, as the experiment means it: 20 layers
 * @param learningRate at the start
 * @param seed of the weights and of the order of the images
 * @param setting how long training was
 * @param trainingError share of the training images that are answered wrongly, in per cent, after training, when predicting; NaN if the
 *     weights grew past all numbers
 * @param testError the same of the 10,000 test images
 * @param seconds how long training took
 */
public record Run(String kind, int size, double learningRate, long seed, Experiment.Setting setting, double trainingError, double testError,
        double seconds) {

    /** The first line of a file of runs. */
    static final String HEAD = "kind,size,learning_rate,seed,images,epochs,batch,training_error,test_error,seconds";

    /** What decides how a run goes; runs with the same key are the same run. */
    static String key(String kind, int size, double learningRate, long seed, Experiment.Setting setting) {
        return String.join(",", kind, Integer.toString(size), Double.toString(learningRate), Long.toString(seed),
                Integer.toString(setting.images()), Integer.toString(setting.epochs()), Integer.toString(setting.batchSize()));
    }

    String key() {
        return key(kind, size, learningRate, seed, setting);
    }

    /** Its row in the file, without line end. */
    String row() {
        return key() + String.format(Locale.ROOT, ",%.3f,%.3f,%.1f", trainingError, testError, seconds);
    }

    /** @throws IllegalArgumentException if this is not a row of a file of runs */
    static Run of(String row) {
        List<String> cells = List.of(row.split(",", -1));
        if (cells.size() != HEAD.split(",").length) {
            throw new IllegalArgumentException("a run has " + HEAD.split(",").length + " values, this line has " + cells.size());
        }
        Run run = new Run(cells.get(0), Integer.parseInt(cells.get(1)), Double.parseDouble(cells.get(2)), Long.parseLong(cells.get(3)),
                new Experiment.Setting(Integer.parseInt(cells.get(4)), Integer.parseInt(cells.get(5)), Integer.parseInt(cells.get(6))),
                Double.parseDouble(cells.get(7)), Double.parseDouble(cells.get(8)), Double.parseDouble(cells.get(9)));
        require(!run.kind.isBlank() && Printable.name(run.kind).equals(run.kind), "\"" + run.kind + "\" is no kind of network");
        require(run.size > 0 && run.setting.images() > 0 && run.setting.epochs() > 0 && run.setting.batchSize() > 0,
                "size, images, epochs and batch are at least 1");
        require(run.learningRate > 0 && Double.isFinite(run.learningRate), run.learningRate + " is no learning rate");
        require(error(run.trainingError) && error(run.testError), "an error is from 0 to 100 per cent, or NaN");
        require(run.seconds >= 0 && Double.isFinite(run.seconds), "training can't have taken " + run.seconds + " seconds");
        return run;
    }

    private static boolean error(double percent) {
        return Double.isNaN(percent) || percent >= 0 && percent <= 100;
    }

    private static void require(boolean possible, String what) {
        if (!possible) {
            throw new IllegalArgumentException(what);
        }
    }
}
