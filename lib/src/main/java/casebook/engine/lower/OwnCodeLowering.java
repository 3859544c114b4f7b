package casebook.engine.lower;

import casebook.engine.graph.Operation;
import casebook.engine.memory.Value;
import casebook.layers.Parameter;
import casebook.model.LayerPass;
import casebook.network.Network;
import casebook.network.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The fallback: a layer runs its own forward and backward pass in the middle of a plan, on arrays in row-major order. */
final class OwnCodeLowering implements Lowering {

    @Override
    public void predict(Operation operation, InferenceCompilation c) {
        List<INDArray> inputs = c.plainInputs(operation.node());
        INDArray output = c.outputArray(operation.node());
        c.put(operation, c.program.fixed(output));
        c.program.call(() -> output.assign(LayerPass.predicting(c.model, operation.node(), inputs).forward()));
    }

    @Override
    public void train(Operation operation, TrainingCompilation c) {
        Node node = operation.node();
        List<INDArray> inputs = c.plainInputs(node);
        INDArray output = c.outputArray(node);
        Trained run = new Trained();
        c.program.call(() -> {
            LayerPass pass = new LayerPass(c.model, node, true, c.seed(), inputs, run::gradient, array -> array);
            output.assign(pass.forward());
            pass.output(output);
            run.pass = pass;
        });
        c.put(operation, c.program.fixed(output), () -> backward(operation, c, run, inputs));
    }

    private static void backward(Operation operation, TrainingCompilation c, Trained run, List<INDArray> inputs) {
        Node node = operation.node();
        INDArray given = c.outputArray(node);
        Value gradient = c.gradient(operation);
        c.program.copy(gradient, c.program.fixed(given).as(c.rowMajor(gradient.layout().dims())));
        List<INDArray> ofInputs = inputs.stream().map(array -> Nd4j.create(DataType.FLOAT, array.shape(), 'c')).toList();
        List<ParameterGradients.Target> targets = node.layer().parameters(node.inputShapes()).stream().filter(Parameter::trainable)
                .map(parameter -> {
            long[] shape = parameter.shape().stream().mapToLong(Long::longValue).toArray();
            ParameterGradients.Target target = c.parameterGradients().target(node, parameter.name(), c.rowMajor(shape), shape);
            run.targets.put(parameter.name(), target.array());
            return target;
        }).toList();
        c.program.call(() -> {
            run.handedOver.clear();
            List<INDArray> back = run.pass.backward(given);
            for (int i = 0; i < ofInputs.size(); i++) {
                ofInputs.get(i).assign(back.get(i));
            }
            run.pass = null;
        });
        targets.forEach(target -> target.finish().run());
        for (int i = 0; i < ofInputs.size(); i++) {
            if (node.inputs().get(i) != Network.INPUT) {
                c.addGradient(node.inputs().get(i), c.program.fixed(ofInputs.get(i)).as(c.rowMajor(c.source(node, i).layout().dims())));
            }
        }
    }

    /** What is between a layer's own forward and backward pass. */
    private static final class Trained {
        private final Map<String, Supplier<INDArray>> targets = new HashMap<>();
        private final Set<String> handedOver = new HashSet<>();
        private LayerPass pass;

        void gradient(String name, INDArray gradient) {
            INDArray target = targets.get(name).get();
            if (handedOver.add(name)) {
                target.assign(gradient);
            } else {
                target.addi(gradient);
            }
        }
    }
}
