package casebook.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.cost.CostSheet;
import casebook.model.ModelFileException;
import casebook.network.Network;
import casebook.notebook.Grids;
import casebook.onnx.OnnxFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import onnx.Onnx;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.protobuf.ByteString;

/** ONNX files: classifiers, classifiers that were changed, and operators put together as they come. */
class OnnxFuzzTest {

    private static final List<String> OPERATORS = List.of("Conv", "Gemm", "MatMul", "MaxPool", "AveragePool", "GlobalAveragePool",
            "GlobalMaxPool",
            "ReduceMean", "BatchNormalization", "LRN", "Relu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Clip", "Softmax",
            "Dropout", "Add", "Sum",
            "Sub", "Mul", "Div", "Concat", "Pad", "Slice", "Identity", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose",
            "Shape",
            "Constant", "ConstantOfShape", "Gather");
    private static final List<String> LISTS = List.of("kernel_shape", "strides", "pads", "dilations", "axes", "perm", "starts", "ends",
            "shape", "value_ints",
            "scales");
    private static final List<String> SINGLE = List.of("group", "axis", "ceil_mode", "count_include_pad", "transA", "transB", "keepdims",
            "size", "allowzero",
            "to", "start", "end", "value_int");
    private static final Pattern COUNTS = Pattern.compile("(\\d+) parameters, (\\d+) MACs");

    /** A number that may be right, or one at some limit. */
    private static long number(Random random) {
        return random.nextInt(4) == 0 ? Damage.number(random) : random.nextInt(9) - 2;
    }

    private static String name(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "\u001b[2J\u202e\u0000" + random.nextInt(3);
            case 2 -> "n".repeat(1 + random.nextInt(100_000));
            case 3 -> "\u2066\"'\n";
            default -> "t" + random.nextInt(8);
        };
    }

    private static Onnx.TensorProto.Builder tensor(String name, long... sides) {
        Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(name).setDataType(1);
        Arrays.stream(sides).forEach(tensor::addDims);
        return tensor;
    }

    private static Onnx.AttributeProto integers(String name, long... values) {
        Onnx.AttributeProto.Builder attribute = Onnx.AttributeProto.newBuilder().setName(name);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    private static Onnx.ValueInfoProto value(String name, long... sides) {
        Onnx.TensorShapeProto.Builder shape = Onnx.TensorShapeProto.newBuilder();
        Arrays.stream(sides).forEach(side -> shape.addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimValue(side)));
        return Onnx.ValueInfoProto.newBuilder().setName(name).setType(Onnx.TypeProto.newBuilder().setTensorType(
                Onnx.TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))).build();
    }

    /** A tensor whose data are as many as its sides say. */
    private static Onnx.TensorProto filled(String name, Random random, long... sides) {
        byte[] data = new byte[(int) (4 * Arrays.stream(sides).reduce(1, (a, b) -> a * b))];
        random.nextBytes(data);
        return tensor(name, sides).setRawData(ByteString.copyFrom(data)).build();
    }

    /** Convolutions, batch normalizations, activations, poolings and a fully connected layer, as many parameters and MACs as it says. */
    private static Onnx.ModelProto.Builder classifier(Random random, StringBuilder what) {
        Onnx.ModelProto.Builder model = Onnx.ModelProto.newBuilder().setIrVersion(7);
        model.addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setVersion(13));
        Onnx.GraphProto.Builder graph = model.getGraphBuilder();
        long side = 6 + random.nextInt(10);
        long channels = 1 + random.nextInt(3);
        graph.addInput(value("x", 1, channels, side, side));
        String last = "x";
        long parameters = 0;
        long macs = 0;
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            String output = "layer" + i;
            switch (random.nextInt(4)) {
                case 0 -> {
                    long filters = 1 + random.nextInt(6);
                    graph.addInitializer(filled("w" + i, random, filters, channels, 3, 3)).addInitializer(filled("b" + i, random, filters));
                    graph.addNode(node("Conv", output, last, "w" + i, "b" + i).addAttribute(integers("pads", 1, 1, 1, 1)));
                    parameters += filters * (channels * 9 + 1);
                    macs += filters * channels * 9 * side * side;
                    channels = filters;
                }
                case 1 -> {
                    for (String each : new String[] {"g", "s", "m", "v"}) {
                        graph.addInitializer(filled(each + i, random, channels));
                    }
                    graph.addNode(node("BatchNormalization", output, last, "g" + i, "s" + i, "m" + i, "v" + i));
                    parameters += 2 * channels;
                }
                case 2 -> graph.addNode(node("Relu", output, last));
                default -> {
                    graph.addNode(node("MaxPool", output, last).addAttribute(integers("kernel_shape", 2, 2)));
                    side--;
                }
            }
            last = output;
        }
        graph.addNode(node("GlobalAveragePool", "p", last)).addNode(node("Flatten", "f", "p"));
        graph.addInitializer(filled("w", random, channels, 10)).addInitializer(filled("b", random, 10));
        graph.addNode(node("Gemm", "y", "f", "w", "b")).addOutput(value("y", 1, 10));
        what.append(parameters + 10 * channels + 10).append(" parameters, ").append(macs + 10 * channels).append(" MACs");
        return model;
    }

    private static Onnx.NodeProto.Builder node(String type, String output, String... inputs) {
        return Onnx.NodeProto.newBuilder().setOpType(type).setName(output).addOutput(output).addAllInput(List.of(inputs));
    }

    /** Operators with inputs and attributes as they come. */
    private static Onnx.ModelProto.Builder anything(Random random) {
        Onnx.ModelProto.Builder model = Onnx.ModelProto.newBuilder();
        model.addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setVersion(9 + random.nextInt(14)));
        Onnx.GraphProto.Builder graph = model.getGraphBuilder();
        boolean vector = random.nextInt(4) == 0;
        graph.addInput(vector ? value("t0", 1, 8) : value("t0", 1 + random.nextInt(2), 4, 1 + random.nextInt(8), 1 + random.nextInt(8)));
        List<String> known = new ArrayList<>(List.of("t0"));
        for (int i = 0; i < 8; i++) {
            int type = new int[] {1, 7, 6, 10, 11}[random.nextInt(5)];
            Onnx.TensorProto.Builder constant = Onnx.TensorProto.newBuilder().setName("c" + i).setDataType(type);
            long length = 1;
            for (int sides = random.nextInt(5); sides > 0; sides--) {
                long side = new long[] {1, 2, 4, 4, 3, 0}[random.nextInt(6)];
                constant.addDims(side);
                length *= side;
            }
            for (long n = 0; n < length; n++) {
                if (type == 7) {
                    constant.addInt64Data(number(random));
                } else if (type == 1) {
                    constant.addFloatData(number(random));
                }
            }
            graph.addInitializer(constant);
            known.add("c" + i);
        }
        int nodes = 1 + random.nextInt(8);
        for (int i = 0; i < nodes; i++) {
            Onnx.NodeProto.Builder node = graph.addNodeBuilder().setOpType(OPERATORS.get(random.nextInt(OPERATORS.size()))).addOutput(i == nodes - 1 ? "y" : "n" + i);
            int inputs = random.nextInt(6);
            for (int k = 0; k < inputs; k++) {
                // What was written last comes first most often, or nothing would depend on the image.
                node.addInput(k == 0 && random.nextInt(5) > 0 ? i == 0 ? "t0" : "n" + (i - 1) : random.nextInt(9) == 0 ? ""
                        : known.get(random.nextInt(known.size())));
            }
            for (int k = random.nextInt(4); k > 0; k--) {
                node.addAttribute(attribute(random));
            }
            known.add("n" + i);
        }
        graph.addOutput(value("y", 1, 10));
        return model;
    }

    private static Onnx.AttributeProto attribute(Random random) {
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> {
                long[] list = new long[random.nextInt(4) == 0 ? random.nextInt(40) : 2 * (1 + random.nextInt(2))];
                Arrays.setAll(list, k -> number(random));
                yield integers(LISTS.get(random.nextInt(LISTS.size())), list);
            }
            case 3 -> Onnx.AttributeProto.newBuilder().setName(SINGLE.get(random.nextInt(SINGLE.size()))).setI(number(random)).build();
            case 4 -> Onnx.AttributeProto.newBuilder().setName(List.of("auto_pad", "mode", "epsilon", "alpha", "ratio", "min",
                    "max").get(random.nextInt(7)))
                    .setS(ByteString.copyFromUtf8(List.of("SAME_LOWER", "SAME_UPPER", "VALID", "reflect", "\u001b").get(random.nextInt(5))))
                    .setF(new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY, 0.3f}[random.nextInt(5)]).build();
            default -> Onnx.AttributeProto.newBuilder().setName("value").setT(tensor("", 1).addFloatData(number(random))).build();
        };
    }

    /** One thing about a model is changed. */
    private static void change(Onnx.ModelProto.Builder model, Random random, StringBuilder what) {
        Onnx.GraphProto.Builder graph = model.getGraphBuilder();
        int at = random.nextInt(graph.getNodeCount());
        Onnx.NodeProto.Builder node = graph.getNodeBuilder(at);
        int weights = random.nextInt(Math.max(1, graph.getInitializerCount()));
        int kind = random.nextInt(14);
        what.append("; change ").append(kind);
        switch (kind) {
            case 0 -> node.setOpType(OPERATORS.get(random.nextInt(OPERATORS.size())));
            case 1 -> node.addAttribute(attribute(random));
            case 2 -> node.addInput(name(random));
            case 3 -> node.setOutput(0, name(random));
            case 4 -> node.setName(name(random)).setOpType(name(random));
            case 5 -> graph.getInitializerBuilder(weights).setDims(0, Damage.number(random));
            case 6 -> graph.getInitializerBuilder(weights).setRawData(ByteString.copyFrom(new byte[random.nextInt(100_000)]));
            case 7 -> graph.getInitializerBuilder(weights).setName(name(random)).setDataType(random.nextInt(30));
            case 8 -> graph.setInput(0, value("x", Damage.number(random), number(random), Damage.number(random), Damage.number(random)));
            case 9 -> {
                for (int i = random.nextInt(30_000); i > 0; i--) {
                    graph.addNode(node("Relu", "more" + i, i % 2 == 0 ? "y" : "more" + (i + 1)));
                }
            }
            case 10 -> {
                Onnx.GraphProto inner = Onnx.GraphProto.newBuilder().build();
                for (int depth = random.nextInt(300); depth > 0; depth--) {
                    inner = Onnx.GraphProto.newBuilder().addNode(Onnx.NodeProto.newBuilder().addAttribute(
                            Onnx.AttributeProto.newBuilder().setName("body").setG(inner))).build();
                }
                node.addAttribute(Onnx.AttributeProto.newBuilder().setName("body").setG(inner));
            }
            case 11 -> {
                long[] list = new long[random.nextInt(200_000)];
                Arrays.fill(list, random.nextInt(3));
                node.addAttribute(integers(LISTS.get(random.nextInt(LISTS.size())), list));
            }
            case 12 -> model.setOpsetImport(0, Onnx.OperatorSetIdProto.newBuilder().setVersion(Damage.number(random)));
            default -> {
                for (int i = random.nextInt(200); i > 0; i--) {
                    graph.addOutput(value(random.nextBoolean() ? "y" : name(random), 1, 10));
                }
            }
        }
    }

    public static class File implements Fuzz.Kind {

        @Override
        public String ending() {
            return ".onnx";
        }

        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(ModelFileException.class);
        }

        @Override
        public Fuzz.Made make(Random random) {
            StringBuilder what = new StringBuilder();
            int kind = random.nextInt(6);
            Onnx.ModelProto.Builder model = kind < 3 ? classifier(random, what) : anything(random);
            for (int changes = kind == 1 || kind == 2 ? 1 + random.nextInt(3) : 0; changes > 0; changes--) {
                change(model, random, what);
            }
            byte[] bytes = model.build().toByteArray();
            if (kind == 2 || kind == 5) {
                bytes = Damage.damaged(bytes, random, what);
            }
            return new Fuzz.Made(bytes, what.toString(), kind == 0);
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            Network network = OnnxFile.read(file);
            CostSheet sheet = CostSheet.of(network);
            assertThat(Grids.byLayer(sheet).text() + Grids.byStage(sheet).text()).doesNotContain("\u001b", "\u202e", "\u0000");
            assertThat(sheet.csv().lines().count()).isEqualTo(1 + network.nodes().size());
            Matcher counts = COUNTS.matcher(made.what());
            if (made.right()) {
                assertThat(counts.find()).isTrue();
                assertThat(sheet.parameters()).isEqualTo(Long.parseLong(counts.group(1)));
                assertThat(sheet.macs()).isEqualTo(Long.parseLong(counts.group(2)));
            }
        }
    }

    @Test
    void files() {
        Fuzz.tried(File.class);
    }
}
