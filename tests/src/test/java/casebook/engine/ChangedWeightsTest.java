package casebook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.data.Digits;
import casebook.data.ImageSet;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.RandomNetworkTest;
import casebook.onnx.OnnxFile;
import casebook.training.Evaluation;
import casebook.training.Gradients;
import casebook.training.Trainer;
import casebook.zoo.Zoo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** No answer comes from weights that are not the model's, in whatever way they were changed. */
class ChangedWeightsTest {

    /** A way to change one number of a parameter. */
    private interface Way {
        /** @param held the parameter's array, which was handed out before the last answer */
        void change(Model model, String name, INDArray held, long place, float value);
    }

    private static INDArray flat(INDArray array) {
        return array.reshape(array.length());
    }

    private static final Map<String, Way> WAYS = Map.ofEntries(
            Map.entry("putScalar in a view", (model, name, held, place, value) -> flat(model.parameter(name)).putScalar(place, value)),
            Map.entry("putScalar at a place", (model, name, held, place, value) ->
                    held.putScalar(org.nd4j.linalg.api.shape.Shape.ind2subC(held.shape(), place), value)),
            Map.entry("an array that was handed out long ago", (model, name, held, place, value) -> flat(held).putScalar(place, value)),
            Map.entry("the buffer", (model, name, held, place, value) -> held.data().put(place, value)),
            Map.entry("assign in a slice", (model, name, held, place, value) -> {
                INDArray slice = held.rank() > 1 ? held.slice(place / (held.length() / held.size(0)))
                        : held.get(NDArrayIndex.interval(place, place + 1));
                slice.assign(value);
            }),
            Map.entry("all of it", (model, name, held, place, value) -> model.parameter(name).muli(1.1).addi(0.01)),
            Map.entry("the map's values", (model, name, held, place, value) -> model.parameters().values()
                    .forEach(array -> array.muli(0.9))),
            Map.entry("the map's entry", (model, name, held, place, value) -> flat(model.parameters().get(name)).putScalar(place, value)),
            Map.entry("each of the map", (model, name, held, place, value) -> model.parameters()
                    .forEach((other, array) -> flat(array).putScalar(0, value))),
            Map.entry("assign", (model, name, held, place, value) -> model.assign(name, flat(model.copy(name)).putScalar(place, value)
                    .reshape(held.shape()))),
            Map.entry("subtract", (model, name, held, place, value) ->
                    model.subtract(name, flat(Nd4j.zeros(DataType.FLOAT, held.length())).putScalar(place, value).reshape(held.shape()))),
            Map.entry("values of another model", (model, name, held, place, value) ->
                    model.read(Path.of("other"), Model.of(model.network(), (long) (1000 * value)).parameters())),
            Map.entry("a run in training", (model, name, held, place, value) ->
                    Execution.training(model, Nd4j.rand(DataType.FLOAT, model.network().input().batch(2)), 1)),
            Map.entry("a plan's run in training", (model, name, held, place, value) -> {
                try (TrainingPlan plan = TrainingPlan.of(model, 2, List.of(model.network().output()))) {
                    plan.forward(Nd4j.rand(DataType.FLOAT, model.network().input().batch(2)), 1);
                }
            }));

    /** {@code -Dcasebook.networks=10000} looks longer. */
    @Test
    void theNextAnswerIsThatOfTheNewWeights() {
        List<String> ways = new ArrayList<>(WAYS.keySet().stream().sorted().toList());
        int moved = 0;
        for (long seed = 0; seed < Long.getLong("casebook.networks", 150); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Network network = RandomNetworkTest.random(seed);
            String way = ways.get((int) (seed % ways.size()));
            int count = new int[] {1, 2, 8}[random.nextInt(3)];
            INDArray images = Nd4j.rand(DataType.FLOAT, network.input().batch(count)).subi(0.5);
            try (Model model = Model.of(network, seed); Plan plan = Plan.of(model, count)) {
                List<String> names = new ArrayList<>(model.parameters().keySet());
                if (names.isEmpty()) {
                    continue;
                }
                String name = names.get(random.nextInt(names.size()));
                INDArray held = random.nextBoolean() || !way.startsWith("assign") ? model.parameter(name) : model.copy(name);
                for (int round = 0; round < 3; round++) {
                    INDArray before = plan.predict(images);
                    model.predict(images);
                    WAYS.get(way).change(model, name, way.startsWith("assign in") ? model.parameter(name) : held,
                            random.nextLong(held.length()), 0.3f + random.nextFloat());
                    INDArray wanted = model.predictByLayers(images);
                    String what = network.name() + ", seed " + seed + ", " + way + " of " + name;
                    same(plan.predict(images), wanted, what);
                    same(model.predict(images), wanted, what);
                    moved += wanted.equalsWithEps(before, 1e-3) ? 0 : 1;
                }
            }
        }
        assertThat(moved).as("changes that an answer showed").isGreaterThan(100);
    }

    private static void same(INDArray got, INDArray wanted, String what) {
        double most = Math.max(wanted.amaxNumber().doubleValue(), 1e-6);
        assertThat(got.sub(wanted).amaxNumber().doubleValue() / most).as(what).isLessThan(1e-3);
    }

    @Test
    void whatWasSeenOnceIsFound() {
        Network network = Zoo.network("lenet-5");
        INDArray images = Nd4j.rand(DataType.FLOAT, network.input().batch(1));
        try (Model model = Model.of(network, 1); Plan plan = Plan.of(model, 1)) {
            plan.predict(images);
            model.parameter("conv2/bias").putScalar(3, 5);
            same(plan.predict(images), model.predictByLayers(images), "one bias");
            INDArray weights = model.parameter("fc3/weights");
            for (int i = 0; i < 12; i++) {
                weights.putScalar(7, 100 + i, 0);
                weights.putScalar(20, i, 3);
            }
            same(plan.predict(images), model.predictByLayers(images), "twelve weights");
        }
    }

    /** What the library itself does with a model hands out no array: the answers after it would have to look at all weights. */
    @Test
    void toTrainToKeepAndToExportHandsNothingOut(@TempDir Path folder) {
        ImageSet digits = Digits.training().padded(2).first(60);
        try (Model model = Model.of(Zoo.network("lenet-5"), 1)) {
            Trainer.of(model).batchSize(20).epochs(1).checkpoint(folder.resolve("checkpoint.safetensors")).train(digits);
            requireNothingHandedOut(model, "training with a checkpoint");
            Trainer.of(model).batchSize(20).epochs(1).resumable(folder.resolve("run.safetensors")).train(digits);
            requireNothingHandedOut(model, "training that can be resumed");
            Gradients.of(model, digits.batch(0, 1));
            Evaluation.of(model, digits);
            model.activations(digits.batch(0, 1).images());
            requireNothingHandedOut(model, "gradients and answers");
            model.save(folder.resolve("model.safetensors"));
            requireNothingHandedOut(model, "saving");
        }
        try (Model model = Model.of(Zoo.network("lenet-5-1998"), 1)) {
            OnnxFile.write(folder.resolve("model.onnx"), model);
            requireNothingHandedOut(model, "export");
        }
    }

    private static void requireNothingHandedOut(Model model, String what) {
        assertThat(model.parameters().keySet()).as("handed out by " + what).noneMatch(model::handedOut);
    }

    /** To look at the version costs nothing; arrays that nobody has are not looked at. */
    @Test
    void onlyWhatWasHandedOutIsLookedAt() {
        Network network = Zoo.network("lenet-5");
        try (Model model = Model.of(network, 1)) {
            model.copy("fc3/weights");
            model.parameters().keySet().forEach(name -> assertThat(model.handedOut(name)).isFalse());
            model.predict(Nd4j.zeros(DataType.FLOAT, 1, 1, 32, 32));
            assertThat(model.handedOut("conv1/weights")).isFalse();
            model.parameter("conv1/weights");
            assertThat(model.handedOut("conv1/weights")).isTrue();
            assertThat(model.handedOut("conv2/weights")).isFalse();
        }
    }
}
