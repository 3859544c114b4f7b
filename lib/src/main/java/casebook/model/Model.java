package casebook.model;

import casebook.compute.Elements;
import casebook.compute.Scratch;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.network.Node;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network with weights. Its parameters are named by layer and parameter, {@code conv1/weights}, {@code fc5/bias}.
 *
 * <pre>{@code
 * Model model = Model.of(LeNet5.taught(10), 1);
 * INDArray probabilities = model.predict(images);      // [images, 10]
 * }</pre>
 *
 * <p><b>Weights may be changed at any time, and the next answer is that of the new ones.</b> What is made of the weights to be faster,
 * like the packed copies of a {@code Plan}, finds out before each answer:
 * <ul>
 * <li>Whatever changes weights through a method of the model ({@link #assign}, {@link #subtract}, {@link #read}), and each training step,
 * raises {@link #version}. To compare it costs nothing.
 * <li>An array that {@link #parameter} or {@link #parameters} has handed out can be written at any time later, through itself or a view of
 * it, and nobody is told. From then on all its numbers are looked at before each answer ({@link casebook.compute.Fingerprint}). That takes
 * as long as to read them once: with all weights handed out, a few hundredths of a prediction of one image of ResNet-50, and a fifth of
 * one of AlexNet, which has 244 MB of them. {@link #copy} hands out nothing.
 * </ul>
 *
 * <p>A model may be used by several threads. {@link #close} waits for what runs.
 */
public final class Model implements AutoCloseable {

    private final Network network;
    private final DataType type;
    private final Map<String, INDArray> parameters;
    /** Names of the parameters whose arrays somebody else has. */
    private final Set<String> handedOut = ConcurrentHashMap.newKeySet();
    private final AtomicLong version = new AtomicLong();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closed;
    /** What the fastest way keeps for this model; null before it is needed, and where there is none. */
    private Backend.Session session;

    private Model(Network network, DataType type, Map<String, INDArray> parameters) {
        this.network = network;
        this.type = type;
        this.parameters = parameters;
    }

    /** A model with random weights in float32: the same seed gives the same weights. */
    public static Model of(Network network, long seed) {
        return of(network, seed, DataType.FLOAT);
    }

    /**
     * A model with random weights. A weight that feeds on n inputs starts from a normal distribution with variance 1 ÷ n (LeCun et al.
     * 1998, "Efficient backprop", section 4.6) times the {@link Layer#gain} of the layer that follows: 2 for ReLU. Biases start at zero.
     *
     * @param type float32 for use, float64 for checking gradients
     */
    public static Model of(Network network, long seed, DataType type) {
        return new Model(network, type, InitialWeights.of(network, seed, type));
    }

    /** The network whose weights these are. */
    public Network network() {
        return network;
    }

    /** Float32 or float64. */
    public DataType type() {
        return type;
    }

    /**
     * All parameters by their full names, in the network's order; statistics and fixed ones included. The arrays are the model's own.
     *
     * @throws IllegalStateException if the model was closed, when an array is asked for
     */
    public Map<String, INDArray> parameters() {
        return new AbstractMap<>() {
            @Override
            public Set<String> keySet() {
                return Collections.unmodifiableSet(parameters.keySet());
            }

            @Override
            public boolean containsKey(Object name) {
                return parameters.containsKey(name);
            }

            @Override
            public INDArray get(Object name) {
                return containsKey(name) ? parameter((String) name) : null;
            }

            @Override
            public Set<Entry<String, INDArray>> entrySet() {
                Map<String, INDArray> all = new LinkedHashMap<>();
                parameters.keySet().forEach(name -> all.put(name, parameter(name)));
                return Collections.unmodifiableMap(all).entrySet();
            }
        };
    }

    /**
     * One parameter, the array itself: {@code conv1/weights}. Whoever only wants to look at the numbers takes a {@link #copy}.
     *
     * @throws IllegalArgumentException if there is none; the message lists them all
     * @throws IllegalStateException if the model was closed
     */
    public INDArray parameter(String name) {
        INDArray parameter = own(name);
        handedOut.add(name);
        return parameter;
    }

    /** A copy of a parameter's numbers. */
    public INDArray copy(String name) {
        try (Reading reading = reading()) {
            return own(name).dup('c');
        }
    }

    /** Gives a parameter the values of another array. */
    public void assign(String name, INDArray values) {
        try (Reading reading = reading()) {
            own(name).assign(values);
            changed();
        }
    }

    /** Subtracts from a parameter: what a training step does. */
    public void subtract(String name, INDArray step) {
        try (Reading reading = reading()) {
            own(name).subi(step);
            changed();
        }
    }

    /** True if all parameters are numbers that can be used: neither NaN nor infinite. */
    public boolean finite() {
        try (Reading reading = reading()) {
            // The sum of numbers is one, unless they are very large; then each is looked at.
            return parameters.values().stream().allMatch(array -> Double.isFinite(array.sumNumber().doubleValue())
                    || Elements.finite(array));
        }
    }

    /**
     * Another number whenever weights were changed through the model. Those that were {@linkplain #handedOut handed out} may
     * change without it.
     */
    public long version() {
        return version.get();
    }

    /** True if somebody may have the array of this parameter, and may write it at any time. */
    public boolean handedOut(String name) {
        return handedOut.contains(name);
    }

    /** Raises {@link #version}: for code that has written into an array of a {@link Reading}. */
    public void changed() {
        version.incrementAndGet();
    }

    private INDArray own(String name) {
        INDArray parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(network.name() + " has no parameter " + name + "; it has "
                    + String.join(", ", parameters.keySet()));
        }
        if (parameter.wasClosed()) {
            throw new IllegalStateException(closedMessage());
        }
        return parameter;
    }

    private String closedMessage() {
        return "this model of " + network.name()
                + " was closed, it has no weights any more: close it when nothing uses it, or make it anew";
    }

    /**
     * Opens the weights to be read. While it is open the model can't be closed.
     *
     * @throws IllegalStateException if the model was closed
     */
    public Reading reading() {
        lock.readLock().lock();
        if (closed) {
            lock.readLock().unlock();
            throw new IllegalStateException(closedMessage());
        }
        return new Reading();
    }

    /** The weights, to be read by what runs the network; by the thread that opened it. */
    public final class Reading implements AutoCloseable {

        private boolean open = true;

        private Reading() {}

        /**
         * The array of a parameter, which is not handed out by that: it is not to be kept, nor written unless {@link Model#changed} is
         * called.
         */
        public INDArray parameter(String name) {
            return own(name);
        }

        /**
         * What a layer is handed. One that is not of this library may keep the array, and write it later: to such a one it is
         * handed out.
         */
        public INDArray parameter(Node node, String name) {
            String full = network.parameterName(node, name);
            return node.layer().getClass().getPackage() == Layer.class.getPackage() ? own(full) : Model.this.parameter(full);
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                lock.readLock().unlock();
            }
        }
    }

    /** What each parameter is for, by its full name. */
    public Map<String, Parameter> descriptions() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        for (Node node : network.nodes()) {
            node.parameters().forEach(parameter -> all.put(network.parameterName(node, parameter.name()), parameter));
        }
        return all;
    }

    /**
     * The main output for a batch, by the fastest way there is: see {@link #outputs}.
     *
     * @param images {@code [images, channels, height, width]}
     * @return {@code [images, classes]}
     * @throws IllegalArgumentException if the images do not have the shape of the network's input
     * @throws casebook.compute.Stopped if this thread is interrupted
     */
    public INDArray predict(INDArray images) {
        return outside(images, network.output()).get(0);
    }

    /** What every layer puts out for a batch, by the layers' names; by the fastest way there is. */
    public Map<String, INDArray> activations(INDArray images) {
        List<INDArray> outputs = outside(images, network.nodes().toArray(Node[]::new));
        Map<String, INDArray> all = new LinkedHashMap<>();
        network.nodes().forEach(node -> all.put(node.name(), outputs.get(node.index())));
        return all;
    }

    /** Arrays that belong to no scratch, even if one is open. */
    private List<INDArray> outside(INDArray images, Node... wanted) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return outputs(images, wanted);
        }
    }

    /**
     * The outputs of some layers for a batch, by the fastest way there is. Where there is a {@link Backend}, that is its way; it keeps
     * what it has prepared for the next call with as many images, and gives it back when this model is closed, or nobody can reach it any
     * more. Otherwise the layers run their own code. Both give the same numbers but for rounding.
     *
     * @param images {@code [images, channels, height, width]}
     * @param wanted layers, in the order in which their outputs are wanted
     * @return arrays in the {@link Scratch} that is open, if one is
     * @throws IllegalArgumentException if the images do not have the shape of the network's input
     * @throws casebook.compute.Stopped if this thread is interrupted
     */
    public List<INDArray> outputs(INDArray images, Node... wanted) {
        INDArray input = requireInput(images);
        List<Node> list = List.of(wanted);
        Backend.Session fast = session();
        return fast == null ? outputsByLayers(input, list) : fast.outputs(input, list);
    }

    /** The main output for a batch by the layers' own code, one after the other: the reference that every faster way is compared with. */
    public INDArray predictByLayers(INDArray images) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return outputsByLayers(requireInput(images), List.of(network.output())).get(0);
        }
    }

    private List<INDArray> outputsByLayers(INDArray images, List<Node> wanted) {
        List<INDArray> outputs = new ArrayList<>();
        Scratch around = Scratch.current();
        try (Reading reading = reading(); Scratch scratch = Scratch.open()) {
            Execution run = Execution.forward(this, images, wanted.toArray(Node[]::new));
            for (Node node : wanted) {
                INDArray output = run.output(node);
                if (around == null) {
                    outputs.add(output.detach());
                } else {
                    around.hold(output);
                    outputs.add(output);
                }
            }
        }
        return outputs;
    }

    private synchronized Backend.Session session() {
        if (session == null && !closed && Backends.FAST != null) {
            session = Backends.FAST.open(this);
        }
        return session;
    }

    /** Found when the first model runs. */
    private static final class Backends {
        // A notebook's thread has a class loader of its own, which need not find the library's files.
        static final Backend FAST = ServiceLoader.load(Backend.class, Backend.class.getClassLoader()).findFirst().orElse(null);
    }

    /**
     * The images in the model's type of numbers.
     *
     * @throws IllegalArgumentException if they do not have the shape of the network's input; the message says the likely cause
     */
    public INDArray requireInput(INDArray images) {
        Shape input = network.input();
        long[] wanted = input.batch(images.rank() == 0 ? 1 : images.size(0));
        if (!java.util.Arrays.equals(images.shape(), wanted)) {
            String got = Arrays.toString(images.shape());
            String cause = input.vector() ? ""
                    : images.rank() == 3 ? ": one image is a batch of one, reshape it to [1, channels, height, width]"
                    : images.rank() == 4 && images.size(3) == input.channels() && images.size(1) != input.channels()
                            ? ": channels come before height and width here, use permute(0, 3, 1, 2)"
                            : input.height() == images.size(2) + 4 ? ": were 28×28 images meant to be padded to 32×32, padded(2)?" : "";
            throw new IllegalArgumentException(network.name() + " takes images of " + input + ", that is arrays "
                    + Arrays.toString(wanted) + ", it got " + got + cause);
        }
        return images.dataType() == type ? images : images.castTo(type);
    }

    /**
     * Writes all parameters to a safetensors file, whole or not at all.
     *
     * @throws ModelFileException if it can't be written
     */
    public void save(Path file) {
        try (Reading reading = reading()) {
            Safetensors.write(file, parameters, Map.of("network", network.name()));
        }
    }

    /**
     * Reads parameters from a safetensors file into a model of this network.
     *
     * @throws ModelFileException if the file is damaged, or belongs to another network
     */
    public static Model load(Network network, Path file) {
        return new Model(network, DataType.FLOAT, ParameterFile.read(network, file));
    }

    /**
     * Takes over the values of tensors read from a file.
     *
     * @param file named in messages
     * @throws ModelFileException if one is missing, of another shape, or unknown
     */
    public void read(Path file, Map<String, INDArray> tensors) {
        ParameterFile.requireParametersOf(network, file, tensors);
        tensors.forEach(this::assign);
    }

    /**
     * Gives its memory back at once, when what runs has come to its end; the model can't be used any more. Without it, the memory comes
     * back some time later.
     *
     * @throws IllegalStateException if this thread runs the model, as a layer does that closes it
     */
    @Override
    public void close() {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException("a model can't be closed while it runs: close it behind the try in which it is used");
        }
        lock.writeLock().lock();
        try {
            closed = true;
            parameters.values().stream().filter(array -> !array.wasClosed()).forEach(INDArray::close);
        } finally {
            lock.writeLock().unlock();
        }
        synchronized (this) {
            if (session != null) {
                session.close();
            }
        }
    }
}
