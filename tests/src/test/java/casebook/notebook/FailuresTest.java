package casebook.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In Java's own shell, run as the kernels run it: in this process. */
class FailuresTest {

    private final AtomicInteger tidied = new AtomicInteger();
    private JShell shell;
    private Failures failures;

    @BeforeEach
    void start() {
        shell = JShell.builder().executionEngine(new InProcess(), Map.of()).build();
        shell.addToClasspath(System.getProperty("java.class.path"));
        failures = new Failures(shell, tidied::incrementAndGet);
        shell.onSnippetEvent(failures);
        run("import casebook.network.*;\nimport casebook.layers.*;\nimport java.util.*;");
    }

    @AfterEach
    void stop() {
        shell.close();
    }

    private class InProcess implements ExecutionControlProvider {
        @Override
        public String name() {
            return "in this process";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
            return new DirectExecutionControl() {
                @Override
                protected String invoke(Method method) throws Exception {
                    try {
                        return super.invoke(method);
                    } catch (InvocationTargetException e) {
                        failures.thrown(e.getCause());
                        throw e;
                    }
                }
            };
        }
    }

    /** Runs the statements of a cell, each as the kernels cut them off. */
    private void run(String cell) {
        CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(cell);
        while (next.completeness().isComplete()) {
            shell.eval(next.source());
            next = shell.sourceCodeAnalysis().analyzeCompletion(next.remaining());
        }
        assertThat(next.remaining()).isBlank();
    }

    private List<String> failureOf(String cell) {
        int before = tidied.get();
        CellFailed failed = catchThrowableOfType(CellFailed.class, () -> run(cell));
        assertThat(failed).as(cell).isNotNull();
        assertThat(tidied.get()).isEqualTo(before + 1);
        return failed.lines();
    }

    @Test
    void theLibrarysSentenceStandsAloneWithTheLineThatThrew() {
        List<String> lines = failureOf("int side = 28;\n\nNetwork net = Network.named(\"x\")\n    .input(side, side, 1)\n    .conv(6, 31).build();");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("conv1: a 31×31 filter").doesNotContain("Exception");
        assertThat(lines.get(1)).isEqualTo("in this statement, line 3:   .conv(6, 31).build();");
        assertThat(failures.last()).isInstanceOf(RuntimeException.class);
        assertThat(failures.last().getStackTrace()).anyMatch(frame -> frame.getClassName().equals("casebook.network.NetworkBuilder"));
    }

    @Test
    void otherExceptionsAreNamedAndLeadToTheirWholeTrace() {
        assertThat(failureOf("Map.of(1, 2, 1, 3)")).containsExactly("IllegalArgumentException: duplicate key: 1", "in this line:   Map.of(1, 2, 1, 3)",
                "All of it: Notebook.lastError().printStackTrace();");
        assertThat(failureOf("throw new RuntimeException(\"outer\", new java.io.IOException(\"the disk is full\"));")).containsExactly(
                "RuntimeException: outer", "in this line:   throw new RuntimeException(\"outer\", new java.io.IOException(\"the disk is full\"));",
                "because of IOException: the disk is full");
    }

    @Test
    void theLineIsFoundWhereverTheStatementBegins() {
        assertThat(failureOf("int a = 0;\n\n// why\nfor (int i = 0; i < 3; i++) {\n    a = 1 / a;\n}")).contains("in this statement, line 3:   a = 1 / a;");
        assertThat(failureOf("int half(int n) {\n    int rest = n;\n    return 1 / rest;\n}\n\nhalf(\n    0);")).containsExactly(
                "ArithmeticException: / by zero", "in half, line 3:   return 1 / rest;", "called in this statement, line 1:   half(");
        assertThat(failureOf("record Pair(int a) {\n    int ratio() {\n        return 2 / a;\n    }\n}\nnew Pair(0).ratio()")).containsExactly(
                "ArithmeticException: / by zero", "in ratio, line 3:   return 2 / a;", "called in this line:   new Pair(0).ratio()");
        assertThat(failureOf("List.of(1).stream().map(i -> i / 0).toList()")).hasSize(2).last().asString().startsWith("in this line:   List.of(1)");
        assertThat(failureOf("int again(int n) { return again(n + 1); }\nagain(1)").get(0)).startsWith("StackOverflowError: ");
    }

    @Test
    void aNameThatIsNotKnownSaysWhichCellsToRun() {
        assertThat(failureOf("int known = 1;\n\nint b = known +\n    unheard;")).containsExactly(
                "the variable unheard is not known yet: run the cells above this one first, from the top (in the menu: Run, Run All Above Selected Cell)",
                "in this line:   unheard;");
        assertThat(failureOf("knwon + 1").get(0)).endsWith("; or was known meant?");
        run("void check(String id, Object answer) {}\n");
        assertThat(failureOf("check(\"00.1\", fc1);").get(0)).startsWith("if fc1 is a word, write it in quotation marks: \"fc1\"; if not, "
                + "the variable fc1 is not known yet");
        assertThat(failureOf("check(\"00.1\", List.of(\"a\", b));").get(0)).startsWith("if b is a word");
        assertThat(failureOf("check(\"00.1\", 3 + unheard);").get(0)).startsWith("the variable unheard is not known yet");
        assertThat(failureOf("Notwork n = null;").get(0)).startsWith("the class Notwork is not known yet: ");
        assertThat(failureOf("trained(3);").get(0)).startsWith("the method trained is not known yet: ");
        run("int later() { return toCome.size(); }");
        assertThat(failureOf("later()")).containsExactly(
                "the method later uses what is not known yet (variable toCome): run the cells above this one first, from the top (in the menu: Run, Run All Above Selected Cell)",
                "in later:   int later() { return toCome.size(); }", "called in this line:   later()");
    }

    /** What the compiler says of other mistakes is short, and the kernels show it with the place marked. */
    @Test
    void whereALayerOfOnesOwnFailed() {
        run("record Half() implements java.util.function.IntSupplier {\n    public int getAsInt() {\n        String nothing = null;\n     "
                + "   return nothing.length();\n    }\n}");
        failureOf("new Half().getAsInt();");
        assertThat(failures.whereIn(failures.last())).contains("in Half.getAsInt, line 4:   return nothing.length();");
        assertThat(failures.whereIn(new IllegalStateException("not in a cell"))).isEmpty();
    }

    @Test
    void otherMistakesAreLeftToTheKernel() {
        for (String mistake : List.of("int c = \"text\";", "List.of().sise();", "Network.named(1);", "/exit", "return 3;")) {
            run(mistake);
        }
        assertThat(tidied).hasValue(0);
    }

    @Test
    void aVariableThatWasNeverSetIsNamed() {
        assertThat(failureOf("List<Integer> steps = List.of(1 / 0);")).contains("ArithmeticException: / by zero");
        assertThat(failureOf("steps.size()")).containsExactly("the variable steps is not set yet (it is null): run the cell that sets it, \"List<Integer> steps = List.of(1 / 0);\"",
                "NullPointerException: Cannot invoke \"java.util.List.size()\" because \"steps\" is null", "in this line:   steps.size()");
    }

    @Test
    void whatIsEmptyMayHaveBeenLeftOut() {
        for (String cell : List.of("new ArrayList<Integer>().get(0)", "Optional.empty().get()", "new HashMap<String, String>().get(\"a\").length()")) {
            List<String> lines = failureOf(cell);
            assertThat(lines).contains("Something is empty here. Was a cell above left out or stopped, or was one run again alone? Then run the cells above first.")
                    .hasSizeLessThan(5);
            assertThat(lines.get(0)).contains("Exception: ");
        }
        assertThat(failureOf("List.of(1, 2).get(2)")).noneMatch(line -> line.startsWith("Something is empty"));
    }

    @Test
    void aVariableThatAChangeHasEmptiedSaysSoWhereItIsUsed() {
        run("record Size(int side) {}\nSize size = new Size(3);\nint area(Size s) { return s.side() * s.side(); }\nvar nine = area(size);\nint kept = area(size);");
        run("record Size(int side) {}");
        assertThat(said(() -> run("int sum = kept + nine + size.side();"))).isEmpty();
        run("int area(Size s) { return s.side() + s.side(); }");
        assertThat(said(() -> run("kept + nine"))).isEqualTo(
                "Careful: nine is 0 again since area was changed. Run the cell that sets it, \"var nine = area(size);\", and then this one again.");
        assertThat(said(() -> run("System.out.print(\"nine, \"); // nine\nint n = List.of(1).size();"))).isEmpty();
        assertThat(said(() -> run("nine = 7;\nint ten = nine + 3;"))).isEmpty();
        run("record Size(int side) { int half() { return side / 2; } }");
        assertThat(failureOf("size.half()").get(0)).isEqualTo("the variable size is null again since Size was changed: run the cell that sets it, \"Size size = new Size(3);\"");
        run("record Size(int width, int height) {}");
        assertThat(failureOf("size.width()")).containsExactly("the variable size is lost since Size was changed: run the cell that sets it, \"Size size = new Size(3);\"",
                "in this line:   size.width()");
        run("Size size = new Size(3, 4);");
        assertThat(said(() -> run("size.width()"))).isEmpty();
    }

    @Test
    void memoryThatIsFullSaysWhatToDo() {
        assertThat(failureOf("throw new OutOfMemoryError(\"Java heap space\");").get(0))
                .startsWith("Java's heap is full (" + Grid.number(Runtime.getRuntime().maxMemory() >> 20) + " MB). Let go of").endsWith("restart the kernel (in the menu: Kernel, Restart Kernel)");
        String javaCpp = "throw new OutOfMemoryError(\"Cannot allocate new FloatPointer(7): totalBytes = 0, physicalBytes = 8G\");";
        String nd4j = "throw new RuntimeException(\"Allocation failed: [std::bad_alloc]\");";
        for (String cell : List.of(javaCpp, nd4j)) {
            assertThat(failureOf(cell)).hasSize(2).first().asString().startsWith("the memory outside Java's heap, where arrays are, is full").contains("Compute with fewer");
        }
        assertThat(failureOf("throw new ExceptionInInitializerError(new OutOfMemoryError(\"Java heap space\"));").get(0)).startsWith("Java's heap is full");
        assertThat(failureOf("throw new NoClassDefFoundError(\"Could not initialize class a.B\");")).anyMatch(line -> line.contains("restart it"));
    }

    private static String said(Runnable work) {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8).strip();
    }

    /** Both kernels print what they do not know by this method. */
    @Test
    void aKernelPrintsTheLinesAlone() {
        StringWriter printed = new StringWriter();
        new CellFailed(List.of("a sentence", "in this line:   x"), new IllegalStateException("why")).printStackTrace(new PrintWriter(printed, true));
        assertThat(printed.toString()).isEqualTo("a sentence\nin this line:   x");
    }
}
