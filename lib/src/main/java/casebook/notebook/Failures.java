package casebook.notebook;

import casebook.compute.StopSignal;
import casebook.compute.Stopped;
import casebook.text.Nearest;
import casebook.text.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.MethodSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.SnippetWrapper;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.VarSnippet;

/**
 * Says in a few lines what went wrong in a cell. It is told of each statement that the shell has run, and throws {@link CellFailed} for one
 * that failed, before the kernel prints a stack trace.
 */
final class Failures implements Consumer<SnippetEvent> {

    /** Names that Java's shell gives its own classes, in messages: {@code REPL.$JShell$37.history}. */
    private static final Pattern INNER_NAME = Pattern.compile("REPL\\.\\$JShell\\$\\w+[.$]");
    private static final Pattern OWN_CLASS = Pattern.compile("REPL\\.\\$JShell\\$\\w+");
    private static final Pattern IS_NULL = Pattern.compile("because \"(\\w+)\" is null");
    /** What is thrown where a list or table is used that a cell above should have filled. */
    private static final Pattern NOTHING_THERE = Pattern.compile("^NullPointerException|^NoSuchElementException|out of bounds for length 0");
    private static final Pattern SYMBOL = Pattern.compile("symbol:\\s+(variable|class|method)\\s+(\\w+)");
    /** Where an answer or a prediction stands that may be a word. */
    private static final Pattern AN_ANSWER = Pattern.compile("\\b(?:check|predict)\\(\"[^\"]+\",\\s*(?:List\\.of\\(\\s*(?:\"[^\"]*\",\\s*)*)?$");
    private static final Pattern NOT_CODE = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"|//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);

    /** What is thrown with a sentence that was written for a reader. Java itself throws the others, and then their name says something. */
    private static final Set<String> WITH_SENTENCE = Set.of("java.lang.IllegalArgumentException", "java.lang.IllegalStateException",
            "java.lang.UnsupportedOperationException", "java.io.UncheckedIOException", "java.lang.IndexOutOfBoundsException");

    /** Values of a variable that nothing was put into. */
    private static final Set<String> EMPTY = Set.of("null", "0", "0.0", "false");

    private static final String LIBRARY = "casebook.";
    private static final int LONGEST_LINE = 120;
    private static final String RUN_ABOVE = "run the cells above this one first, from the top (in the menu: Run, Run All Above Selected Cell)";

    private final JShell shell;
    private final Runnable tidy;

    /** Variables that Java's shell has emptied, and the name of what was changed. */
    private final Map<String, String> emptied = new LinkedHashMap<>();

    private volatile Throwable thrown;
    private Throwable last;
    private Cells cells;

    /** @param tidy is run before a failure is thrown: the kernel does not see it then, and can't clean up after it */
    Failures(JShell shell, Runnable tidy) {
        this.shell = shell;
        this.tidy = tidy;
    }

    /** What a cell threw last, itself; where the kernel does not hand it on, what Java's shell made of it. */
    Throwable last() {
        return last;
    }

    /** From now on, these run the statements. */
    void stoppedBy(Cells cells) {
        this.cells = cells;
    }

    /** Takes note of what a statement threw, before the shell makes text of it. */
    void thrown(Throwable thrown) {
        this.thrown = thrown;
        if (Memory.full(thrown)) {
            // At once: the kernel's own threads need room as well.
            Memory.useReserve();
        }
    }

    void last(Throwable last) {
        this.last = last;
    }

    @Override
    public void accept(SnippetEvent event) {
        Snippet snippet = event.snippet();
        if (event.causeSnippet() != null) {
            if (snippet instanceof VarSnippet variable && event.isSignatureChange() && event.status() != Status.OVERWRITTEN) {
                emptied.put(variable.name(), name(event.causeSnippet()));
            }
            return;
        }
        if (event.status() == Status.DROPPED) {
            return;
        }
        if (snippet instanceof VarSnippet variable) {
            emptied.remove(variable.name());
        }
        if (event.exception() != null) {
            fail(event.exception(), snippet);
        } else if (event.status() == Status.REJECTED) {
            notKnown(snippet).ifPresent(lines -> fail(lines, null));
        } else {
            Memory.keepReserve();
            warn(snippet);
        }
    }

    private void fail(JShellException exception, Snippet snippet) {
        Throwable original = thrown == null ? exception : thrown;
        thrown = null;
        if (exception instanceof UnresolvedReferenceException unresolved) {
            last = exception;
            fail(unresolved(unresolved, original, snippet), exception);
        }
        EvalException e = (EvalException) exception;
        if (e.getExceptionClassName().equals("Execution Interrupted")) {
            fail(stopped(original), null);
        }
        if (!original.getClass().getName().equals(e.getExceptionClassName())) {
            original = e;
        }
        last = original;
        List<String> lines = new ArrayList<>(List.of(sentence(e.getExceptionClassName(), e.getMessage(), original)));
        Matcher nothing = IS_NULL.matcher(lines.get(0));
        if (e.getExceptionClassName().equals("java.lang.NullPointerException") && nothing.find()) {
            variable(nothing.group(1)).ifPresent(variable -> lines.add(0, notSet(variable)));
        }
        boolean nothingThere = lines.size() == 1 && NOTHING_THERE.matcher(lines.get(0)).find();
        lines.addAll(places(original, snippet));
        if (nothingThere) {
            lines.add("Something is empty here. Was a cell above left out or stopped, or was one run again alone? Then run the cells above first.");
        }
        if (e.getExceptionClassName().equals("java.lang.NoClassDefFoundError")) {
            lines.add("A part of the library could not be started, and can't be in this kernel: restart it (in the menu: Kernel, Restart Kernel).");
        }
        if (!speaks(e.getExceptionClassName(), original)) {
            cause(original, lines.get(0)).ifPresent(lines::add);
            if (original.getStackTrace().length > 0 && !learners(original.getStackTrace()[0])) {
                lines.add("All of it: Notebook.lastError().printStackTrace();");
            }
        }
        fail(lines, original);
    }

    /** @param original what the statement ended with, if it said how far it had come */
    private List<String> stopped(Throwable original) {
        StopSignal signal = cells == null ? new StopSignal() : cells.last();
        String howFar = original instanceof Stopped && !original.getMessage().equals("stopped") ? original.getMessage() : signal.kept();
        List<String> lines = new ArrayList<>();
        lines.add(howFar.isEmpty() ? "Stopped. What this cell was to set is not set: run it again before the cells below it."
                : Character.toUpperCase(howFar.charAt(0)) + howFar.substring(1) + ".");
        if (signal.isAbandoned()) {
            lines.add("It has not ended yet, and goes on in the background until it looks whether to stop. A long loop of your own has to do so: "
                    + "Stopped.check();");
        }
        return lines;
    }

    private void fail(List<String> lines, Throwable cause) {
        tidy.run();
        throw new CellFailed(lines, cause);
    }

    /** What is shown where a value could not be. */
    static CellFailed whileShowing(Throwable thrown) {
        return new CellFailed(List.of("the value of this cell can't be shown: " + sentence(thrown.getClass().getName(), thrown.getMessage(), thrown),
                "All of it: Notebook.lastError().printStackTrace();"), thrown);
    }

    private static String sentence(String type, String message, Throwable thrown) {
        if (Memory.full(thrown)) {
            return Memory.inWords(thrown);
        }
        boolean silent = message == null || message.isBlank() || message.equals("null");
        String text = silent ? "" : Printable.message(INNER_NAME.matcher(message).replaceAll(""));
        if (type.equals("java.lang.StackOverflowError")) {
            return "StackOverflowError: methods call each other, or one itself, without an end";
        }
        String shortType = type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
        return silent ? shortType : speaks(type, thrown) ? text : shortType + ": " + text;
    }

    /** Whether the message is a sentence of this library, which needs no class name. */
    private static boolean speaks(String type, Throwable thrown) {
        if (Memory.full(thrown)) {
            return true;
        }
        StackTraceElement[] trace = thrown.getStackTrace();
        return type.startsWith(LIBRARY) || WITH_SENTENCE.contains(type) && trace.length > 0 && trace[0].getClassName().startsWith(LIBRARY);
    }

    private static Optional<String> cause(Throwable thrown, String sentence) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root == thrown || root.getMessage() != null && sentence.contains(root.getMessage()) ? Optional.empty()
                : Optional.of("because of " + sentence(root.getClass().getName(), root.getMessage(), root));
    }

    /** A place in what the learner wrote: in a method, or in the statement itself (then the name is empty). */
    private record Place(String method, int line, int lines, String code) {
        String inWords(String how) {
            String where = !method.isEmpty() ? method : lines == 1 ? "this line" : "this statement";
            return how + where + (lines == 1 ? "" : ", line " + line) + ":   " + shortened(code);
        }
    }

    /** The learner's line that threw, and the one that called it. */
    private List<String> places(Throwable thrown, Snippet now) {
        List<StackTraceElement> own = Arrays.stream(thrown.getStackTrace()).filter(Failures::learners).toList();
        Optional<Place> inner = own.isEmpty() ? Optional.empty() : place(own.get(0));
        if (inner.isEmpty()) {
            return List.of("in this statement:   " + shortened(now.source().strip().lines().findFirst().orElse("")));
        }
        List<String> lines = new ArrayList<>(List.of(inner.get().inWords("in ")));
        place(own.get(own.size() - 1)).filter(outer -> !outer.equals(inner.get())).ifPresent(outer -> lines.add(outer.inWords("called in ")));
        return lines;
    }

    /** The learner's line that something was thrown in, with its class: {@code in Squash.forward, line 7:   return x.muli(2);}. */
    Optional<String> whereIn(Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace()).filter(Failures::learners).findFirst().flatMap(frame -> place(frame).map(place -> {
            String type = INNER_NAME.matcher(frame.getClassName() + ".").replaceFirst("");
            return place.inWords("in " + (type.isEmpty() || place.method().isEmpty() ? "" : type.replace('$', '.')));
        }));
    }

    private static boolean learners(StackTraceElement frame) {
        return OWN_CLASS.matcher(frame.getClassName()).lookingAt();
    }

    /**
     * Java's shell wraps a class around each statement; what it tells of the lines itself is wrong where a statement begins with an empty
     * line, as in IJava's cells.
     */
    private Optional<Place> place(StackTraceElement frame) {
        Matcher type = OWN_CLASS.matcher(frame.getClassName());
        for (Snippet snippet : type.lookingAt() ? shell.snippets().toList() : List.<Snippet>of()) {
            SnippetWrapper wrapper = shell.sourceCodeAnalysis().wrapper(snippet);
            List<String> lines = wrapper.wrapped().lines().toList();
            if (wrapper.fullClassName().equals(type.group()) && frame.getLineNumber() >= 1 && frame.getLineNumber() <= lines.size()) {
                String line = lines.get(frame.getLineNumber() - 1);
                int start = 0;
                for (int i = 1; i < frame.getLineNumber(); i++) {
                    start = wrapper.wrapped().indexOf('\n', start) + 1;
                }
                // The end of the line: at its start there may be what the wrapper adds.
                int inSource = wrapper.wrappedToSourcePosition(start + line.stripTrailing().length() - 1);
                List<String> source = snippet.source().strip().lines().toList();
                int blank = snippet.source().indexOf(snippet.source().strip());
                int number = Math.min(Math.max(1, (int) snippet.source().substring(blank, Math.max(blank, inSource)).lines().count()), source.size());
                return Optional.of(new Place(method(frame), number, source.size(), source.get(number - 1).strip()));
            }
        }
        return Optional.empty();
    }

    private static String method(StackTraceElement frame) {
        String name = frame.getMethodName().equals("<init>") ? frame.getClassName().substring(frame.getClassName().lastIndexOf('$') + 1)
                : frame.getMethodName().startsWith("lambda$") ? frame.getMethodName().split("\\$")[1] : frame.getMethodName();
        return name.startsWith("do_it") ? "" : name;
    }

    private static String shortened(String line) {
        return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE - 1) + "…" : line;
    }

    private Optional<VarSnippet> variable(String name) {
        return shell.variables().filter(variable -> variable.name().equals(name)).findFirst();
    }

    private String notSet(VarSnippet variable) {
        String changed = emptied.get(variable.name());
        return "the variable " + variable.name() + " is " + (changed == null ? "not set yet (it is null)" : "null again since " + changed + " was changed")
                + ": run the cell that sets it, " + inShort(variable);
    }

    private static String inShort(Snippet snippet) {
        return "\"" + shortened(snippet.source().strip().lines().findFirst().orElse("")) + "\"";
    }

    private static String name(Snippet snippet) {
        return snippet instanceof PersistentSnippet named ? named.name() : inShort(snippet);
    }

    private List<String> unresolved(UnresolvedReferenceException e, Throwable thrown, Snippet now) {
        String missing = String.join(" and ", shell.unresolvedDependencies(e.getSnippet()).toList());
        String which = (e.getSnippet() instanceof MethodSnippet ? "the method " : "the class ") + name(e.getSnippet());
        List<String> lines = new ArrayList<>(List.of(which + " uses what is not known yet (" + missing + "): " + RUN_ABOVE));
        lines.addAll(places(thrown, now));
        return lines;
    }

    /** What to do about a name that the compiler doesn't know; empty if the compiler has something else to say. */
    private Optional<List<String>> notKnown(Snippet snippet) {
        String source = snippet.source();
        for (Diag problem : shell.diagnostics(snippet).filter(Diag::isError).toList()) {
            Matcher symbol = SYMBOL.matcher(problem.getMessage(Locale.ROOT));
            int start = (int) problem.getStartPosition();
            int end = (int) Math.min(problem.getEndPosition(), source.length());
            if (!problem.getCode().startsWith("compiler.err.cant.resolve") || !symbol.find() || start < 0 || end < start
                    || !source.startsWith(symbol.group(2), start)) {
                // What can't be resolved behind a dot is a member of something that is known.
                return Optional.empty();
            }
            String kind = symbol.group(1);
            String name = symbol.group(2);
            int lineStart = source.lastIndexOf('\n', start) + 1;
            int lineEnd = source.indexOf('\n', start);
            String line = source.substring(lineStart, lineEnd < 0 ? source.length() : lineEnd);
            boolean answer = kind.equals("variable") && AN_ANSWER.matcher(source.substring(0, start)).find();
            String sentence = (answer ? "if " + name + " is a word, write it in quotation marks: \"" + name + "\"; if not, " : "")
                    + sentenceFor(kind, name);
            return Optional.of(List.of(sentence, "in this line:   " + shortened(line.strip())));
        }
        return Optional.empty();
    }

    private String sentenceFor(String kind, String name) {
        String changed = emptied.get(name);
        Optional<VarSnippet> lost = variable(name);
        if (changed != null && lost.isPresent()) {
            return "the variable " + name + " is lost since " + changed + " was changed: run the cell that sets it, " + inShort(lost.get());
        }
        return "the " + kind + " " + name + " is not known yet: " + RUN_ABOVE + like(kind, name).map(other -> "; or was " + other + " meant?").orElse("");
    }

    /** A name that differs in a letter or two. */
    private Optional<String> like(String kind, String name) {
        Stream<? extends PersistentSnippet> known = kind.equals("variable") ? shell.variables() : kind.equals("method") ? shell.methods() : shell.types();
        return Nearest.within(name.length() < 5 ? 1 : 2, name, known.map(PersistentSnippet::name).toList());
    }

    /** A variable that was emptied gives a wrong result silently where 0 is a number like any other. */
    private void warn(Snippet snippet) {
        if (emptied.isEmpty() || snippet.kind() == Snippet.Kind.METHOD || snippet.kind() == Snippet.Kind.TYPE_DECL) {
            return;
        }
        String code = NOT_CODE.matcher(snippet.source()).replaceAll(" ");
        emptied.forEach((name, changed) -> {
            if (Pattern.compile("(?<![\\w.])" + Pattern.quote(name) + "\\b").matcher(code).find()) {
                variable(name).filter(variable -> EMPTY.contains(value(variable))).ifPresent(variable -> System.err.println("Careful: " + name + " is "
                        + value(variable) + " again since " + changed + " was changed. Run the cell that sets it, " + inShort(variable)
                        + ", and then this one again."));
            }
        });
    }

    private String value(VarSnippet variable) {
        return shell.status(variable) == Status.VALID ? String.valueOf(shell.varValue(variable)) : "";
    }
}
