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
            throw new IllegalArgumentException("there is no network \"" + id + "\"; the nearest are " + Nearest.to(id, NETWORKS.keySet()));
        }
        return network.get();
    }
}
