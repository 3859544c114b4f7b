package casebook.training;

import java.util.List;

/** Is told how training goes on: a progress bar, a live chart. */
public interface TrainingListener {

    /**
     * Before the first batch, where training goes on from a file.
     *
     * @param losses the loss of each batch that was done before
     */
    default void goesOn(List<Double> losses) {}

    /**
     * After each batch.
     *
     * @param step how many batches are done, over all epochs
     * @param steps how many there will be
     * @param loss the loss of this batch
     */
    default void step(int step, int steps, double loss) {}

    /**
     * When training ends before its time, because its thread was interrupted.
     *
     * @param step how many batches are done
     */
    default void stopped(int step) {}

    /** After each epoch. */
    default void epoch(History.Epoch epoch) {}
}
