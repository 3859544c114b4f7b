package casebook;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import casebook.compute.Stopped;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Dependencies point one way, names are unique, and what is to be read is short. */
class ArchitectureTest {

    /** No package knows one below it; those of one line may know each other, but not in a circle. */
    private static final List<List<String>> ORDER = List.of(
            List.of("compute", "text"),
            List.of("layers"),
            List.of("network"),
            List.of("zoo", "cost", "data"),
            List.of("model"),
            List.of("engine"),
            List.of("training", "onnx", "pretrained"),
            List.of("charts"),
            List.of("notebook", "experiments", "exercises"),
            List.of("cli"));

    private static final List<List<String>> ENGINE = List.of(List.of("onednn", "graph"), List.of("memory"), List.of("lower"));

    private static final JavaClasses CLASSES = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("casebook");

    @Test
    void dependenciesPointOneWay() {
        check(ORDER, "casebook.");
        check(ENGINE, "casebook.engine.");
    }

    private static void check(List<List<String>> order, String root) {
        List<String> below = new ArrayList<>();
        for (int line = order.size() - 1; line >= 0; line--) {
            List<String> here = order.get(line).stream().map(name -> root + name + "..").toList();
            if (!below.isEmpty()) {
                noClasses().that().resideInAnyPackage(here.toArray(String[]::new)).should().dependOnClassesThat()
                        .resideInAnyPackage(below.toArray(String[]::new)).check(CLASSES);
            }
            below.addAll(here);
        }
    }

    @Test
    void noPackagesInACircle() {
        slices().matching("casebook.(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching("casebook.engine.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /** A package that is new says where it stands. */
    @Test
    void allPackagesHaveTheirPlace() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).filter(name -> name.startsWith("casebook."))
                .map(name -> name.split("\\.")[1]).collect(Collectors.toSet()))
                .isSubsetOf(ORDER.stream().flatMap(List::stream).toList());
    }

    @Test
    void nativeLibrariesAreKnownWhereTheyBelong() {
        noClasses().that().resideOutsideOfPackage("casebook.engine.onednn..").should().dependOnClassesThat()
                .resideInAPackage("org.bytedeco.dnnl..").check(CLASSES);
        noClasses().that().resideInAPackage("casebook.engine.graph..").should().dependOnClassesThat()
                .resideInAnyPackage("org.bytedeco..", "org.nd4j..", "casebook.compute..", "casebook.model..").check(CLASSES);
        noClasses().that().resideInAnyPackage("casebook.network..", "casebook.cost..", "casebook.zoo..").should().dependOnClassesThat()
                .resideInAnyPackage("org.nd4j.linalg.factory..", "org.bytedeco..").check(CLASSES);
    }

    /** Who reads a name knows which class is meant. */
    @Test
    void noTwoClassesHaveOneName() {
        Map<String, List<String>> byName = CLASSES.stream().filter(one -> one.getEnclosingClass().isEmpty())
                .filter(one -> !one.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getSimpleName, Collectors.mapping(JavaClass::getName, Collectors.toList())));
        assertThat(byName).hasSizeGreaterThan(200);
        assertThat(byName.values()).allSatisfy(classes -> assertThat(classes).hasSize(1));
    }

    /** What a stop throws can be caught by one name. */
    @Test
    void oneExceptionSaysStopped() {
        assertThat(CLASSES.get(Stopped.class).getAllSubclasses()).isEmpty();
        assertThat(CLASSES.stream().filter(one -> one.isAssignableTo(Throwable.class)).map(JavaClass::getSimpleName))
                .contains("Stopped").noneMatch(name -> name.matches(".*(Interrupt|Cancel|Abort).*"));
    }

    // ---- the engine can be read ----

    private static final Path ENGINE_SOURCES = Path.of("..", "lib/src/main/java/casebook/engine");
    private static final int LINES_OF_A_FILE = 350;
    private static final int LINES_OF_A_METHOD = 40;

    private static List<Path> engineSources() throws IOException {
        try (Stream<Path> all = Files.walk(ENGINE_SOURCES)) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    @Test
    void theEnginesFilesAreShort() throws IOException {
        assertThat(engineSources()).hasSizeGreaterThan(40).allSatisfy(file ->
                assertThat(Files.readAllLines(file)).as(file.toString()).hasSizeLessThanOrEqualTo(LINES_OF_A_FILE));
    }

    @Test
    void theEnginesMethodsAreShort() throws IOException {
        Map<String, Long> lines = linesOfMethods(engineSources());
        assertThat(lines).hasSizeGreaterThan(200);
        assertThat(lines.values()).as(lines.toString()).allMatch(count -> count <= LINES_OF_A_METHOD);
    }

    /** By the compiler's own parser, for each method and constructor. */
    private static Map<String, Long> linesOfMethods(List<Path> files) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, Long> lines = new TreeMap<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree file : task.parse()) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void nothing) {
                        long first = file.getLineMap().getLineNumber(positions.getStartPosition(file, method));
                        long last = file.getLineMap().getLineNumber(positions.getEndPosition(file, method));
                        String name = Path.of(file.getSourceFile().getName()).getFileName() + ":" + first + " " + method.getName();
                        lines.put(name, last - first + 1);
                        return super.visitMethod(method, nothing);
                    }
                }.scan(file, null);
            }
        }
        return lines;
    }
}
