package casebook.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import casebook.OwnProcess;
import casebook.compute.Scratch;
import casebook.engine.onednn.Argument;
import casebook.engine.onednn.ElementwisePrimitives;
import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryRegion;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.PostOp;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.ReorderPrimitives;
import casebook.experiments.MemoryGrowth;
import casebook.layers.Cost;
import casebook.layers.Pass;
import casebook.layers.Shape;
import casebook.layers.SingleInputLayer;
import casebook.model.Model;
import casebook.model.Execution;
import casebook.model.ModelRun;
import casebook.network.Network;
import casebook.zoo.Zoo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whatever owns native memory closes once, refuses to work after that, and never ends the Java process. */
class HandlesTest {

    private static final Network LENET = Zoo.network("lenet-5");

    private static INDArray images(int count) {
        return Nd4j.rand(DataType.FLOAT, LENET.input().batch(count));
    }

    private static void refuses(ThrowingCallable call, String words) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed")
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    @Test
    void aPlan() {
        try (Model model = Model.of(LENET, 1)) {
            Plan plan = Plan.of(model, 1);
            plan.predict(images(1));
            plan.close();
            plan.close();
            refuses(() -> plan.predict(images(1)), "Plan.of");
        }
    }

    @Test
    void aTrainingPlan() {
        try (Model model = Model.of(LENET, 1)) {
            TrainingPlan plan = TrainingPlan.of(model, 2, List.of(LENET.output()));
            ModelRun run = plan.forward(images(2), 1);
            INDArray output = run.output(LENET.output());
            plan.close();
            plan.close();
            refuses(() -> plan.forward(images(2), 1), "TrainingPlan.of");
            refuses(() -> run.backward(Map.of(LENET.output(), Nd4j.ones(output.shape()))), "TrainingPlan.of");
        }
    }

    @Test
    void trainingRuns() {
        try (Model model = Model.of(LENET, 1)) {
            TrainingRuns runs = new TrainingRuns(model, List.of(LENET.output()));
            runs.forward(images(1), 1);
            runs.close();
            runs.close();
            refuses(() -> runs.forward(images(1), 1), "TrainingRuns");
        }
    }

    @Test
    void aModelThatIsClosedBeforeWhatWasMadeOfIt() {
        Model model = Model.of(LENET, 1);
        Plan plan = Plan.of(model, 1);
        TrainingPlan training = TrainingPlan.of(model, 2, List.of(LENET.output()));
        ModelRun run = training.forward(images(2), 1);
        Execution execution = Execution.training(model, images(2), 1);
        Map<casebook.network.Node, INDArray> starts = Map.of(LENET.output(), Nd4j.ones(DataType.FLOAT, 2, 10));
        model.predict(images(8));
        model.close();
        model.close();
        for (ThrowingCallable call : List.<ThrowingCallable>of(() -> plan.predict(images(1)), () -> training.forward(images(2), 1), () ->
                run.backward(starts),
                () -> execution.backward(starts), () -> model.predict(images(1)), () -> model.predict(images(8)), () ->
                        model.activations(images(1)), () -> Plan.of(model, 1),
                () -> TrainingPlan.of(model, 1, List.of(LENET.output())), () -> model.parameter("conv1/weights"), () -> model.parameters()
                        .get("conv1/weights"))) {
            refuses(call, "LeNet-5");
        }
        plan.close();
        training.close();
    }

    @Test
    void oneDnnItself() {
        Engine engine = new Engine();
        INDArray numbers = Nd4j.ones(DataType.FLOAT, 2, 3);
        MemoryLayout layout = MemoryLayout.rowMajor(engine, 2, 3);
        Primitive copy = ReorderPrimitives.reorder(engine, layout, layout);
        MemoryRegion from = engine.memory(layout, numbers.data().addressPointer());
        Map<Argument, MemoryRegion> arguments = Map.of(Argument.SOURCE, from, Argument.DESTINATION,
                engine.memory(layout, numbers.dup().data().addressPointer()));
        Primitive.Bound step = copy.bind(arguments);
        step.execute();
        engine.await();
        engine.close();
        engine.close();
        for (ThrowingCallable call : List.<ThrowingCallable>of(step::execute, engine::await, () -> MemoryLayout.rowMajor(engine, 1), () ->
                layout.channels(0, 1),
                () -> ReorderPrimitives.reorder(engine, layout, layout), () -> ElementwisePrimitives.sum(engine, layout, PostOp.RELU),
                        layout::bytes, copy::source,
                () -> engine.memory(layout, numbers.data().addressPointer()), () -> copy.bind(arguments), () -> from.moveTo(numbers))) {
            refuses(call, "another");
        }
    }

    @Test
    void scratches() throws Exception {
        Scratch scratch = Scratch.open();
        INDArray inside = Nd4j.ones(DataType.FLOAT, 10_000);
        scratch.close();
        scratch.close();
        refuses(() -> scratch.hold(inside), "detach");
        refuses(() -> scratch.drop(inside), "detach");
        // A second close must not count for somebody else's.
        Scratch.Ready ready = Scratch.stayReady();
        Scratch.Ready other = Scratch.stayReady();
        ready.close();
        ready.close();
        other.close();
        try (Scratch here = Scratch.open()) {
            ExecutorService thread = Executors.newSingleThreadExecutor();
            Future<?> elsewhere = thread.submit(here::close);
            assertThatThrownBy(elsewhere::get).hasRootCauseInstanceOf(IllegalStateException.class).hasMessageContaining("thread");
            thread.shutdown();
            assertThat(Nd4j.ones(DataType.FLOAT, 10).isAttached()).isTrue();
        }
    }

    /** Many threads predict with one plan, and one of them closes it, or the model, in the middle. */
    @Test
    void manyThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int round = 0; round < 30; round++) {
            Model model = Model.of(LENET, round);
            Plan plan = Plan.of(model, 1);
            TrainingPlan training = TrainingPlan.of(model, 1, List.of(LENET.output()));
            INDArray images = images(1);
            INDArray wanted = plan.predict(images);
            boolean closesModel = round % 2 == 0;
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                tasks.add(() -> {
                    try {
                        for (int k = 0; k < 50; k++) {
                            assertThat(plan.predict(images)).isEqualTo(wanted);
                            assertThat(model.predict(images).sub(wanted).amaxNumber().doubleValue()).isLessThan(1e-5);
                            training.forward(images, k);
                        }
                        return false;
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessageContaining("closed");
                        return true;
                    }
                });
            }
            tasks.add(() -> {
                Thread.sleep(5);
                (closesModel ? model : plan).close();
                return true;
            });
            for (Future<Boolean> task : threads.invokeAll(tasks)) {
                task.get();
            }
            refuses(() -> plan.predict(images), "make");
            plan.close();
            training.close();
            model.close();
        }
        threads.shutdown();
    }

    /** The memory that an operation works in must not be that of the thread in which it was made. */
    @Test
    void aPlanRunsInAnotherThread() throws Exception {
        Network network = Zoo.network("cifar-resnet-20");
        INDArray images = Nd4j.rand(DataType.FLOAT, network.input().batch(8));
        ExecutorService makes = Executors.newSingleThreadExecutor();
        ExecutorService runs = Executors.newSingleThreadExecutor();
        try (Model model = Model.of(network, 1)) {
            for (int round = 0; round < 5; round++) {
                INDArray wanted = model.predictByLayers(images);
                Plan plan = makes.submit(() -> Plan.of(model, 8)).get();
                TrainingPlan training = makes.submit(() -> TrainingPlan.of(model, 8, List.of(network.output()))).get();
                INDArray got = runs.submit(() -> plan.predict(images)).get();
                assertThat(got.sub(wanted).amaxNumber().doubleValue()).isLessThan(1e-4);
                Map<String, INDArray> gradients = runs.submit(() -> training.forward(images, 1)
                        .backward(Map.of(network.output(), Nd4j.ones(DataType.FLOAT, 8, 10)))).get();
                assertThat(gradients.values()).allMatch(gradient -> Double.isFinite(gradient.sumNumber().doubleValue()));
                makes.submit(() -> {
                    plan.close();
                    training.close();
                }).get();
            }
        }
        makes.shutdown();
        runs.shutdown();
    }

    /** A layer that closes what runs it. */
    private record Closing(List<AutoCloseable> victims) implements SingleInputLayer {
        @Override
        public String kind() {
            return "closing";
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public Cost cost(Shape input) {
            return Cost.NONE;
        }

        @Override
        public INDArray forward(Pass pass, INDArray x) {
            for (AutoCloseable victim : victims) {
                assertThatThrownBy(victim::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("while it runs");
            }
            return x;
        }

        @Override
        public INDArray gradient(Pass pass, INDArray dy) {
            return dy;
        }
    }

    @Test
    void aLayerCannotCloseWhatRunsIt() {
        List<AutoCloseable> victims = new ArrayList<>();
        Network network = Network.named("closing").input(8).dense(4).layer(new Closing(victims)).dense(3).build();
        INDArray x = Nd4j.ones(DataType.FLOAT, 2, 8);
        try (Model model = Model.of(network, 1); Plan plan = Plan.of(model, 2); TrainingPlan training = TrainingPlan.of(model, 2,
                List.of(network.output()))) {
            INDArray wanted = model.predict(x);
            victims.add(model);
            model.predictByLayers(x);
            model.predict(x);
            model.predict(x);
            victims.add(plan);
            assertThat(plan.predict(x).sub(wanted).amaxNumber().doubleValue()).isLessThan(1e-5);
            victims.set(1, training);
            training.forward(x, 1);
            victims.clear();
        }
    }

    static final class Dropping {
        public static void main(String[] arguments) {
            Network network = Network.named("small").input(64).dense(128).build();
            Model model = Model.of(network, 1);
            INDArray image = Nd4j.rand(DataType.FLOAT, network.input().batch(1));
            long before = 0;
            long most = 0;
            for (int i = 0; i < 10_500; i++) {
                Plan.of(model, 1).predict(image);
                if (i == 500) {
                    before = MemoryGrowth.megabytes("VmRSS");
                }
                if (i > 500 && i % 100 == 0) {
                    most = Math.max(most, MemoryGrowth.megabytes("VmRSS"));
                }
            }
            System.out.println("grown by: " + (most - before));
        }
    }

    @Test
    void tenThousandPlansThatNobodyCloses() {
        assumeTrue(MemoryGrowth.known());
        OwnProcess.Result result = OwnProcess.run(List.of("-Xmx1g", "-XX:+UseSerialGC"),
                Map.of("OMP_WAIT_POLICY", "passive", "MALLOC_ARENA_MAX", "2"), Dropping.class);
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(Long.parseLong(result.output().replaceAll("(?s).*grown by: (-?\\d+).*", "$1"))).isLessThan(100);
    }
}
