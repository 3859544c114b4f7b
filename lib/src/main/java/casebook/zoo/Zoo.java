package casebook.zoo;

import casebook.network.Network;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** All networks of the lectures by their ids, as the terminal commands use them. */
public final class Zoo {

    private static final Map<String, Supplier<Network>> NETWORKS = new LinkedHashMap<>();

    static {
        NETWORKS.put("lenet-5", () -> LeNet5.taught(10));
        NETWORKS.put("lenet-5-1998", LeNet5::paper);
    }

    private Zoo() {}

    /** All ids, in the order of the lectures. */
    public static List<String> ids() {
        return List.copyOf(NETWORKS.keySet());
    }

    /**
     * The network with this id.
     *
     * @throws IllegalArgumentException if there is none; the message names the nearest
     */
    public static Network network(String id) {
        Supplier<Network> network = NETWORKS.get(id);
        if (network == null) {
            throw new IllegalArgumentException("there is no network \"" + id + "\"; the nearest are " + String.join(", ", nearest(id)));
        }
        return network.get();
    }

    /** The three ids most like this one, by the number of letters to change. */
    static List<String> nearest(String id) {
        return NETWORKS.keySet().stream()
                .sorted(java.util.Comparator.comparingInt(known -> distance(known, id.toLowerCase(java.util.Locale.ROOT))))
                .limit(3).toList();
    }

    /** Levenshtein's distance: the fewest letters to insert, delete or replace. */
    private static int distance(String a, String b) {
        int[] previous = java.util.stream.IntStream.rangeClosed(0, b.length()).toArray();
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
