package casebook.notebook;

import casebook.compute.StopSignal;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Runs the statements of cells, in the place of the kernel's own executor, so that the stop button stops them. The kernel would interrupt
 * the thread and call the cell done at once, whatever the thread goes on to do. Here
 * <ol>
 * <li>the statement's {@link StopSignal} is set, which no library can lose;
 * <li>a statement that has not ended after a quarter of a second does not ask the signal: its thread is interrupted, which wakes it where it
 * waits, but not while a library starts, which would break the library for good;
 * <li>the cell is done when its statement has ended, with what it keeps written; or after {@link #PATIENCE}, and then the statement goes on
 * alone until it looks;
 * <li>no further statement of the cell runs, also if the button was pressed between two of them, while the next one was compiled.
 * </ol>
 */
final class Cells extends ThreadPoolExecutor {

    /** Milliseconds that a statement is given to end by itself. */
    private static final long POLITELY = 250;

    /** Milliseconds after which nobody waits for it any longer: a cell is to be done within a second of the press. */
    private static final long PATIENCE = 600;

    /** Who loads classes and native libraries. */
    private static final Set<String> LOADERS = Set.of("java.lang.ClassLoader", "java.lang.System", "org.bytedeco.javacpp.Loader");

    private final Consumer<Throwable> thrown;
    private final Runnable beforeEach;
    private final IntSupplier cell;
    private final Map<String, Future<Object>> running;
    /** Those that have not ended. The kernel notes a statement only some time after it has begun. */
    private final Set<Statement<?>> begun = ConcurrentHashMap.newKeySet();
    private volatile int stoppedCell = -1;
    private volatile StopSignal last = new StopSignal();

    /**
     * @param threads makes the threads that run statements
     * @param before statements that run already, by the keys that the kernel gives them
     * @param thrown is told what a statement throws, as it is
     * @param beforeEach is waited for before a statement runs
     * @param cell the number of the cell that runs
     */
    Cells(ThreadFactory threads, Map<String, Future<Object>> before, Consumer<Throwable> thrown, Runnable beforeEach, IntSupplier cell) {
        super(0, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
        this.thrown = thrown;
        this.beforeEach = beforeEach;
        this.cell = cell;
        this.running = new Running(before);
    }

    /** Where the kernel notes what runs. Its stop button goes through all of it. */
    Map<String, Future<Object>> running() {
        return running;
    }

    /** The signal of the statement that began last. */
    StopSignal last() {
        return last;
    }

    private final class Running extends ConcurrentHashMap<String, Future<Object>> {

        private static final long serialVersionUID = 1L;

        Running(Map<String, Future<Object>> before) {
            super(before);
        }

        @Override
        public void forEach(BiConsumer<? super String, ? super Future<Object>> cancel) {
            stop(List.copyOf(values()));
        }
    }

    private void stop(List<Future<Object>> statements) {
        // Before it looks at what has begun: what begins meanwhile looks here.
        stoppedCell = cell.getAsInt();
        List<Statement<?>> all = List.copyOf(begun);
        // A statement that runs cells waits for them: all are told before one is waited for.
        all.forEach(statement -> statement.signal.set());
        all.forEach(statement -> statement.cancel(true));
        // Those that the kernel's own executor runs.
        statements.stream().filter(statement -> !(statement instanceof Statement)).forEach(statement -> statement.cancel(true));
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> code) {
        Statement<T> statement = new Statement<>(code);
        begun.add(statement);
        last = statement.signal;
        if (stoppedCell == cell.getAsInt()) {
            statement.signal.set();
            statement.giveUp();
        }
        return statement;
    }

    /** One statement of a cell. */
    private final class Statement<T> extends FutureTask<T> {

        private final StopSignal signal;
        private Thread thread;

        Statement(Callable<T> code) {
            this(code, new StopSignal());
        }

        private Statement(Callable<T> code, StopSignal signal) {
            super(() -> signal.over(() -> {
                beforeEach.run();
                try {
                    return code.call();
                } catch (OutOfMemoryError e) {
                    thrown.accept(e);
                    throw e;
                } catch (InvocationTargetException e) {
                    thrown.accept(e.getCause());
                    throw e;
                }
            }));
            this.signal = signal;
        }

        @Override
        protected void done() {
            begun.remove(this);
        }

        @Override
        public void run() {
            synchronized (this) {
                thread = Thread.currentThread();
            }
            try {
                super.run();
            } finally {
                synchronized (this) {
                    thread = null;
                    notifyAll();
                }
                // Whoever interrupted it meant this statement, and not the next one in this thread.
                Thread.interrupted();
            }
        }

        @Override
        public boolean cancel(boolean interrupt) {
            signal.set();
            awaitEnd(POLITELY);
            if (!interruptUnlessItStartsSomething()) {
                Thread later = new Thread(this::interruptLater, "casebook-stop");
                later.setDaemon(true);
                later.start();
            }
            awaitEnd(PATIENCE - POLITELY);
            return giveUp();
        }

        private boolean giveUp() {
            synchronized (this) {
                if (thread != null) {
                    signal.abandon();
                }
            }
            return super.cancel(false);
        }

        private synchronized void awaitEnd(long milliseconds) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
            try {
                for (long left; thread != null && (left = end - System.nanoTime()) > 0;) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** True if nothing remains to be interrupted. */
        private boolean interruptUnlessItStartsSomething() {
            Thread seen = thread();
            // Looked at without the lock: a statement must be able to end meanwhile.
            for (StackTraceElement frame : seen == null ? new StackTraceElement[0] : seen.getStackTrace()) {
                if (frame.getMethodName().equals("<clinit>") && !frame.getClassName().startsWith("REPL.") || LOADERS.contains(frame.getClassName())) {
                    return false;
                }
            }
            synchronized (this) {
                if (thread != null) {
                    thread.interrupt();
                }
            }
            return true;
        }

        private synchronized Thread thread() {
            return thread;
        }

        private void interruptLater() {
            do {
                awaitEnd(50);
            } while (!interruptUnlessItStartsSomething());
        }

        /** What was stopped has no value, even where its code returned one: then the kernel would go on to the next statement. */
        @Override
        protected void set(T value) {
            if (signal.isSet()) {
                super.cancel(false);
            } else {
                super.set(value);
            }
        }

        @Override
        protected void setException(Throwable e) {
            if (signal.isSet()) {
                super.cancel(false);
            } else {
                super.setException(e);
            }
        }
    }
}
