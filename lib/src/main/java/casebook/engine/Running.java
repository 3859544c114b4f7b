package casebook.engine;

import casebook.compute.NativeResources;
import casebook.compute.Stopped;
import casebook.engine.lower.Program;
import casebook.engine.onednn.Engine;
import casebook.model.Model;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What plans of both kinds are made of: a program, the native memory that it owns, and who may run it when. One thread at a time makes or
 * runs it, while the model's weights stay; it closes once, and refuses to run after that.
 */
final class Running implements AutoCloseable {

    private final Model model;
    private final NativeResources resources;
    private final Engine engine;
    private final Program program;
    private final ReentrantLock lock = new ReentrantLock();
    private Model.Reading reading;

    /** @param closed what an exception says to those who run it after it was closed */
    Running(Model model, String closed) {
        if (model.type() != DataType.FLOAT) {
            throw new IllegalStateException("a plan computes in float32, this model has " + model.type());
        }
        this.model = model;
        this.engine = new Engine();
        this.resources = new NativeResources(this, closed);
        this.program = new Program(engine, resources);
    }

    Program program() {
        return program;
    }

    /** The model's weights, inside {@link #make} and {@link #run}. */
    Model.Reading reading() {
        return reading;
    }

    /** Bytes of native memory that the plan holds. */
    long bytes() {
        return resources.bytes();
    }

    /** Makes the plan; if that fails, what was made so far is given back. */
    void make(Runnable compile) {
        // Arrays that it makes for itself outlive a scratch that may be open.
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            run(() -> {
                compile.run();
                return null;
            });
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Runs something that uses the plan's memory and the model's weights.
     *
     * @throws IllegalStateException if the plan or the model was closed
     * @throws Stopped if this thread is interrupted while it waits for another one
     */
    <T> T run(Supplier<T> work) {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw new Stopped("stopped");
        }
        Model.Reading before = reading;
        try (Model.Reading open = model.reading()) {
            resources.requireOpen();
            reading = open;
            return work.get();
        } finally {
            reading = before;
            lock.unlock();
        }
    }

    /** @throws IllegalStateException if this thread runs it, as a layer does that closes its plan */
    @Override
    public void close() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a plan can't be closed while it runs: close it behind the try in which it is used");
        }
        lock.lock();
        try {
            resources.close();
            engine.close();
        } finally {
            lock.unlock();
        }
    }
}
