package casebook.notebook;

import casebook.charts.Picture;
import casebook.cost.CostSheet;
import casebook.data.DataException;
import casebook.data.Datasets;
import casebook.data.Photo;
import casebook.network.Network;
import casebook.training.History;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import jdk.jshell.JShell;
import org.nd4j.common.config.ND4JClassLoading;
import tech.tablesaw.api.Table;

/**
 * What the first cell of a notebook starts, and what every cell shows things with. Tables, cost sheets, networks, charts,
 * drawings and photos also show as the last value of a cell.
 */
public final class Notebook {

    private static Optional<Kernel> kernel = Kernel.find(Kernel.KNOWN);
    private static boolean started;
    private static Failures failures;
    private static Libraries libraries;

    private Notebook() {}

    /**
     * Makes this kernel ready for the course; the first cell of every notebook ends with it, and it may be called again. The libraries start
     * in the background meanwhile; the next cell waits for them.
     */
    public static synchronized void start() {
        ClassLoader loader = Notebook.class.getClassLoader();
        // The kernel knows this library only through a loader of its own, and runs each cell in any of several threads.
        Thread.currentThread().setContextClassLoader(loader);
        ND4JClassLoading.setNd4jClassloader(loader);
        if (!started) {
            libraries = kernel.isPresent() ? Libraries.start(loader) : Libraries.NONE;
            kernel.ifPresent(Notebook::register);
            kernel.ifPresent(k -> k.shell().ifPresent(shell -> help(k, shell)));
            started = true;
        }
        System.out.println("Casebook is ready.");
    }

    private static void register(Kernel kernel) {
        for (Class<?> type : List.of(Table.class, CostSheet.class, Network.class, History.class, Grid.class, Feedback.class,
                Picture.class, Photo.class, BufferedImage.class, Explorer.class)) {
            kernel.register(type, Notebook::lastValue);
        }
    }

    private static void help(Kernel kernel, JShell shell) {
        failures = new Failures(shell, () -> kernel.forgetReplaced(shell));
        shell.onSnippetEvent(failures);
        Optional<Cells> cells = kernel.runCells(shell, failures::thrown, libraries::await);
        cells.ifPresentOrElse(failures::stoppedBy, libraries::await);
        try {
            kernel.addSources(shell, Datasets.home().resolve("lib/src/main/java"));
        } catch (DataException e) {
            // A library without its project has no sources beside it.
        }
    }

    /**
     * What a cell threw last, with its whole stack trace and its causes: the notebook itself shows only its message and the line that
     * threw. Null if nothing was thrown.
     */
    public static Throwable lastError() {
        return failures == null ? null : failures.last();
    }

    /** Where in the notebook's own code something was thrown: class, method, line and what stands there. Empty outside a notebook. */
    public static Optional<String> place(Throwable thrown) {
        return failures == null ? Optional.empty() : failures.whereIn(thrown);
    }

    static void lastError(Throwable thrown) {
        if (failures != null) {
            failures.last(thrown);
        }
    }

    /** A cell's last value is one output: what comes above it is shown first. */
    private static Bundle lastValue(Object value) {
        List<Bundle> bundles = Outputs.of(value);
        bundles.subList(0, bundles.size() - 1).forEach(Notebook::display);
        return bundles.get(bundles.size() - 1);
    }

    /** Shows a value now, in the middle of a cell: a table, a chart, a photo, a network, an explorer; anything else as text. */
    public static void show(Object value) {
        Outputs.of(value).forEach(Notebook::display);
    }

    /**
     * Shows HTML, for a page that lives without a kernel.
     *
     * @param html what to show; a notebook that is not trusted yet leaves out scripts and style sheets
     * @param text what stands in its place where there is no HTML
     */
    public static void html(String html, String text) {
        display(Bundle.html(html, text));
    }

    /**
     * Runs code in this kernel as a cell would, and shows nothing of what it shows or prints.
     *
     * @throws IllegalStateException outside a notebook
     * @throws RuntimeException if the code fails, with a sentence that says why
     */
    public static void runQuietly(String code) {
        kernel.orElseThrow(() -> new IllegalStateException("cells can be run only in a notebook")).runQuietly(code);
    }

    private static void display(Bundle bundle) {
        kernel.ifPresentOrElse(k -> k.display(bundle, UUID.randomUUID().toString()), () -> System.out.println(bundle.text().stripTrailing()));
    }

    /** An output that changes in place. */
    public static Live live() {
        return new Live(kernel.orElse(null));
    }

    /** Prints what is found on this machine, and what to do about what is wrong: the library's part of {@code ./casebook doctor}. */
    public static void check() {
        StringBuilder findings = new StringBuilder();
        boolean healthy = Checkup.run(findings::append);
        System.out.print(findings.append(healthy ? "\nEverything is ready." : "\nSomething is wrong: see the lines above.").append('\n'));
    }

    /** True if experiments run at their full length: the environment variable {@code CASEBOOK_SETTING} is {@code full}. */
    public static boolean full() {
        return "full".equalsIgnoreCase(System.getenv("CASEBOOK_SETTING"));
    }

    /**
     * A file in which a notebook keeps what took long to compute, so that it is still there when the kernel was started anew. It is in the
     * project's folder {@code .casebook/kept}, or in the one that the environment variable {@code CASEBOOK_KEPT} names:
     * {@code casebook run} gives each run an empty one, so that everything is computed.
     *
     * @param name the file's name: {@code 05-depth.csv}
     */
    public static Path kept(String name) {
        String folder = System.getenv("CASEBOOK_KEPT");
        return folder == null || folder.isBlank() ? Datasets.home().resolve(".casebook").resolve("kept").resolve(name) : Path.of(folder, name);
    }

    static Optional<Kernel> kernel() {
        return kernel;
    }

    /** For tests. */
    static synchronized void use(Optional<Kernel> other) {
        kernel = other;
        started = false;
        failures = null;
    }
}
