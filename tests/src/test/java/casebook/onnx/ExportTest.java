package casebook.onnx;

import static casebook.layers.Option.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.cost.CostSheet;
import casebook.layers.Activation;
import casebook.layers.GraphWriter;
import casebook.layers.Operator;
import casebook.layers.Pass;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.network.Network;
import casebook.network.Node;
import casebook.zoo.GoogLeNet;
import casebook.zoo.LeNet5;
import casebook.zoo.Zoo;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ONNX files as they are written; test_onnx.py runs them in another engine. */
class ExportTest {

    @TempDir
    Path folder;

    private Onnx.ModelProto written(Network network) throws Exception {
        Path file = folder.resolve("deep/er/network.onnx");
        OnnxFile.write(file, Model.of(network, 3));
        assertThat(file.getParent().toFile().list()).containsExactly("network.onnx");
        return Onnx.ModelProto.parseFrom(Files.readAllBytes(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet-5", "lenet-5-1998", "cifar-resnet-20", "inception-module", "squeezenet-1.1", "googlenet-with-heads"})
    void layersKeepTheirNames(String id) throws Exception {
        Network network = Zoo.network(id);
        Onnx.GraphProto graph = written(network).getGraph();
        List<String> names = network.nodes().stream().map(Node::name).toList();
        assertThat(graph.getNodeList()).extracting(Onnx.NodeProto::getName).doesNotHaveDuplicates().containsSubsequence(names);
        assertThat(graph.getOutputList()).extracting(Onnx.ValueInfoProto::getName)
                .containsExactlyElementsOf(network.outputs().stream().map(output -> output.node().name()).toList());
        assertThat(graph.getName()).isEqualTo(network.name());
        assertThat(graph.getInput(0).getType().getTensorType().getShape().getDim(0).getDimParam()).isEqualTo("N");
    }

    @Test
    void weightsAreThoseOfTheModel() throws Exception {
        Onnx.GraphProto graph = written(LeNet5.taught(10)).getGraph();
        Model model = Model.of(LeNet5.taught(10), 3);
        assertThat(graph.getInitializerList()).extracting(Onnx.TensorProto::getName).containsExactlyElementsOf(model.parameters().keySet());
        for (Onnx.TensorProto tensor : graph.getInitializerList()) {
            INDArray weights = model.parameter(tensor.getName());
            float[] numbers = new float[(int) weights.length()];
            tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
            assertThat(numbers).isEqualTo(weights.reshape(weights.length()).toFloatVector());
            assertThat(tensor.getDimsList().stream().mapToLong(side -> side).toArray()).isEqualTo(weights.shape());
        }
    }

    @Test
    void aSharedLayerHasItsWeightsOnce() throws Exception {
        Network network = Network.named("shared").input(6, 6, 4).name("a").conv(4, 3, same()).again("a").again("a").build();
        Onnx.GraphProto graph = written(network).getGraph();
        assertThat(graph.getInitializerList()).extracting(Onnx.TensorProto::getName).containsExactly("a/weights", "a/bias");
        assertThat(graph.getNodeList()).allSatisfy(node -> assertThat(node.getInputList()).contains("a/weights", "a/bias"));
    }

    @Test
    void headsComeBackAsHeads() {
        Path file = folder.resolve("heads.onnx");
        OnnxFile.write(file, Model.of(GoogLeNet.withHeads(), 1));
        Network read = OnnxFile.read(file);
        assertThat(read.name()).isEqualTo("GoogLeNet with heads");
        assertThat(read.outputs()).extracting(output -> output.node().name() + " " + output.auxiliary())
                .containsExactlyElementsOf(GoogLeNet.withHeads().outputs().stream().map(output -> output.node().name() + " " + output.auxiliary()).toList());
        assertThat(CostSheet.of(read).csv()).isEqualTo(CostSheet.of(GoogLeNet.withHeads()).csv());
        assertThat(CostSheet.of(read).peakActivationBytes()).isEqualTo(CostSheet.of(GoogLeNet.withHeads()).peakActivationBytes());
    }

    /** A layer that a learner wrote, first without and then with a method for ONNX. */
    private interface Doubling extends Activation {
        @Override
        default INDArray forward(Pass pass, INDArray x) {
            return x.mul(2);
        }

        @Override
        default INDArray gradient(Pass pass, INDArray dy) {
            return dy.mul(2);
        }
    }

    private record Doubled() implements Doubling {
        @Override
        public String kind() {
            return "doubled";
        }
    }

    private record Exported(boolean right) implements Doubling {
        @Override
        public String kind() {
            return "exported";
        }

        @Override
        public String export(GraphWriter graph, String x) {
            String doubled = graph.result(Operator.of("Add", x, x));
            return right ? doubled : x;
        }
    }

    @Test
    void aLayerWithoutExportSaysWhatItNeeds() throws Exception {
        Path file = Files.writeString(folder.resolve("network.onnx"), "what was there before");
        Model model = Model.of(Network.named("n").input(4).name("mine").layer(new Doubled()).build(), 1);
        assertThatThrownBy(() -> OnnxFile.write(file, model)).isInstanceOf(ModelFileException.class)
                .hasMessage("mine: a layer of class Doubled can't be exported: give it a method String export(GraphWriter graph, …) that writes it "
                        + "with operators of ONNX, as Relu.java does in one line");
        Model wrong = Model.of(Network.named("n").input(4).name("mine").layer(new Exported(false)).build(), 1);
        assertThatThrownBy(() -> OnnxFile.write(file, wrong)).hasMessageContaining("mine: its export has to return what graph.result(…) returned");
        assertThat(file).hasContent("what was there before");
        OnnxFile.write(file, Model.of(Network.named("n").input(4).name("mine").layer(new Exported(true)).build(), 1));
        assertThat(Onnx.ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getNode(0).getOpType()).isEqualTo("Add");
    }

    @Test
    void whatCanNotBeWrittenIsSaidInASentence() throws Exception {
        Path blocked = Files.writeString(folder.resolve("file"), "");
        Model model = Model.of(LeNet5.taught(10), 1);
        assertThatThrownBy(() -> OnnxFile.write(blocked.resolve("x.onnx"), model)).isInstanceOf(ModelFileException.class)
                .hasMessageMatching("(?s).*could not be written \\(.+\\); nothing was changed");
        Path folderInTheWay = Files.createDirectories(folder.resolve("y.onnx/inner")).getParent();
        assertThatThrownBy(() -> OnnxFile.write(folderInTheWay, model)).hasMessageContaining("could not be written");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file", "y.onnx");
    }
}
