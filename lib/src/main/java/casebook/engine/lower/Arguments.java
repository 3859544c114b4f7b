package casebook.engine.lower;

import casebook.engine.memory.Value;
import casebook.engine.onednn.Argument;
import java.util.EnumMap;
import java.util.Map;

/** The values that a primitive works on. One that is null is left out, as the bias of a layer without one. */
final class Arguments {

    private final Map<Argument, Value> values = new EnumMap<>(Argument.class);

    static Arguments of(Argument argument, Value value) {
        return new Arguments().and(argument, value);
    }

    Arguments and(Argument argument, Value value) {
        if (value != null) {
            values.put(argument, value);
        }
        return this;
    }

    Map<Argument, Value> values() {
        return values;
    }
}
