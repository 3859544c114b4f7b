package casebook.notebook.fake;

import casebook.notebook.fake.display.DisplayData;
import casebook.notebook.fake.display.RenderFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A kernel with the methods that both real ones have, which writes down what it is told. */
public class FakeKernel {

    private static FakeKernel running;

    public final List<DisplayData> displayed = new ArrayList<>();
    public final List<DisplayData> updated = new ArrayList<>();
    public boolean interruptedWhilePublishing;
    private final Map<Class<?>, RenderFunction<Object>> functions = new LinkedHashMap<>();

    public static FakeKernel start() {
        running = new FakeKernel();
        return running;
    }

    public static void stop() {
        running = null;
    }

    public static FakeKernel kernel() {
        return running;
    }

    public void display(DisplayData data) {
        interruptedWhilePublishing |= Thread.currentThread().isInterrupted();
        displayed.add(data);
    }

    /** What a kernel does with the last value of a cell. */
    public DisplayData lastValue(Object value) {
        DisplayData data = new DisplayData();
        functions.forEach((type, function) -> {
            if (type.isInstance(value)) {
                function.render(value, new RenderContext(data));
            }
        });
        return data;
    }

    public FakeKernel getIO() {
        return this;
    }

    public final DisplayStream display = new DisplayStream();

    public FakeKernel getRenderer() {
        return this;
    }

    public Registration createRegistration(Class<?> type) {
        return new Registration(type);
    }

    public class DisplayStream {
        public void updateDisplay(DisplayData data) {
            interruptedWhilePublishing |= Thread.currentThread().isInterrupted();
            updated.add(data);
        }
    }

    public class Registration {
        private final Class<?> type;

        Registration(Class<?> type) {
            this.type = type;
        }

        public Registration preferring(String... types) {
            return this;
        }

        public void register(RenderFunction<Object> function) {
            functions.put(type, function);
        }
    }

    public static class RenderContext {
        private final DisplayData out;

        RenderContext(DisplayData out) {
            this.out = out;
        }

        public DisplayData getOutputContainer() {
            return out;
        }
    }
}
