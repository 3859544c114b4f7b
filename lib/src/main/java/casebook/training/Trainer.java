package casebook.training;

import casebook.compute.Elements;
import casebook.compute.Scratch;
import casebook.compute.StopSignal;
import casebook.compute.Stopped;
import casebook.data.Batch;
import casebook.data.ImageSet;
import casebook.engine.TrainingRuns;
import casebook.layers.Parameter;
import casebook.layers.Softmax;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.model.ModelRun;
import casebook.network.Network;
import casebook.network.Node;
import java.lang.ref.Cleaner;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * Trains a model: batch after batch it runs forward, measures the loss, runs backward and moves the weights against the
 * gradient. The same seed on the same machine gives the same history.
 *
 * <pre>{@code
 * History history = Trainer.of(model).optimiser(new Nesterovs(0.05, 0.9)).batchSize(128).epochs(3)
 *     .validateOn(test).train(training);
 * }</pre>
 */
public final class Trainer {

    private final Model model;
    private final Network network;
    private final Map<String, Parameter> descriptions;
    private Loss loss = new CrossEntropy();
    private IUpdater optimiser = new Nesterovs(0.05, 0.9);
    private double weightDecay;
    private int batchSize = 128;
    private int epochs = 1;
    private long seed = 1;
    private ImageSet validation;
    private Path checkpoint;
    private boolean forOneRun;
    private String weightsAtStart;
    /** Of the training that runs, if it is resumable. */
    private KeptFile kept;
    private volatile History history = new History(List.of(), List.of(), false);
    private final List<TrainingListener> listeners = new ArrayList<>();

    private final Map<String, INDArray> optimiserState = new LinkedHashMap<>();
    private final Map<String, GradientUpdater<?>> updaters = new LinkedHashMap<>();

    /** Whoever takes steps of their own never says that they are done. */
    private static final Cleaner CLEANER = Cleaner.create();
    private TrainingRuns runs;
    private Cleaner.Cleanable closing;

    private Trainer(Model model) {
        this.model = model;
        this.network = model.network();
        this.descriptions = model.descriptions();
    }

    /** Trains this model, in place. */
    public static Trainer of(Model model) {
        return new Trainer(model);
    }

    /** The loss; cross-entropy unless another is given. */
    public Trainer loss(Loss loss) {
        this.loss = loss;
        forgetRuns();
        return this;
    }

    /**
     * How weights follow gradients, one of ND4J's: {@code new Sgd(0.1)}, {@code new Nesterovs(0.05, 0.9)} (gradient descent
     * with Nesterov's momentum, used unless another is given), {@code new Adam(0.001)}.
     */
    public Trainer optimiser(IUpdater optimiser) {
        this.optimiser = optimiser;
        forgetOptimiser();
        return this;
    }

    /** Weight decay (L2): this part of each weight is added to its gradient. Biases and normalizations are left alone. */
    public Trainer weightDecay(double weightDecay) {
        this.weightDecay = weightDecay;
        return this;
    }

    /** How many images make a batch; 128 unless said otherwise. */
    public Trainer batchSize(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch has at least one image, not " + batchSize);
        }
        this.batchSize = batchSize;
        return this;
    }

    /** How many times it goes through the data; once unless said otherwise. */
    public Trainer epochs(int epochs) {
        if (epochs < 1) {
            throw new IllegalArgumentException("training takes at least one epoch, not " + epochs);
        }
        this.epochs = epochs;
        return this;
    }

    /** Decides the order of the images, and what dropout drops. */
    public Trainer seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Images to measure on after each epoch. */
    public Trainer validateOn(ImageSet validation) {
        this.validation = validation;
        return this;
    }

    /** Tells this listener how it goes. */
    public Trainer listener(TrainingListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Writes a checkpoint to this file after each epoch, and at an interrupt. If the file is there when training starts, it
     * goes on from it, as if it had never stopped.
     */
    public Trainer checkpoint(Path file) {
        this.checkpoint = file;
        this.forOneRun = false;
        return this;
    }

    /**
     * For a cell that can be stopped and run again: like {@link #checkpoint}, but the file is there only until the training is whole. The
     * next one begins anew then. So does one with other settings or other weights, or where the file is damaged. Two kernels that run the
     * same cell at the same time each keep a state of their own: the second in {@code FILE.2}. None takes or removes another's.
     */
    public Trainer resumable(Path file) {
        this.checkpoint = file;
        this.forOneRun = true;
        return this;
    }

    /**
     * Trains. An interrupt (the stop button of a notebook) ends it at the next layer, with the weights as they are after the last whole
     * batch.
     *
     * @return what happened, from the first step on, also where it went on from a checkpoint
     * @throws TrainingException if the outputs do not fit the labels; or if the loss is no longer a number, and then the model has the
     *     weights back that it had after the last epoch that went well
     */
    public History train(ImageSet images) {
        checkClasses(network, images, loss);
        prepareOptimiser();
        try (Scratch.Ready memory = Scratch.stayReady(); LastGood lastGood = new LastGood(model); Statistics statistics = new Statistics(model)) {
            return run(images, lastGood, statistics);
        } finally {
            forgetOptimiser();
            forgetRuns();
            if (kept != null) {
                kept.close();
                kept = null;
            }
        }
    }

    /**
     * What has happened in the last training, also in one that was stopped or still runs.
     */
    public History history() {
        return history;
    }

    private History run(ImageSet images, LastGood lastGood, Statistics statistics) {
        int stepsPerEpoch = (images.size() + batchSize - 1) / batchSize;
        Checkpoint state = checkpoint == null ? Checkpoint.start() : takeUp(images);
        List<Double> steps = new ArrayList<>(state.steps());
        if (!steps.isEmpty()) {
            listeners.forEach(listener -> listener.goesOn(List.copyOf(steps)));
        }
        List<History.Epoch> results = new ArrayList<>(state.epochs());
        double epochLoss = state.epochLoss();
        long epochRight = state.epochRight();
        boolean interrupted = false;
        history = new History(steps, results, false);
        lastGood.take();
        while (!interrupted && (steps.size() < epochs * stepsPerEpoch || results.size() < epochs)) {
            if (results.size() < steps.size() / stepsPerEpoch) {
                try {
                    Evaluation checked = validation == null ? null : Evaluation.of(model, validation, loss);
                    History.Epoch done = new History.Epoch(results.size() + 1, epochLoss / images.size(), (double) epochRight / images.size(),
                            checked == null ? Double.NaN : checked.loss(), checked == null ? Double.NaN : checked.accuracy());
                    results.add(done);
                    history = new History(steps, results, false);
                    epochLoss = 0;
                    epochRight = 0;
                    listeners.forEach(listener -> listener.epoch(done));
                    save(new Checkpoint(steps, results, 0, 0), images);
                } catch (Stopped e) {
                    interrupted = true;
                }
                continue;
            }
            int step = steps.size();
            int epoch = step / stepsPerEpoch;
            int[] order = order(images.size(), epoch);
            int from = step % stepsPerEpoch * batchSize;
            int[] chosen = Arrays.copyOfRange(order, from, Math.min(from + batchSize, order.length));
            Step result;
            statistics.take();
            try (Scratch scratch = Scratch.open()) {
                Stopped.check();
                result = step(images.batch(chosen), step, epoch);
            } catch (Stopped e) {
                // The weights have not moved yet; the statistics may have.
                statistics.restore();
                interrupted = true;
                continue;
            }
            if (result.failure() != null) {
                throw failure(step, stepsPerEpoch, state.steps().size(), steps, result, lastGood);
            }
            if ((step + 1) % stepsPerEpoch == 0 && !lastGood.take()) {
                throw failure(step, stepsPerEpoch, state.steps().size(), steps,
                        new Step(result.loss(), 0, "the weights are no longer numbers that can be used. " + tooLarge(step, epoch)), lastGood);
            }
            steps.add(result.loss());
            epochLoss += result.loss() * chosen.length;
            epochRight += result.right();
            for (TrainingListener listener : listeners) {
                listener.step(step + 1, epochs * stepsPerEpoch, result.loss());
            }
        }
        history = new History(steps, results, interrupted);
        // With weights that are lost there would be nothing to go on from.
        if (interrupted && LastGood.finite(model)) {
            save(new Checkpoint(steps, results, epochLoss, epochRight), images);
            if (checkpoint != null) {
                StopSignal.keptHere(String.format(Locale.ROOT, "stopped after %,d of %,d steps, which are kept: run this cell again, and it goes on",
                        steps.size(), epochs * stepsPerEpoch));
            }
        }
        if (interrupted) {
            listeners.forEach(listener -> listener.stopped(steps.size()));
        }
        if (!interrupted && kept != null) {
            kept.remove();
        }
        return history;
    }

    /** Where the file of an earlier training stands, with its weights; or the start. */
    private Checkpoint takeUp(ImageSet images) {
        if (!forOneRun) {
            return !Files.exists(checkpoint) ? Checkpoint.start()
                    : Checkpoint.read(checkpoint, settings(images), model, optimiserState, images.size(), batchSize);
        }
        String weightsNow = Checkpoint.fingerprint(model);
        weightsAtStart = weightsNow;
        Checkpoint[] found = {Checkpoint.start()};
        kept = KeptFile.of(checkpoint, file -> {
            try {
                weightsAtStart = Checkpoint.startOf(file, weightsNow);
                found[0] = Checkpoint.read(file, settings(images), model, optimiserState, images.size(), batchSize);
                return true;
            } catch (ModelFileException ofAnotherRun) {
                weightsAtStart = weightsNow;
                return false;
            }
        });
        return found[0];
    }

    /**
     * One training step on a batch of your own: forward, backward, and the weights move. The optimiser remembers earlier calls;
     * {@link #train} starts anew.
     *
     * @return the loss of the batch, before the weights moved
     * @throws TrainingException if the outputs do not fit the labels, or the loss is no longer a number
     * @throws Stopped if this thread is interrupted; the weights have not moved then
     */
    public double step(Batch batch) {
        if (updaters.isEmpty()) {
            prepareOptimiser();
            ownSteps = 0;
        }
        Step result;
        try (Scratch scratch = Scratch.open()) {
            result = step(batch, ownSteps, 0);
        }
        if (result.failure() != null) {
            throw new TrainingException("step " + (ownSteps + 1) + ": " + result.failure() + ". The model's weights are lost; make it anew or load it");
        }
        ownSteps++;
        return result.loss();
    }

    private int ownSteps;

    /** So many steps lie between two looks at the weights, unless the loss is suspicious. */
    private static final int LOOK = 20;
    private static final double SUSPICIOUS = 1e3;

    /** @param failure what can't be used and why, most likely; null if all can */
    private record Step(double loss, long right, String failure) {}

    private TrainingException failure(int step, int stepsPerEpoch, int firstStep, List<Double> steps, Step result, LastGood lastGood) {
        StringBuilder text = new StringBuilder("step " + (step + 1) + ", in epoch " + (step / stepsPerEpoch + 1) + " of " + epochs + ": ");
        text.append(result.failure());
        if (steps.size() > firstStep) {
            text.append(String.format(Locale.ROOT, " (the loss was %.4g in step %d and %.4g in step %d)", steps.get(firstStep), firstStep + 1,
                    steps.get(step - 1), step));
        }
        int epochsDone = step / stepsPerEpoch;
        if (lastGood.restore()) {
            text.append(". The model has the weights back that it had ").append(epochsDone > firstStep / stepsPerEpoch
                    ? "at the end of epoch " + epochsDone : "when training began");
        }
        return new TrainingException(text.toString());
    }

    private String tooLarge(int step, int epoch) {
        double rate = optimiser.hasLearningRate() ? optimiser.getLearningRate(step, epoch) : Double.NaN;
        return "Most likely the learning rate is too large: " + (Double.isNaN(rate) ? "try a tenth of it"
                : "it is " + inShort(rate) + ", try a tenth of it, " + inShort(rate / 10));
    }

    private static String inShort(double number) {
        return new BigDecimal(number).round(new MathContext(3)).stripTrailingZeros().toString();
    }

    /** What is most likely wrong where the loss is no number. */
    private String cause(Batch batch, int step, int epoch) {
        if (!Elements.finite(batch.images())) {
            return "The images of this batch have values that are no numbers (NaN or infinite)";
        }
        if (!LastGood.finite(model) || updatesSoFar > 0) {
            return updatesSoFar > 0 ? tooLarge(step, epoch) : "The weights had values that are no numbers before training began: make a new model";
        }
        return String.format(Locale.ROOT, "No weight has moved yet, so the numbers grew too large inside the network. The largest value in the images "
                + "is %.3g: divide them so that they lie around 0, with a standard deviation of about 1", batch.images().amaxNumber().doubleValue());
    }

    /** How often the weights have moved since the optimiser was prepared. */
    private int updatesSoFar;

    private int lastShuffled = -1;
    private int[] lastOrder;

    /** The order of the images in an epoch: it depends on the seed and the epoch alone, so that a checkpoint can go on. */
    private int[] order(int count, int epoch) {
        if (epoch != lastShuffled || lastOrder.length != count) {
            lastOrder = IntStream.range(0, count).toArray();
            SplittableRandom random = new SplittableRandom(seed * 1_000_003 + epoch);
            for (int i = count - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int swap = lastOrder[i];
                lastOrder[i] = lastOrder[other];
                lastOrder[other] = swap;
            }
            lastShuffled = epoch;
        }
        return lastOrder;
    }

    /** What a step's dropout is drawn from. */
    static long chance(long seed, int step) {
        return seed * 1_000_003 + step;
    }

    private Step step(Batch batch, int step, int epoch) {
        ModelRun run = runs().forward(batch.images(), chance(seed, step));
        Start start = start(run, network, batch, loss);
        // A softmax changes nothing in which output is the largest.
        int[] answers = loss.answers(run.output(lossInput(network, network.output(), loss)));
        long right = IntStream.range(0, answers.length).filter(i -> answers[i] == batch.labels()[i]).count();
        if (!Double.isFinite(start.loss())) {
            return new Step(start.loss(), right, "the loss is " + start.loss() + ", no longer a number that can be used. " + cause(batch, step, epoch));
        }
        update(run.backward(start.gradients()), step, epoch);
        updatesSoFar++;
        // A fast ReLU makes 0 of what is no number, so that the loss alone does not tell. A look at all weights takes as long as moving them.
        boolean look = step % LOOK == 0 || start.loss() > SUSPICIOUS;
        return new Step(start.loss(), right, !look || LastGood.finite(model) ? null
                : "the weights are no longer numbers that can be used. " + cause(batch, step, epoch));
    }

    /**
     * Where the backward pass starts.
     *
     * @param loss mean loss of an image, those of auxiliary heads added with their weights
     * @param gradients for each layer whose output a loss takes, the gradient with respect to that output
     */
    record Start(double loss, Map<Node, INDArray> gradients) {}

    static Start start(ModelRun run, Network network, Batch batch, Loss loss) {
        Map<Node, INDArray> gradients = new LinkedHashMap<>();
        double total = 0;
        for (Network.Output output : network.outputs()) {
            Node end = lossInput(network, output.node(), loss);
            Loss.Result result = loss.of(run.output(end), batch.labels());
            total += output.lossWeight() * result.value();
            gradients.put(end, output.lossWeight() == 1 ? result.gradient() : result.gradient().muli(output.lossWeight()));
        }
        return new Start(total, gradients);
    }

    private TrainingRuns runs() {
        if (runs == null) {
            TrainingRuns made = new TrainingRuns(model,
                    network.outputs().stream().map(output -> lossInput(network, output.node(), loss)).distinct().toList());
            runs = made;
            closing = CLEANER.register(this, made::close);
        }
        return runs;
    }

    /** Gives back their memory. */
    private void forgetRuns() {
        if (runs != null) {
            closing.clean();
            runs = null;
        }
    }

    private void forgetOptimiser() {
        optimiserState.values().forEach(INDArray::close);
        optimiserState.clear();
        updaters.clear();
        updatesSoFar = 0;
    }

    private void prepareOptimiser() {
        forgetOptimiser();
        descriptions.forEach((name, parameter) -> {
            if (parameter.trainable()) {
                long size = optimiser.stateSize(parameter.count());
                INDArray state = size == 0 ? null : Nd4j.zeros(model.type(), 1, size);
                if (state != null) {
                    optimiserState.put(name, state);
                }
                updaters.put(name, optimiser.instantiate(state, true));
            }
        });
    }

    private void update(Map<String, INDArray> gradients, int step, int epoch) {
        gradients.forEach((name, gradient) -> {
            INDArray flat = gradient.reshape(1, gradient.length());
            if (weightDecay != 0 && descriptions.get(name).role() == Parameter.Role.WEIGHT) {
                flat.addi(model.copy(name).muli(weightDecay).reshape(1, flat.length()));
            }
            updaters.get(name).applyUpdater(flat, step, epoch);
            model.subtract(name, gradient);
        });
    }

    private Map<String, String> settings(ImageSet images) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("network", network.name());
        settings.put("images", images.name() + ", " + images.size());
        settings.put("batch size", Integer.toString(batchSize));
        settings.put("seed", Long.toString(seed));
        settings.put("optimiser", optimiser.toString());
        settings.put("weight decay", Double.toString(weightDecay));
        settings.put("loss", loss.getClass().getSimpleName());
        if (forOneRun) {
            settings.put("number of epochs", Integer.toString(epochs));
            settings.put(Checkpoint.START, weightsAtStart);
        }
        return settings;
    }

    private void save(Checkpoint state, ImageSet images) {
        if (checkpoint != null) {
            state.write(kept == null ? checkpoint : kept.file(), settings(images), model, optimiserState);
        }
    }

    /**
     * The layer whose output the loss takes: cross-entropy takes what goes into the softmax, any other loss the output itself.
     */
    static Node lossInput(Network network, Node output, Loss loss) {
        boolean beforeSoftmax = loss instanceof CrossEntropy && output.layer() instanceof Softmax;
        return beforeSoftmax ? network.nodes().get(output.inputs().get(0)) : output;
    }

    /** @throws TrainingException if an output has another length than the number of classes */
    static void checkClasses(Network network, ImageSet images, Loss loss) {
        int classes = images.classes().size();
        for (Network.Output output : network.outputs()) {
            Node end = lossInput(network, output.node(), loss);
            if (output.node().output().elements() != classes || !output.node().output().vector()) {
                throw new TrainingException(end.name() + ": " + output.node().output() + " outputs, but " + images.name() + " has " + classes
                        + " classes (" + String.join(", ", images.classes()) + "); the last layer needs one output for each class: dense("
                        + classes + ")");
            }
        }
    }
}
