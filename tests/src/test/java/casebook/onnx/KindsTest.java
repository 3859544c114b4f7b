package casebook.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.layers.Shape;
import casebook.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import onnx.Onnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.protobuf.ByteString;

/**
 * What public networks have in their files beyond the layers of the course. The small files are by onnx 1.23 and torch 2.15, their figures
 * by
 * torch's own count or ONNX Runtime's shapes; here are others of the same kinds.
 */
class KindsTest {

    @TempDir
    Path folder;

    private MadeFile file(long version, long... image) {
        return new MadeFile(folder, version, image);
    }

    private static long[] list(long... numbers) {
        return numbers;
    }

    private static void counts(MadeFile file, long parameters, long macs) {
        CostSheet sheet = CostSheet.of(file.read());
        assertThat(List.of(sheet.parameters(), sheet.macs())).as(sheet.csv()).containsExactly(parameters, macs);
    }

    private static List<String> layers(MadeFile file) {
        return file.read().nodes().stream().map(node -> node.layer().kind() + " " + node.output()).toList();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/casebook/onnx/kinds/figures.csv", numLinesToSkip = 1)
    void filesOfEachKindAreCountedExactly(String name, long parameters, long macs) throws Exception {
        Path file = Path.of(KindsTest.class.getResource("/casebook/onnx/kinds/" + name + ".onnx").toURI());
        CostSheet sheet = CostSheet.of(OnnxFile.read(file));
        assertThat(List.of(sheet.parameters(), sheet.macs())).containsExactly(parameters, macs);
    }

    // ---- a tensor of the file counts once ----

    @Test
    void weightsThatAreUsedInAnotherWay() {
        long weights = 4 * 4 * 9;
        counts(file(13, 1, 4, 9, 9).weights("w", 4, 4, 3, 3).op("Conv", "x w", "a").op("Conv", "a w", "y", "pads", list(1, 1, 1, 1)),
                weights,
                weights * (49 + 49));
        counts(file(13, 1, 4, 9, 9).weights("w", 4, 4, 3, 3).op("Conv", "x w", "a").op("Conv", "a w", "y", "strides", list(2, 2)), weights,
                weights * (49 + 9));
        counts(file(13, 1, 4, 9, 9).weights("w", 4, 4, 3, 3).op("Conv", "x w", "a").op("ConvTranspose", "a w", "y"), weights,
                weights * (49 + 49));
        counts(file(13, 1, 4, 9, 9).weights("w", 4, 4, 1, 1).weights("b", 4).op("Conv", "x w b", "a").op("Conv", "a w", "c").op("Conv",
                "c w b", "y"),
                16 + 4, 3 * 16 * 81);
        // A 1×1 convolution and a fully connected layer.
        counts(file(13, 1, 4, 9, 9).weights("w", 4, 4, 1, 1).op("Conv", "x w", "a").op("GlobalAveragePool", "a", "p").op("Flatten", "p",
                "f")
                .integers("s", 4, 4).op("Reshape", "w s", "v").op("Gemm", "f v", "y"), 16, 16 * 81 + 16);
        // Normalizations with their own statistics.
        counts(file(13, 1, 4, 9, 9).weights("g", 4).weights("b", 4).weights("m", 4).weights("v", 4).weights("n", 4).weights("u", 4)
                .op("BatchNormalization", "x g b m v", "a").op("BatchNormalization", "a g b n u", "y"), 8, 0);
        counts(file(13, 1, 4, 9, 9).weights("s", 4, 1, 1).op("Relu", "x", "r").op("Mul", "r s", "a").op("Add", "a s", "y"), 4, 0);
        // One tensor, of which each layer takes its part.
        counts(file(13, 1, 6).weights("w", 6, 12).op("Split", "w", "q k", "axis", 1).op("MatMul", "x q", "a").op("MatMul", "a k", "y"),
                72, 72);
    }

    @Test
    void sharedAsAWholeStaysAgain() {
        Network read = file(13, 1, 4, 9, 9).weights("w", 4, 4, 1, 1).op("Conv", "x w", "a").op("Conv", "a w", "y").read();
        assertThat(read.node("y").shared()).isTrue();
    }

    // ---- equal tensors that were written once ----

    private static Onnx.TensorProto repeated(String name, int type, byte[] number, long... sides) {
        int count = (int) Arrays.stream(sides).reduce(1, Math::multiplyExact);
        Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setName(name).setDataType(type);
        Arrays.stream(sides).forEach(tensor::addDims);
        byte[] data = new byte[count * number.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = number[i % number.length];
        }
        return tensor.setRawData(ByteString.copyFrom(data)).build();
    }

    @Test
    void equalTensorsOfEveryTypeAndSizeAreNotShared() {
        byte[][] ones = {{0, 0, -128, 63}, {0, 0, 0, 0, 0, 0, -16, 63}, {0, 60}, {-128, 63}};
        int[] types = {1, 11, 10, 16};
        for (int i = 0; i < types.length; i++) {
            for (int channels : new int[] {4, 40}) {
                MadeFile file = file(13, 1, channels, 2, 2);
                file.graph.addInitializer(repeated("w", types[i], ones[i], channels, channels, 3, 3));
                counts(file.op("Conv", "x w", "a", "pads", list(1, 1, 1, 1)).op("Conv", "a w", "y", "pads", list(1, 1, 1, 1)),
                        2L * channels * channels * 9, 2L * channels * channels * 9 * 4);
            }
        }
        for (int type : new int[] {1, 10}) {
            MadeFile listed = file(13, 1, 40, 2, 2);
            Onnx.TensorProto.Builder w = Onnx.TensorProto.newBuilder().setName("w").setDataType(type).addAllDims(List.of(40L, 40L, 3L, 3L));
            listed.graph.addInitializer(type == 1 ? w.addAllFloatData(Collections.nCopies(14_400, 1f))
                    : w.addAllInt32Data(Collections.nCopies(14_400, 15_360)));
            counts(listed.op("Conv", "x w", "a", "pads", list(1, 1, 1, 1)).op("Conv", "a w", "y", "pads", list(1, 1, 1, 1)), 28_800,
                    14_400 * 8);
        }
    }

    // ---- what is no parameter ----

    private MadeFile written(MadeFile file, String name, float... numbers) {
        Onnx.TensorProto.Builder tensor = Onnx.TensorProto.newBuilder().setDataType(1).addDims(numbers.length);
        for (float number : numbers) {
            tensor.addFloatData(number);
        }
        file.graph.addNodeBuilder().setOpType("Constant").addOutput(name)
                .addAttribute(Onnx.AttributeProto.newBuilder().setName("value").setT(tensor));
        return file;
    }

    @Test
    void onesAndZerosThatOnnxDemands() {
        // A trained normalization without γ, and one without β.
        counts(file(13, 1, 2, 3, 3).numbers("one", 1, 1).numbers("b", 1, 2).numbers("m", 3, 4).numbers("v", 5, 6)
                .op("BatchNormalization", "x one b m v", "y"), 2, 0);
        counts(file(13, 1, 2, 3, 3).numbers("g", 2, 3).numbers("zero", 0, 0).numbers("m", 3, 4).numbers("v", 5, 6)
                .op("BatchNormalization", "x g zero m v", "y"), 2, 0);
        // Not trained yet: they may be its own.
        counts(file(13, 1, 2, 3, 3).numbers("one", 1, 1).numbers("zero", 0, 0).op("BatchNormalization", "x one zero zero one", "y"), 4, 0);
        counts(written(written(file(17, 1, 2, 3), "one", 1, 1, 1), "zero", 0, 0, 0).op("LayerNormalization", "x one zero", "y"), 0, 0);
        counts(written(written(file(17, 1, 2, 3, 3), "one", 1, 1), "zero", 0, 0).op("InstanceNormalization", "x one zero", "y"), 0, 0);
    }

    @Test
    void whatIsDoneToTheImageBefore() {
        counts(file(13, 1, 3, 4, 4).weights("m", 3, 1, 1).weights("d", 3, 1, 1).op("Mul", "x m", "a").op("Add", "a d", "b")
                .weights("w", 2, 3, 1, 1).op("Conv", "b w", "y"), 6, 96);
        counts(file(13, 1, 4, 4, 3).weights("m", 3).op("Cast", "x", "c", "to", 1).op("Sub", "c m", "a").op("Transpose", "a", "b", "perm",
                list(0, 3, 1, 2)).weights("w", 2, 3, 1, 1).op("Conv", "b w", "y"), 6, 96);
        counts(file(13, 1, 3, 4, 4).weights("mean", 3, 4, 4).op("Sub", "x mean", "a").weights("w", 2, 3, 1, 1).op("Conv", "a w", "y"), 6,
                96);
    }

    // ---- inputs, numbers and order ----

    @Test
    void inputsOfAnyRank() {
        assertThat(file(13, -1, 28, 28).op("Relu", "x", "y").read().input()).isEqualTo(Shape.volume(28, 28, 1));
        assertThat(file(13, 3, 28, 28).op("Relu", "x", "y").read().input()).isEqualTo(Shape.volume(28, 28, 3));
        counts(file(13, 3, 8, 8).integers("at", 0).op("Unsqueeze", "x at", "u").weights("w", 2, 3, 1, 1).op("Conv", "u w", "y"), 6, 6 * 64);
        counts(file(13, -1, 2, 20).weights("w", 4, 2, 5).weights("b", 4).op("Conv", "x w b", "y", "strides", list(2)), 44, 40 * 8);
        counts(file(13, 1, 1, 4, 8, 8).weights("w", 2, 1, 3, 3, 3).op("Conv", "x w", "y"), 54, 54 * 2 * 36);
        MadeFile two = file(13, 1, 3, 4, 4);
        two.graph.addInput(MadeFile.tensor("z", -1, 3, 4, 4));
        counts(two.weights("w", 2, 3, 1, 1).op("Conv", "x w", "a").op("Conv", "z w", "b").op("Add", "a b", "y"), 6, 2 * 96);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 16})
    void numbersOfSixteenBits(int type) {
        MadeFile file = file(13, 1, 4);
        byte[] two = type == 10 ? new byte[] {0, 64} : new byte[] {0, 64};
        file.graph.addInitializer(repeated("c", type, two));
        assertThat(file.op("Mul", "x c", "y").read().output().layer()).isEqualTo(new casebook.layers.Rescaling(2, 0));
        MadeFile listed = file(13, 1, 4);
        listed.graph.addInitializer(Onnx.TensorProto.newBuilder().setName("c").setDataType(type).addInt32Data(0x4000));
        assertThat(listed.op("Mul", "x c", "y").read().output().layer()).isEqualTo(new casebook.layers.Rescaling(2, 0));
    }

    @Test
    void numbersInAFileBeside() throws IOException {
        Files.write(folder.resolve("numbers"), new byte[] {9, 9, 9, 9, 9, 9, 9, 9, 1, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1});
        Onnx.TensorProto.Builder sides = Onnx.TensorProto.newBuilder().setName("s").setDataType(7).addDims(2)
                .setDataLocation(Onnx.TensorProto.DataLocation.EXTERNAL)
                .addExternalData(Onnx.StringStringEntryProto.newBuilder().setKey("location").setValue("numbers"))
                .addExternalData(Onnx.StringStringEntryProto.newBuilder().setKey("offset").setValue("8"));
        MadeFile file = file(13, 1, 3, 4, 4);
        file.graph.addInitializer(sides);
        assertThat(layers(file.op("Reshape", "x s", "y"))).containsExactly("flatten 48");
        MadeFile cut = file(13, 1, 3, 4, 4);
        cut.graph.addInitializer(sides.clone().setDims(0, 3));
        cut.op("Reshape", "x s", "y").refused("the tensor \"s\"", "ends before");
        MadeFile missing = file(13, 1, 3, 4, 4);
        missing.graph.addInitializer(sides.clone().setExternalData(0, sides.getExternalData(0).toBuilder().setValue("none")));
        missing.op("Reshape", "x s", "y").refused("the numbers of \"s\" are needed", "beside it");
    }

    @Test
    void anyOrderAndFunctionsInFunctions() {
        counts(file(7, 1, 4).op("Relu", "c", "y").op("Cast", "b", "c", "to", 1).op("MatMul", "x w", "b").weights("w", 4, 5), 20, 20);
        MadeFile file = file(18, 1, 4);
        Onnx.FunctionProto.Builder inner = Onnx.FunctionProto.newBuilder().setName("leaky").setDomain("own").addInput("a").addOutput("b");
        inner.addNodeBuilder().setOpType("LeakyRelu").addInput("a").addOutput("b").addAttributeBuilder().setName("alpha").setRefAttrName("slope");
        Onnx.FunctionProto.Builder outer = Onnx.FunctionProto.newBuilder().setName("dense").setDomain("own").addInput("a").addInput("w").addOutput("b");
        outer.addNodeBuilder().setOpType("MatMul").addInput("a").addInput("w").addOutput("m");
        outer.addNodeBuilder().setOpType("leaky").setDomain("own").addInput("m").addOutput("b");
        file.model.addFunctions(inner).addFunctions(outer);
        file.weights("w", 4, 4);
        file.graph.addNodeBuilder().setOpType("dense").setDomain("own").addInput("x").addInput("w").addOutput("h");
        file.graph.addNodeBuilder().setOpType("dense").setDomain("own").addInput("h").addInput("w").addOutput("y");
        counts(file, 16, 32);
    }

    // ---- operators by their shapes ----

    @Test
    void waysToPool() {
        long[] area = list(2, 3);
        for (String operator : List.of("ReduceMax", "ReduceL2", "ReduceMean", "ReduceSum")) {
            MadeFile file = operator.equals("ReduceSum") ? file(13, 1, 6, 5, 4).integers("over", 2, 3).op(operator, "x over", "p",
                    "keepdims", 0)
                    : file(13, 1, 6, 5, 4).op(operator, "x", "p", "axes", area, "keepdims", 0);
            counts(file.weights("w", 6, 3).op("MatMul", "p w", "y"), 18, 18);
        }
        counts(file(13, 1, 6, 5, 4).op("GlobalLpPool", "x", "p").op("Squeeze", "p", "s").weights("w", 3, 6).weights("b", 3)
                .op("MatMul", "w s", "m").op("Add", "m b", "y"), 21, 18);
        assertThat(layers(file(13, 1, 2, 9, 9).op("AveragePool", "x", "y", "kernel_shape", list(3, 3), "strides", list(3, 3), "pads",
                list(1, 1, 1, 1), "ceil_mode", 1, "count_include_pad", 1))).containsExactly("zero padding 11×11×2",
                        "average pooling 4×4×2");
        assertThat(layers(file(13, 1, 2, 9).op("AveragePool", "x", "y", "kernel_shape", list(4), "strides", list(4), "pads", list(2, 2),
                "ceil_mode", 1, "count_include_pad", 1))).containsExactly("AveragePool 2×1×3");
    }

    @Test
    void tokensAndAttention() {
        for (long images : new long[] {1, 2, -1}) {
            MadeFile file = file(17, images, 8, 4, 4).integers("tokens", Math.max(1, images), 8, 16).op("Reshape", "x tokens", "t")
                    .op("Transpose", "t", "u", "perm", list(0, 2, 1)).weights("g", 8).weights("h", 8).op("LayerNormalization", "u g h", "n")
                    .weights("w", 8, 24).weights("b", 24).op("MatMul", "n w", "m").op("Add", "m b", "qkv").op("Split", "qkv", "q k v",
                            "axis", 2)
                    .op("Transpose", "k", "kt", "perm", list(0, 2, 1)).op("MatMul", "q kt", "s").op("Softmax", "s", "p").op("MatMul",
                            "p v", "o")
                    .op("Add", "o u", "r").integers("over", 1).op("ReduceMean", "r", "e", "axes", list(1), "keepdims", 0)
                    .weights("c", 8, 10).op("MatMul", "e c", "y");
            counts(file, 16 + 8 * 24 + 24 + 80, 16 * 8 * 24 + 80);
            CostSheet products = CostSheet.of(file.read(), Convention.of("papers +merges -biases"));
            assertThat(products.row("s").macs()).isEqualTo(16 * 16 * 8);
            assertThat(products.row("o").macs()).isEqualTo(16 * 16 * 8);
            assertThat(products.row("qkv").parameters()).isZero();
        }
    }

    @Test
    void normalizationsActivationsAndBroadcasts() {
        counts(file(11, 1, 6, 8).op("ReduceMean", "x", "m", "axes", list(-1)).op("Sub", "x m", "d").number("two", 2).op("Pow", "d two", "q")
                .op("ReduceMean", "q", "v", "axes", list(-1)).op("Sqrt", "v", "s").op("Div", "d s", "n").weights("g", 8).weights("b", 8)
                .op("Mul", "n g", "a").op("Add", "a b", "y"), 16, 0);
        counts(file(13, 1, 4, 3, 3).weights("s", 1).op("PRelu", "x s", "a").weights("t", 4, 1, 1).op("PRelu", "a t", "y"), 5, 0);
        counts(file(21, 1, 4, 3, 3).weights("g", 4).weights("b", 4).op("GroupNormalization", "x g b", "y", "num_groups", 2), 8, 0);
        assertThat(layers(file(13, 1, 4, 3, 3).op("ReduceMax", "x", "m", "axes", list(1)).op("Sigmoid", "m", "s").op("Mul", "s x", "y")))
                .containsExactly("ReduceMax 3×3×1", "sigmoid 3×3×1", "Mul 3×3×4");
        assertThat(layers(file(13, 1, 4, 3, 3).op("Mish", "x", "a").op("TopK", "a k", "b c", "axis", 1).integers("k", 2).op("Concat",
                "b c", "y",
                "axis", 1))).containsExactly("Mish 3×3×4", "TopK 3×3×2", "TopK 3×3×2", "concatenate 3×3×4");
    }

    @Test
    void convolutionsAndProductsOfOtherKinds() {
        counts(file(13, 1, 4, 5, 5).weights("w", 4, 3, 3, 3).weights("b", 6).op("ConvTranspose", "x w b", "y", "group", 2, "strides",
                list(2, 2),
                "output_padding", list(1, 1)), 114, 108 * 25);
        counts(file(13, 1, 8).weights("w", 8, 4).weights("b", 1, 4).op("Gemm", "x w b", "y", "alpha", 2f), 36, 32);
        counts(file(13, 1, 6, 8).weights("w", 8, 4).op("Einsum", "x w", "y", "equation", "btc,cd->btd"), 32, 192);
        counts(file(10, 1, 4, 5, 5).weights("s", 1).integers("z", 0).weights("w", 3, 4, 1, 1).weights("c", 3).weights("b", 3)
                .op("QLinearConv", "x s z w c z s z b", "y"), 15, 300);
        counts(file(11, 1, 8).op("DynamicQuantizeLinear", "x", "q s z").weights("w", 8, 4).weights("c", 4).op("MatMulInteger", "q w z", "m")
                .op("Cast", "m", "f", "to", 1).op("Mul", "s c", "t").op("Mul", "f t", "y"), 32, 32);
    }

    @Test
    void whatTheFileWorksOut() {
        // Weights of low rank beside the full ones; weights that are standardized.
        counts(file(13, 1, 8).weights("w", 8, 4).weights("a", 8, 2).weights("b", 2, 4).op("MatMul", "a b", "ab").op("Add", "w ab", "v")
                .op("MatMul", "x v", "y"), 32 + 16 + 8, 32);
        counts(file(13, 1, 4, 5, 5).weights("w", 3, 4, 1, 1).op("ReduceMean", "w", "m", "axes", list(1, 2, 3)).op("Sub", "w m", "v")
                .op("Conv", "x v", "y"), 12, 300);
        assertThat(layers(file(13, 1, 3, 4, 4).op("Shape", "x", "s").integers("part", 1).integers("end", 4).op("Slice", "s part end", "p")
                .op("Cast", "p", "f", "to", 1).op("Floor", "f", "g").op("Cast", "g", "i", "to", 7).op("ReduceProd", "i", "n")
                .integers("one", 1).op("Concat", "one n", "sides", "axis", 0).op("Reshape", "x sides", "y"))).containsExactly("flatten 48");
        file(13, 1, 4).integers("s", 1, 4).op("TopK", "x k", "v i").op("Reshape", "x i", "y").integers("k", 2)
                .refused("Reshape \"y\"", "should be a tensor of the file");
    }

    @Test
    void aRefusalNamesOneThingAndWhatCanBeDone() {
        MadeFile fused = file(13, 1, 4).op("Relu", "x", "y");
        fused.graph.getNodeBuilder(0).setOpType("FusedConv").setDomain("com.microsoft");
        fused.refused("the operator com.microsoft.FusedConv \"y\" can't be read: it is not one of ONNX's own; export the network with standard operators");
    }
}
