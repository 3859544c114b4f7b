package casebook.engine;

import static casebook.layers.Option.same;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.engine.graph.Fusion;
import casebook.engine.graph.OperationGraph;
import casebook.engine.lower.ActivationLowering;
import casebook.engine.lower.Lowerings;
import casebook.engine.onednn.PostOp;
import casebook.layers.Activation;
import casebook.layers.Pass;
import casebook.model.Execution;
import casebook.model.GradientCheck;
import casebook.model.Model;
import casebook.model.ModelRun;
import casebook.network.Network;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A newcomer's activation: the layer, and one line that says what it is to oneDNN. Nothing else changes, and it is fused, runs
 * and trains fast.
 */
class SwishTest {

    /** x · σ(x), Ramachandran et al. 2017, "Searching for activation functions". */
    private record Swish() implements Activation {

        /** How often the layer's own code ran. */
        private static final AtomicInteger RUNS = new AtomicInteger();

        @Override
        public String kind() {
            return "swish";
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            RUNS.incrementAndGet();
            return Transforms.sigmoid(x, true).muli(x);
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            RUNS.incrementAndGet();
            INDArray sigmoid = Transforms.sigmoid(pass.input(), true);
            INDArray slope = sigmoid.add(pass.input().mul(sigmoid).muli(sigmoid.rsub(1)));
            return dy.mul(slope);
        }
    }

    /** oneDNN's number for x · σ(α x). */
    private static final int DNNL_ELTWISE_SWISH = org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;

    private static void register() {
        Lowerings.register(Swish.class, new ActivationLowering(PostOp.fromInput(new PostOp.Elementwise(DNNL_ELTWISE_SWISH, 1, 0))));
    }

    private static final Network NETWORK = Network.named("swish").input(12, 12, 6).conv(16, 3, same()).batchNorm().layer(new Swish())
            .conv(16, 3).layer(new Swish())
            .residual(main -> main.conv(16, 3, same()).layer(new Swish())).flatten().dense(20).layer(new Swish()).dense(5).build();

    @Test
    void itIsRightByItself() {
        GradientCheck.of(Network.named("swish alone").input(6, 6, 2).conv(3, 3).layer(new Swish()).build(), 1).values()
                .forEach(error -> assertThat(error).isLessThan(1e-6));
    }

    /** One line makes a convolution, and a fully connected layer, apply it to what they compute. */
    @Test
    void itIsFused() {
        register();
        OperationGraph graph = new OperationGraph(NETWORK, List.of(NETWORK.output()), Lowerings.traits(false));
        Fusion.forInference(graph);
        assertThat(graph.operations().stream().filter(operation -> operation.node().layer() instanceof Swish)).isEmpty();
        assertThat(graph.operations().stream().filter(operation -> operation.activation() != null)).hasSize(4);
    }

    /** The registered way runs nothing of the layer's own code, neither forward nor backward. */
    @Test
    void itsOwnCodeIsNotRun() {
        register();
        INDArray images = Nd4j.rand(DataType.FLOAT, NETWORK.input().batch(8));
        try (Model model = Model.of(NETWORK, 1); TrainingPlan plan = TrainingPlan.of(model, 8, List.of(NETWORK.output()))) {
            int before = Swish.RUNS.get();
            model.predict(images);
            plan.forward(images, 1).backward(Map.of(NETWORK.output(), Nd4j.ones(DataType.FLOAT, 8, 5)));
            assertThat(Swish.RUNS).hasValue(before);
            Execution.training(model, images, 1);
            assertThat(Swish.RUNS.get()).as("the layers' own code counts").isEqualTo(before + 4);
        }
    }

    @Test
    void itPredictsAndTrainsFast() {
        for (boolean registered : new boolean[] {false, true}) {
            if (registered) {
                register();
            }
            for (int count : new int[] {1, 8}) {
                INDArray images = Nd4j.rand(DataType.FLOAT, NETWORK.input().batch(count)).subi(0.5);
                Map<casebook.network.Node, INDArray> starts = Map.of(NETWORK.output(), Nd4j.ones(DataType.FLOAT, count, 5));
                try (Model model = Model.of(NETWORK, 1); TrainingPlan plan = TrainingPlan.of(model, count, List.of(NETWORK.output()))) {
                    INDArray wanted = model.predictByLayers(images);
                    assertThat(model.predict(images).sub(wanted).amaxNumber().doubleValue())
                            .isLessThan(1e-4 * wanted.amaxNumber().doubleValue());
                    ModelRun run = plan.forward(images, 1);
                    Execution reference = Execution.training(model, images, 1);
                    assertThat(run.output(NETWORK.output()).equalsWithEps(reference.output(NETWORK.output()), 1e-4)).isTrue();
                    Map<String, INDArray> gradients = run.backward(starts);
                    reference.backward(starts).forEach((name, gradient) ->
                            assertThat(gradients.get(name).sub(gradient).norm2Number().doubleValue()).as(name)
                            .isLessThan(2e-3 * Math.max(gradient.norm2Number().doubleValue(), 1)));
                }
            }
        }
    }
}
