package casebook.notebook;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;

/**
 * What the kernel shows of a cell that failed: a sentence and the learner's own line. Both kernels print an exception that they do not know by
 * its {@link #printStackTrace(PrintWriter)}, so that this one decides what is read. The exception itself is its cause.
 */
final class CellFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final List<String> lines;

    /**
     * @param lines what is shown; the first one is the sentence
     * @param cause what was thrown; null if the cell was not even compiled
     */
    CellFailed(List<String> lines, Throwable cause) {
        super(lines.get(0), cause);
        this.lines = List.copyOf(lines);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void printStackTrace(PrintWriter out) {
        out.print(String.join("\n", lines));
    }

    @Override
    public void printStackTrace(PrintStream out) {
        out.println(String.join("\n", lines));
    }
}
