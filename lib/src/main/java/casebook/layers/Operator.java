package casebook.layers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operator of ONNX: {@code Operator.of("Conv", x, weights).integers("strides", 2, 2)}. Once made it never changes; each
 * method that sets an attribute returns a new one.
 *
 * @param type its name in ONNX: {@code Conv}, {@code MaxPool}
 * @param inputs names of the tensors that it reads; an empty one is left out
 * @param attributes its settings by name: a {@link Long}, a {@link Float} or a {@code List<Long>}
 */
public record Operator(String type, List<String> inputs, Map<String, Object> attributes) {

    /** An operator without attributes. */
    public static Operator of(String type, String... inputs) {
        return of(type, List.of(inputs));
    }

    /** An operator without attributes. */
    public static Operator of(String type, List<String> inputs) {
        return new Operator(type, List.copyOf(inputs), Map.of());
    }

    /** The same with an attribute that is a whole number. */
    public Operator integer(String attribute, long value) {
        return with(attribute, value);
    }

    /** The same with an attribute that is a list of whole numbers. */
    public Operator integers(String attribute, long... values) {
        return with(attribute, Parameter.dims(values));
    }

    /** The same with an attribute that is a number. ONNX keeps it in single precision. */
    public Operator number(String attribute, double value) {
        return with(attribute, (float) value);
    }

    private Operator with(String attribute, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(attributes);
        more.put(attribute, value);
        return new Operator(type, inputs, more);
    }
}
