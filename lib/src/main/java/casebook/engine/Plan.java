package casebook.engine;

import casebook.compute.Tensors;
import casebook.engine.graph.ConcatInPlace;
import casebook.engine.graph.Fusion;
import casebook.engine.graph.OperationGraph;
import casebook.engine.graph.UnreadPositions;
import casebook.engine.lower.Compilation;
import casebook.engine.lower.InferenceCompilation;
import casebook.engine.lower.Lowerings;
import casebook.engine.lower.PackedWeights;
import casebook.engine.lower.Program;
import casebook.engine.memory.BoundStorage;
import casebook.engine.memory.Value;
import casebook.engine.onednn.Engine;
import casebook.model.Model;
import casebook.network.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model made ready to predict batches of one size, as fast as it can be done here. {@link Model#predict} makes plans by itself; by hand
 * it is made once and used many times:
 *
 * <pre>{@code
 * try (Plan plan = Plan.of(model, 8)) {
 *     INDArray probabilities = plan.predict(images);   // [8, classes]
 * }
 * }</pre>
 *
 * <ul>
 * <li>A batch normalization behind a convolution is multiplied into its weights. A ReLU, and the addition of a shortcut, are done while
 * the convolution still has the numbers in the processor.
 * <li>What nobody reads is not computed. A block of a ResNet ends in an output of which the next stage's 1×1 convolutions, of stride 2,
 * read every second row and column: the other three quarters are left out.
 * <li>Between the layers, numbers lie in memory as oneDNN likes them best. Only the images and the answers are in row-major order.
 * <li>With many images, branches that are joined write into the place where they belong: nothing is copied.
 * <li>Weights are packed in that order once. For one image, those of fully connected layers are read where they lie in the model: each is
 * used once, and AlexNet has 234 MB of them. Outputs share memory as soon as nobody reads them any more.
 * </ul>
 *
 * <p>It answers with the weights that the model has: when they have changed, in one of the ways that {@link Model} tells of, it packs
 * them anew before the next answer. The layers' own {@code forward} remains what it is compared with. A layer that has no lowering runs
 * its own {@code forward}.
 *
 * <p>Several threads may use it, one after the other. It owns native memory: close it when it is done with. One that nobody closes gives
 * its memory back some time after nobody can reach it.
 */
public final class Plan implements AutoCloseable {

    private final Model model;
    private final int images;
    private final List<Node> wanted;
    private final Running running;
    private final PackedWeights weights;
    private BoundStorage input;
    /** Where the outputs that are wanted go, by the layers' indices. */
    private final Map<Integer, BoundStorage> results = new HashMap<>();

    private Plan(Model model, int images, List<Node> wanted) {
        this.model = model;
        this.images = images;
        this.wanted = wanted;
        this.running = new Running(model, "this plan was closed: make a new one with Plan.of, and close it when nothing uses it any more");
        this.weights = new PackedWeights(model.network(), running.program(), running::reading);
    }

    /** True if this platform has oneDNN. Where it has not, {@link Model#predict} goes layer by layer. */
    public static boolean available() {
        return Engine.available();
    }

    /**
     * Makes a model ready.
     *
     * @param images how many images a batch will have
     * @throws IllegalStateException if oneDNN is not there on this platform, or the model is one of float64 or was closed
     */
    public static Plan of(Model model, int images) {
        return of(model, images, model.network().output());
    }

    /**
     * Makes a model ready for the outputs of some layers.
     *
     * @param wanted layers
     */
    public static Plan of(Model model, int images, Node... wanted) {
        Plan plan = new Plan(model, images, List.of(wanted));
        plan.running.make(plan::compile);
        return plan;
    }

    private void compile() {
        OperationGraph graph = new OperationGraph(model.network(), wanted, Lowerings.traits(false));
        UnreadPositions.find(graph);
        Fusion.forInference(graph);
        ConcatInPlace.find(graph, Compilation.block(images));
        InferenceCompilation compilation = new InferenceCompilation(model, images, graph, running.program(), weights, running::reading);
        Map<Integer, Value> outputs = compilation.compile();
        running.program().prepare();
        input = Program.binding(compilation.input());
        outputs.forEach((layer, value) -> results.put(layer, Program.binding(value)));
        weights.refresh(model);
    }

    /**
     * The main output for a batch, or the first of those that are wanted.
     *
     * @param batch {@code [images, channels, height, width]}, as many images as the plan was made for
     * @return {@code [images, classes]}
     * @throws IllegalArgumentException if the batch has another shape
     * @throws IllegalStateException if the plan or its model was closed
     */
    public INDArray predict(INDArray batch) {
        return outputs(batch).get(0);
    }

    /**
     * All outputs that are wanted, in their order.
     *
     * @param batch {@code [images, channels, height, width]}, as many images as the plan was made for
     * @throws IllegalArgumentException if the batch has another shape
     * @throws IllegalStateException if the plan or its model was closed
     * @throws casebook.compute.Stopped if this thread is interrupted
     */
    public List<INDArray> outputs(INDArray batch) {
        if (batch.size(0) != images) {
            throw new IllegalArgumentException("this plan was made for batches of " + images + ", this one has " + batch.size(0)
                    + (batch.size(0) == 1 ? " image" : " images"));
        }
        INDArray ordered = Tensors.rowMajor(model.requireInput(batch));
        return running.run(() -> run(ordered));
    }

    private List<INDArray> run(INDArray batch) {
        weights.refresh(model);
        Map<Integer, INDArray> answers = new HashMap<>();
        results.forEach((layer, storage) -> {
            INDArray answer = Nd4j.createUninitialized(DataType.FLOAT, model.network().nodes().get(layer).output().batch(images), 'c');
            storage.bind(answer);
            answers.put(layer, answer);
        });
        input.bind(batch);
        running.program().run(0, running.program().size());
        input.release();
        results.values().forEach(BoundStorage::release);
        return wanted.stream().map(node -> answers.get(node.index())).toList();
    }

    /** Bytes of native memory that it holds. */
    long bytes() {
        return running.bytes();
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
