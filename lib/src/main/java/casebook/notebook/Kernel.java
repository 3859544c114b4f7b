package casebook.notebook;

import casebook.compute.StopSignal;
import casebook.compute.Stopped;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;

/**
 * The Java kernel that runs the notebook, reached by reflection: JJava and IJava have the same classes under other names,
 * and the library is compiled without either. This is the only class that knows what differs.
 */
final class Kernel {

    /**
     * The names of one kernel.
     *
     * @param holder the class with the static method that returns the running kernel
     * @param getter that method
     * @param packageName the package of the classes that all kernels made from the same base have
     */
    record Names(String holder, String getter, String packageName) {}

    static final List<Names> KNOWN = List.of(
            new Names("org.dflib.jjava.jupyter.kernel.BaseKernel", "notebookKernel", "org.dflib.jjava.jupyter.kernel"),
            new Names("io.github.spencerpark.ijava.IJava", "getKernelInstance", "io.github.spencerpark.jupyter.kernel"));

    private final Object kernel;
    private final Class<?> displayData;
    private final Class<?> renderFunction;
    private volatile boolean quiet;

    private Kernel(Object kernel, Names names, ClassLoader loader) throws ReflectiveOperationException {
        this.kernel = kernel;
        displayData = Class.forName(names.packageName() + ".display.DisplayData", true, loader);
        renderFunction = Class.forName(names.packageName() + ".display.RenderFunction", true, loader);
    }

    /** The kernel that runs in this process; empty if this is no notebook. */
    static Optional<Kernel> find(List<Names> known) {
        ClassLoader loader = Kernel.class.getClassLoader();
        for (Names names : known) {
            try {
                Object kernel = Class.forName(names.holder(), true, loader).getMethod(names.getter()).invoke(null);
                if (kernel != null) {
                    return Optional.of(new Kernel(kernel, names, loader));
                }
            } catch (ReflectiveOperationException e) {
                // Another kernel, or none.
            }
        }
        return Optional.empty();
    }

    /** Shows an output under an id, by which it can be replaced. */
    void display(Bundle bundle, String id) {
        publish(() -> method(kernel, "display", displayData).invoke(kernel, data(bundle, id)));
    }

    /** Replaces the output with this id. */
    void update(Bundle bundle, String id) {
        publish(() -> {
            Object io = method(kernel, "getIO").invoke(kernel);
            Object stream = io.getClass().getField("display").get(io);
            return method(stream, "updateDisplay", displayData).invoke(stream, data(bundle, id));
        });
    }

    /** A channel that is written to by an interrupted thread is closed, and the kernel would be mute: the interrupt waits. */
    private void publish(Callable<?> message) {
        // What a cell shows after it was given up would stand below another one.
        if (quiet || StopSignal.abandonedHere()) {
            return;
        }
        Stopped.postponed(() -> {
            try {
                return message.call();
            } catch (Exception e) {
                throw changed(e);
            }
        });
    }

    /**
     * Runs code as a cell would, and shows nothing of what it shows or prints.
     *
     * @throws RuntimeException what the cell failed with
     */
    void runQuietly(String code) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        boolean before = quiet;
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
            quiet = true;
            System.setOut(nowhere);
            System.setErr(nowhere);
            method(kernel, "evalRaw", String.class).invoke(kernel, code);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw changed(e);
        } finally {
            quiet = before;
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Values of this type look like this from now on, also as the last value of a cell. */
    <T> void register(Class<T> type, Function<T, Bundle> look) {
        try {
            Object renderer = method(kernel, "getRenderer").invoke(kernel);
            Object registration = method(renderer, "createRegistration", Class.class).invoke(renderer, type);
            String[] types = {Bundle.HTML, Bundle.SVG, Bundle.PNG};
            method(registration, "preferring", String[].class).invoke(registration, (Object) types);
            Object function = Proxy.newProxyInstance(renderFunction.getClassLoader(), new Class<?>[] {renderFunction},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "render" -> {
                            Object context = arguments[1];
                            fill(method(context, "getOutputContainer").invoke(context), apply(look, type.cast(arguments[0])));
                            yield null;
                        }
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> "how Casebook shows " + type.getName();
                    });
            method(registration, "register", renderFunction).invoke(registration, function);
        } catch (ReflectiveOperationException e) {
            throw changed(e);
        }
    }

    private static <T> Bundle apply(Function<T, Bundle> look, T value) {
        try {
            return look.apply(value);
        } catch (RuntimeException | Error e) {
            // The kernel would print all of it, and an Error would end the kernel.
            Notebook.lastError(e);
            throw Failures.whileShowing(e);
        }
    }

    /** Java's shell, in which the cells run; empty in a kernel that does not show it. */
    Optional<JShell> shell() {
        try {
            return Optional.of((JShell) method(kernel, "getJShell").invoke(kernel));
        } catch (ReflectiveOperationException notJjava) {
            try {
                Object evaluator = evaluator();
                return Optional.of((JShell) method(evaluator, "getShell").invoke(evaluator));
            } catch (ReflectiveOperationException | RuntimeException notIjava) {
                return Optional.empty();
            }
        }
    }

    private Object evaluator() throws ReflectiveOperationException {
        return field(kernel, "evaluator").get(kernel);
    }

    /**
     * Forgets statements that newer ones have replaced, with the values of their variables. JJava does it after each statement; where an
     * exception passes it by, it has to be done here. IJava never does.
     */
    void forgetReplaced(JShell shell) {
        try {
            Object evaluator = evaluator();
            Method drop = evaluator.getClass().getDeclaredMethod("dropSnippet", JShell.class, Snippet.class);
            drop.setAccessible(true);
            for (Snippet snippet : shell.snippets().filter(old -> shell.status(old) == Snippet.Status.OVERWRITTEN).toList()) {
                drop.invoke(evaluator, shell, snippet);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // They stay.
        }
    }

    /**
     * From the next cell on, {@link Cells} runs their statements. What they throw is handed on, of which the kernel itself keeps only the text.
     *
     * @return empty without the option {@code --add-opens jdk.jshell/jdk.jshell=ALL-UNNAMED}: then the kernel stops cells in its own way
     */
    Optional<Cells> runCells(JShell shell, Consumer<Throwable> thrown, Runnable beforeEach) {
        try {
            Method method = JShell.class.getDeclaredMethod("executionControl");
            method.setAccessible(true);
            Object control = method.invoke(shell);
            Field executor = field(control, "executor");
            Field running = field(control, "running");
            ThreadPoolExecutor old = (ThreadPoolExecutor) executor.get(control);
            @SuppressWarnings("unchecked")
            Map<String, Future<Object>> now = (Map<String, Future<Object>>) running.get(control);
            AtomicInteger count = (AtomicInteger) field(kernel, "executionCount").get(kernel);
            // By their threads' names JJava knows a cell that runs cells.
            Cells cells = new Cells(old.getThreadFactory(), now, thrown, beforeEach, count::get);
            running.set(control, cells.running());
            executor.set(control, cells);
            old.shutdown();
            return Optional.of(cells);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * Where the comments are that a notebook shows beside a method's parameters (Shift-Tab). Java's shell itself looks for sources only in
     * the JDK.
     */
    void addSources(JShell shell, Path folder) {
        try {
            Object analysis = shell.sourceCodeAnalysis();
            Method find = analysis.getClass().getDeclaredMethod("findSources");
            find.setAccessible(true);
            List<Object> all = new ArrayList<>((List<?>) find.invoke(analysis));
            all.add(folder);
            field(analysis, "availableSources").set(analysis, all);
        } catch (ReflectiveOperationException | RuntimeException e) {
            // The parameters are shown without the comments.
        }
    }

    private static Field field(Object target, String name) throws NoSuchFieldException {
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(target.getClass().getName() + "." + name);
    }

    private Object data(Bundle bundle, String id) throws ReflectiveOperationException {
        Object data = displayData.getConstructor().newInstance();
        fill(data, bundle);
        displayData.getMethod("setDisplayId", String.class).invoke(data, id);
        return data;
    }

    private void fill(Object data, Bundle bundle) throws ReflectiveOperationException {
        for (var form : bundle.data().entrySet()) {
            displayData.getMethod("putData", String.class, Object.class).invoke(data, form.getKey(), form.getValue());
        }
        for (var known : bundle.metadata().entrySet()) {
            displayData.getMethod("putMetaData", String.class, Object.class).invoke(data, known.getKey(), known.getValue());
        }
    }

    private static Method method(Object target, String name, Class<?>... types) throws NoSuchMethodException {
        return target.getClass().getMethod(name, types);
    }

    private static IllegalStateException changed(Exception e) {
        return new IllegalStateException("this kernel is not one that Casebook knows (JJava 1.0, IJava 1.3): " + e, e);
    }
}
