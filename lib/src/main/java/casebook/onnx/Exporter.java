package casebook.onnx;

import casebook.compute.Tensors;
import casebook.layers.GraphWriter;
import casebook.layers.Operator;
import casebook.layers.Shape;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.model.WholeFile;
import casebook.network.Network;
import casebook.network.Node;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.nd4j.shade.protobuf.WireFormat;

/** Writes one model as ONNX. Each layer writes itself; here are names, parameters, inputs and outputs, and the file. */
final class Exporter {

    /** The first version of the operators in which softmax is over one axis, as ours is. Every current library reads it. */
    private static final int OPERATORS = 13;
    /** The version of the file format that came with them. */
    private static final int FORMAT = 7;
    private static final String IMAGE = "input";
    /** The name of the side that is left open: how many images there are. */
    private static final String IMAGES = "N";

    private final Network network;
    /** Open until the file is written: the model can't be closed meanwhile. */
    private final Model.Reading reading;
    private final Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder();
    /** What is written with the numbers of each array, in order. */
    private final Map<Onnx.TensorProto, INDArray> weights = new LinkedHashMap<>();
    private final Map<String, String> parameters = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    private Exporter(Network network, Model.Reading reading) {
        this.network = network;
        this.reading = reading;
    }

    /** @throws ModelFileException if a layer can't be written as ONNX, or the file can't be written */
    static void write(Path file, Model model) {
        try (Model.Reading reading = model.reading()) {
            new Exporter(model.network(), reading).write(file);
        }
    }

    private void write(Path file) {
        graph.setName(network.name()).setDocString(network.toString()).addInput(tensor(IMAGE, network.input()));
        names.add(IMAGE);
        network.nodes().forEach(node -> names.add(node.name()));
        for (Node node : network.nodes()) {
            List<String> inputs = node.inputs().stream().map(this::tensorOf).toList();
            String output;
            try {
                output = node.layer().export(new LayerWriter(node), inputs);
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
                throw new ModelFileException(node.name() + ": " + e.getMessage(), e);
            }
            if (!node.name().equals(output)) {
                throw new ModelFileException(node.name() + ": its export has to return what graph.result(…) returned, \""
                        + node.name() + "\", not \"" + output + "\"");
            }
            boolean ends = network.outputs().stream().anyMatch(end -> end.node() == node);
            if (!ends) {
                graph.addValueInfo(tensor(node.name(), node.output()));
            }
        }
        network.outputs().forEach(end -> graph.addOutput(tensor(end.node().name(), end.node().output())));
        write(file, graph.build());
    }

    /** The name of the tensor that the layer at this place puts out: its own. */
    private String tensorOf(int place) {
        return place == Network.INPUT ? IMAGE : network.nodes().get(place).name();
    }

    private static Onnx.ValueInfoProto tensor(String name, Shape shape) {
        Onnx.TensorShapeProto.Builder sides = Onnx.TensorShapeProto.newBuilder();
        sides.addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimParam(IMAGES));
        long[] batch = shape.batch(1);
        for (int i = 1; i < batch.length; i++) {
            sides.addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimValue(batch[i]));
        }
        return Onnx.ValueInfoProto.newBuilder().setName(name).setType(Onnx.TypeProto.newBuilder().setTensorType(
                Onnx.TypeProto.Tensor.newBuilder().setElemType(Onnx.TensorProto.DataType.FLOAT_VALUE).setShape(sides))).build();
    }

    /** What one layer is handed. */
    private final class LayerWriter implements GraphWriter {
        private final Node node;

        LayerWriter(Node node) {
            this.node = node;
        }

        @Override
        public List<Shape> shapes() {
            return node.inputShapes();
        }

        @Override
        public String parameter(String name) {
            return parameter(name, values(name).shape());
        }

        @Override
        public String parameter(String name, long... dims) {
            // A layer that is used again finds what the first one wrote.
            return parameters.computeIfAbsent(fullName(name) + List.of(java.util.Arrays.toString(dims)),
                    key -> add(unique(fullName(name)), values(name), dims));
        }

        @Override
        public INDArray values(String parameter) {
            return reading.parameter(node, parameter);
        }

        private String fullName(String parameter) {
            return network.nodes().get(node.parametersFrom()).name() + "/" + parameter;
        }

        @Override
        public String constant(String name, INDArray values) {
            return add(unique(node.name() + "/" + name), values, values.shape());
        }

        @Override
        public String constant(String name, double value) {
            return add(unique(node.name() + "/" + name), Nd4j.scalar((float) value));
        }

        @Override
        public String integers(String name, long... values) {
            Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(unique(node.name() + "/" + name))
                    .setDataType(Onnx.TensorProto.DataType.INT64_VALUE).addDims(values.length);
            for (long value : values) {
                tensor.addInt64Data(value);
            }
            graph.addInitializer(tensor);
            return tensor.getName();
        }

        @Override
        public String step(String name, Operator operator) {
            return add(unique(node.name() + "/" + name), operator);
        }

        @Override
        public String result(Operator operator) {
            return add(node.name(), operator);
        }
    }

    private String add(String name, INDArray values, long... dims) {
        Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(name)
                .setDataType(Onnx.TensorProto.DataType.FLOAT_VALUE);
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        weights.put(tensor.build(), values);
        return name;
    }

    private String add(String name, Operator operator) {
        Onnx.NodeProto.Builder node = Onnx.NodeProto.newBuilder().setName(name).setOpType(operator.type())
                .addAllInput(operator.inputs()).addOutput(name);
        operator.attributes().forEach((attribute, value) -> node.addAttribute(attribute(attribute, value)));
        graph.addNode(node);
        return name;
    }

    private static Onnx.AttributeProto attribute(String name, Object value) {
        Onnx.AttributeProto.Builder attribute = Onnx.AttributeProto.newBuilder().setName(name);
        if (value instanceof Long number) {
            return attribute.setType(Onnx.AttributeProto.AttributeType.INT).setI(number).build();
        }
        if (value instanceof Float number) {
            return attribute.setType(Onnx.AttributeProto.AttributeType.FLOAT).setF(number).build();
        }
        attribute.setType(Onnx.AttributeProto.AttributeType.INTS);
        ((List<?>) value).forEach(number -> attribute.addInts((Long) number));
        return attribute.build();
    }

    /** Tensors of all layers share one list of names. */
    private String unique(String name) {
        String unique = name;
        for (int i = 2; !names.add(unique); i++) {
            unique = name + "_" + i;
        }
        return unique;
    }

    // ---- the file ----

    private void write(Path file, Onnx.GraphProto structure) {
        long size = structure.getSerializedSize();
        for (Map.Entry<Onnx.TensorProto, INDArray> entry : weights.entrySet()) {
            long tensor = size(entry.getKey(), entry.getValue());
            size += CodedOutputStream.computeTagSize(Onnx.GraphProto.INITIALIZER_FIELD_NUMBER)
                    + CodedOutputStream.computeUInt64SizeNoTag(tensor) + tensor;
        }
        if (size > Integer.MAX_VALUE - 1024) {
            throw new ModelFileException(network.name()
                    + " can't be written as ONNX: one file holds less than 2 GB, its weights take " + size + " bytes");
        }
        int graphSize = (int) size;
        Onnx.ModelProto head = Onnx.ModelProto.newBuilder().setIrVersion(FORMAT).setProducerName(Skeleton.PRODUCER)
                .addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setVersion(OPERATORS)).build();
        WholeFile.write(file, raw -> {
            // Not through a channel: an interrupt would close it.
            CodedOutputStream out = CodedOutputStream.newInstance(new FileOutputStream(raw.getFD()), 1 << 16);
            head.writeTo(out);
            out.writeTag(Onnx.ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(graphSize);
            structure.writeTo(out);
            // Written one after the other: a message of protobuf that holds them all would need all of their memory once more.
            for (Map.Entry<Onnx.TensorProto, INDArray> entry : weights.entrySet()) {
                out.writeTag(Onnx.GraphProto.INITIALIZER_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag((int) size(entry.getKey(), entry.getValue()));
                entry.getKey().writeTo(out);
                out.writeTag(Onnx.TensorProto.RAW_DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag((int) bytes(entry.getValue()));
                writeNumbers(out, entry.getValue());
            }
            out.flush();
        });
    }

    private static long size(Onnx.TensorProto tensor, INDArray values) {
        return tensor.getSerializedSize() + CodedOutputStream.computeTagSize(Onnx.TensorProto.RAW_DATA_FIELD_NUMBER)
                + CodedOutputStream.computeUInt64SizeNoTag(bytes(values)) + bytes(values);
    }

    private static long bytes(INDArray values) {
        return Float.BYTES * values.length();
    }

    private static void writeNumbers(CodedOutputStream out, INDArray values) throws IOException {
        INDArray numbers = Tensors.rowMajor(values.castTo(DataType.FLOAT));
        out.writeRawBytes(Tensors.bytes(numbers));
        // The bytes are the array's own memory, which goes with the array.
        Reference.reachabilityFence(numbers);
    }
}
