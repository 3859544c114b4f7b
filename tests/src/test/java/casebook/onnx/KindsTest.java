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
}
