package casebook.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx;

/**
 * An operator of the file.
 *
 * @param type what it does: {@code Conv}
 * @param name its name in the file; its output's name if it has none
 * @param inputs the tensors that it reads; an empty name stands for one that is left out
 * @param outputs the tensors that it writes
 * @param attributes its settings by name
 */
record Op(String type, String name, List<String> inputs, List<String> outputs, Map<String, Onnx.AttributeProto> attributes) {

    static Op of(Onnx.NodeProto node) {
        Map<String, Onnx.AttributeProto> attributes = new HashMap<>();
        node.getAttributeList().forEach(attribute -> attributes.put(attribute.getName(), attribute));
        String type = standard(node.getDomain()) ? node.getOpType() : node.getDomain() + "." + node.getOpType();
        String output = node.getOutputCount() > 0 ? node.getOutput(0) : "";
        return new Op(type, node.getName().isBlank() ? output : node.getName(), List.copyOf(node.getInputList()),
                List.copyOf(node.getOutputList()), attributes);
    }

    /** True for ONNX's own operators; others have a domain of their own. */
    static boolean standard(String domain) {
        return domain.isEmpty() || domain.equals("ai.onnx");
    }

    String output() {
        return outputs.isEmpty() ? "" : outputs.get(0);
    }

    /** True if this input is there. */
    boolean has(int input) {
        return input < inputs.size() && !inputs.get(input).isEmpty();
    }

    boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    long integer(String attribute, long otherwise) {
        return has(attribute) ? attributes.get(attribute).getI() : otherwise;
    }

    double number(String attribute, double otherwise) {
        return has(attribute) ? decimal(attributes.get(attribute).getF()) : otherwise;
    }

    /** ONNX keeps 0.1 in single precision, from which the double 0.10000000149 would come. */
    static double decimal(float number) {
        return Double.parseDouble(Float.toString(number));
    }

    String text(String attribute, String otherwise) {
        return has(attribute) ? attributes.get(attribute).getS().toStringUtf8() : otherwise;
    }

    /** A list of whole numbers; null if the attribute is not there. */
    long[] integers(String attribute) {
        return has(attribute) ? attributes.get(attribute).getIntsList().stream().mapToLong(Long::longValue).toArray() : null;
    }

    /** A list of whole numbers of this length. */
    long[] integers(String attribute, long... otherwise) {
        long[] values = integers(attribute);
        if (values == null) {
            return otherwise;
        }
        if (values.length != otherwise.length) {
            throw new IllegalArgumentException("its " + attribute + " should be " + otherwise.length + " numbers, it has "
                    + values.length
                    + "; only layers on images, with height and width, can be read");
        }
        return values;
    }

    @Override
    public String toString() {
        return type + " \"" + name + '"';
    }
}
