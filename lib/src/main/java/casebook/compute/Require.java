package casebook.compute;

/** What numbers have to be. */
public final class Require {

    private Require() {}

    /** @throws IllegalArgumentException if the value is zero or negative */
    public static void atLeastOne(String what, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, it is " + value);
        }
    }
}
