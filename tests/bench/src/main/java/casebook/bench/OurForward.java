package casebook.bench;

import casebook.engine.Plan;
import casebook.layers.Convolution;
import casebook.layers.FullyConnected;
import casebook.layers.Softmax;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import casebook.zoo.Zoo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Our own candidate for {@code bench forward}, in a process like the peers': {@link Model#predict}. */
final class OurForward {

    private OurForward() {}

    /**
     * A network of the zoo with random weights. Those of its last layer with weights are scaled, so that no probability is 0 or 1: equal answers then mean
     * that all numbers before them are equal.
     */
    static Model model(String id) {
        Network network = Zoo.network(id);
        Model model = Model.of(network, 1);
        Node scores = network.output();
        while (scores.layer() instanceof Softmax) {
            scores = network.nodes().get(scores.inputs().get(0));
        }
        INDArray images = images(network, 1);
        double largest = model.activations(images).get(scores.name()).amaxNumber().doubleValue();
        Node last = network.nodes().stream().filter(node -> !node.auxiliary() && !node.parameters().isEmpty()
                && (node.layer() instanceof FullyConnected || node.layer() instanceof Convolution)).reduce((first, second) -> second).orElseThrow();
        model.parameter(last.name() + "/weights").divi(Math.max(1, largest / 3));
        return model;
    }

    /** Numbers from −1 to 1. */
    static INDArray images(Network network, int batch) {
        Nd4j.getRandom().setSeed(1);
        return Nd4j.rand(DataType.FLOAT, network.input().batch(batch)).muli(2).subi(1);
    }

    static void write(Path file, INDArray numbers) throws IOException {
        float[] values = numbers.dup('c').data().asFloat();
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(file, bytes.array());
    }

    /** How many milliseconds something takes. */
    static double milliseconds(Runnable run) {
        long began = System.nanoTime();
        run.run();
        return (System.nanoTime() - began) / 1e6;
    }

    /** Says that it is ready, and how many milliseconds that took; then runs as often as each line of the input says, and prints the milliseconds. */
    static void serve(PrintStream out, double readyAfter, Runnable run) throws IOException {
        serve(out, readyAfter, Map.of("", () -> milliseconds(run)));
    }

    /** The same for several things to do, each with what stands in front of the number in a line that asks for it; they give their milliseconds. */
    private static void serve(PrintStream out, double readyAfter, Map<String, DoubleSupplier> tasks) throws IOException {
        out.println("ready " + readyAfter);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            int number = line.lastIndexOf(' ') + 1;
            DoubleSupplier task = tasks.get(line.substring(0, number));
            out.println(DoubleStream.generate(task).limit(Integer.parseInt(line.substring(number))).mapToObj(Double::toString).collect(Collectors.joining(" ")));
            out.flush();
        }
    }

    /** Network, batch, folder. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        System.setOut(System.err);
        int size = Integer.parseInt(arguments[1]);
        try (Model model = model(arguments[0])) {
            INDArray images = images(model.network(), size);
            long began = System.nanoTime();
            model.predict(images);
            double readyAfter = (System.nanoTime() - began) / 1e6;
            // The second answer is that of the plan, whatever the first one was.
            write(Path.of(arguments[2], "casebook"), model.predict(images));
            serve(out, readyAfter, Map.of("", () -> milliseconds(() -> model.predict(images)), Candidate.PLAN, () -> planning(model, size)));
        }
    }

    /** How many milliseconds it takes to make a plan; to free it is not counted. */
    private static double planning(Model model, int size) {
        long began = System.nanoTime();
        try (Plan plan = Plan.of(model, size)) {
            return (System.nanoTime() - began) / 1e6;
        }
    }
}
