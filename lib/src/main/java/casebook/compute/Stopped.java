package casebook.compute;

/**
 * A computation was given up because it was to stop: a notebook's stop button was pressed (the {@link StopSignal} of its thread), or its
 * thread was interrupted ({@link Thread#interrupt()}). Nothing that it was to change is left half-changed.
 */
public class Stopped extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message how far it had come */
    public Stopped(String message) {
        super(message);
    }

    /**
     * Throws if this thread is to stop. Every loop of the library that may take long calls it in each round, and so does a long loop of
     * your own in a notebook: without it, the loop runs on in the background after the stop button was pressed. It clears the thread's
     * interrupt flag, as {@link Thread#sleep} does; a stop signal stays set.
     *
     * @throws Stopped if this thread is to stop
     */
    public static void check() {
        if (requested()) {
            throw new Stopped("stopped");
        }
    }

    /**
     * Whether this thread is to stop: for those who throw something else than {@link #check}. It clears the thread's interrupt flag.
     */
    public static boolean requested() {
        StopSignal signal = StopSignal.here();
        return Thread.interrupted() | (signal != null && signal.isSet());
    }

    /** What an interrupt may wake. */
    public interface Action<T, E extends Exception> {
        T run() throws E, InterruptedException;
    }

    /**
     * Does something that an interrupt would break, or that would lose it: the thread's interrupt flag is put aside meanwhile, and set again
     * afterwards. What an interrupt wakes all the same is begun again.
     */
    public static <T, E extends Exception> T postponed(Action<T, E> action) throws E {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return action.run();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
