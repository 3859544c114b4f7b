package casebook.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import casebook.data.Batch;
import casebook.layers.Parameter;
import casebook.layers.Parameter.Role;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.model.ModelRun;
import casebook.model.Safetensors;
import casebook.model.TrainingPlan;
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * Training steps against PyTorch's from the same weights and images: {@code steps.py}, beside the files of expected values,
 * made these.
 */
class AgainstPyTorchTest {

    private static final double TOLERANCE = 1e-4;

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

    static Model model(Network network) {
        Model model = Model.of(network, 0);
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
        Model model = model(network);
        firstStep(id, network, size, model, new Execution(model, batch(network, size).images(), true, true, 1), TOLERANCE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void theSameOfAPlan(String id, Network network, int size) throws Exception {
        Node end = network.nodes().get(network.output().inputs().get(0));
        Model model = model(network);
        try (TrainingPlan plan = TrainingPlan.of(model, size, List.of(end))) {
            // In 20 layers a rounding decides whether one of the ReLUs that are almost 0 lets its gradient through: in this batch of 8 it does.
            firstStep(id, network, size, model, plan.forward(batch(network, size).images(), 1), id.equals("lenet-5") ? TOLERANCE : 0.1);
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
        Trainer trainer = Trainer.of(model(network)).optimiser(new Nesterovs(rate, 0.9)).weightDecay(0.001);
        Batch batch = batch(network, size);
        for (int step = 0; step < expected.length(); step++) {
            // What roundings did to the first gradients has grown by then.
            double tolerance = step < 2 ? TOLERANCE : 10 * TOLERANCE;
            assertThat(trainer.step(batch)).as("step " + (step + 1)).isCloseTo(expected.getDouble(step), Offset.offset(tolerance * expected.getDouble(step)));
        }
    }

    private static Offset<Double> within(INDArray reference) {
        return Offset.offset(TOLERANCE * reference.amaxNumber().doubleValue());
    }

    private static void assertAgree(String name, INDArray got, INDArray expected, double tolerance) {
        assertThat(got.shape()).as(name).isEqualTo(expected.shape());
        assertThat(got.sub(expected).amaxNumber().doubleValue()).as(name).isLessThan(tolerance * expected.amaxNumber().doubleValue());
    }
}
