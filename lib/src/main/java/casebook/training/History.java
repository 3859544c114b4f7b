package casebook.training;

import java.util.ArrayList;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * What happened in a training run.
 *
 * @param steps the loss of each batch, in order
 * @param epochs the results after each time through the data
 * @param interrupted true if the run was stopped before its end
 */
public record History(List<Double> steps, List<Epoch> epochs, boolean interrupted) {

    /**
     * The results of one time through the data.
     *
     * @param epoch 1 for the first
     * @param loss mean loss over the epoch's batches, measured while training
     * @param accuracy part of the training images answered right, measured while training
     * @param validationLoss mean loss over the validation images, NaN if there are none
     * @param validationAccuracy part of the validation images answered right, NaN if there are none
     */
    public record Epoch(int epoch, double loss, double accuracy, double validationLoss, double validationAccuracy) {}

    /** Copies its lists. */
    public History {
        steps = List.copyOf(steps);
        epochs = List.copyOf(epochs);
    }

    /** The results of the last epoch. */
    public Epoch last() {
        if (epochs.isEmpty()) {
            throw new IllegalStateException("no epoch was finished: the run was stopped after " + steps.size() + " steps");
        }
        return epochs.get(epochs.size() - 1);
    }

    /** The results of each epoch as a table. */
    public Table table() {
        Table table = Table.create("Training",
                IntColumn.create("Epoch"), DoubleColumn.create("Training loss"), DoubleColumn.create("Training accuracy, %"),
                DoubleColumn.create("Validation loss"), DoubleColumn.create("Validation accuracy, %"));
        for (Epoch epoch : epochs) {
            table.intColumn(0).append(epoch.epoch());
            table.doubleColumn(1).append(epoch.loss());
            table.doubleColumn(2).append(100 * epoch.accuracy());
            table.doubleColumn(3).append(epoch.validationLoss());
            table.doubleColumn(4).append(100 * epoch.validationAccuracy());
        }
        return table;
    }

    /** The mean loss of each {@code size} steps: a smoother curve. */
    public List<Double> smoothed(int size) {
        List<Double> means = new ArrayList<>();
        for (int from = 0; from + size <= steps.size(); from += size) {
            means.add(steps.subList(from, from + size).stream().mapToDouble(loss -> loss).average().orElseThrow());
        }
        return means;
    }
}
