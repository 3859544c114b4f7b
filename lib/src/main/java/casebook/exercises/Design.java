package casebook.exercises;

import casebook.compute.Stopped;
import casebook.data.FashionMnist;
import casebook.data.ImageSet;
import casebook.experiments.Designs;
import casebook.experiments.Experiment;
import casebook.experiments.Run;
import casebook.experiments.Runs;
import casebook.model.Model;
import casebook.network.Network;
import casebook.notebook.LossCurve;
import casebook.notebook.Notebook;
import casebook.notebook.Progress;
import casebook.training.Evaluation;
import casebook.training.History;
import casebook.training.TrainingException;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The end of an exercise in which a network is designed: the network is trained as the reference was, and has to be better by a margin.
 *
 * @param notebook whose reference it is: see {@link Designs}
 * @param reference what the reference is, in words
 * @param margin how much better it has to be, in points of accuracy
 * @param whole makes the network that is trained of the one that was designed
 */
record Design(int notebook, String reference, double margin, UnaryOperator<Network> whole) {

    private static final int CLASSES = 10;

    /** Points between what training images and test images say, from which on a network has learned its images by heart. */
    private static final double BY_HEART = 8;

    static Experiment.Setting setting(boolean full) {
        return full ? Experiment.DESIGN.setting() : Experiment.DESIGN.quick();
    }

    /** The accuracies of the reference, in percent, a number for each recorded run in a setting. */
    DoubleSummaryStatistics recorded(Experiment.Setting setting) {
        return Runs.recorded(Experiment.DESIGN).stream()
                .filter(run -> run.kind().equals("reference") && run.size() == notebook && run.setting().equals(setting)
                        && run.learningRate() == Experiment.DESIGN.learningRate())
                .mapToDouble(Run::testError).map(error -> 100 - error).summaryStatistics();
    }

    /**
     * Trains a network that keeps to the budget.
     *
     * @param praise what was said of it
     * @param learners true if a learner designed it: the training takes its time then, the margin decides, and the best is kept
     * @throws Stopped if it was stopped; the next call goes on where it stopped
     */
    Exercise.Verdict train(String id, Network given, String praise, boolean learners) {
        Experiment.Setting setting = setting(learners || Notebook.full());
        ImageSet images = FashionMnist.training().first(setting.images());
        DoubleSummaryStatistics others = recorded(setting);
        String how = String.format(Locale.ROOT, "Trained on %s:", setting.inWords());
        Model model = Model.of(whole.apply(given), 1);
        History history;
        try {
            history = Designs.trainer(model, setting).resumable(Notebook.kept(id + "-design.safetensors"))
                    .listener(Progress.ofTraining()).listener(LossCurve.of(given.name())).train(images);
        } catch (TrainingException e) {
            return new Exercise.Verdict(false, List.of("It keeps to the budget. But it can't be trained as the reference was: "
                    + e.getMessage()));
        }
        if (history.interrupted()) {
            throw new Stopped("stopped before the end, so nothing is said of your network. Run the cell again, and the training goes "
                    + "on");
        }
        double accuracy = 100 * Evaluation.of(model, FashionMnist.test()).accuracy();
        String figures = String.format(Locale.ROOT, "%s %.1f %% of the 10,000 test images are answered right. The reference, %s, trained "
                + "in the same way: %.1f %% (mean of "
                + "%d runs, %.1f to %.1f %%).", how, accuracy, reference, others.getAverage(), others.getCount(), others.getMin(),
                others.getMax());
        String best = learners ? "\n" + best(id, accuracy) : "";
        if (!learners || accuracy >= others.getAverage() + margin) {
            return new Exercise.Verdict(true, List.of((praise + "\n" + figures + best).strip()));
        }
        return new Exercise.Verdict(false, List.of(String.format(Locale.ROOT, "It keeps to the budget. %s %s wanted: %.1f %%.%s\n%s",
                figures,
                margin > 0 ? String.format(Locale.ROOT, "%.1f points more are", margin) : margin < 0 ? String.format(Locale.ROOT,
                        "At most %.1f points less are", -margin) : "As much is",
                others.getAverage() + margin, best, curve(history, accuracy))));
    }

    /** Keeps the accuracy if it is the learner's best, and says which is. */
    private static String best(String id, double accuracy) {
        String before = Journal.last(Journal.ACCURACY).get(id);
        double known = before == null ? 0 : number(before);
        if (accuracy <= known) {
            return String.format(Locale.ROOT, "Your best so far: %.1f %%.", known);
        }
        String trouble = Journal.add(id, Journal.ACCURACY, Double.toString(accuracy));
        return (before == null ? "It is your first." : String.format(Locale.ROOT, "It is your best; before, it was %.1f %%.", known))
                + (trouble.isEmpty() ? "" : " " + trouble);
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException damaged) {
            return 0;
        }
    }

    /** What the curve of a training says to the one who looks for a better network. */
    static String curve(History history, double testAccuracy) {
        List<History.Epoch> epochs = history.epochs();
        History.Epoch last = history.last();
        double training = 100 * last.accuracy();
        double guessing = Math.log(CLASSES);
        if (last.loss() > 0.95 * guessing) {
            return String.format(Locale.ROOT, "What its curve shows: the loss stays at %.2f, and guessing gives %.2f. Nothing is learned: "
                    + "no gradient that helps reaches the first layers. "
                    + "What brings numbers to one scale, or is the way through it too long?", last.loss(), guessing);
        }
        if (training - testAccuracy > BY_HEART) {
            return String.format(Locale.ROOT, "What its curve shows: in the last epoch it knows %.0f %% of the training images, and only "
                    + "%.0f %% of the others. It learns its images by heart. "
                    + "Where are its most parameters, and does it need them?", training, testAccuracy);
        }
        // The learning rate becomes a tenth for the last epochs, and every loss falls then: look at what was before.
        int before = (int) Math.ceil(0.7 * epochs.size());
        if (before >= 2 && epochs.get(before - 1).loss() < 0.9 * epochs.get(before - 2).loss()) {
            return String.format(Locale.ROOT, "What its curve shows: before the learning rate was lowered, the loss still fell from %.2f "
                    + "to %.2f in one epoch. It is not done. What would make it "
                    + "learn faster: fewer layers, a normalization, another activation, larger sides?", epochs.get(before - 2).loss(),
                    epochs.get(before - 1).loss());
        }
        return String.format(Locale.ROOT, "What its curve shows: the loss is flat at %.2f, and even of the training images it knows only "
                + "%.0f %%. It can do no more. Where is too much of the image "
                + "lost: channels, positions, or how far it sees?", last.loss(), training);
    }
}
