package casebook.model;

import casebook.compute.Tensors;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.network.Network;
import casebook.network.Node;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The weights with which a model starts: see {@link Model#of(Network, long, DataType)}. */
final class InitialWeights {

    /** Past so many bytes of weights, memory of models that nobody uses any more is given back before more is asked for. */
    private static final long LARGE = 200L << 20;

    private InitialWeights() {}

    /** All parameters by their full names, in the network's order. */
    static Map<String, INDArray> of(Network network, long seed, DataType type) {
        freeUnusedMemory(network, type);
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        List<List<Integer>> readers = network.readers();
        for (Node node : network.nodes()) {
            double gain = gain(network, readers, node);
            for (Parameter parameter : node.parameters()) {
                String name = network.parameterName(node, parameter.name());
                // Each parameter has a stream of its own: adding a layer elsewhere does not change it.
                SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
                parameters.put(name, start(parameter, gain, random, type));
            }
        }
        return parameters;
    }

    static void freeUnusedMemory(Network network, DataType type) {
        long numbers = network.nodes().stream().flatMap(node -> node.parameters().stream()).mapToLong(Parameter::count).sum();
        if (numbers * type.width() > LARGE) {
            // Java does not see how much memory its small handles on large arrays stand for, and would let them pile up.
            System.gc();
        }
    }

    /** What the layers behind this one ask for; normalizations and sums hand on what those behind them ask for. */
    private static double gain(Network network, List<List<Integer>> readers, Node node) {
        double gain = 1;
        for (int reader : readers.get(node.index())) {
            Node next = network.nodes().get(reader);
            boolean passesOn = next.layer().category() == Layer.Category.NORMALIZATION || next.layer().category() == Layer.Category.MERGE;
            gain = Math.max(gain, Math.max(next.layer().gain(), passesOn ? gain(network, readers, next) : 1));
        }
        return gain;
    }

    private static INDArray start(Parameter parameter, double gain, SplittableRandom random, DataType type) {
        long[] shape = dims(parameter);
        if (parameter.start() instanceof Parameter.Start.Constant constant) {
            return Nd4j.valueArrayOf(shape, constant.value(), type);
        }
        if (parameter.start() instanceof Parameter.Start.Values given) {
            Iterator<Double> values = given.values().iterator();
            return Tensors.filled(type, values::next, shape);
        }
        double deviation = Math.sqrt(gain / ((Parameter.Start.Random) parameter.start()).inputs());
        return Tensors.filled(type, () -> random.nextGaussian() * deviation, shape);
    }

    static long[] dims(Parameter parameter) {
        return parameter.shape().stream().mapToLong(Long::longValue).toArray();
    }
}
