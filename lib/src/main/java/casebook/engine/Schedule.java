package casebook.engine;

import casebook.compute.NativeResources;
import casebook.compute.OneDnn;
import casebook.compute.OneDnn.After;
import casebook.compute.OneDnn.Argument;
import casebook.compute.OneDnn.Layout;
import casebook.compute.OneDnn.Memory;
import casebook.compute.OneDnn.Operation;
import casebook.compute.OneDnn.Slide;
import casebook.compute.OneDnn.Step;
import casebook.compute.Stopped;
import casebook.layers.Convolution;
import casebook.layers.Layer;
import casebook.layers.Pass;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.Sigmoid;
import casebook.layers.Tanh;
import casebook.layers.Window;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Operations in their order, and the memory that they share: what {@link Plan} and {@link TrainingPlan} are made of. First all operations are
 * told, with the values that they touch. Then it is known from when to when each value is needed, and {@link #prepare} gives all of them places
 * in one piece of memory.
 */
abstract class Schedule implements AutoCloseable {

    private static final int ALIGNMENT = 64;
    /** From so many images on, blocks of channels are the fastest layout for convolutions. */
    private static final int MANY = 8;

    final Model model;
    final Network network;
    final int images;
    /** With many images, so many channels are best side by side: as many numbers as a register of the processor has. 0 if oneDNN's choice is best. */
    final int block;
    final OneDnn dnn = new OneDnn();
    /** The images, which are brought. */
    final Value input;
    /** What each layer puts out. */
    final Map<Integer, Value> values = new HashMap<>();
    private final List<Action> actions = new ArrayList<>();
    private final NativeResources memory;
    private final List<Runnable> run = new ArrayList<>();
    private final BytePointer nowhere;
    private final ReentrantLock running = new ReentrantLock();
    private BytePointer arena;
    /** The model's weights, while it is made and while it runs. */
    Model.Reading reading;

    Schedule(Model model, int images, String closed) {
        this.memory = new NativeResources(this, closed);
        this.model = model;
        this.network = model.network();
        this.images = images;
        this.block = images >= MANY ? OneDnn.numbersAtOnce() : 0;
        this.nowhere = allocate(ALIGNMENT);
        this.input = brought(dnn.rowMajor(network.input().batch(images)));
        values.put(Network.INPUT, input);
    }

    /** Makes a plan and all that it needs. */
    static <P extends Schedule> P compiled(Model model, Supplier<P> make) {
        if (model.type() != DataType.FLOAT) {
            throw new IllegalStateException("a plan computes in float32, this model has " + model.type());
        }
        // Arrays that it makes for itself outlive a scratch that may be open.
        try (Model.Reading reading = model.reading(); MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            P plan = make.get();
            try {
                plan.reading = reading;
                plan.compile();
                plan.reading = null;
                return plan;
            } catch (RuntimeException | Error e) {
                plan.close();
                throw e;
            }
        }
    }

    /**
     * Runs something that uses the plan's memory and the model's weights: one thread at a time, and neither is given back meanwhile.
     *
     * @throws IllegalStateException if the plan or the model was closed
     * @throws Stopped if this thread is interrupted while it waits for another one
     */
    final <T> T alone(Supplier<T> work) {
        try {
            running.lockInterruptibly();
        } catch (InterruptedException e) {
            throw new Stopped("stopped");
        }
        try (Model.Reading open = model.reading()) {
            memory.requireOpen();
            reading = open;
            return work.get();
        } finally {
            running.unlock();
        }
    }

    /** Tells all actions, and prepares them. */
    abstract void compile();

    /** The layers that lead to these. */
    final BitSet needed(List<Node> wanted) {
        BitSet needed = new BitSet();
        wanted.forEach(node -> needed.set(node.index()));
        for (int index = network.nodes().size() - 1; index >= 0; index--) {
            if (needed.get(index)) {
                network.nodes().get(index).inputs().stream().filter(from -> from != Network.INPUT).forEach(needed::set);
            }
        }
        return needed;
    }

    /** The first input of a layer. */
    final Value source(Node node) {
        return values.get(node.inputs().get(0));
    }

    /** An array that flows through the network. It has exactly one of the three places. */
    static final class Value {
        final Layout layout;
        /** Memory that the schedule finds for it. */
        final Room room;
        /** An array of its own, which stays. */
        final INDArray own;
        /** Memory that somebody else brings, anew for each run. */
        final Outside outside;

        private Value(Layout layout, Room room, INDArray own, Outside outside) {
            this.layout = layout;
            this.room = room;
            this.own = own;
            this.outside = outside;
        }

        /** The same memory in another layout: other sides, another name for the same order, or what is written over it. */
        Value as(Layout other) {
            return new Value(other, room, own, outside);
        }
    }

    /** Memory that is needed from one action to another. Values that are one the other in place share it. */
    static final class Room {
        private final long bytes;
        private int first = Integer.MAX_VALUE;
        private int last = -1;
        private long offset;

        private Room(long bytes) {
            this.bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
    }

    /** Memory that is brought for each run. */
    static final class Outside {
        private final List<Memory> memories = new ArrayList<>();
        INDArray array;

        /** From now on it is this array, in the usual order, until another is brought. */
        void bring(INDArray brought) {
            // Held here, so that nobody frees it while it is read.
            array = brought;
            memories.forEach(place -> place.moveTo(array));
        }

        void letGo() {
            array = null;
        }
    }

    /** Something to do: the values it touches, and how it becomes a step when they have their places. */
    private record Action(List<Value> touched, Supplier<Runnable> make) {}

    /** A value of its own. */
    final Value fresh(Layout layout) {
        return new Value(layout, new Room(layout.bytes()), null, null);
    }

    /** A value in an array that stays. */
    final Value in(INDArray own) {
        return new Value(dnn.rowMajor(own.shape()), null, own, null);
    }

    /** A value that is brought. */
    final Value brought(Layout layout) {
        return new Value(layout, null, null, new Outside());
    }

    /** The value in this layout: itself, or a copy. */
    final Value inLayout(Value value, Layout layout) {
        if (value.layout.equals(layout)) {
            return value;
        }
        Value copy = fresh(layout);
        copy(value, copy);
        return copy;
    }

    /** One value into another, which may have another layout. */
    final void copy(Value from, Value to) {
        Operation reorder = dnn.reorder(from.layout, to.layout);
        action(List.of(from, to), () -> step(dnn.step(reorder, place(from), place(to))));
    }

    final void action(List<Value> touched, Supplier<Runnable> make) {
        for (Value value : touched) {
            if (value.room != null) {
                value.room.first = Math.min(value.room.first, actions.size());
                value.room.last = Math.max(value.room.last, actions.size());
            }
        }
        actions.add(new Action(touched, make));
    }

    /**
     * A convolution's operation in layouts in which it is fast: those that are there, or those that oneDNN likes best. Where that is a detour, as
     * with fewer channels than a block has, blocks are tried too. With many images, blocks as wide as the processor's registers are tried first: they
     * were measured to be faster from about eight images on, by up to a tenth, and oneDNN likes other ones.
     *
     * @param make the operation, from how an array with these sides lies in memory
     * @param there layouts that need no copy, if some are preferred
     */
    final Operation fastest(Function<Function<long[], Layout>, Operation> make, Layout... there) {
        List<Function<long[], Layout>> ways = new ArrayList<>();
        if (there.length > 0) {
            ways.add(sides -> Stream.of(there).filter(layout -> Arrays.equals(layout.sides(), sides)).findFirst().orElseThrow());
        }
        Function<long[], Layout> any = dnn::any;
        if (block > 0) {
            ways.add(sides -> dnn.blocks(block, sides));
        }
        ways.addAll(List.of(any, sides -> dnn.blocks(16, sides), sides -> dnn.blocks(8, sides)));
        Operation liked = null;
        for (Function<long[], Layout> way : ways) {
            try {
                Operation operation = make.apply(way);
                if (operation.direct()) {
                    return operation;
                }
                liked = way == any ? operation : liked;
            } catch (OneDnn.Unsupported e) {
                // The next one may be.
            }
        }
        if (liked == null) {
            throw new IllegalStateException("oneDNN has no way for a convolution of " + network.name());
        }
        return liked;
    }

    /** The inputs of a layer behind one another along the channels, in the layout of the first, unless a block of channels would be of two of them. */
    final Value joined(Node node) {
        Shape out = node.output();
        long[] sides = {images, out.channels(), out.height(), out.width()};
        List<Value> sources = node.inputs().stream().map(values::get).toList();
        Layout whole = sources.stream().allMatch(source -> source.layout.sides()[1] % 16 == 0) ? dnn.like(sources.get(0).layout, sides)
                : dnn.channelsLast(sides);
        List<Value> alike = sources.stream().map(source -> inLayout(source, dnn.like(whole, source.layout.sides()))).toList();
        Operation operation = dnn.concatenation(alike.stream().map(value -> value.layout).toList(), whole);
        Value target = fresh(whole);
        List<Value> touched = new ArrayList<>(alike);
        touched.add(target);
        action(touched, () -> step(dnn.concatenate(operation, alike.stream().map(this::place).toList(), place(target))));
        return target;
    }

    /** Copies of a layer's inputs in the usual order, for one that has no fast way. */
    final List<INDArray> plainInputs(Node node) {
        List<INDArray> arrays = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            INDArray array = Nd4j.create(DataType.FLOAT, node.inputShapes().get(i).batch(images), 'c');
            Value source = values.get(node.inputs().get(i));
            copy(source, in(array).as(dnn.rowMajor(source.layout.sides())));
            arrays.add(array);
        }
        return arrays;
    }

    /** The sides of a convolution's weights: where there are groups, they come first. */
    static long[] filter(Convolution convolution, Shape in) {
        long filters = convolution.filters();
        long groups = convolution.groups();
        Window window = convolution.window();
        return groups == 1 ? new long[] {filters, in.channels(), window.height(), window.width()}
                : new long[] {groups, filters / groups, in.channels() / groups, window.height(), window.width()};
    }

    /** The window over the whole image, once. */
    static final Slide WHOLE = new Slide(new long[] {1, 1}, 1, new int[4]);

    static Slide slide(Window window, Shape in) {
        return new Slide(new long[] {window.strideHeight(), window.strideWidth()}, window.dilation(), window.zeros(in));
    }

    /** The function that oneDNN has for an activation; {@link After#NOTHING} if it has none. */
    static After after(Layer layer) {
        return layer instanceof Relu ? After.RELU : layer instanceof Sigmoid ? After.SIGMOID
                : layer instanceof Tanh tanh && tanh.amplitude() == 1 && tanh.slope() == 1 ? After.TANH : After.NOTHING;
    }

    /** Arguments of a layer with weights and a bias, which may be null. */
    static Map<Argument, Memory> weighted(Memory source, Memory weights, Memory bias, Memory destination) {
        return bias == null ? Map.of(Argument.SOURCE, source, Argument.WEIGHTS, weights, Argument.DESTINATION, destination)
                : Map.of(Argument.SOURCE, source, Argument.WEIGHTS, weights, Argument.BIAS, bias, Argument.DESTINATION, destination);
    }

    static Runnable step(Step step) {
        return step::execute;
    }

    /** So many actions are known. */
    final int size() {
        return actions.size() + run.size();
    }

    final Memory place(Value value) {
        if (value.own != null) {
            return dnn.memory(value.layout, value.own.data().addressPointer());
        }
        if (value.outside != null) {
            Memory place = dnn.memory(value.layout, nowhere);
            value.outside.memories.add(place);
            return place;
        }
        return dnn.memory(value.layout, arena.getPointer(value.room.offset));
    }

    /** Bytes of native memory that it holds. */
    final long bytes() {
        return memory.bytes();
    }

    /** Finds places for all values, and makes the steps. */
    final void prepare() {
        arrange();
        for (Action action : actions) {
            run.add(action.make().get());
        }
        actions.clear();
    }

    /** Gives each room a place, so that no two that are needed at the same time overlap; the first gap that is large enough is taken. */
    private void arrange() {
        List<Room> rooms = actions.stream().flatMap(action -> action.touched().stream()).map(value -> value.room).filter(Objects::nonNull).distinct()
                .sorted(Comparator.comparingLong((Room room) -> -room.bytes)).toList();
        List<Room> placed = new ArrayList<>();
        long end = 0;
        for (Room room : rooms) {
            TreeMap<Long, Long> taken = new TreeMap<>();
            for (Room other : placed) {
                if (other.first <= room.last && room.first <= other.last) {
                    taken.merge(other.offset, other.offset + other.bytes, Math::max);
                }
            }
            long at = 0;
            for (Map.Entry<Long, Long> interval : taken.entrySet()) {
                if (interval.getKey() - at >= room.bytes) {
                    break;
                }
                at = Math.max(at, interval.getValue());
            }
            room.offset = at;
            placed.add(room);
            end = Math.max(end, at + room.bytes);
        }
        arena = allocate(Math.max(end, ALIGNMENT));
    }

    final BytePointer allocate(long bytes) {
        return memory.allocate(bytes);
    }

    /**
     * Runs some of the steps.
     *
     * @throws Stopped if this thread is interrupted
     */
    final void run(int from, int to) {
        for (int i = from; i < to; i++) {
            Stopped.check();
            run.get(i).run();
        }
        dnn.await();
    }

    final INDArray parameter(Node node, String name) {
        return reading.parameter(network.parameterName(node, name));
    }

    /** What a layer that has no fast way sees of the world when it predicts. */
    class Alone implements Pass {
        final Node node;
        final Map<String, INDArray> kept = new HashMap<>();
        private final List<INDArray> inputs;

        Alone(Node node, List<INDArray> inputs) {
            this.node = node;
            this.inputs = inputs;
        }

        @Override
        public boolean training() {
            return false;
        }

        @Override
        public List<INDArray> inputs() {
            return inputs;
        }

        @Override
        public INDArray output() {
            throw new IllegalStateException(node.name() + " has no output yet");
        }

        @Override
        public INDArray parameter(String name) {
            return reading.parameter(node, name);
        }

        @Override
        public void gradient(String name, INDArray gradient) {
            throw new IllegalStateException("a plan that predicts has no way back");
        }

        @Override
        public void keep(String name, INDArray array) {
            kept.put(name, array);
        }

        @Override
        public INDArray kept(String name) {
            INDArray array = kept.get(name);
            if (array == null) {
                throw new IllegalStateException(node.name() + ": nothing called \"" + name + "\" was kept in the forward pass");
            }
            return array;
        }

        @Override
        public RandomGenerator random() {
            return new SplittableRandom(node.index());
        }
    }

    /**
     * Gives its memory back, when what runs has come to its end.
     *
     * @throws IllegalStateException if this thread runs it, as a layer does that closes it
     */
    @Override
    public void close() {
        if (running.isHeldByCurrentThread()) {
            throw new IllegalStateException("a plan can't be closed while it runs: close it behind the try in which it is used");
        }
        running.lock();
        try {
            memory.close();
            dnn.close();
            run.clear();
        } finally {
            running.unlock();
        }
    }
}
