package casebook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a main class in a Java of its own, with the class path of the tests: to measure it, to kill it, to take room from it. */
public final class OwnProcess {

    private OwnProcess() {}

    /**
     * How it ended.
     *
     * @param status its exit status
     * @param output what it printed, errors included
     */
    public record Result(int status, String output) {}

    /** The command for a main class, to be changed and started. */
    public static ProcessBuilder command(List<String> options, Class<?> main, Object... arguments) {
        List<String> words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(options);
        // Maven's test runner hides the class path in a jar of its own.
        words.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName()));
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        return new ProcessBuilder(words).redirectErrorStream(true);
    }

    /** Runs it to its end. */
    public static Result run(List<String> options, Map<String, String> environment, Class<?> main, Object... arguments) {
        ProcessBuilder builder = command(options, main, arguments);
        builder.environment().putAll(environment);
        return run(builder);
    }

    /** Runs it to its end. */
    public static Result run(ProcessBuilder builder) {
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
