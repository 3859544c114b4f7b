package casebook.training;

import casebook.compute.Scratch;
import casebook.data.Batch;
import casebook.data.ImageSet;
import casebook.layers.Softmax;
import casebook.model.Model;
import casebook.network.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How a model answers a set of images, without training.
 *
 * @param loss mean loss of an image
 * @param accuracy part of the images answered right
 * @param confusion how often each class, the row, was answered with each class, the column
 * @param answers the answer to each image
 * @param mistakes the wrong answers, the surest first
 */
public record Evaluation(double loss, double accuracy, long[][] confusion, int[] answers, List<Mistake> mistakes) {

    /**
     * A wrong answer.
     *
     * @param index place of the image in its set
     * @param label what it is
     * @param answer what the model says
     * @param output the model's output for its answer: with softmax, the probability
     */
    public record Mistake(int index, int label, int answer, double output) {}

    private static final int BATCH = 256;

    /** Evaluates with cross-entropy. */
    public static Evaluation of(Model model, ImageSet images) {
        return of(model, images, new CrossEntropy());
    }

    /**
     * Evaluates with the loss the model was trained with.
     *
     * @throws TrainingException if the outputs do not fit the classes
     * @throws casebook.compute.Stopped if this thread is interrupted
     */
    public static Evaluation of(Model model, ImageSet images, Loss loss) {
        Trainer.checkClasses(model.network(), images, loss);
        Node end = Trainer.lossInput(model.network(), model.network().output(), loss);
        int classes = images.classes().size();
        long[][] confusion = new long[classes][classes];
        int[] answers = new int[images.size()];
        List<Mistake> mistakes = new ArrayList<>();
        double total = 0;
        Node output = model.network().output();
        Node[] wanted = end == output ? new Node[] {output} : new Node[] {output, end};
        try (Scratch.Ready memory = Scratch.stayReady()) {
            for (int from = 0; from < images.size(); from += BATCH) {
                try (Scratch scratch = Scratch.open()) {
                    Batch batch = images.batch(IntStream.range(from, Math.min(from + BATCH, images.size())).toArray());
                    List<INDArray> run = model.outputs(batch.images(), wanted);
                    INDArray outputs = run.get(0);
                    total += batch.size() * loss.of(run.get(wanted.length - 1), batch.labels()).value();
                    int[] batchAnswers = loss.answers(outputs);
                    for (int i = 0; i < batch.size(); i++) {
                        int label = batch.labels()[i];
                        int answer = batchAnswers[i];
                        answers[from + i] = answer;
                        confusion[label][answer]++;
                        if (label != answer) {
                            mistakes.add(new Mistake(from + i, label, answer, outputs.getDouble(i, answer)));
                        }
                    }
                }
            }
        }
        boolean probabilities = model.network().output().layer() instanceof Softmax;
        Comparator<Mistake> surest = Comparator.comparingDouble(mistake -> probabilities ? -mistake.output() : mistake.output());
        mistakes.sort(surest.thenComparing(Mistake::index));
        return new Evaluation(total / images.size(), 1 - (double) mistakes.size() / images.size(), confusion, answers, List.copyOf(mistakes));
    }
}
