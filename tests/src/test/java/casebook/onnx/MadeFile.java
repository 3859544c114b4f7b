package casebook.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.cost.CostSheet;
import casebook.model.ModelFileException;
import casebook.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx;
import org.nd4j.shade.protobuf.ByteString;

/** An ONNX file as a test needs it, written line by line. */
class MadeFile {

    final Onnx.ModelProto.Builder model = Onnx.ModelProto.newBuilder().setIrVersion(7);
    final Onnx.GraphProto.Builder graph = model.getGraphBuilder();

    private final Path folder;

    MadeFile(Path folder, long version, long... image) {
        this.folder = folder;
        model.addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setVersion(version));
        graph.addInput(tensor("x", image));
        graph.addOutput(tensor("y", 1, 1));
    }

    static Onnx.ValueInfoProto tensor(String name, long... sides) {
        Onnx.TensorShapeProto.Builder shape = Onnx.TensorShapeProto.newBuilder();
        for (long side : sides) {
            shape.addDim(side > 0 ? Onnx.TensorShapeProto.Dimension.newBuilder().setDimValue(side)
                    : Onnx.TensorShapeProto.Dimension.newBuilder().setDimParam("any"));
        }
        return Onnx.ValueInfoProto.newBuilder().setName(name).setType(Onnx.TypeProto.newBuilder().setTensorType(
                Onnx.TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))).build();
    }

    /** Weights of which only the sides are given; the numbers are left out. */
    MadeFile weights(String name, long... sides) {
        Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(name).setDataType(1);
        Arrays.stream(sides).forEach(tensor::addDims);
        graph.addInitializer(tensor);
        return this;
    }

    MadeFile numbers(String name, float... numbers) {
        Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(name).setDataType(1).addDims(numbers.length);
        for (float number : numbers) {
            tensor.addFloatData(number);
        }
        graph.addInitializer(tensor);
        return this;
    }

    MadeFile number(String name, float number) {
        graph.addInitializer(Onnx.TensorProto.newBuilder().setName(name).setDataType(1).addFloatData(number));
        return this;
    }

    MadeFile integers(String name, long... numbers) {
        Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(name).setDataType(7).addDims(numbers.length);
        Arrays.stream(numbers).forEach(tensor::addInt64Data);
        graph.addInitializer(tensor);
        return this;
    }

    /** An operator: inputs and outputs apart by blanks, attributes in pairs of name and long, long[], Float or String. */
    MadeFile op(String type, String inputs, String outputs, Object... attributes) {
        Onnx.NodeProto.Builder node = graph.addNodeBuilder().setOpType(type).setName(outputs.split(" ")[0]);
        Arrays.stream(inputs.split(" ")).filter(name -> !name.isEmpty()).forEach(name -> node.addInput(name.equals("-") ? "" : name));
        node.addAllOutput(List.of(outputs.split(" ")));
        for (int i = 0; i < attributes.length; i += 2) {
            Onnx.AttributeProto.Builder attribute = node.addAttributeBuilder().setName((String) attributes[i]);
            if (attributes[i + 1] instanceof long[] list) {
                Arrays.stream(list).forEach(attribute::addInts);
            } else if (attributes[i + 1] instanceof Number number && !(number instanceof Float)) {
                attribute.setI(number.longValue());
            } else if (attributes[i + 1] instanceof Float number) {
                attribute.setF(number);
            } else {
                attribute.setS(ByteString.copyFromUtf8((String) attributes[i + 1]));
            }
        }
        return this;
    }

    Path write() {
        try {
            return Files.write(folder.resolve("made.onnx"), model.build().toByteArray());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    Network read() {
        return OnnxFile.read(write());
    }

    void refused(String... reasons) {
        Path file = write();
        assertThatThrownBy(() -> OnnxFile.read(file)).isInstanceOf(ModelFileException.class).hasMessageStartingWith(file.toString())
                .hasMessageContainingAll(reasons).hasMessageNotContaining("null");
    }
}
