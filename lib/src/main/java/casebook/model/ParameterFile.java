package casebook.model;

import casebook.compute.Elements;
import casebook.layers.Parameter;
import casebook.network.Network;
import casebook.network.Node;
import casebook.text.Printable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A file of parameters, held against the network that it is to belong to. */
final class ParameterFile {

    private ParameterFile() {}

    /** The parameters of a network, in its order and in float32. */
    static Map<String, INDArray> read(Network network, Path file) {
        InitialWeights.freeUnusedMemory(network, DataType.FLOAT);
        Map<String, INDArray> tensors = Safetensors.read(file).tensors();
        Map<String, INDArray> parameters = requireParametersOf(network, file, tensors);
        parameters.replaceAll((name, tensor) -> tensor.dataType() == DataType.FLOAT ? tensor : tensor.castTo(DataType.FLOAT));
        return parameters;
    }

    /**
     * The tensors in the network's order.
     *
     * @param file named in messages
     * @throws ModelFileException if one is missing, of another shape, not finite, or unknown
     */
    static Map<String, INDArray> requireParametersOf(Network network, Path file, Map<String, INDArray> tensors) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            for (Parameter parameter : node.parameters()) {
                String name = network.parameterName(node, parameter.name());
                parameters.put(name, requireTensor(network, file, name, InitialWeights.dims(parameter), tensors));
            }
        }
        refuseStrangers(network, file, parameters.keySet(), tensors);
        return parameters;
    }

    private static INDArray requireTensor(Network network, Path file, String name, long[] shape, Map<String, INDArray> tensors) {
        INDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFileException(file + " has no " + name + ", so it does not belong to " + network.name()
                    + "; it has " + Printable.names(tensors.keySet()));
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new ModelFileException(file + ": " + name + " is " + Arrays.toString(tensor.shape()) + ", but "
                    + network.name() + " needs " + Arrays.toString(shape));
        }
        if (!Elements.finite(tensor)) {
            throw new ModelFileException(file + ": " + name + " has values that are no numbers that can be used (NaN or infinite): "
                    + "was it saved after training had gone wrong?");
        }
        return tensor;
    }

    private static void refuseStrangers(Network network, Path file, Set<String> names, Map<String, INDArray> tensors) {
        for (String name : tensors.keySet()) {
            if (!names.contains(name)) {
                throw new ModelFileException(file + " has " + Printable.name(name) + ", which " + network.name()
                        + " does not have: it belongs to another network");
            }
        }
    }
}
