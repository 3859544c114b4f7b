package casebook.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx;

/** Functions of a file: operators that are made of others. Each call is written out, as if there were no function. */
final class Functions {

    private static final int DEEPEST = 50;
    private static final int MOST_OPERATORS = 200_000;

    private final Map<String, Onnx.FunctionProto> byName = new HashMap<>();
    private final List<Onnx.NodeProto> written = new ArrayList<>();
    private int calls;

    private Functions(List<Onnx.FunctionProto> functions) {
        functions.forEach(function -> byName.put(name(function.getDomain(), function.getName()), function));
    }

    private static String name(String domain, String name) {
        return domain + "." + name;
    }

    /**
     * The operators without calls.
     *
     * @throws IllegalArgumentException if a function calls itself, or does not fit its call
     */
    static List<Onnx.NodeProto> written(List<Onnx.NodeProto> nodes, List<Onnx.FunctionProto> functions) {
        if (functions.isEmpty()) {
            return nodes;
        }
        Functions all = new Functions(functions);
        nodes.forEach(node -> all.write(node, 0));
        return all.written;
    }

    private void write(Onnx.NodeProto node, int depth) {
        Onnx.FunctionProto function = byName.get(name(node.getDomain(), node.getOpType()));
        if (function == null) {
            written.add(node);
            return;
        }
        calls++;
        Op call = Op.of(node);
        if (depth > DEEPEST || calls + written.size() > MOST_OPERATORS) {
            throw new IllegalArgumentException("the function " + call + " calls itself, or so many others that no end is seen");
        }
        if (node.getInputCount() > function.getInputCount() || node.getOutputCount() > function.getOutputCount()) {
            throw new IllegalArgumentException("the function " + call + " takes " + function.getInputCount() + " tensors and gives "
                    + function.getOutputCount() + "; it is called with " + node.getInputCount() + " and " + node.getOutputCount());
        }
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < function.getInputCount(); i++) {
            names.put(function.getInput(i), i < node.getInputCount() ? node.getInput(i) : "");
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            names.put(function.getOutput(i), node.getOutput(i));
        }
        String prefix = (call.name().isEmpty() ? call.type() : call.name()) + "/" + calls + "/";
        function.getNodeList().forEach(inner -> write(inside(inner, names, call, prefix), depth + 1));
    }

    /** An operator of a function with the names and settings of the call. */
    private static Onnx.NodeProto inside(Onnx.NodeProto inner, Map<String, String> names, Op call, String prefix) {
        Onnx.NodeProto.Builder node = inner.toBuilder().clearInput().clearOutput().clearAttribute();
        inner.getInputList().forEach(name -> node.addInput(renamed(name, names, prefix)));
        inner.getOutputList().forEach(name -> node.addOutput(renamed(name, names, prefix)));
        node.setName(inner.getName().isBlank() ? "" : prefix + inner.getName());
        for (Onnx.AttributeProto attribute : inner.getAttributeList()) {
            if (attribute.getRefAttrName().isEmpty()) {
                node.addAttribute(attribute);
            } else if (call.has(attribute.getRefAttrName())) {
                node.addAttribute(call.attributes().get(attribute.getRefAttrName()).toBuilder().setName(attribute.getName()));
            }
        }
        return node.build();
    }

    private static String renamed(String name, Map<String, String> names, String prefix) {
        return name.isEmpty() ? "" : names.getOrDefault(name, prefix + name);
    }
}
