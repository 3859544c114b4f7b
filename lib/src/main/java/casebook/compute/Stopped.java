package casebook.compute;

/**
 * A computation was given up because its thread was interrupted, by a notebook's stop button or by {@link Thread#interrupt()}. Nothing that
 * it was to change is left half-changed.
 */
public class Stopped extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message how far it had come */
    public Stopped(String message) {
        super(message);
    }

    /**
     * Throws if this thread was interrupted. Every loop of the library that may take long calls it in each round.
     *
     * @throws Stopped if this thread was interrupted
     */
    public static void check() {
        if (Thread.interrupted()) {
            throw new Stopped("stopped");
        }
    }
}
