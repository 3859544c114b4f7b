package casebook.training;

/** Is told how training goes on: a progress bar, a live chart. */
public interface TrainingListener {

    /**
     * After each batch.
     *
     * @param step how many batches are done, over all epochs
     * @param steps how many there will be
     * @param loss the loss of this batch
     */
    default void step(int step, int steps, double loss) {}

    /** After each epoch. */
    default void epoch(History.Epoch epoch) {}
}
