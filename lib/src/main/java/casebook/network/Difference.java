package casebook.network;

import java.util.List;

/**
 * How a network that somebody built differs from the one that is wanted, in three sentences, each nearer to what has to be done.
 *
 * @param where where to look, and what is noticed there
 * @param what of which kind the difference is
 * @param exactly what has to be changed
 */
public record Difference(String where, String what, String exactly) {

    /** The three, in their order. */
    public List<String> hints() {
        return List.of(where, what, exactly);
    }
}
