package casebook.engine.lower;

import casebook.compute.Fingerprint;
import casebook.model.Model;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells whether some of a model's parameters have other values than the last time, in whatever way they were changed: see
 * {@link Model}.
 */
final class Watch {

    private final Model model;
    private final List<String> names;
    private long version = -1;
    /** Of those that somebody may write behind the model's back. */
    private final Map<String, Long> fingerprints = new HashMap<>();

    Watch(Model model, Collection<String> names) {
        this.model = model;
        this.names = List.copyOf(names);
    }

    /** True if values may be others than at the last call; the first time it is true. */
    boolean changed(Model.Reading reading) {
        long now = model.version();
        boolean changed = now != version;
        version = now;
        for (String name : names) {
            if (model.handedOut(name)) {
                Long seen = Fingerprint.of(reading.parameter(name));
                // One that was handed out since the last call may have been written at once.
                changed |= !seen.equals(fingerprints.put(name, seen));
            }
        }
        return changed;
    }
}
