package casebook.notebook;

import casebook.charts.Charts;
import casebook.charts.Curve;
import casebook.charts.Picture;
import casebook.training.History;
import casebook.training.TrainingListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The loss of a training run as a curve that grows while it runs: {@code trainer.listener(LossCurve.of("LeNet-5"))}. A point
 * is the mean of several batches, so that the curve is not hidden by the noise of single ones.
 */
public final class LossCurve implements TrainingListener {

    private static final int POINTS = 100;

    private final String what;
    private final Live live = Notebook.live();
    private final List<Double> losses = new ArrayList<>();

    private LossCurve(String what) {
        this.what = what;
    }

    /** @param what is trained, for the title */
    public static LossCurve of(String what) {
        return new LossCurve(what);
    }

    @Override
    public void goesOn(List<Double> before) {
        losses.addAll(before);
    }

    @Override
    public void step(int step, int steps, double loss) {
        losses.add(loss);
        int batches = Math.max(1, steps / POINTS);
        if (losses.size() < 2 * batches) {
            return;
        }
        live.offer(() -> picture(batches));
        if (step == steps) {
            live.close();
        }
    }

    @Override
    public void stopped(int step) {
        live.close();
    }

    private Picture picture(int batches) {
        double[] y = new History(losses, List.of(), false).smoothed(batches).stream().mapToDouble(loss -> loss).toArray();
        double[] x = new double[y.length];
        Arrays.setAll(x, i -> (i + 1.0) * batches);
        String title = String.format(Locale.ROOT, "%s: the loss goes from %.2f to %.2f in %,d steps", what, y[0], y[y.length - 1], losses.size());
        String unit = batches == 1 ? "loss" : "loss, mean of " + batches + " batches";
        return Charts.curves(title, "step", unit, new Curve("training", x, y));
    }
}
