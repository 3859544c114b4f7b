package casebook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.zoo.Zoo;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalCommandsTest {

    private record Result(int status, String out, String err) {

        List<String[]> csv() {
            return out.lines().map(line -> line.split(",")).toList();
        }

        long sum(String column) {
            int index = List.of(csv().get(0)).indexOf(column);
            return csv().stream().skip(1).mapToLong(cells -> Long.parseLong(cells[index])).sum();
        }
    }

    private static Result casebook(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), arguments);
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"lenet-5, 61706, 416520, 13", "lenet-5-1998, 60000, 326520, 14"})
    void theCsvOfANetworkAddsUpToItsFigures(String id, long parameters, long macs, int layers) {
        Result cost = casebook("cost", id, "--csv");
        assertThat(cost.status).isZero();
        assertThat(cost.err).isEmpty();
        assertThat(cost.out).startsWith("layer,kind,input,output,parameters,macs,activations\n");
        assertThat(cost.csv()).hasSize(1 + layers).allSatisfy(cells -> assertThat(cells).hasSize(7));
        assertThat(cost.sum("parameters")).isEqualTo(parameters);
        assertThat(cost.sum("macs")).isEqualTo(macs);
    }

    @Test
    void shapesInCsvAreInTheLecturesOrder() {
        assertThat(casebook("cost", "lenet-5", "--csv").out).contains("\nconv1,convolution,32x32x1,28x28x6,156,117600,4704\n");
    }

    /** A name may hold what a terminal obeys: here it would set the window's title. */
    @Test
    void namesReachTheTerminalAsText() {
        for (String[] arguments : new String[][] {{"cost", "\u001b]0;x\u0007"}, {"cost", "\u001b]0;x\u0007.onnx"}, {"\u001b]0;x\u0007"},
            {"classify", "\u001b]0;x\u0007.png", "\u202egnp.jpg"}, {"export", "lenet-5", "\u001b]0;x\u0007"}, {"list",
                    "\u001b]0;x\u0007"}}) {
            Result result = casebook(arguments);
            assertThat(result.status).isNotZero();
            assertThat(result.err).contains("\\u001b]0;x\\u0007").doesNotContain("\u001b", "\u0007", "\u202e");
        }
    }

    @Test
    void stagesAddUpToTheSameFigures() {
        Result stages = casebook("cost", "lenet-5", "--by", "stage", "--csv");
        assertThat(stages.out).startsWith("stage,layers,output,parameters,macs,activations\nlayer 1,3,14x14x6,156,117600,10584\n");
        assertThat(stages.sum("parameters")).isEqualTo(61_706);
        assertThat(stages.sum("macs")).isEqualTo(416_520);
        assertThat(stages.sum("layers")).isEqualTo(13);
        assertThat(stages.sum("activations")).isEqualTo(casebook("cost", "lenet-5", "--csv").sum("activations"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer", "stage"})
    void theTableHasATotalAndFitsTheScreen(String unit) {
        Result cost = casebook("cost", "LeNet-5", "--by", unit);
        assertThat(cost.status).isZero();
        List<String> lines = cost.out.lines().toList();
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
        assertThat(lines.get(lines.size() - 1)).startsWith("total").contains("61,706  416,520");
        assertThat(lines.get(lines.size() - 2)).containsPattern("^─+  ─");
    }

    @Test
    void figuresStandBelowEachOtherAtTheRight() {
        List<String> lines = casebook("cost", "lenet-5").out.lines().toList();
        int end = lines.get(1).indexOf("Parameters") + "Parameters".length();
        assertThat(lines).filteredOn(line -> line.startsWith("fc")).hasSizeGreaterThan(3)
                .allSatisfy(line -> assertThat(line.substring(end - 1, end + 1)).matches("\\d "));
    }

    @Test
    void aConventionChangesWhatIsCounted() {
        assertThat(casebook("cost", "vgg-16", "--csv", "--convention", "papers -biases +flops").sum("macs")).isEqualTo(2 * 15_470_264_320L);
        assertThat(casebook("cost", "googlenet-with-heads", "--csv", "--convention=-auxiliary-heads").sum("parameters")).isEqualTo(6_998_552);
        assertThat(casebook("cost", "vgg-16", "--convention", "+flop").err).contains("Nearest to yours: flops");
        assertThat(casebook("cost", "vgg-16", "--convention", "papers -biase").err).contains("Nearest to yours: biases");
        assertThat(casebook("cost", "vgg-16", "--convention", "+flop").status).isEqualTo(2);
    }

    @Test
    void publishedFiguresStandBesideOurs() {
        Result table = casebook("compare");
        assertThat(table.status).isZero();
        assertThat(table.out.lines().filter(line -> line.startsWith("VGG-16 (D) ") && line.contains("138 million")).findFirst())
                .hasValueSatisfying(line -> assertThat(line).contains("138,357,544", "agrees"));
        assertThat(table.out).contains("Why some differ", "GoogLeNet, conv1, 2.7 thousand (1,000) parameters (Szegedy et al. 2014, table 1): ");
        Result csv = casebook("compare", "--csv");
        assertThat(csv.out).startsWith("network,id,layer,quantity,published,unit,computed,verdict,convention,shown_by,source,note\n");
        assertThat(csv.out.lines().count()).isEqualTo(1 + casebook.cost.Published.all().size());
    }

    @Test
    void photosAreClassifiedAndWhatCantBeReadIsNamed(@TempDir Path folder) throws Exception {
        Path broken = Files.write(folder.resolve("broken.jpg"), new byte[] {(byte) 0xFF, (byte) 0xD8, 1, 2, 3});
        // So thin that scaling it whole is more than can be counted.
        Path thin = folder.resolve("thin.png");
        ImageIO.write(new BufferedImage(20_000, 1, BufferedImage.TYPE_BYTE_GRAY), "png", thin.toFile());
        Result result = casebook("classify", broken.toString(), thin.toString(), "chelsea", folder.resolve("none.png").toString(),
                "--top", "2", "--csv");
        assertThat(result.status).isEqualTo(1);
        assertThat(result.out.lines().toList()).hasSize(5).startsWith("image,rank,class,label,probability")
                .anySatisfy(line -> assertThat(line).matches("chelsea,1,28[125],[A-Za-z ]+,0\\.\\d{6}"));
        assertThat(result.err.lines().toList()).hasSize(2).doesNotHaveDuplicates();
        assertThat(result.err).contains("broken.jpg", "none.png").doesNotContain("\tat ", "Exception");
        Path dash = Files.write(Path.of("-dash.jpg"), new byte[0]);
        assertThat(casebook("classify", "-dash.jpg").err).contains("there is no option -dash.jpg", "the file of this name is ./-dash.jpg");
        Files.delete(dash);
        assertThat(casebook("classify", "chelsea", "--top", "0").status).isEqualTo(2);
        assertThat(casebook("classify", "panda").out).contains("giant panda");
    }

    @Test
    void anUnknownNetworkIsAnsweredWithTheNearest() {
        Result cost = casebook("cost", "lenet5", "--csv");
        assertThat(cost.status).isEqualTo(2);
        assertThat(cost.out).isEmpty();
        assertThat(cost.err).contains("\"lenet5\"", "lenet-5").doesNotContain("\tat ", "Exception");
    }

    @ParameterizedTest
    @CsvSource({"cots, cost", "lst, list", "docter, doctor"})
    void anUnknownCommandIsAnsweredWithTheNearest(String wrong, String nearest) {
        Result result = casebook(wrong);
        assertThat(result.status).isEqualTo(2);
        assertThat(result.out).isEmpty();
        assertThat(result.err).contains("\"" + wrong + "\"; the nearest are " + nearest).doesNotContain("\tat ");
    }

    @Test
    void aWrongOptionIsAnsweredInASentence() {
        assertThat(casebook("cost").status).isEqualTo(2);
        assertThat(casebook("cost", "lenet-5", "--csw").err).contains("no option --csw; the nearest are --csv");
        assertThat(casebook("cost", "lenet-5", "alexnet").err).contains("\"alexnet\" is one word too many");
        assertThat(casebook("cost", "lenet-5", "--by", "colour")).satisfies(result -> {
            assertThat(result.status).isEqualTo(2);
            assertThat(result.err).contains("--by takes layer or stage, not \"colour\"");
        });
    }

    @Test
    void everyNetworkOfTheZooIsListed() {
        Result list = casebook("list", "--csv");
        assertThat(list.csv()).hasSize(1 + Zoo.ids().size());
        assertThat(list.out).startsWith("id,network,input,parameters,macs\n").contains("lenet-5,LeNet-5,32x32x1,61706,416520\n");
        assertThat(casebook("list").out.lines().map(line -> line.split(" ")[0]).toList()).containsAll(Zoo.ids());
    }

    @Test
    void anExportedNetworkIsCountedLikeTheOriginal(@TempDir Path folder) {
        String file = folder.resolve("lenet.onnx").toString();
        Result export = casebook("export", "LeNet-5", file);
        assertThat(export.status).isZero();
        assertThat(export.err).isEmpty();
        assertThat(export.out).isEqualTo(file + ": LeNet-5: 32×32×1 → 10, 13 layers, 248,522 bytes\n".replace("\n", System.lineSeparator()));
        assertThat(casebook("cost", file, "--csv").out).isEqualTo(casebook("cost", "lenet-5", "--csv").out);
        assertThat(casebook("cost", file, "--input", "32x32x1").status).isZero();
    }

    @Test
    void anotherSeedGivesOtherWeights(@TempDir Path folder) throws Exception {
        List<byte[]> files = new ArrayList<>();
        for (String[] options : new String[][] {{}, {"--seed", "1"}, {"--seed", "2"}}) {
            Path file = folder.resolve(files.size() + ".onnx");
            List<String> words = new ArrayList<>(List.of("export", "lenet-5-1998", file.toString()));
            words.addAll(List.of(options));
            assertThat(casebook(words.toArray(new String[0])).status).isZero();
            files.add(Files.readAllBytes(file));
        }
        assertThat(files.get(1)).isEqualTo(files.get(0));
        assertThat(files.get(2)).isNotEqualTo(files.get(0));
    }

    @Test
    void trainedWeightsAreExported(@TempDir Path folder) throws Exception {
        Path trained = folder.resolve("trained.onnx");
        Path random = folder.resolve("random.onnx");
        Path given = folder.resolve("given.onnx");
        String weights = casebook.data.Datasets.file("squeezenet/squeezenet-1.1.safetensors").toString();
        assertThat(casebook("export", "squeezenet-1.1", trained.toString()).status).isZero();
        assertThat(casebook("export", "squeezenet-1.1", random.toString(), "--seed", "1").status).isZero();
        assertThat(casebook("export", "squeezenet-1.1", given.toString(), "--weights", weights).status).isZero();
        assertThat(Files.readAllBytes(trained)).isEqualTo(Files.readAllBytes(given)).isNotEqualTo(Files.readAllBytes(random));
    }

    @Test
    void whatIsWrongWithAnOnnxFileIsSaidInASentence(@TempDir Path folder) throws Exception {
        Path other = Files.writeString(folder.resolve("other.onnx"), "no network");
        assertThat(casebook("cost", other.toString())).satisfies(result -> {
            assertThat(result.status).isEqualTo(1);
            assertThat(result.out).isEmpty();
            assertThat(result.err).startsWith("casebook: " + other).doesNotContain("\tat ", "Exception");
            assertThat(result.err.lines().count()).isEqualTo(1);
        });
        assertThat(casebook("cost", folder.resolve("none.ONNX").toString()).err).contains("none.ONNX does not exist");
        assertThat(casebook("cost", "lenet-5", "--input", "32x32x1").err).contains("--input goes with an ONNX file");
        assertThat(casebook("cost", other.toString(), "--input", "32").err).contains("height, width and channels, as in 224x224x3, not \"32\"");
        assertThat(casebook("export", "lenet-5", "lenet.pb").err).contains("has to end with .onnx");
        assertThat(casebook("export", "lenet-6", "x.onnx").err).contains("the nearest are lenet-5");
        assertThat(casebook("export", "lenet-5", "x.onnx", "--seed", "1", "--weights", "w").err).contains("exclude each other");
        assertThat(casebook("export", "lenet-5", other + "/x.onnx").err).contains("could not be written");
        assertThat(casebook("export", "lenet-5", folder + "/x.onnx", "--seed", "one").status).isEqualTo(2);
    }

    @Test
    void withoutACommandThereIsHelp() {
        assertThat(casebook()).satisfies(result -> {
            assertThat(result.status).isZero();
            assertThat(result.out).contains("Usage: casebook ", "list", "cost", "doctor");
        });
        assertThat(casebook("--help").out).isEqualTo(casebook().out);
        assertThat(casebook("cost", "--help").out).contains("Usage: casebook cost", "--by", "--csv");
        assertThat(casebook("--version").out).startsWith("Casebook ");
    }

    @Test
    void countingStartsNoNumericsLibraryAndWritesUtf8InAnyLocale(@TempDir Path ascii) throws Exception {
        // In the locale C, Java 17 opens no file whose path has letters outside ASCII, nor a link to one: copies stand for them.
        List<String> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!Files.exists(Path.of(entry))) {
                continue;
            }
            classPath.add(entry.chars().allMatch(letter -> letter < 128) ? entry : copy(Path.of(entry), ascii.resolve("" + classPath.size())));
        }
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:stderr", "-cp", String.join(File.pathSeparator, classPath), "casebook.cli.Main", "cost", "lenet-5").directory(ascii.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.redirectError(ProcessBuilder.Redirect.PIPE).start();
        var classes = java.util.concurrent.CompletableFuture.supplyAsync(() -> {
            try {
                return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(out).contains("28×28×6", "61,706");
        assertThat(classes.get()).contains("casebook.cost.CostSheet").doesNotContain("org.nd4j.linalg.factory.Nd4j ", "tech.tablesaw.api.Table ");
    }

    private static String copy(Path from, Path to) throws java.io.IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
        return to.toString();
    }
}
