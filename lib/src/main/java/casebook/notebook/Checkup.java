package casebook.notebook;

import casebook.compute.Convolutions;
import casebook.engine.Plan;
import casebook.engine.onednn.Engine;
import casebook.model.Model;
import casebook.network.Network;
import casebook.zoo.LeNet5;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Looks at everything that the library needs of a machine. No fault keeps it from looking at the rest. */
public final class Checkup {

    /** Two results agree if they differ by no more than this part of the largest number. */
    private static final double TOLERANCE = 1e-4;

    private static final long GIGABYTE = 1L << 30;

    /** How it is. */
    enum State {
        /** As it should be. */
        OK("ok"),
        /** Works, but could be better. */
        NOTE("note"),
        /** Has to be put right. */
        WRONG("WRONG");

        private final String word;

        State(String word) {
            this.word = word;
        }
    }

    /**
     * What was found.
     *
     * @param state how it is
     * @param name what was looked at
     * @param found what is there
     * @param advice what to do about it; empty if nothing
     */
    record Finding(State state, String name, String found, String advice) {

        /** In the same columns as the launcher's part of the check. */
        String text() {
            String line = String.format(Locale.ROOT, "%-5s  %-11s %s%n", state.word, name, found);
            return advice.isEmpty() ? line : line + String.format(Locale.ROOT, "%-5s  %-11s → %s%n", "", "", advice);
        }
    }

    /** One thing to look at. */
    @FunctionalInterface
    interface Check {

        /** @throws Exception if it can't even be looked at, which is a fault of its own */
        Finding look() throws Exception;
    }

    private final Consumer<Finding> report;
    private boolean healthy = true;

    Checkup(Consumer<Finding> report) {
        this.report = report;
    }

    /**
     * Looks at everything.
     *
     * @param report is given each finding as a line or two of text, as soon as it is there
     * @return true if nothing is wrong
     */
    public static boolean run(Consumer<String> report) {
        return new Checkup(finding -> report.accept(finding.text())).run();
    }

    boolean run() {
        look("Java", "install a JDK (not only a runtime) of version 17 or newer and set JAVA_HOME to it", Checkup::java);
        look("heap", "", Checkup::heap);
        look("native", "", Checkup::nativeMemory);
        look("memory", "", Checkup::physicalMemory);
        look("processor", "", Checkup::processor);
        look("fonts", "charts need fontconfig, HarfBuzz and one font: sudo apt-get install fontconfig libharfbuzz0b fonts-dejavu-core",
                Checkup::fonts);
        boolean starts = look("ND4J", "the numerics library does not start: it needs a 64-bit system with glibc (not Alpine's musl), its native part "
                + "for this platform on the class path (./mvnw clean package), and 500 MB in a home folder that can be written to "
                + "(or java -Dorg.bytedeco.javacpp.cachedir=FOLDER)", Checkup::nd4j);
        if (starts) {
            look("oneDNN", "", Checkup::oneDnn);
            look("threads", "", Checkup::threads);
            look("matrices", "", Checkup::matrixProduct);
            look("convolution", "", Checkup::convolution);
            look("plans", "", Checkup::plans);
        } else {
            report.accept(new Finding(State.NOTE, "", "oneDNN, threads, matrices, convolution and plans were not looked at: they need ND4J", ""));
        }
        return healthy;
    }

    /**
     * Does one check; whatever it throws is its finding.
     *
     * @return true unless something is wrong
     */
    boolean look(String name, String advice, Check check) {
        Finding finding;
        try {
            finding = check.look();
        } catch (Throwable e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            finding = new Finding(State.WRONG, name, String.valueOf(cause).replaceAll("\\s+", " "), advice);
        }
        report.accept(finding);
        boolean well = finding.state() != State.WRONG;
        healthy &= well;
        return well;
    }

    private static Finding ok(String name, String found) {
        return new Finding(State.OK, name, found, "");
    }

    private static Finding java() {
        String found = System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + "), ";
        String missing = Stream.of("jdk.jshell", "jdk.compiler").filter(module -> ModuleFinder.ofSystem().find(module).isEmpty())
                .collect(Collectors.joining(" and "));
        // Where it lies matters only if it is the wrong one; notebook 00 is published with this line.
        return missing.isEmpty() ? ok("Java", found + "with jdk.jshell and jdk.compiler")
                : new Finding(State.WRONG, "Java", found + System.getProperty("java.home") + ", without " + missing,
                        "this is a runtime only, and notebooks compile their cells: install a JDK, for instance sudo apt-get install openjdk-17-jdk-headless");
    }

    private static Finding heap() {
        long heap = Runtime.getRuntime().maxMemory();
        String found = gigabytes(heap) + " for Java's objects";
        return heap >= 900L << 20 ? ok("heap", found)
                : new Finding(State.NOTE, "heap", found, "large tables and galleries need about 1 GB: java -Xmx1g");
    }

    private static Finding nativeMemory() {
        long arrays = Pointer.maxBytes();
        String found = gigabytes(arrays) + " for arrays, " + gigabytes(Pointer.maxPhysicalBytes()) + " for the whole process";
        return arrays >= GIGABYTE || arrays == 0 ? ok("native", found)
                : new Finding(State.NOTE, "native", found, "VGG-16 needs about 1.5 GB: java -Dorg.bytedeco.javacpp.maxbytes=4g");
    }

    private static Finding physicalMemory() {
        long all = ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize() : Pointer.totalPhysicalBytes();
        String found = gigabytes(all) + " in this machine";
        long limits = Runtime.getRuntime().maxMemory() + Pointer.maxBytes();
        return limits <= all ? ok("memory", found)
                : new Finding(State.NOTE, "memory", found + ", less than heap and arrays may take together (" + gigabytes(limits) + ")",
                        "close other programs before you run a large network");
    }

    private static Finding processor() throws IOException {
        String machine = System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " threads";
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return ok("processor", machine);
        }
        List<String> lines = Files.readAllLines(info);
        String model = value(lines, "model name");
        List<String> flags = Arrays.asList(value(lines, "flags").split(" "));
        String widest = Stream.of("avx512f", "avx2", "avx", "sse4_2").filter(flags::contains).findFirst().orElse("");
        String found = Stream.of(model, machine, widest.toUpperCase(Locale.ROOT).replace("_", ".").replace("512F", "-512"))
                .filter(part -> !part.isEmpty()).collect(Collectors.joining(", "));
        boolean x86 = System.getProperty("os.arch").equals("amd64");
        return x86 && !flags.contains("avx2") ? new Finding(State.NOTE, "processor", found, "without AVX2 everything computes several times slower")
                : ok("processor", found);
    }

    private static String value(List<String> lines, String key) {
        return lines.stream().filter(line -> line.startsWith(key)).findFirst().map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("");
    }

    private static Finding fonts() {
        System.setProperty("java.awt.headless", "true");
        Graphics2D g = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB).createGraphics();
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        int width = g.getFontMetrics(font).stringWidth("28×28×6");
        g.dispose();
        if (width <= 0 || font.canDisplayUpTo("28×28×6 ⌊⌋ ≤ Δ") >= 0) {
            return new Finding(State.NOTE, "fonts", font.getFontName() + " lacks signs that the charts use",
                    "sudo apt-get install fonts-dejavu-core");
        }
        return ok("fonts", font.getFontName() + " draws text");
    }

    private static Finding nd4j() throws IOException {
        String backend = Nd4j.getBackend().getClass().getSimpleName();
        Properties made = new Properties();
        try (InputStream file = Nd4j.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-native/pom.properties")) {
            if (file != null) {
                made.load(file);
            }
        }
        return ok("ND4J", (made.getProperty("version", "") + " " + backend + " " + binary()).strip());
    }

    /** The folder of the native library that was really loaded, which is named after its classifier. */
    private static String binary() {
        return Loader.getLoadedLibraries().values().stream().filter(path -> path != null && path.contains("nd4jcpu"))
                .map(path -> Path.of(path).getParent().getFileName().toString()).findFirst().orElse("");
    }

    private static Finding oneDnn() {
        Nd4j.getBackend();
        String binary = binary();
        if (binary.contains("onednn")) {
            return ok("oneDNN", "in use (" + binary + ")");
        }
        return Loader.getPlatform().contains("arm")
                ? new Finding(State.NOTE, "oneDNN", "ND4J has no build with it for this processor", "results are the same, convolutions take longer")
                : new Finding(State.WRONG, "oneDNN", "not in use: " + (binary.isEmpty() ? "ND4J's native library was not found" : binary + " was loaded"),
                        "convolutions are 2 to 35 times slower without it: put nd4j-native with the classifier "
                        + Loader.getPlatform() + "-onednn on the class path, and no other nd4j-native (in Casebook's own build: ./mvnw clean package)");
    }

    /** Fast prediction: a network through a plan, against its layers. */
    private static Finding plans() {
        if (!Plan.available()) {
            return new Finding(State.NOTE, "plans", "oneDNN 3 does not load here, so networks predict and train layer by layer", "results are the same, it takes longer");
        }
        Network network = LeNet5.taught(10);
        try (Model model = Model.of(network, 1); Plan plan = Plan.of(model, 1)) {
            INDArray image = Nd4j.linspace(-1, 1, network.input().elements()).castTo(DataType.FLOAT).reshape(network.input().batch(1));
            double difference = plan.predict(image).sub(model.predictByLayers(image)).amaxNumber().doubleValue();
            return difference < 1e-5 ? ok("plans", "oneDNN " + Engine.version() + " predicts what the layers do")
                    : new Finding(State.WRONG, "plans", "oneDNN " + Engine.version() + " predicts something else than the layers do (difference " + difference + ")",
                            "please report this, with what stands above");
        }
    }

    private static Finding threads() {
        var facts = Nd4j.getExecutioner().getEnvironmentInformation();
        String spins = System.getenv("GOMP_SPINCOUNT");
        // The newer OpenBLAS of the build file must be the one that was loaded.
        String blas = Loader.getLoadedLibraries().values().stream().filter(path -> path != null && path.contains("libopenblas"))
                .map(path -> path.replaceAll(".*[/\\\\](openblas-[\\d.]+).*", "$1")).findFirst().orElse(String.valueOf(facts.get("blas.vendor")));
        String found = "OpenMP " + facts.get("omp.threads") + ", " + blas + " " + facts.get("blas.threads") + ", GOMP_SPINCOUNT "
                + (spins == null ? "not set" : spins);
        return spins != null || "passive".equalsIgnoreCase(System.getenv("OMP_WAIT_POLICY")) ? ok("threads", found)
                : new Finding(State.NOTE, "threads", found, "idle threads that spin take the processor from those that compute: set GOMP_SPINCOUNT=10000");
    }

    private static Finding matrixProduct() {
        int rows = 65;
        int inner = 130;
        int columns = 77;
        float[] a = numbers(rows * inner);
        float[] b = numbers(inner * columns);
        double[] expected = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                for (int k = 0; k < inner; k++) {
                    expected[i * columns + j] += (double) a[i * inner + k] * b[k * columns + j];
                }
            }
        }
        INDArray product = Nd4j.createFromArray(a).reshape(rows, inner).mmul(Nd4j.createFromArray(b).reshape(inner, columns));
        return compared("matrices", "a product of matrices", product, expected,
                "OpenBLAS takes this processor for another: set OPENBLAS_CORETYPE=Haswell (or Nehalem, if that is not enough) and run doctor again");
    }

    private static Finding convolution() {
        int channels = 5;
        int side = 11;
        int filters = 7;
        int f = 3;
        int out = side - f + 1;
        float[] x = numbers(channels * side * side);
        float[] w = numbers(filters * channels * f * f);
        double[] expected = new double[filters * out * out];
        for (int n = 0; n < filters; n++) {
            for (int row = 0; row < out; row++) {
                for (int column = 0; column < out; column++) {
                    double sum = 0;
                    for (int c = 0; c < channels; c++) {
                        for (int i = 0; i < f; i++) {
                            for (int j = 0; j < f; j++) {
                                sum += (double) x[(c * side + row + i) * side + column + j] * w[((n * channels + c) * f + i) * f + j];
                            }
                        }
                    }
                    expected[(n * out + row) * out + column] = sum;
                }
            }
        }
        INDArray y = new Convolutions(1, 1, 1, 1, new int[4]).forward(Nd4j.createFromArray(x).reshape(1, channels, side, side),
                Nd4j.createFromArray(w).reshape(filters, channels, f, f), null);
        return compared("convolution", "a convolution", y, expected,
                "the native library is wrong on this processor: set OPENBLAS_CORETYPE=Haswell and run doctor again; if it stays, please report it with this output");
    }

    private static float[] numbers(int count) {
        Random random = new Random(count);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }

    private static Finding compared(String name, String what, INDArray result, double[] expected, String advice) {
        double[] actual = result.dup('c').reshape(expected.length).toDoubleVector();
        return compared(name, what, actual, expected, advice);
    }

    static Finding compared(String name, String what, double[] actual, double[] expected, String advice) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
        }
        // False for NaN too.
        return worst <= TOLERANCE * largest ? ok(name, what + " agrees with plain loops in Java")
                : new Finding(State.WRONG, name, String.format(Locale.ROOT, "%s differs from plain loops in Java by %.3g of %.3g", what, worst, largest), advice);
    }

    private static String gigabytes(long bytes) {
        return bytes == 0 || bytes == Long.MAX_VALUE ? "no limit" : String.format(Locale.ROOT, "%.1f GB", (double) bytes / GIGABYTE);
    }
}
