package casebook;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Dependencies point one way. */
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
}
