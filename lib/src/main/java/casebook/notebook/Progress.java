package casebook.notebook;

import casebook.compute.Stopped;
import casebook.training.TrainingListener;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A progress bar with rate and time left. In a notebook it is one output that changes in place; in a terminal it is one
 * line. When it is done, one short line without times remains, so that a saved notebook does not change from run to run.
 *
 * <pre>{@code
 * try (Progress progress = Progress.over("images", images.size())) {
 *     for (INDArray image : images) {
 *         …
 *         progress.step("");
 *     }
 * }
 * }</pre>
 */
public final class Progress implements AutoCloseable {

    /** Nanoseconds between two changes of the output. */
    private static final long PAUSE = 200_000_000L;

    /** Where a progress bar is seen. */
    interface Screen {

        void show(String html, String text);

        void last(String line);
    }

    private final String what;
    private final long total;
    private final Screen screen;
    private final LongSupplier clock;
    private long done;
    private String note = "";
    private long firstDone;
    private long firstTime;
    private long shown;
    private boolean closed;

    Progress(String what, long total, Screen screen, LongSupplier clock) {
        if (total < 0) {
            throw new IllegalArgumentException("the total of a progress bar can't be negative, this one is " + total);
        }
        this.what = what;
        this.total = total;
        this.screen = screen;
        this.clock = clock;
        show(clock.getAsLong());
    }

    /**
     * Starts a progress bar and shows it.
     *
     * @param what what is counted, in the plural: {@code batches}
     * @param total how many there will be
     */
    public static Progress over(String what, long total) {
        return new Progress(what, total, Notebook.kernel().<Screen>map(InNotebook::new).orElseGet(InTerminal::new), System::nanoTime);
    }

    /**
     * One more is done.
     *
     * @param note what else to show, such as the loss; may be empty
     * @throws Stopped if the cell was stopped
     */
    public void step(String note) {
        to(done + 1, note);
    }

    /** One more is done. */
    public void step() {
        to(done + 1, note);
    }

    /**
     * So many are done.
     *
     * @param done how many
     * @param note what else to show, such as the loss; may be empty
     * @throws Stopped if the cell was stopped
     */
    public void to(long done, String note) {
        set(done, note);
        if (Stopped.requested()) {
            close();
            throw new Stopped(end());
        }
    }

    private void set(long done, String note) {
        this.done = done;
        this.note = note;
        long now = clock.getAsLong();
        if (firstTime == 0) {
            // The first step also loads libraries and compiles: it says nothing of the rate.
            firstDone = done;
            firstTime = now;
        }
        if (now - shown >= PAUSE && done < total) {
            show(now);
        }
    }

    private void show(long now) {
        shown = now;
        StringBuilder state = new StringBuilder(Grid.number(done) + " of " + Grid.number(total) + " " + what);
        double seconds = (now - firstTime) / 1e9;
        if (done > firstDone && seconds >= 0.5) {
            double rate = (done - firstDone) / seconds;
            state.append(rate >= 1 ? String.format(Locale.ROOT, ", %,.0f a second", rate) : String.format(Locale.ROOT, ", %,.0f a minute", 60 * rate))
                    .append(", ").append(duration((total - done) / rate)).append(" left");
        }
        if (!note.isEmpty()) {
            state.append(", ").append(note);
        }
        // A screen reader speaks a progress bar when it is asked to, and not at each change.
        screen.show("<div aria-live=\"off\"><progress aria-label=\"" + Grid.escape(what) + "\" value=\"" + done + "\" max=\"" + total
                + "\" style=\"width:16em;vertical-align:middle\"></progress> " + Grid.escape(state.toString()) + "</div>", state.toString());
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : whole < 3600 ? whole / 60 + " min " + whole % 60 + " s" : whole / 3600 + " h " + whole / 60 % 60 + " min";
    }

    private String end() {
        String all = Grid.number(done) + " of " + Grid.number(total) + " " + what;
        return done < total ? "stopped after " + all : all;
    }

    /** Leaves one line: how many are done. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            screen.last(end());
        }
    }

    /**
     * A progress bar for a trainer: {@code trainer.listener(Progress.ofTraining())}. It shows the loss of the last batch. The
     * trainer looks for interrupts itself.
     */
    public static TrainingListener ofTraining() {
        return new TrainingListener() {
            private Progress progress;

            @Override
            public void step(int step, int steps, double loss) {
                if (progress == null || progress.closed) {
                    progress = over("batches", steps);
                }
                progress.set(step, String.format(Locale.ROOT, "loss %.3f", loss));
                if (step == steps) {
                    progress.close();
                }
            }

            @Override
            public void stopped(int step) {
                if (progress != null) {
                    progress.close();
                }
            }
        };
    }

    /**
     * For several training runs behind each other, where the bar counts runs: shows how far the one at hand is.
     *
     * @param what is trained
     */
    public TrainingListener training(String what) {
        return new TrainingListener() {
            @Override
            public void step(int step, int steps, double loss) {
                set(done, String.format(Locale.ROOT, "%s: step %,d of %,d, loss %.3f", what, step, steps, loss));
            }
        };
    }

    private static final class InNotebook implements Screen {
        private final Live output;

        InNotebook(Kernel kernel) {
            output = new Live(kernel);
        }

        @Override
        public void show(String html, String text) {
            output.show(Bundle.html(html, text));
        }

        @Override
        public void last(String line) {
            output.show(Bundle.text(line));
        }
    }

    private static final class InTerminal implements Screen {
        private final PrintStream out = System.err;
        private final boolean terminal = System.console() != null;
        private int width;

        @Override
        public void show(String html, String text) {
            if (terminal) {
                line(text);
            }
        }

        @Override
        public void last(String line) {
            line(line);
            out.println();
        }

        private void line(String text) {
            out.print((terminal ? "\r" : "") + text + " ".repeat(Math.max(0, width - text.length())));
            out.flush();
            width = text.length();
        }
    }
}
