import static casebook.layers.Option.*;

import casebook.cost.CostSheet;
import casebook.layers.*;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.model.Safetensors;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.network.Node;
import casebook.onnx.OnnxFile;
import casebook.zoo.Zoo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What test_onnx.py holds against another engine: networks as ONNX files, each with random images and with what the library
 * makes of them. Every network of the zoo is there, and a small one for every layer and option.
 *
 * <p>It writes one network at a time to the folder that it is given, says so in a line, and goes on when it gets a line: all
 * files together would take 5 GB.
 */
public class Samples {

    static final int SEED = 11;

    static Map<String, Supplier<Network>> networks() {
        Map<String, Supplier<Network>> all = new LinkedHashMap<>();
        Zoo.ids().forEach(id -> all.put(id, () -> Zoo.network(id)));
        one(all, "conv same, stride 2", net -> net.conv(5, 3, same(), stride(2)));
        one(all, "conv even side, same", net -> net.conv(5, 2, 4, same()));
        one(all, "conv padding on each side, strides", net -> net.conv(5, 5, 3, padding(1, 2, 0, 3), stride(2, 3)));
        one(all, "conv dilated, groups, no bias", net -> net.conv(8, 3, padding(2), dilation(2), groups(4), noBias()));
        one(all, "conv rows left over", net -> net.conv(3, 2, stride(3), padding(1)));
        one(all, "max pool round up", net -> net.maxPool(3, stride(2), roundUp()));
        one(all, "max pool round up, padded", net -> net.maxPool(2, stride(2), padding(1), roundUp()));
        one(all, "max pool same", net -> net.maxPool(3, stride(2), same()));
        one(all, "average pool round up", net -> net.averagePool(3, stride(2), roundUp()));
        one(all, "average pool padded", net -> net.averagePool(3, stride(1), same()));
        one(all, "average pool padded on each side", net -> net.averagePool(4, stride(2), padding(1, 0, 2, 1)));
        one(all, "subsampling", net -> net.layer(new Subsampling(2)));
        one(all, "table convolution", net -> net.layer(new TableConvolution(List.of(List.of(0, 3), List.of(1, 2, 3), List.of(2)), 3)));
        one(all, "padded shortcut", net -> net.layer(new PaddedShortcut(7, 2)));
        one(all, "padded shortcut, channels only", net -> net.layer(new PaddedShortcut(9, 1)));
        one(all, "padded shortcut, rows only", net -> net.layer(new PaddedShortcut(4, 3)));
        one(all, "batch norm", net -> net.batchNorm());
        one(all, "batch norm of vectors, another epsilon", net -> net.flatten().layer(new BatchNormalization(0.01, 0.99)));
        one(all, "local response norm", net -> net.layer(new LocalResponseNormalization(3, 0.5, 0.75, 1)));
        one(all, "local response norm, even window", net -> net.layer(new LocalResponseNormalization(2, 0.5, 0.6, 1)));
        one(all, "tanh", net -> net.tanh());
        one(all, "tanh, scaled", net -> net.layer(new Tanh(1.7159, 2.0 / 3)));
        one(all, "tanh, slope only", net -> net.layer(new Tanh(1, 0.5)));
        one(all, "sigmoid", net -> net.sigmoid());
        one(all, "softmax over channels", net -> net.softmax());
        one(all, "softmax", net -> net.dense(6).softmax());
        one(all, "clip", net -> net.layer(new Clip(-0.3, 0.6)));
        one(all, "hard sigmoid", net -> net.layer(new HardSigmoid(0.2, 0.5)));
        one(all, "rescaling", net -> net.layer(new Rescaling(2.5, -1)));
        one(all, "channel scaling", net -> net.layer(new ChannelScaling(true, true)));
        one(all, "channel scaling of vectors", net -> net.flatten().layer(new ChannelScaling(true, false)));
        one(all, "zero padding", net -> net.layer(new ZeroPadding(new Padding.Zeros(1, 2, 0, 3))));
        one(all, "reshape", net -> net.layer(new Reshape(Shape.volume(12, 7, 2))));
        one(all, "channel shuffle", net -> net.layer(new ChannelShuffle(2)));
        one(all, "dropout", net -> net.dropout(0.4));
        one(all, "fully connected", net -> net.dense(5, noBias()));
        one(all, "radial basis", net -> net.dense(3).layer(new RadialBasis(List.of(List.of(1.0, -1.0, 1.0), List.of(-1.0, -1.0, 1.0)))));
        one(all, "three added", net -> net.name("a").conv(4, 1).name("b").conv(4, 3, same()).add("a", "input"));
        one(all, "concatenated", net -> net.branches(Block.NOTHING, b -> b.conv(2, 1), c -> c.relu()));
        one(all, "vectors concatenated", net -> net.flatten().name("a").dense(3).name("b").dense(2).concat("a"));
        one(all, "squeeze and excite", net -> net.name("a").conv(6, 1).globalAveragePool().conv(2, 1).relu().name("s").conv(6, 1).sigmoid()
                .from("a").multiply("s/sigmoid"));
        one(all, "shared layers", net -> net.name("a").conv(4, 3, same()).tanh().again("a").tanh().again("a"));
        one(all, "shared batch norm", net -> net.name("a").batchNorm().relu().again("a"));
        one(all, "two heads", net -> net.conv(4, 3).auxiliary(0.3, head -> head.globalAveragePool().dense(3).softmax()).relu()
                .auxiliary(0.3, head -> head.averagePool(3).dense(2)).dense(5).softmax());
        one(all, "names that look alike", net -> net.name("a").layer(new Tanh(2, 3)).name("a/slope").relu().name("a/weights").conv(3, 1)
                .name("input/tanh").layer(new Tanh(2, 3)));
        return all;
    }

    static void one(Map<String, Supplier<Network>> all, String name, Block layers) {
        all.put(name, () -> layers.apply(Network.named(name).input(7, 6, 4)).build());
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Scanner go = new Scanner(System.in);
        for (Map.Entry<String, Supplier<Network>> entry : networks().entrySet()) {
            Network network = entry.getValue().get();
            boolean small = network.input().elements() < 10_000;
            Model model = Model.of(network, SEED);
            SplittableRandom random = new SplittableRandom(SEED);
            shake(model, random);
            INDArray images = Nd4j.zeros(DataType.FLOAT, network.input().batch(small ? 3 : 1));
            fill(images, random, 0, 1);
            spreadAnswers(model, images);
            Path file = folder.resolve("sample.onnx");
            OnnxFile.write(file, model);

            Map<String, INDArray> tensors = new LinkedHashMap<>();
            tensors.put("input", images);
            Execution run = Execution.predicting(model, images);
            network.outputs().forEach(output -> tensors.put(output.node().name(), run.output(output.node())));
            Safetensors.write(folder.resolve("sample.safetensors"), tensors, Map.of());
            System.out.println(entry.getKey() + "\t" + readBack(network, file));
            System.out.flush();
            model.close();
            if (!go.hasNextLine()) {
                return;
            }
            go.nextLine();
        }
    }

    /** Numbers as after training: with zeros, ones and equal channels, what is mistaken for another would not be seen. */
    static void shake(Model model, SplittableRandom random) {
        model.descriptions().forEach((name, parameter) -> {
            INDArray array = model.parameter(name);
            switch (parameter.name()) {
                case "gamma", "scale" -> fill(array, random, 1, 0.1);
                case "beta", "shift", "bias", "moving_mean" -> fill(array, random, 0, 0.1);
                case "moving_variance" -> {
                    fill(array, random, 1, 0.2);
                    array.muli(array).addi(0.1);
                }
                case "coefficient" -> fill(array, random, 0.25, 0.1);
                default -> { }
            }
        });
    }

    static void fill(INDArray array, SplittableRandom random, double mean, double deviation) {
        INDArray flat = array.reshape(array.length());
        for (long i = 0; i < flat.length(); i++) {
            flat.putScalar(i, mean + deviation * random.nextGaussian());
        }
    }

    /**
     * Scales the last weights before each softmax so that its inputs differ by about 1: an untrained network is often so sure
     * of one class that nothing else of it can be seen in its answer.
     */
    static void spreadAnswers(Model model, INDArray images) {
        Network network = model.network();
        for (Network.Output output : network.outputs()) {
            Node node = output.node();
            if (!(node.layer() instanceof Softmax)) {
                continue;
            }
            while (node.layer().parameters(node.inputShapes()).isEmpty() && node.inputs().size() == 1 && node.inputs().get(0) != Network.INPUT) {
                node = network.nodes().get(node.inputs().get(0));
            }
            if (node.parameters().stream().noneMatch(parameter -> parameter.name().equals("weights"))) {
                continue;
            }
            double spread = Execution.predicting(model, images).output(node).stdNumber().doubleValue();
            for (Parameter parameter : node.parameters()) {
                model.parameter(node.name() + "/" + parameter.name()).divi(spread);
            }
        }
    }

    /** What comes of the file when it is read again. */
    static String readBack(Network network, Path file) {
        try {
            Network read = OnnxFile.read(file);
            if (!CostSheet.of(read).csv().equals(CostSheet.of(network).csv())) {
                return "another cost sheet";
            }
            return heads(read).equals(heads(network)) ? "same" : "other heads";
        } catch (ModelFileException e) {
            return e.getMessage().replace(file.toString(), "FILE");
        }
    }

    static List<String> heads(Network network) {
        return network.nodes().stream().filter(Node::auxiliary).map(Node::name).toList();
    }
}
