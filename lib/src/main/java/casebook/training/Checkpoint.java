package casebook.training;

import casebook.compute.Elements;
import casebook.compute.Tensors;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.model.Safetensors;
import casebook.text.Printable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a training run stands: enough to go on as if it had never stopped. In the file, a safetensors file, parameters are
 * called {@code model/…}, the optimiser's memory {@code optimiser/…}, and the settings and history are texts.
 *
 * @param steps the loss of each step so far
 * @param epochs the results of the epochs so far
 * @param epochLoss the sum of losses in the epoch at hand
 * @param epochRight the number of right answers in the epoch at hand
 */
record Checkpoint(List<Double> steps, List<History.Epoch> epochs, double epochLoss, long epochRight) {

    /** Where a run is kept for one training only, its file has the fingerprints of its first and of its present weights. */
    static final String START = "weights at the start";

    private static final String NOW = "weights";

    static Checkpoint start() {
        return new Checkpoint(List.of(), List.of(), 0, 0);
    }

    void write(Path file, Map<String, String> settings, Model model, Map<String, INDArray> optimiserState) {
        Map<String, String> texts = new LinkedHashMap<>(settings);
        texts.put("steps", join(steps));
        List<String> rows = epochs.stream().map(epoch -> epoch.epoch() + " " + epoch.loss() + " " + epoch.accuracy() + " "
                + epoch.validationLoss() + " " + epoch.validationAccuracy()).toList();
        texts.put("epochs", String.join(";", rows));
        texts.put("epoch at hand", epochLoss + " " + epochRight);
        if (settings.containsKey(START)) {
            texts.put(NOW, fingerprint(model));
        }
        try (Model.Reading reading = model.reading()) {
            Map<String, INDArray> tensors = new LinkedHashMap<>();
            model.parameters().keySet().forEach(name -> tensors.put("model/" + name, reading.parameter(name)));
            optimiserState.forEach((name, array) -> tensors.put("optimiser/" + name, array));
            Safetensors.write(file, tensors, texts);
        }
    }

    /** A number that changes with each weight. */
    static String fingerprint(Model model) {
        CRC32 sum = new CRC32();
        try (Model.Reading reading = model.reading()) {
            for (String name : model.parameters().keySet()) {
                sum.update(name.getBytes(StandardCharsets.UTF_8));
                sum.update(Tensors.bytes(Tensors.rowMajor(reading.parameter(name))));
            }
        }
        return Long.toHexString(sum.getValue());
    }

    /**
     * The fingerprint of the weights with which the run in this file began.
     *
     * @param weights the fingerprint of a model's weights: where the run began, or where it stands
     * @throws ModelFileException if they are neither, or the file is damaged
     */
    static String startOf(Path file, String weights) {
        Map<String, String> texts = Safetensors.read(file).metadata();
        String start = texts.getOrDefault(START, "");
        if (!weights.equals(start) && !weights.equals(texts.get(NOW))) {
            throw new ModelFileException(file + " belongs to a run with other weights");
        }
        return start;
    }

    private static String join(List<Double> numbers) {
        return String.join(" ", numbers.stream().map(String::valueOf).toList());
    }

    /**
     * @param images how many images are trained on
     * @param batchSize how many of them are in a batch
     * @throws ModelFileException if the file is damaged, or belongs to a run with other settings
     */
    static Checkpoint read(Path file, Map<String, String> settings, Model model, Map<String, INDArray> optimiserState, int images,
            int batchSize) {
        Safetensors read = Safetensors.read(file);
        settings.forEach((name, value) -> {
            String there = read.metadata().get(name);
            if (!value.equals(there)) {
                throw new ModelFileException(file + " belongs to another run: its " + name + " is "
                        + (there == null ? "not said" : Printable.name(there)) + ", here it is " + value
                        + "; delete the file to start anew, or give another one");
            }
        });
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        Map<String, INDArray> state = new LinkedHashMap<>();
        read.tensors().forEach((name, tensor) -> {
            if (name.startsWith("model/")) {
                parameters.put(name.substring("model/".length()), tensor);
            } else if (name.startsWith("optimiser/")) {
                state.put(name.substring("optimiser/".length()), tensor);
            }
        });
        Checkpoint history = history(file, read.metadata(), images, batchSize);
        for (String name : optimiserState.keySet()) {
            INDArray there = state.get(name);
            if (there == null || there.length() != optimiserState.get(name).length() || !Elements.finite(there)) {
                throw new ModelFileException(file + " is damaged: the optimiser's memory for " + name
                        + " is missing, of another size, or no number");
            }
        }
        model.read(file, parameters);
        optimiserState.forEach((name, array) -> array.assign(state.get(name).reshape(array.shape())));
        return history;
    }

    /** What the texts say of the steps and epochs so far, if it can have happened. */
    private static Checkpoint history(Path file, Map<String, String> texts, int images, int batchSize) {
        try {
            List<Double> steps = new ArrayList<>();
            for (String loss : words(texts.get("steps"), " ")) {
                steps.add(finite(loss));
            }
            List<History.Epoch> epochs = new ArrayList<>();
            for (String row : words(texts.get("epochs"), ";")) {
                String[] values = row.split(" ", -1);
                int number = epochs.size() + 1;
                require(values.length == 5 && values[0].equals(Integer.toString(number)), "epoch " + number + " is \"" + row + "\"");
                epochs.add(new History.Epoch(number, finite(values[1]), share(values[2]),
                        measured(values[3]) ? finite(values[3]) : Double.valueOf(values[3]),
                        measured(values[4]) ? share(values[4]) : Double.NaN));
            }
            String[] atHand = texts.getOrDefault("epoch at hand", "").split(" ", -1);
            require(atHand.length == 2, "the epoch at hand is \"" + String.join(" ", atHand) + "\"");
            long right = Long.parseLong(atHand[1]);
            int stepsPerEpoch = (images + batchSize - 1) / batchSize;
            // An epoch that was stopped while it was being measured has all its steps and no results yet.
            int begun = (steps.size() + stepsPerEpoch - 1) / stepsPerEpoch;
            require(epochs.size() == steps.size() / stepsPerEpoch || epochs.size() == begun - 1,
                    epochs.size() + " epochs do not fit " + steps.size() + " steps, of which " + stepsPerEpoch + " are an epoch");
            long seen = Math.min(images, (steps.size() - (long) epochs.size() * stepsPerEpoch) * batchSize);
            require(right >= 0 && right <= seen, right + " right answers of " + seen + " in the epoch at hand");
            return new Checkpoint(steps, epochs, finite(atHand[0]), right);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file + " is damaged: its history can't be so (" + Printable.name(e.getMessage()) + ")", e);
        }
    }

    private static List<String> words(String text, String separator) {
        require(text != null, "steps or epochs are missing");
        return text.isEmpty() ? List.of() : List.of(text.split(separator, -1));
    }

    /** False for what validation gives where there are no images, or where its loss is past all numbers: it is not used for going on. */
    private static boolean measured(String text) {
        return !text.equals("NaN") && !text.equals("Infinity");
    }

    private static double finite(String text) {
        double value = Double.parseDouble(text);
        require(Double.isFinite(value), text + " is no finite number");
        return value;
    }

    private static double share(String text) {
        double value = finite(text);
        require(value >= 0 && value <= 1, text + " is no accuracy: it is less than 0 or more than 1");
        return value;
    }

    private static void require(boolean possible, String what) {
        if (!possible) {
            throw new IllegalArgumentException(what);
        }
    }
}
