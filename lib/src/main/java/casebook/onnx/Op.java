package casebook.onnx;

import static java.util.Map.entry;

import casebook.text.Printable;
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

    /** How many tensors each operator can read; those that can read any number are not here. */
    private static final Map<String, Integer> MOST_INPUTS = Map.ofEntries(entry("Conv", 3), entry("Gemm", 3), entry("MatMul", 2),
            entry("MaxPool", 1), entry("AveragePool", 1), entry("GlobalAveragePool", 1), entry("GlobalMaxPool", 1), entry("ReduceMean", 2),
            entry("BatchNormalization", 5), entry("LRN", 1), entry("Relu", 1), entry("Sigmoid", 1), entry("Tanh", 1),
            entry("HardSigmoid", 1), entry("HardSwish", 1), entry("Clip", 3), entry("Softmax", 1), entry("Dropout", 3), entry("Add", 2),
            entry("Sub", 2), entry("Mul", 2), entry("Div", 2), entry("Pad", 4), entry("Slice", 5), entry("Identity", 1), entry("Cast", 1),
            entry("Flatten", 1), entry("Reshape", 2), entry("Squeeze", 2), entry("Unsqueeze", 2), entry("Transpose", 1), entry("Shape", 1),
            entry("Constant", 0), entry("ConstantOfShape", 1), entry("Gather", 2));

    static Op of(Onnx.NodeProto node) {
        Map<String, Onnx.AttributeProto> attributes = node.getAttributeCount() == 0 ? Map.of() : new HashMap<>();
        node.getAttributeList().forEach(attribute -> attributes.put(attribute.getName(), attribute));
        String type = standard(node.getDomain()) ? node.getOpType() : node.getDomain() + "." + node.getOpType();
        String output = node.getOutputCount() > 0 ? node.getOutput(0) : "";
        return new Op(type, node.getName().isBlank() ? output : node.getName(), List.copyOf(node.getInputList()),
                List.copyOf(node.getOutputList()), attributes);
    }

    /** @throws IllegalArgumentException if it reads more tensors than this operator can, which then would be left out of every count */
    void checkInputs() {
        int most = MOST_INPUTS.getOrDefault(type, Integer.MAX_VALUE);
        if (inputs.size() > most) {
            throw new IllegalArgumentException("it reads " + inputs.size() + " tensors, and this operator can read " + most
                    + ": the file is damaged, or means another operator");
        }
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
        return Printable.name(type) + " \"" + Printable.name(name) + '"';
    }
}
