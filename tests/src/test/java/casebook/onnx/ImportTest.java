package casebook.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.cost.CostSheet;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.Clip;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.LocalResponseNormalization;
import casebook.layers.MaxPooling;
import casebook.layers.Padding;
import casebook.layers.Relu;
import casebook.layers.Rescaling;
import casebook.layers.Shape;
import casebook.layers.ZeroPadding;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.network.Network;
import casebook.zoo.LeNet5;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import onnx.Onnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.CodedOutputStream;

/** ONNX files as others write them, and as nobody should. */
class ImportTest {

    @TempDir
    Path folder;

    /** A file in this test's folder. */
    private final class File extends MadeFile {
        File(long version, long... image) {
            super(folder, version, image);
        }
    }

    private static long[] list(long... numbers) {
        return numbers;
    }

    private static List<String> layers(Network network) {
        return network.nodes().stream().map(node -> node.layer().kind() + " " + node.output()).toList();
    }

    // ---- files that others made ----

    @ParameterizedTest
    @CsvFileSource(resources = "/casebook/onnx/figures.csv", numLinesToSkip = 1)
    void filesOfPyTorchAndKerasAreCountedAsTheyCountThemselves(String name, long parameters, long macs) throws Exception {
        Path file = Path.of(ImportTest.class.getResource("/casebook/onnx/" + name).toURI());
        CostSheet sheet = CostSheet.of(OnnxFile.read(file));
        assertThat(sheet.parameters()).isEqualTo(parameters);
        assertThat(sheet.macs()).isEqualTo(macs);
        assertThat(sheet.network().name()).isEqualTo(name.replace(".onnx", ""));
    }

    @Test
    void whatWasReadRunsTrainsAndCanBeWrittenAgain() throws Exception {
        for (String name : List.of("keras-tensorflow", "torch-export-21")) {
            Network read = OnnxFile.read(Path.of(ImportTest.class.getResource("/casebook/onnx/" + name + ".onnx").toURI()));
            Model model = Model.of(read, 1);
            Execution run = Execution.training(model, Nd4j.ones(read.input().batch(2)), 1);
            Map<String, INDArray> gradients = run.backward(Map.of(read.output(), Nd4j.ones(read.output().output().batch(2))));
            model.descriptions().forEach((parameter, description) -> assertThat(gradients.containsKey(parameter)).isEqualTo(description.trainable()));
            Path again = folder.resolve("again.onnx");
            OnnxFile.write(again, model);
            CostSheet sheet = CostSheet.of(OnnxFile.read(again));
            assertThat(sheet.parameters()).isEqualTo(CostSheet.of(read).parameters());
            assertThat(sheet.macs()).isEqualTo(CostSheet.of(read).macs());
        }
    }

    // ---- operators ----

    @Test
    void paddingOfEveryKind() {
        Consumer<Object[]> check = row -> {
            Network read = new File(13, 1, 2, 8, 7).weights("w", 3, 2, 3, 3).op("Conv", "x w", "y", (Object[]) row[0]).read();
            assertThat(read.output().output()).isEqualTo(row[1]);
            assertThat(((Convolution) read.output().layer()).window().padding()).isEqualTo(row[2]);
        };
        check.accept(new Object[] {new Object[] {"pads", list(1, 2, 0, 3), "strides", list(2, 1)}, Shape.volume(4, 10, 3), new Padding.Zeros(1, 2, 0, 3)});
        check.accept(new Object[] {new Object[] {"auto_pad", "SAME_UPPER", "strides", list(2, 2)}, Shape.volume(4, 4, 3), Padding.SAME});
        check.accept(new Object[] {new Object[] {"auto_pad", "SAME_LOWER", "strides", list(2, 2)}, Shape.volume(4, 4, 3), new Padding.Zeros(1, 1, 0, 1)});
        check.accept(new Object[] {new Object[] {"auto_pad", "VALID"}, Shape.volume(6, 5, 3), Padding.VALID});
        check.accept(new Object[] {new Object[] {"auto_pad", "NOTSET", "dilations", list(2, 2)}, Shape.volume(4, 3, 3), Padding.VALID});
    }

    @Test
    void poolingRoundsUpAsTheFileSays() {
        Object[] window = {"kernel_shape", list(3, 3), "strides", list(2, 2)};
        assertThat(new File(9, 1, 2, 8, 8).op("MaxPool", "x", "y", window).read().output().output()).isEqualTo(Shape.volume(3, 3, 2));
        Object[] up = {"kernel_shape", list(3, 3), "strides", list(2, 2), "ceil_mode", 1};
        assertThat(new File(10, 1, 2, 8, 8).op("MaxPool", "x", "y", up).read().output().output()).isEqualTo(Shape.volume(4, 4, 2));
        assertThat(((MaxPooling) new File(10, 1, 2, 8, 8).op("GlobalMaxPool", "x", "y").read().output().layer()).window().height()).isEqualTo(8);
    }

    @Test
    void zerosThatCountAreALayerOfTheirOwn() {
        Object[] window = {"kernel_shape", list(3, 3), "strides", list(1, 1), "pads", list(1, 1, 1, 1), "count_include_pad", 1};
        Network counted = new File(11, 1, 2, 8, 8).op("AveragePool", "x", "y", window).read();
        assertThat(counted.nodes()).extracting(node -> (Object) node.layer().getClass()).containsExactly(ZeroPadding.class, AveragePooling.class);
        window[7] = 0;
        assertThat(new File(11, 1, 2, 8, 8).op("AveragePool", "x", "y", window).read().nodes()).hasSize(1);
    }

    @Test
    void settingsThatBecameInputs() {
        assertThat(new File(9, 1, 8).op("Clip", "x", "y", "min", 0f, "max", 6f).read().output().layer()).isEqualTo(new Clip(0, 6));
        assertThat(new File(11, 1, 8).number("low", 0).number("high", 6).op("Clip", "x low high", "y").read().output().layer()).isEqualTo(new Clip(0, 6));
        assertThat(new File(11, 1, 8).number("low", 0).op("Clip", "x low", "y").read().output().layer()).isEqualTo(new Relu());
        assertThat(new File(9, 1, 8).op("Dropout", "x", "y", "ratio", 0.1f).read().output().layer()).isEqualTo(new Dropout(0.1));
        assertThat(new File(13, 1, 8).number("ratio", 0.1f).op("Dropout", "x ratio", "y").read().output().layer()).isEqualTo(new Dropout(0.1));
        for (MadeFile mean : List.of(new File(13, 1, 5, 4, 4).op("ReduceMean", "x", "m", "axes", list(2, 3), "keepdims", 0),
                new File(18, 1, 5, 4, 4).integers("axes", -1, -2).op("ReduceMean", "x axes", "m", "keepdims", 0))) {
            assertThat(layers(mean.weights("w", 5, 3).op("MatMul", "m w", "y").read()))
                    .containsExactly("global average pooling 1×1×5", "flatten 5", "fully connected 3");
        }
        for (MadeFile pad : List.of(new File(9, 1, 2, 4, 4).op("Pad", "x", "y", "pads", list(0, 0, 1, 2, 0, 0, 0, 1)),
                new File(13, 1, 2, 4, 4).integers("pads", 0, 0, 1, 2, 0, 0, 0, 1).op("Pad", "x pads", "y"),
                new File(18, 1, 2, 4, 4).integers("pads", 1, 2, 0, 1).integers("axes", 2, -1).op("Pad", "x pads - axes", "y"))) {
            assertThat(pad.read().output().layer()).isEqualTo(new ZeroPadding(new Padding.Zeros(1, 2, 0, 1)));
        }
    }

    @Test
    void normalizations() {
        assertThat(new File(9, 1, 8, 4, 4).op("LRN", "x", "y", "size", 5, "alpha", 5e-4f, "beta", 0.75f, "bias", 2f).read().output().layer())
                .isEqualTo(new LocalResponseNormalization());
        Network read = new File(15, 1, 8, 4, 4).weights("a", 8).weights("b", 8).weights("c", 8).weights("d", 8)
                .op("BatchNormalization", "x a b c d", "y", "epsilon", 0.001f, "momentum", 0.99f).read();
        assertThat(read.output().layer()).isEqualTo(new BatchNormalization(0.001, 0.99));
        assertThat(CostSheet.of(read).parameters()).isEqualTo(16);
        assertThat(layers(new File(9, 1, 8, 4, 4).op("LRN", "x", "y", "size", 4).read())).containsExactly("LRN 4×4×8");
    }

    @Test
    void aSoftmaxIsOverTheClasses() {
        assertThat(layers(new File(9, 1, 7, 1, 1).op("Softmax", "x", "y").read())).containsExactly("softmax 1×1×7");
        assertThat(layers(new File(13, 1, 7, 2, 2).op("Softmax", "x", "y", "axis", 1).read())).containsExactly("softmax 2×2×7");
        assertThat(layers(new File(9, 1, 7, 2, 2).op("Softmax", "x", "y").read())).containsExactly("Softmax 2×2×7");
        assertThat(layers(new File(13, 1, 7, 2, 2).op("Softmax", "x", "y").read())).containsExactly("Softmax 2×2×7");
    }

    @Test
    void fixedNumbersForAllOrForEachChannel() {
        assertThat(new File(13, 1, 3, 4, 4).number("c", 2).op("Mul", "x c", "y").read().output().layer()).isEqualTo(new Rescaling(2, 0));
        assertThat(new File(13, 1, 3, 4, 4).number("c", 2).op("Sub", "c x", "y").read().output().layer()).isEqualTo(new Rescaling(-1, 2));
        assertThat(new File(13, 1, 3, 4, 4).number("c", 2).op("Div", "x c", "y").read().output().layer()).isEqualTo(new Rescaling(0.5, 0));
        assertThat(new File(13, 1, 3, 4, 4).number("c", 2).op("Add", "c x", "y").read().output().layer()).isEqualTo(new Rescaling(1, 2));
        Network read = new File(13, 1, 3, 4, 4).weights("c", 3, 1, 1).op("Relu", "x", "r").op("Mul", "r c", "y").read();
        assertThat(CostSheet.of(read).parameters()).isEqualTo(3);
        new File(13, 1, 3, 4, 4).weights("c", 5).op("Mul", "x c", "y").refused("Mul \"y\"", "[5]", "3 channels");
        assertThat(layers(new File(13, 1, 3, 4, 4).number("c", 2).op("Div", "c x", "y").read())).containsExactly("Div 4×4×3");
    }

    @Test
    void keras() {
        Network read = new File(13, -1, 8, 6, 3).weights("w", 4, 3, 3, 3).weights("b", 1, 1, 1, 4).weights("m", 4).weights("s", 4).weights("t", 4)
                .op("Transpose", "x", "t1", "perm", list(0, 3, 1, 2)).op("Conv", "t1 w", "c").op("Transpose", "c", "t2", "perm", list(0, 2, 3, 1))
                .op("Add", "t2 b", "a").op("Sub", "a m", "n1").op("Mul", "n1 s", "n2").op("Cast", "n2", "n3", "to", 1).op("Add", "n3 t", "n4")
                .op("ReduceMean", "n4", "g", "axes", list(1, 2), "keepdims", 0)
                .integers("sides", -1, 1, 1, 4).op("Reshape", "g sides", "r").op("Sigmoid", "r", "q").op("Mul", "n4 q", "v")
                .weights("k", 4, 5).op("MatMul", "v k", "p").op("Flatten", "p", "y").read();
        assertThat(read.input()).isEqualTo(Shape.volume(8, 6, 3));
        assertThat(layers(read)).containsExactly("convolution 6×4×4", "batch normalization 6×4×4", "global average pooling 1×1×4",
                "sigmoid 1×1×4", "multiply 6×4×4", "convolution 6×4×5", "flatten 120");
        assertThat(CostSheet.of(read).parameters()).isEqualTo(4 * 27 + 4 + 8 + 20);
    }

    @Test
    void sizesThatTheFileWorksOut() {
        Network read = new File(13, 2, 3, 4, 4).op("Shape", "x", "s").integers("zero", 0).integers("rest", -1)
                .op("Gather", "s zero", "n", "axis", 0).op("Concat", "n rest", "sides", "axis", 0).op("Reshape", "x sides", "y").read();
        assertThat(layers(read)).containsExactly("flatten 48");
        Network part = new File(15, 1, 3, 4, 4).op("Shape", "x", "s", "start", 0, "end", 1).integers("rest", 48)
                .op("Concat", "s rest", "sides", "axis", 0).op("Reshape", "x sides", "y").read();
        assertThat(layers(part)).containsExactly("flatten 48");
        Network turned = new File(13, 1, 3, 4, 4).integers("list", 7, 48, 1).integers("from", -1).integers("to", -3).integers("axis", 0).integers("step", -1)
                .op("Slice", "list from to axis step", "sides").op("Reshape", "x sides", "y").read();
        assertThat(layers(turned)).containsExactly("flatten 48");
    }

    @Test
    void weightsUsedTwiceCountOnceUnlessTheyWereMergedForBeingAlike() {
        MadeFile shared = new File(13, 1, 4, 6, 6).weights("w", 4, 4, 1, 1).op("Conv", "x w", "a").op("Identity", "w", "v").op("Conv", "a v", "y");
        Network read = shared.read();
        assertThat(CostSheet.of(read).parameters()).isEqualTo(16);
        assertThat(CostSheet.of(read).macs()).isEqualTo(2 * 16 * 36);
        assertThat(read.node("y").shared()).isTrue();
        Network merged = new File(13, 1, 2, 6, 6).numbers("one", 1, 1).numbers("zero", 0, 0)
                .op("BatchNormalization", "x one zero zero one", "a").op("BatchNormalization", "a one zero zero one", "y").read();
        assertThat(CostSheet.of(merged).parameters()).isEqualTo(8);
        Network other = new File(13, 1, 4, 6, 6).weights("w", 4, 4, 1, 1).op("Conv", "x w", "a").op("Conv", "a w", "y", "strides", list(2, 2)).read();
        assertThat(other.node("y").shared()).isFalse();
    }

    @Test
    void groupsOfChannelsShuffled() {
        Network read = new File(13, 1, 6, 5, 4).integers("table", 1, 2, 3, 5, 4).integers("sides", 1, 6, 5, 4).op("Reshape", "x table", "a")
                .op("Transpose", "a", "b", "perm", list(0, 2, 1, 3, 4)).op("Reshape", "b sides", "y").read();
        assertThat(read.output().layer()).isEqualTo(new casebook.layers.ChannelShuffle(2));
        Network turned = new File(13, 1, 6, 5, 4).op("Transpose", "x", "a", "perm", list(0, 1, 3, 2)).weights("w", 2, 6, 3, 3).op("Conv", "a w", "b")
                .integers("sides", 1, 2, 3, 2).op("Reshape", "b sides", "c").op("Transpose", "c", "d", "perm", list(0, 2, 1, 3))
                .op("Conv", "d v", "y").weights("v", 1, 3, 1, 1).read();
        assertThat(CostSheet.of(turned).macs()).isEqualTo(2 * 54 * 6 + 3 * 4);
    }

    @Test
    void anOpenSizeIsAskedFor() {
        Path file = new File(13, -1, 3, -1, -1).weights("w", 4, 3, 3, 3).op("Conv", "x w", "y").write();
        assertThatThrownBy(() -> OnnxFile.read(file)).hasMessageContaining("\"x\" leaves a side open: say how large the images are, as in --input 224x224x3");
        assertThat(OnnxFile.read(file, Shape.volume(10, 8, 3)).output().output()).isEqualTo(Shape.volume(8, 6, 4));
        assertThatThrownBy(() -> OnnxFile.read(file, Shape.volume(10, 8, 1))).hasMessageContaining("which is not 10×8×1");
    }

    @Test
    void namesFitATable() {
        Network read = new File(13, 1, 4).op("Relu", "x", "/a/b").op("Relu", "/a/b", "evil\u0000\n\"name\"").op("Relu", "evil\u0000\n\"name\"", "input")
                .op("Relu", "input", "q".repeat(5000)).op("Relu", "q".repeat(5000), "y").read();
        assertThat(read.nodes()).extracting(node -> node.name()).containsExactly("a/b", "evil___name_", "input_1", "q".repeat(100) + "…", "y");
    }

    @Test
    void whatLeadsNowhereIsLeftOut() {
        assertThat(layers(new File(13, 1, 4).op("Relu", "x", "y").op("Whatever", "y", "z").op("Loop", "z", "q").read())).containsExactly("ReLU 4");
    }

    // ---- what is wrong is said ----

    @Test
    void whatCanNotBeReadIsNamed() {
        new File(13, 1, 4).op("Relu", "x", "a").op("Loop", "a", "b").op("Tanh", "b", "y").refused("the operator Loop \"b\" can't be read: how large");
        new File(6, 1, 4).op("Relu", "x", "y").refused("version 6", "7 and newer");
        new File(13, 1, 4).op("Relu", "nothing", "y").refused("Relu \"y\": it reads \"nothing\"");
        new File(13, 1, 4).op("Relu", "x", "y").op("Tanh", "x", "y").refused("two operators write the tensor \"y\"", "Tanh");
        new File(13, 1, 4).op("Relu", "b", "a").op("Relu", "a", "b").op("Add", "a x", "y").refused("Relu \"a\": it reads what is computed from its own result");
        new File(13, 1, 4).op("Relu", "x", "z").refused("\"y\" does not depend on the image");
        new File(13, 1, 4).op("Identity", "x", "y").refused("no layer");
        new File(13).op("Relu", "x", "y").refused("\"x\" has no sides");
        new File(13, 1, 2, 8, 8).weights("w", 4, 3, 3, 3).op("Conv", "x w", "y").refused("Conv \"y\"", "need 3 channels", "8×8×2");
        new File(13, 1, 2, 8, 8).weights("w", 4, 2, 9, 9).op("Conv", "x w", "y").refused("9×9 filter", "does not fit");
        new File(13, 1, 2, 8, 8).weights("w", 4, 2, 3).op("Conv", "x w", "y").refused("only convolutions over height and width");
        new File(13, 1, 2, 8, 8).op("Conv", "x", "y").refused("input 2 should be a tensor of the file");
        new File(13, 1, 2, 8, 8).op("MaxPool", "x", "y").refused("no kernel_shape");
        new File(13, 1, 2, 8, 8).op("MaxPool", "x", "y", "kernel_shape", list(2, 2, 2)).refused("its kernel_shape should be 2 numbers, it has 3");
        new File(13, 1, 2, 8, 8).op("MaxPool", "x", "y", "kernel_shape", list(0, 2)).refused("must be at least 1");
        new File(13, 1, 8).weights("w", 9, 4).op("MatMul", "x w", "y").refused("MatMul \"y\"", "[9, 4]", "8 numbers");
        new File(13, 1, 2, 8, 8).weights("w", 2, 2, 3, 3).op("Conv", "x w", "a").op("Add", "x a", "y").refused("Add \"y\"", "[1, 2, 8, 8] and [1, 2, 6, 6]");
        new File(13, 1, 2, 8, 8).op("Transpose", "x", "a", "perm", list(0, 2, 2, 1)).op("Relu", "a", "y").refused("does not name each of 4 sides once");
        new File(13, 1, 2, 8, 8).integers("s", 1, 100).op("Reshape", "x s", "y").refused("[1, 100]", "another number");
    }

    @Test
    void sizesAreBelievedByNobody() {
        long huge = Long.MAX_VALUE / 2;
        new File(13, 1, 3, 8, 8).weights("w", huge, 3, 1, 1).op("Conv", "x w", "y").refused("\"w\"", "too large");
        new File(13, 1, 3, 8, 8).weights("w", -4, 3, 1, 1).op("Conv", "x w", "y").refused("none can be negative");
        new File(13, 1, 3, 8, 8).weights("w", Integer.MAX_VALUE, 3, 1, 1).weights("v", Integer.MAX_VALUE, Integer.MAX_VALUE, 1, 1)
                .op("Conv", "x w", "a").op("Conv", "a v", "y").refused("made.onnx: y: more than 2⁶³ of something, which can't be counted");
        long side = 1 << 30;
        new File(13, 1, 1, side, side).op("Relu", "x", "a").op("Relu", "a", "b").op("Relu", "b", "c").op("Relu", "c", "y")
                .refused("made.onnx: made: more than 2⁶³ of something in all layers together");
        new File(13, 1, 4).weights("w", new long[33]).op("Relu", "x", "y").refused("\"w\"", "a tensor of 33 sides");
        new File(13, 1, 4).op("Unsqueeze", "x", "y", "axes", LongStream.range(2, 400_000).toArray()).refused("Unsqueeze \"y\"", "sides");
        new File(13, 1, huge, huge, huge).op("Relu", "x", "y").refused("too large to be counted");
        new File(13, 1, 3, 8, 8).integers("s", huge, huge).op("ConstantOfShape", "s", "w").op("Conv", "x w", "y").refused("ConstantOfShape", "too large");
        new File(13, 1, 3, 8, 8).integers("s", 1_000_000, 3, 1000, 1000).op("ConstantOfShape", "s", "w").op("Conv", "x w", "y", "pads", list(999, 999, 999, 999))
                .read();
        new File(13, 1, 3, 8, 8).op("MaxPool", "x", "y", "kernel_shape", list(huge, huge)).refused("too large");
        new File(13, 1, 3, 8, 8).op("MaxPool", "x", "y", "kernel_shape", list(2, 2), "pads", list(huge, 1, 1, 1)).refused("too large");
        MadeFile many = new File(13, 1, 4).op("Relu", "x", "y");
        for (int i = 0; i < 100; i++) {
            many.graph.addOutput(MadeFile.tensor("y" + i, 1, 4));
        }
        many.refused("this file has 101");
    }

    /** What is counted by sides that the data do not have is no network that anybody trained. */
    @Test
    void sidesAreHeldAgainstTheData() {
        Onnx.TensorProto.Builder w = Onnx.TensorProto.newBuilder().setName("w").addAllDims(List.of(5L, 4L, 1L, 1L));
        for (int bytes : new int[] {40, 79, 160, 20_000}) {
            Onnx.TensorProto raw = w.clone().setDataType(1).setRawData(ByteString.copyFrom(new byte[bytes])).build();
            with(raw).refused("the tensor \"w\" is said to have the sides [5, 4, 1, 1], 20 numbers of 32 bits; the file has " + bytes
                    + " bytes");
        }
        with(w.clone().setDataType(10).setRawData(ByteString.copyFrom(new byte[40])).build()).read();
        with(w.clone().setDataType(1).setRawData(ByteString.copyFrom(new byte[80])).build()).read();
        for (int numbers : new int[] {19, 21, 5000}) {
            Onnx.TensorProto.Builder list = w.clone().setDataType(1);
            IntStream.range(0, numbers).forEach(list::addFloatData);
            with(list.build()).refused("20 numbers; the file has " + numbers);
        }
        Onnx.TensorProto.Builder whole = Onnx.TensorProto.newBuilder().setName("s").setDataType(7).addDims(3).addInt64Data(1).addInt64Data(4);
        with(whole.build()).refused("the tensor \"s\" is said to have the sides [3], 3 numbers; the file has 2");
        whole.clearDims().addDims(40_000);
        IntStream.range(0, 30_000).forEach(whole::addInt64Data);
        with(whole.build()).read();
        with(whole.clearDims().addDims(400_000).build()).refused("the file has at most ");
    }

    private MadeFile with(Onnx.TensorProto tensor) {
        MadeFile file = new File(13, 1, 4, 8, 8);
        if (!tensor.getName().equals("w")) {
            file.weights("w", 5, 4, 1, 1);
        }
        file.graph.addInitializer(tensor);
        return file.op("Conv", "x w", "y");
    }

    @Test
    void whatWouldBeLeftOutOfTheCountIsRefused() {
        new File(13, 1, 4, 8, 8).weights("w", 5, 4, 1, 1).weights("b", 4).op("Conv", "x w b", "y").refused("Conv \"y\"",
                "5 filters need as many biases, it has [4]");
        new File(13, 1, 4, 8, 8).weights("w", 5, 4, 1, 1).op("Relu", "x w",
                "y").refused("Relu \"y\": it reads 2 tensors, and this operator can read 1");
        new File(13, 1, 4, 8, 8).weights("w", 4).op("Add", "x x w", "y").refused("Add \"y\": it reads 3 tensors");
    }

    /** Graphs within an operator, functions that call each other, and weights that are said to lie anywhere on the disk. */
    @Test
    void whatLeadsElsewhereIsNotFollowed() throws Exception {
        Onnx.GraphProto inner = Onnx.GraphProto.newBuilder().setName("inner").build();
        for (int depth = 0; depth < 5000; depth++) {
            inner = depth > 100 ? inner : Onnx.GraphProto.newBuilder().addNode(Onnx.NodeProto.newBuilder().setOpType("If")
                    .addAttribute(Onnx.AttributeProto.newBuilder().setName("then_branch").setG(inner))).build();
        }
        MadeFile deep = new File(13, 1, 4);
        deep.op("Relu", "x", "y").graph.getNodeBuilder(0).addAttribute(Onnx.AttributeProto.newBuilder().setName("then_branch").setG(inner));
        assertThat(layers(deep.read())).containsExactly("ReLU 4");
        MadeFile called = new File(13, 1, 4);
        for (String[] pair : new String[][] {{"f", "g"}, {"g", "f"}}) {
            called.model.addFunctions(Onnx.FunctionProto.newBuilder().setName(pair[0]).addInput("a").addOutput("b")
                    .addNode(Onnx.NodeProto.newBuilder().setOpType(pair[1]).addInput("a").addOutput("b")));
        }
        called.op("f", "x", "y").refused("its functions: the function", "calls itself");
        Path secret = Files.write(folder.resolve("secret"), new byte[80]);
        Onnx.TensorProto outside = Onnx.TensorProto.newBuilder().setName("w").setDataType(1).addAllDims(List.of(5L, 4L, 1L, 1L))
                .setDataLocation(Onnx.TensorProto.DataLocation.EXTERNAL).addExternalData(Onnx.StringStringEntryProto.newBuilder().setKey("location")
                        .setValue("../" + secret.getFileName())).build();
        assertThat(CostSheet.of(with(outside).read()).parameters()).isEqualTo(20);
        Onnx.TypeProto type = Onnx.TypeProto.newBuilder().build();
        for (int depth = 0; depth < 200; depth++) {
            type = Onnx.TypeProto.newBuilder().setSequenceType(Onnx.TypeProto.Sequence.newBuilder().setElemType(type)).build();
        }
        MadeFile nested = new File(13, 1, 4);
        nested.graph.addInput(Onnx.ValueInfoProto.newBuilder().setName("z").setType(type));
        nested.op("Relu", "x", "y").refused("damaged or not an ONNX file");
    }

    @Test
    void circlesAndEmptyTensorsDoNotHoldUp() {
        new File(13, 1, 4, 8, 8).weights("w", 5, 4, 1, 1).op("Conv", "x w", "c").op("Cast", "c b", "a").op("Cast", "a", "b").op("Relu",
                "b", "y")
                .refused("Cast \"a\": it reads what is computed from its own result: operators in a circle");
        MadeFile empty = new File(13, 1, 4).integers("from", 0).integers("to", Integer.MAX_VALUE).integers("at", 1);
        empty.graph.addInitializer(Onnx.TensorProto.newBuilder().setName("e").setDataType(7).addDims(0).addDims(Integer.MAX_VALUE));
        empty.op("Slice", "e from to at", "s").op("Reshape", "x s", "y").refused("Reshape \"y\": a tensor of [1, 4] can't be laid out as []");
    }

    /** Names may hold what a terminal obeys, and be as long as they please. */
    @Test
    void messagesCanBeRead() {
        String name = "\u001b[31m\u202e" + "n".repeat(10_000);
        String shown = "\\u001b[31m\\u202ennn";
        new File(13, 1, 4).op(name, "x", "y").refused("the operator " + shown, "\"y\" can't be read: how large");
        new File(13, 1, 4).op("Relu", name, "y").refused("Relu \"y\": it reads \"" + shown);
        new File(13, 1, 4).weights(name, -1).op("Relu", "x", "y").refused("\"" + shown, "none can be negative");
        new File(13, 1, 4).op("Relu", "x", name).op("Relu", "x", name).refused("two operators write the tensor \"" + shown);
    }

    @Test
    void aLongChainIsNoDanger() {
        MadeFile file = new File(13, 1, 4);
        for (int i = 0; i < 20_000; i++) {
            file.op("Relu", i == 0 ? "x" : "t" + (i - 1), i == 19_999 ? "y" : "t" + i);
        }
        assertThat(file.read().nodes()).hasSize(20_000);
        MadeFile large = new File(13, 1, 4);
        large.op("Relu", "x", "y");
        for (int i = 0; i < 200; i++) {
            large.op("Relu", "x", "long" + "g".repeat(60_000) + i);
        }
        large.refused("its structure takes more than 16 MB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ONNX", "PK\3\4 some other file", "<!DOCTYPE html><html><body>404 not found</body></html>", "\b\7"})
    void anotherKindOfFile(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("other.onnx"), text);
        assertThatThrownBy(() -> OnnxFile.read(file)).isInstanceOf(ModelFileException.class).hasMessageStartingWith(file.toString());
    }

    @Test
    void noFileOrAFolder() {
        assertThatThrownBy(() -> OnnxFile.read(folder.resolve("none.onnx"))).isInstanceOf(ModelFileException.class).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> OnnxFile.read(folder)).isInstanceOf(ModelFileException.class).hasMessageContaining("is a folder");
    }

    @Test
    void aFileThatIsCutOffSaysSo() throws Exception {
        Path whole = folder.resolve("whole.onnx");
        OnnxFile.write(whole, Model.of(LeNet5.taught(10), 1));
        byte[] bytes = Files.readAllBytes(whole);
        Path part = folder.resolve("part.onnx");
        for (int length : new int[] {1, 10, 20, 25, 1000, bytes.length / 2, bytes.length - 1}) {
            Files.write(part, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> OnnxFile.read(part)).isInstanceOf(ModelFileException.class).hasMessageStartingWith(part.toString());
        }
        Files.write(part, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> OnnxFile.read(part)).hasMessageContaining("is cut off").hasMessageContaining(bytes.length - 1 + "");
    }

    @Test
    void damageIsNeverMoreThanASentence() throws Exception {
        Random random = new Random(5);
        for (String name : List.of("keras-torch", "torch-script-9", "torch-export-18")) {
            byte[] bytes = ImportTest.class.getResourceAsStream("/casebook/onnx/" + name + ".onnx").readAllBytes();
            for (int i = 0; i < 200; i++) {
                byte[] damaged = bytes.clone();
                for (int k = 0; k <= random.nextInt(4); k++) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
                Path file = Files.write(folder.resolve("damaged.onnx"), random.nextInt(5) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged);
                try {
                    CostSheet.of(OnnxFile.read(file));
                } catch (ModelFileException e) {
                    assertThat(e).hasMessageStartingWith(file.toString());
                } catch (ArithmeticException e) {
                    assertThat(e).hasMessageContaining("can't be counted");
                }
            }
        }
    }

    /** Protobuf joins the pieces of a message and copies all that it has each time: 80,000 took nine seconds. */
    @Test
    void aGraphInPieces(@TempDir Path folder) throws IOException {
        Path whole = folder.resolve("whole.onnx");
        OnnxFile.write(whole, Model.of(Network.named("small").input(8, 8, 1).conv(2, 3).globalAveragePool().dense(2).softmax().build(), 1));
        Onnx.ModelProto model = Onnx.ModelProto.parseFrom(Files.readAllBytes(whole));
        Onnx.ModelProto node = Onnx.ModelProto.newBuilder().setGraph(Onnx.GraphProto.newBuilder().addNode(model.getGraph().getNode(0))).build();
        Onnx.ValueInfoProto dim = Onnx.ValueInfoProto.newBuilder().setType(Onnx.TypeProto.newBuilder().setTensorType(Onnx.TypeProto.Tensor.newBuilder()
                .setShape(Onnx.TensorShapeProto.newBuilder().addDim(Onnx.TensorShapeProto.Dimension.newBuilder().setDimValue(1))))).build();
        ByteArrayOutputStream graphs = new ByteArrayOutputStream();
        ByteArrayOutputStream dims = new ByteArrayOutputStream();
        for (int i = 0; i < 80_000; i++) {
            node.writeTo(graphs);
            dim.writeTo(dims);
        }
        Path inPieces = folder.resolve("pieces.onnx");
        Files.write(inPieces, model.toByteArray());
        Files.write(inPieces, graphs.toByteArray(), StandardOpenOption.APPEND);
        assertThatThrownBy(() -> OnnxFile.read(inPieces)).isInstanceOf(ModelFileException.class).hasMessageContaining("pieces.onnx").hasMessageContaining("in many pieces");
        // By hand: protobuf's own way to write it would join the pieces first.
        byte[] wide = field(model.getGraph().toByteArray(), Onnx.GraphProto.INPUT_FIELD_NUMBER, dims.toByteArray());
        Files.write(inPieces, field(model.toBuilder().clearGraph().build().toByteArray(), Onnx.ModelProto.GRAPH_FIELD_NUMBER, wide));
        assertThatThrownBy(() -> OnnxFile.read(inPieces)).isInstanceOf(ModelFileException.class).hasMessageContaining("in many pieces");
        assertThat(OnnxFile.read(whole).nodes()).isNotEmpty();
    }

    private static byte[] field(byte[] message, int number, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(message);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(number, content);
        out.flush();
        return bytes.toByteArray();
    }
}
