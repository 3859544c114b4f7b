package casebook.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Something that is measured, in a process of its own: it says {@code ready MILLISECONDS} when it is, and for each line with a number it runs so many times
 * and says how many milliseconds each took. So all candidates can take turns, each with its own threads and its own memory.
 */
final class Candidate implements AutoCloseable {

    /** In front of the number of times: to make a plan, not to run it. Our own candidate knows it, in the forward task. */
    static final String PLAN = "plan ";

    private final String name;
    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;
    private final double readyAfter;

    Candidate(String name, List<String> command, int threads) throws IOException {
        this.name = name;
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        if (!name.equals("casebook")) {
            // What the launcher sets for Java; a peer has its own way to wait.
            builder.environment().keySet().removeAll(List.of("GOMP_SPINCOUNT", "MALLOC_ARENA_MAX"));
        }
        process = builder.start();
        requests = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String first = answers.readLine();
        if (first != null && first.startsWith("ready ")) {
            readyAfter = Double.parseDouble(first.substring("ready ".length()));
        } else {
            close();
            throw new IOException(name + " did not start" + (first == null ? "" : ": " + first));
        }
    }

    String name() {
        return name;
    }

    /** How many milliseconds it took to make the network ready and compute the first answer. */
    double readyAfter() {
        return readyAfter;
    }

    /** Runs so many times. */
    double[] milliseconds(int times) {
        return milliseconds("", times);
    }

    /** Does something so many times. */
    double[] milliseconds(String task, int times) {
        try {
            requests.write(task + times + "\n");
            requests.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException(name + " ended in the middle");
            }
            return Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " ended in the middle", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
