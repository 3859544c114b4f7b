package casebook.engine;

import casebook.compute.Tensors;
import casebook.engine.graph.Fusion;
import casebook.engine.graph.OperationGraph;
import casebook.engine.lower.Lowerings;
import casebook.engine.lower.Program;
import casebook.engine.lower.TrainingCompilation;
import casebook.engine.memory.BoundStorage;
import casebook.engine.memory.Value;
import casebook.engine.onednn.Engine;
import casebook.model.Model;
import casebook.model.ModelRun;
import casebook.network.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The training steps of a model on batches of one size, forward and backward, as fast as it can be done here. Like a {@link Plan} it is
 * made once and used many times. It reads the weights anew in each step, and keeps what the backward pass needs.
 * {@link casebook.model.Execution} remains what it is compared with; a layer that has no lowering for training runs its own
 * {@code forward} and {@code backward}.
 *
 * <p>Several threads may use it, one after the other. It owns native memory: close it when it is done with. One that nobody closes gives
 * its memory back some time after nobody can reach it.
 */
public final class TrainingPlan implements AutoCloseable {

    private final Model model;
    private final int images;
    private final List<Node> ends;
    private final Running running;
    private BoundStorage input;
    /** Where the outputs of the ends go. */
    private final Map<Node, BoundStorage> outputs = new HashMap<>();
    /** Where their gradients come from. */
    private final Map<Node, BoundStorage> starts = new LinkedHashMap<>();
    private final Map<String, BoundStorage> parameters = new LinkedHashMap<>();
    private final Map<String, BoundStorage> gradients = new LinkedHashMap<>();
    /** The first step backward. */
    private int turn;
    private long seed;
    /** The last run, as long as its backward pass can be run. */
    private Run current;

    private TrainingPlan(Model model, int images, List<Node> ends) {
        this.model = model;
        this.images = images;
        this.ends = ends;
        this.running = new Running(model,
                "this plan was closed: make a new one with TrainingPlan.of, and close it when nothing uses it any more");
    }

    /** True if this platform has oneDNN. Where it has not, {@link casebook.model.Execution} is the way. */
    public static boolean available() {
        return Engine.available();
    }

    /**
     * Makes a model ready, with its auxiliary heads.
     *
     * @param images how many images a batch will have
     * @param ends the layers whose outputs losses take
     * @throws IllegalStateException if oneDNN is not there on this platform, or the model is one of float64 or was closed
     */
    public static TrainingPlan of(Model model, int images, List<Node> ends) {
        TrainingPlan plan = new TrainingPlan(model, images, ends.stream().distinct().toList());
        plan.running.make(plan::compile);
        return plan;
    }

    private void compile() {
        // A softmax behind an end, for example, is not needed: its loss takes what goes into it.
        OperationGraph graph = new OperationGraph(model.network(), ends, Lowerings.traits(true));
        Fusion.forTraining(graph);
        Program program = running.program();
        TrainingCompilation compilation = new TrainingCompilation(model, images, graph, program, running::reading, () -> seed);
        compilation.compileForward();
        for (Node end : ends) {
            Value value = compilation.value(end.index());
            Value output = program.bound(value.layout().dims());
            program.copy(value, output);
            outputs.put(end, Program.binding(output));
        }
        turn = program.size();
        for (Node end : ends) {
            Value start = program.bound(compilation.value(end.index()).layout().dims());
            starts.put(end, Program.binding(start));
            compilation.addGradient(end.index(), start);
        }
        compilation.compileBackward();
        program.prepare();
        input = Program.binding(compilation.input());
        compilation.parameters().forEach((name, value) -> parameters.put(name, Program.binding(value)));
        compilation.gradientsOfParameters().forEach((name, value) -> gradients.put(name, Program.binding(value)));
    }

    /**
     * Runs the forward pass.
     *
     * @param batch {@code [images, channels, height, width]}, as many images as the plan was made for
     * @param seed for layers that need chance
     * @return the run, whose backward pass can be run until this plan runs forward again
     * @throws IllegalArgumentException if the batch has another shape
     * @throws IllegalStateException if the plan or its model was closed
     * @throws casebook.compute.Stopped if this thread is interrupted
     */
    public ModelRun forward(INDArray batch, long seed) {
        if (batch.size(0) != images) {
            throw new IllegalArgumentException("this plan was made for batches of " + images + ", this one has " + batch.size(0));
        }
        INDArray ordered = Tensors.rowMajor(model.requireInput(batch));
        return running.run(() -> run(ordered, seed));
    }

    private Run run(INDArray batch, long runSeed) {
        seed = runSeed;
        current = null;
        Run run = new Run();
        input.bind(batch);
        parameters.forEach((name, storage) -> storage.bind(running.reading().parameter(name)));
        outputs.forEach((node, storage) -> storage.bind(run.outputs.get(node)));
        try {
            running.program().run(0, turn);
        } finally {
            // Moving means and variances have moved.
            model.changed();
            outputs.values().forEach(BoundStorage::release);
        }
        current = run;
        return run;
    }

    private Map<String, INDArray> runBackward(Map<Node, INDArray> gradientsOfEnds) {
        Map<String, INDArray> found = new LinkedHashMap<>();
        gradients.forEach((name, storage) -> {
            INDArray gradient = Nd4j.create(DataType.FLOAT, running.reading().parameter(name).shape(), 'c');
            found.put(name, gradient);
            storage.bind(gradient);
        });
        starts.forEach((end, storage) -> storage.bind(Tensors.rowMajor(gradientsOfEnds.get(end))));
        running.program().run(turn, running.program().size());
        input.release();
        starts.values().forEach(BoundStorage::release);
        gradients.values().forEach(BoundStorage::release);
        return found;
    }

    /** One run. Its arrays are made for it alone, so that another one does not change them. */
    private final class Run implements ModelRun {
        private final Map<Node, INDArray> outputs = new HashMap<>();

        Run() {
            ends.forEach(end -> outputs.put(end, Nd4j.createUninitialized(DataType.FLOAT, end.output().batch(images), 'c')));
        }

        @Override
        public INDArray output(Node node) {
            INDArray output = outputs.get(node);
            if (output == null) {
                throw new IllegalStateException(node.name() + ": its output is not kept in this run");
            }
            return output;
        }

        @Override
        public Map<String, INDArray> backward(Map<Node, INDArray> gradientsOfEnds) {
            return running.run(() -> {
                if (current != this) {
                    throw new IllegalStateException("this run is over: its plan has run forward again, or this one backward; "
                            + "run each backward before the next forward");
                }
                current = null;
                return runBackward(gradientsOfEnds);
            });
        }
    }

    /**
     * Gives its memory back, when what runs has come to its end.
     *
     * @throws IllegalStateException if this thread runs it, as a layer does that closes its plan
     */
    @Override
    public void close() {
        running.close();
    }
}
