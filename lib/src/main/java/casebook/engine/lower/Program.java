package casebook.engine.lower;

import static casebook.engine.onednn.Argument.DESTINATION;
import static casebook.engine.onednn.Argument.SCRATCHPAD;
import static casebook.engine.onednn.Argument.SOURCE;

import casebook.compute.NativeResources;
import casebook.compute.Stopped;
import casebook.engine.memory.Arena;
import casebook.engine.memory.BoundStorage;
import casebook.engine.memory.FixedStorage;
import casebook.engine.memory.Value;
import casebook.engine.onednn.Argument;
import casebook.engine.onednn.Engine;
import casebook.engine.onednn.MemoryRegion;
import casebook.engine.onednn.MemoryLayout;
import casebook.engine.onednn.Primitive;
import casebook.engine.onednn.ReorderPrimitives;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Steps in their order, and the memory that they share. First all steps are told, with the values that they touch. Then it is known from
 * when to when each value is needed, and {@link #prepare} gives all of them places.
 */
public final class Program {

    private static final int SMALLEST = 64;

    private final Engine engine;
    private final NativeResources resources;
    private final Arena arena = new Arena();
    private final BytePointer nowhere;
    private final List<Supplier<Runnable>> told = new ArrayList<>();
    private final List<Runnable> steps = new ArrayList<>();

    /** A program without steps, which asks for memory here. */
    public Program(Engine engine, NativeResources resources) {
        this.engine = engine;
        this.resources = resources;
        this.nowhere = resources.allocate(SMALLEST);
    }

    /** What its layouts and primitives are made with. */
    public Engine engine() {
        return engine;
    }

    /** A value in the arena. */
    public Value fresh(MemoryLayout layout) {
        return new Value(layout, arena.storage(layout.bytes()));
    }

    /** A value in an array that stays. */
    public Value fixed(INDArray array) {
        return new Value(MemoryLayout.rowMajor(engine, array.shape()), FixedStorage.of(array));
    }

    /** A value in memory of the plan's own, outside the arena. */
    public Value allocated(MemoryLayout layout) {
        return new Value(layout, FixedStorage.of(resources.allocate(layout.bytes())));
    }

    /** A value that is bound for each run. */
    public Value bound(long... dims) {
        return new Value(MemoryLayout.rowMajor(engine, dims), new BoundStorage(nowhere));
    }

    /** The storage of a value that is bound. */
    public static BoundStorage binding(Value value) {
        return (BoundStorage) value.storage();
    }

    /** The value in this layout: itself, or a copy. */
    public Value inLayout(Value value, MemoryLayout layout) {
        if (value.layout().equals(layout)) {
            return value;
        }
        Value copy = fresh(layout);
        copy(value, copy);
        return copy;
    }

    /** The value in row-major order: itself, or a copy. */
    public Value rowMajor(Value value) {
        return inLayout(value, MemoryLayout.rowMajor(engine, value.layout().dims()));
    }

    /** One value into another, which may have another layout. */
    public void copy(Value from, Value to) {
        execute(ReorderPrimitives.reorder(engine, from.layout(), to.layout()), Arguments.of(SOURCE, from).and(DESTINATION, to));
    }

    /** Tells a step: a primitive on these values. */
    void execute(Primitive primitive, Arguments arguments) {
        arguments.and(SCRATCHPAD, scratchpad(primitive));
        arguments.values().values().forEach(this::touch);
        told.add(() -> primitive.bind(places(arguments.values()))::execute);
    }

    /** Tells a step: a primitive with several inputs. */
    void execute(Primitive primitive, List<Value> sources, Value destination) {
        Value scratchpad = scratchpad(primitive);
        sources.forEach(this::touch);
        touch(destination);
        if (scratchpad != null) {
            touch(scratchpad);
        }
        told.add(() -> primitive.bind(sources.stream().map(value -> value.memory(engine)).toList(), destination.memory(engine),
                scratchpad == null ? null : scratchpad.memory(engine))::execute);
    }

    /** Memory that a primitive works in, for one step; null if it needs none. */
    private Value scratchpad(Primitive primitive) {
        MemoryLayout layout = primitive.scratchpad();
        return layout.bytes() == 0 ? null : fresh(layout);
    }

    /** Tells a step of Java code, which may look at all that was computed before. */
    void call(Runnable code) {
        told.add(() -> () -> {
            engine.await();
            code.run();
        });
    }

    private void touch(Value value) {
        value.storage().touch(told.size());
    }

    /** The places of values that need none in the arena, to execute a primitive outside the program. */
    Map<Argument, MemoryRegion> places(Map<Argument, Value> values) {
        Map<Argument, MemoryRegion> places = new EnumMap<>(Argument.class);
        values.forEach((argument, value) -> places.put(argument, value.memory(engine)));
        return places;
    }

    /** So many steps are known. */
    public int size() {
        return told.size();
    }

    /** Gives all values their places, and makes the steps. */
    public void prepare() {
        arena.allocate(resources);
        told.forEach(step -> steps.add(step.get()));
    }

    /**
     * Runs some of the steps.
     *
     * @throws Stopped if this thread is interrupted
     */
    public void run(int from, int to) {
        for (int i = from; i < to; i++) {
            Stopped.check();
            steps.get(i).run();
        }
        engine.await();
    }
}
