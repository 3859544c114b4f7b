package casebook.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import casebook.data.Batch;
import casebook.layers.Parameter;
import casebook.layers.Parameter.Role;
import casebook.engine.TrainingPlan;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.model.ModelRun;
import casebook.model.Safetensors;
import casebook.network.Network;
import casebook.network.Node;
import casebook.zoo.LeNet5;
import casebook.zoo.ResNet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * Training steps against PyTorch's from the same weights and images: {@code steps.py}, beside the files of expected values,
 * made these.
 */
class AgainstPyTorchTest {

    private static final double TOLERANCE = 1e-4;

    /**
     * For float32 where the layers are many: which of the ReLUs that are almost 0 let their gradient through is then decided by rounding, and that differs
     * from processor to processor. In float64 nothing is left to it.
     */
    private static double inFloat(String id) {
        return id.equals("lenet-5") ? TOLERANCE : 0.1;
    }

    static Stream<Arguments> networks() {
        return Stream.of(arguments("lenet-5", LeNet5.taught(10), 16, 0.05), arguments("cifar-resnet-20", ResNet.cifar(20), 8, 0.0005));
    }

    /** The same numbers as in {@code steps.py}: whole numbers, so that they are equal to the last bit. */
    static float[] numbers(long count, long seed) {
        float[] values = new float[Math.toIntExact(count)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (((i + 1) * (7919 + 2 * seed) + 104729 * seed) % 65521 * 40503 % 65521 - 32760) / 32768f;
        }
        return values;
    }

    static Model model(Network network, DataType type) {
        Model model = Model.of(network, 0, type);
        int place = 0;
        for (Map.Entry<String, Parameter> entry : model.descriptions().entrySet()) {
            Parameter parameter = entry.getValue();
            if (!parameter.trainable()) {
                continue;
            }
            float[] values = numbers(parameter.count(), ++place);
            double factor = parameter.role() == Role.WEIGHT ? (float) Math.sqrt(3.0 / (parameter.count() / parameter.shape().get(0))) : 0.125;
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] * factor) + (parameter.name().equals("gamma") ? 1 : 0);
            }
            INDArray array = model.parameter(entry.getKey());
            array.assign(Nd4j.create(values, array.shape(), 'c'));
        }
        return model;
    }

    static Batch batch(Network network, int size) {
        INDArray images = Nd4j.create(numbers(size * network.input().elements(), 0), network.input().batch(size), 'c');
        return new Batch(images, IntStream.range(0, size).map(i -> 7 * i % 10).toArray());
    }

    static Map<String, INDArray> expected(String id) throws Exception {
        return Safetensors.read(Path.of(AgainstPyTorchTest.class.getResource(id + ".safetensors").toURI())).tensors();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void lossAndEveryGradientOfTheFirstStep(String id, Network network, int size) throws Exception {
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            Model model = model(network, type);
            INDArray images = batch(network, size).images().castTo(type);
            firstStep(id, network, size, model, Execution.training(model, images, 1), type == DataType.DOUBLE ? TOLERANCE : inFloat(id));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void theSameOfAPlan(String id, Network network, int size) throws Exception {
        Node end = network.nodes().get(network.output().inputs().get(0));
        Model model = model(network, DataType.FLOAT);
        try (TrainingPlan plan = TrainingPlan.of(model, size, List.of(end))) {
            firstStep(id, network, size, model, plan.forward(batch(network, size).images(), 1), inFloat(id));
        }
    }

    private static void firstStep(String id, Network network, int size, Model model, ModelRun run, double tolerance) throws Exception {
        Map<String, INDArray> expected = expected(id);
        Batch batch = batch(network, size);
        Node end = network.nodes().get(network.output().inputs().get(0));
        Loss.Result loss = new CrossEntropy().of(run.output(end), batch.labels());
        Map<String, INDArray> gradients = run.backward(Map.of(end, loss.gradient()));
        assertThat(loss.value()).isCloseTo(expected.get("loss").getDouble(0), within(expected.get("loss")));
        assertThat(gradients.keySet().stream().map(name -> "gradient/" + name))
                .containsExactlyInAnyOrderElementsOf(expected.keySet().stream().filter(name -> name.startsWith("gradient/")).toList());
        gradients.forEach((name, gradient) -> assertAgree(name, gradient, expected.get("gradient/" + name), tolerance));
        expected.forEach((name, values) -> {
            if (name.startsWith("statistic/")) {
                String statistic = name.substring("statistic/".length());
                assertAgree(statistic, model.parameter(statistic), values, TOLERANCE);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void theLossesOfFiveSteps(String id, Network network, int size, double rate) throws Exception {
        INDArray expected = expected(id).get("losses");
        Batch batch = batch(network, size);
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            Trainer trainer = Trainer.of(model(network, type)).optimiser(new Nesterovs(rate, 0.9)).weightDecay(0.001);
            for (int step = 0; step < expected.length(); step++) {
                // What roundings, PyTorch's too, did to the first gradients has grown by then.
                double tolerance = step < 2 ? TOLERANCE : type == DataType.DOUBLE ? 10 * TOLERANCE : Math.min(10 * inFloat(id), 1e-2);
                assertThat(trainer.step(batch)).as(type + ", step " + (step + 1)).isCloseTo(expected.getDouble(step), Offset.offset(tolerance * expected.getDouble(step)));
            }
        }
    }

    private static Offset<Double> within(INDArray reference) {
        return Offset.offset(TOLERANCE * reference.amaxNumber().doubleValue());
    }

    private static void assertAgree(String name, INDArray got, INDArray expected, double tolerance) {
        assertThat(got.shape()).as(name).isEqualTo(expected.shape());
        double difference = got.castTo(DataType.DOUBLE).sub(expected.castTo(DataType.DOUBLE)).amaxNumber().doubleValue();
        assertThat(difference).as(name).isLessThan(tolerance * expected.amaxNumber().doubleValue());
    }
}
