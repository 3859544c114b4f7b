package casebook.compute;

import java.util.concurrent.Callable;

/**
 * Whether a computation is to stop. A thread's interrupt flag says the same, but any library on the way may clear it (a drawing library, a
 * logger, a class that is loaded), and the stop would be lost; and a flag that is set while a library starts can leave the library broken
 * for the life of the process. A signal stays set, and only those see it who ask: {@link Stopped#check()}.
 *
 * <p>A notebook runs each statement of a cell under a signal, and its stop button sets it.
 */
public final class StopSignal {

    private static final ThreadLocal<StopSignal> HERE = new ThreadLocal<>();

    private volatile boolean set;
    private volatile boolean abandoned;
    private volatile String kept = "";

    /** Runs something that {@link Stopped#check()} stops as soon as this signal is set. */
    public <T> T over(Callable<T> computation) throws Exception {
        StopSignal before = HERE.get();
        HERE.set(this);
        try {
            return computation.call();
        } finally {
            HERE.set(before);
        }
    }

    /** From now on, what runs under this signal is to stop. */
    public void set() {
        set = true;
    }

    /** Whether what runs under this signal is to stop. */
    public boolean isSet() {
        return set;
    }

    /** Nobody waits any longer for what runs under this signal, and what it shows is not seen. */
    public void abandon() {
        abandoned = true;
    }

    /** Whether nobody waits any longer. */
    public boolean isAbandoned() {
        return abandoned;
    }

    /** What was kept of the work that was stopped, in a sentence; empty if nobody said. */
    public String kept() {
        return kept;
    }

    /** The signal of this thread; null if it runs under none. */
    static StopSignal here() {
        return HERE.get();
    }

    /** Whether nobody waits for what this thread does. */
    public static boolean abandonedHere() {
        return HERE.get() != null && HERE.get().abandoned;
    }

    /** Says in a sentence, for whoever pressed the stop button, what was kept of the work that this thread was stopped in. */
    public static void keptHere(String sentence) {
        if (HERE.get() != null) {
            HERE.get().kept = sentence;
        }
    }
}
