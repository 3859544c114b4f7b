package casebook.notebook;

import casebook.compute.Stopped;

/** A cell was stopped while it was running: by the notebook's stop button, or by an interrupt of its thread. */
public class Interrupted extends Stopped {

    private static final long serialVersionUID = 1L;

    /** @param message how far it had come */
    public Interrupted(String message) {
        super(message);
    }

    /**
     * Throws if the cell is to stop. A long loop of your own calls it in each round: without it, the loop runs on in
     * the background after the stop button was pressed.
     *
     * @throws Interrupted if the cell is to stop
     */
    public static void check() {
        if (requested()) {
            throw new Interrupted("stopped");
        }
    }
}
