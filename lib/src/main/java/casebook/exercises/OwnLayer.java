package casebook.exercises;

import casebook.compute.Stopped;
import casebook.layers.Cost;
import casebook.layers.Field;
import casebook.layers.Layer;
import casebook.layers.Parameter;
import casebook.layers.Pass;
import casebook.layers.Shape;
import casebook.layers.SingleInputLayer;
import casebook.model.Execution;
import casebook.model.Model;
import casebook.network.Network;
import casebook.notebook.Notebook;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tries a layer that a learner wrote: does it put out anything, of the right shape, and does it leave alone what it was given? */
final class OwnLayer {

    private OwnLayer() {}

    /** What was noticed, thrown so that it gets past all that stands between. */
    private static final class Noticed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Noticed(String sentence) {
            super(sentence, null, false, false);
        }
    }

    /** Hands everything on to a layer, and looks at what comes back. */
    private record Watched(Layer layer) implements Layer {

        @Override
        public String kind() {
            return layer.kind();
        }

        @Override
        public Shape output(List<Shape> inputs) {
            return layer.output(inputs);
        }

        @Override
        public List<Parameter> parameters(List<Shape> inputs) {
            return layer.parameters(inputs);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            return layer.cost(inputs);
        }

        @Override
        public Field field(List<Shape> inputs) {
            return layer.field(inputs);
        }

        @Override
        public INDArray forward(Pass pass, List<INDArray> inputs) {
            INDArray before = inputs.get(0).dup();
            INDArray y = layer.forward(pass, inputs);
            if (y == null) {
                throw new Noticed("forward returns null: nothing comes out. What does its return give back?");
            }
            if (!before.equals(inputs.get(0))) {
                throw new Noticed("forward changes x itself. A method whose name ends in i, such as muli, writes its result into the "
                        + "array before the dot; "
                        + "others still need x. Take mul, or x.dup() first.");
            }
            return y;
        }

        @Override
        public List<INDArray> backward(Pass pass, INDArray dy) {
            INDArray before = dy.dup();
            INDArray dx = layer instanceof SingleInputLayer single ? single.gradient(pass, dy) : layer.backward(pass, dy).get(0);
            if (dx == null) {
                throw new Noticed("gradient returns null. It has to return the gradient with respect to x, an array of x's shape.");
            }
            if (!before.equals(dy)) {
                throw new Noticed("gradient changes dy itself. A method whose name ends in i, such as muli, writes its result into the "
                        + "array before the dot; "
                        + "others still need dy. Take mul, or dy.dup() first.");
            }
            if (!Arrays.equals(dx.shape(), pass.input().shape())) {
                throw new Noticed("The forward pass is right, but the way back is not: gradient returns an array "
                        + Arrays.toString(dx.shape())
                        + ", and the gradient with respect to x has x's shape, " + Arrays.toString(pass.input().shape()) + ".");
            }
            return List.of(dx);
        }
    }

    /**
     * Runs a layer forward, and back if wanted.
     *
     * @return what is wrong with how it does it, whatever the numbers are; empty if nothing is
     */
    static Optional<String> trouble(Layer layer, Shape shape, boolean back) {
        Network network = Network.named("own layer").input(shape.height(), shape.width(), shape.channels()).layer(new Watched(layer))
                .build();
        Model model = Model.of(network, 1, DataType.DOUBLE);
        long count = shape.elements();
        INDArray x = Nd4j.linspace(-2, 2, count).castTo(DataType.DOUBLE).reshape(shape.batch(1));
        try {
            Execution run = Execution.training(model, x, 1);
            if (back) {
                run.backward(Map.of(network.output(), Nd4j.linspace(1, 2, run.output(network.output()).length()).castTo(DataType.DOUBLE)
                        .reshape(run.output(network.output()).shape())));
            }
            return Optional.empty();
        } catch (Noticed noticed) {
            return Optional.of(noticed.getMessage());
        } catch (Stopped e) {
            throw e;
        } catch (RuntimeException e) {
            return Optional.of((back ? "The way back fails: " : "The forward pass fails: ") + failure(e));
        }
    }

    /** What was thrown, and where in the learner's own code. */
    static String failure(RuntimeException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getClass().getName().startsWith("casebook.")
                ? e.getMessage()
                : e.getClass().getSimpleName() + ": " + e.getMessage();
        return Notebook.place(e).or(() -> compiled(e)).map(place -> message + "\n" + place).orElse(message);
    }

    /** The first line that belongs neither to the library nor to what it uses; in a notebook the kernel knows the learner's line better. */
    private static Optional<String> compiled(RuntimeException e) {
        return Arrays.stream(e.getStackTrace())
                .takeWhile(frame -> !frame.getClassName().equals(Exercise.class.getName()))
                .filter(frame -> !frame.getClassName().matches("(casebook\\.|org\\.|java\\.|jdk\\.|tech\\.).*")).findFirst()
                .map(frame -> "in " + frame.getClassName().replaceAll(".*[.$]", "") + "." + frame.getMethodName() + ", line "
                        + frame.getLineNumber());
    }
}
