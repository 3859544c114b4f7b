package casebook.engine.memory;

/** Memory that is needed from one step of a plan to another, and its place in the arena. */
public final class Lifetime {

    private final long bytes;
    private int first = Integer.MAX_VALUE;
    private int last = -1;
    private long offset = -1;

    /** So many bytes, which no step needs yet. */
    public Lifetime(long bytes) {
        this.bytes = bytes;
    }

    /** From now on this step needs it, too. */
    public void touch(int step) {
        first = Math.min(first, step);
        last = Math.max(last, step);
    }

    /** True if there is a step at which both are needed. */
    public boolean overlaps(Lifetime other) {
        return first <= other.last && other.first <= last;
    }

    /** How much memory it takes. */
    public long bytes() {
        return bytes;
    }

    /** Where in the arena it begins; −1 before it has a place. */
    public long offset() {
        return offset;
    }

    void place(long at) {
        offset = at;
    }
}
