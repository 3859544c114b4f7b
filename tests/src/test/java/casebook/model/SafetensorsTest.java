package casebook.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The format's rules and our limits: what breaks them is refused with the reason, whatever the file is. */
class SafetensorsTest {

    @TempDir
    Path folder;

    private Path file(String header, int dataLength) throws IOException {
        return file(header.getBytes(StandardCharsets.UTF_8), new byte[dataLength]);
    }

    private Path file(byte[] header, byte[] data) throws IOException {
        return Files.write(folder.resolve("some.safetensors"), ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length).put(header).put(data).array());
    }

    private static String tensor(String name, String type, String shape, long start, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + start + "," + end + "]}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12 | two tensors can't have the same",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 8 | two tensors can't have the same",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[10,14]}} | 14 | 8 to 10 of the data belong to",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12 | 0 to 4 of the data belong to no tensor",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 12 | something was put at its end",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 7 | cut off",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | \"a\" twice",
        "{'a':{'dtype':'F32','shape':[1],'shape':[1],'data_offsets':[0,4]}} | 4 | a, shape is there twice",
        "{'__metadata__':{'steps':'1.0','steps':'2.0'}} | 0 | \"steps\" twice",
        "{'__metadata__':{'steps':'1.0'},'__metadata__':{'steps':'2.0'}} | 0 | \"__metadata__\" twice",
        "{'__metadata__':{'steps':1}} | 0 | \"steps\" in its metadata is no text",
        "{'a':{'dtype':'I64','shape':[1],'data_offsets':[0,8]}} | 8 | F16, F32 and F64 can be read",
        "{'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}} | 0 | has no numbers",
        "{'a':{'dtype':'F32','shape':[4294967297],'data_offsets':[0,4]}} | 4 | too large",
        "{'a':{'dtype':'F32','shape':[2147483647,2147483647,2147483647],'data_offsets':[0,4]}} | 4 | too large",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | 4 | no whole number from 0 on",
        "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}} | 4 | no whole number from 0 on",
        "{'a':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}} | 4 | no whole number from 0 on",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,4]}} | 4 | more than 2 numbers",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}} | 4 | two data_offsets",
        "{'a':{'dtype':'F32','shape':[1]}} | 4 | two data_offsets",
        "{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],'data_offsets':[0,4]}} | 4 | more than 32 numbers",
        "{'a':{'dtype':'F32','shape':[[1]],'data_offsets':[0,4]}} | 4 | nested deeper than three levels",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'note':1}} | 4 | dtype, shape and data_offsets only",
        "{'a':[]} | 0 | no JSON object",
        "{} {} | 0 | goes on after its end",
        "[] | 0 | does not start with {",
        "{'a\u001b[31m':{'dtype':'F33','shape':[1],'data_offsets':[0,4]}} | 4 | not JSON",
        "{'a\\u001b[31m':{'dtype':'F33','shape':[1],'data_offsets':[0,4]}} | 4 | a\\u001b[31m"})
    void whatBreaksARuleIsRefusedWithTheReason(String header, int dataLength, String reason) throws IOException {
        Path file = file(header.replace('\'', '"'), dataLength);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(ModelFileException.class).hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void limitsAreStatedAndCostNoTime() throws IOException {
        StringBuilder many = new StringBuilder("{");
        StringBuilder texts = new StringBuilder("{\"__metadata__\":{");
        for (int i = 0; i < 400_000; i++) {
            many.append(i == 0 ? "" : ",").append(tensor("t" + i, "F32", "[1]", 4L * i, 4L * i + 4));
            texts.append(i == 0 ? "" : ",").append("\"t").append(i).append("\":\"\"");
        }
        String digits = "1".repeat(1_000_000);
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("{\"a\":{\"dtype\":\"F32\",\"shape\":" + "[".repeat(2_000_000), "deeper than three levels");
        cases.put("{\"a\":".repeat(2_000_000), "dtype, shape and data_offsets only");
        cases.put("{\"a\":" + "[".repeat(2_000_000), "no JSON object");
        cases.put("{" + tensor("a", "F32", "[" + digits + "]", 0, 4) + "}", "1000000 digits; 18 are the most");
        cases.put("{" + tensor("a", "F32", "[1]", 0, 4).replace("4]", digits + "]") + "}", "1000000 digits; 18 are the most");
        cases.put(many + "}", "more than 10000 tensors");
        cases.put(texts + "}}", "more than 1000 texts");
        cases.put("{" + tensor("n".repeat(30_000_000), "F33", "[1]", 0, 4) + "}", "nnn…nnn");
        cases.put(" ".repeat(33_000_000), "33000000 bytes; 32000000 are the most");
        cases.forEach((header, reason) -> Assertions.assertTimeout(Duration.ofSeconds(2), () -> {
            Path file = file(header, 4);
            ModelFileException refused = catchThrowableOfType(ModelFileException.class, () -> Safetensors.read(file));
            assertThat(refused).hasMessageContaining(reason).hasMessageContaining(file.toString());
            assertThat(refused.getMessage()).hasSizeLessThan(500);
        }, reason));
    }

    @Test
    void whatCouldNotBeReadAgainIsNotWritten() {
        INDArray one = Nd4j.ones(1);
        Map<String, INDArray> many = new LinkedHashMap<>();
        for (int i = 0; i < 10_001; i++) {
            many.put("t" + i, one);
        }
        Path file = folder.resolve("new.safetensors");
        assertThatThrownBy(() -> Safetensors.write(file, many, Map.of())).isInstanceOf(ModelFileException.class).hasMessageContaining("10001 tensors");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("a", one), Map.of("long", "x".repeat(32_000_000)))).isInstanceOf(ModelFileException.class)
                .hasMessageContaining("could not be read again");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatTheFormatAllowsIsRead() throws IOException {
        // A float16 puts what comes behind it at an odd place; the header names the last first; a tensor without sides is a number.
        ByteBuffer data = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3E00).putFloat(2.5f).putFloat(-1).putDouble(7);
        String header = "{" + tensor("last", "F64", "[]", 10, 18) + "," + tensor("half", "F16", "[1,1]", 0, 2) + ", " + tensor("é", "F32", "[2]", 2, 10)
                + ",\"__metadata__\":{\"format\":\"pt\"}}   ";
        Safetensors read = Safetensors.read(file(header.getBytes(StandardCharsets.UTF_8), data.array()));
        assertThat(read.tensors().keySet()).containsExactly("last", "half", "é");
        assertThat(read.tensors().get("half").toFloatMatrix()).isDeepEqualTo(new float[][] {{1.5f}});
        assertThat(read.tensors().get("é").toFloatVector()).containsExactly(2.5f, -1);
        assertThat(read.tensors().get("last").getDouble(0)).isEqualTo(7);
        assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(Safetensors.read(file("{}", 0)).tensors()).isEmpty();
    }

    @Test
    void everyBitThatFlipsIsFound() throws IOException {
        Path file = folder.resolve("some.safetensors");
        Safetensors.write(file, Map.of("a/weights", Nd4j.createFromArray(1f, 2f, 3f)), Map.of("network", "LeNet-5", "steps", "0.25 0.125 1.0E-4"));
        byte[] whole = Files.readAllBytes(file);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            for (int at = 0; at < whole.length; at++) {
                for (int bit = 0; bit < 8; bit++) {
                    open.seek(at);
                    open.write(whole[at] ^ 1 << bit);
                    assertThatThrownBy(() -> Safetensors.read(file)).as("bit " + bit + " of byte " + at).isInstanceOf(ModelFileException.class);
                }
                open.seek(at);
                open.write(whole[at]);
            }
        }
        assertThat(Safetensors.read(file).metadata()).containsOnlyKeys("network", "steps");
    }

    @Test
    void filesOfEarlierVersionsAreRead() throws IOException {
        byte[] data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(2).array();
        CRC32 sum = new CRC32();
        sum.update(data);
        String header = "{\"__metadata__\":{\"network\":\"LeNet-5\",\"crc32\":\"" + String.format("%08x", sum.getValue()) + "\"},"
                + tensor("a", "F32", "[2]", 0, 8) + "}";
        Safetensors read = Safetensors.read(file(header.getBytes(StandardCharsets.UTF_8), data));
        assertThat(read.tensors().get("a").toFloatVector()).containsExactly(1, 2);
        assertThat(read.metadata()).isEqualTo(Map.of("network", "LeNet-5"));
        data[0]++;
        Path changed = file(header.getBytes(StandardCharsets.UTF_8), data);
        assertThatThrownBy(() -> Safetensors.read(changed)).isInstanceOf(ModelFileException.class).hasMessageContaining("checksum differs");
    }
}
