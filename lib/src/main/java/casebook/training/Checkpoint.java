package casebook.training;

import casebook.compute.Tensors;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.model.Safetensors;
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
        Map<String, INDArray> tensors = new LinkedHashMap<>();
        model.parameters().forEach((name, array) -> tensors.put("model/" + name, array));
        optimiserState.forEach((name, array) -> tensors.put("optimiser/" + name, array));
        Map<String, String> texts = new LinkedHashMap<>(settings);
        texts.put("steps", join(steps));
        List<String> rows = epochs.stream().map(epoch -> epoch.epoch() + " " + epoch.loss() + " " + epoch.accuracy() + " "
                + epoch.validationLoss() + " " + epoch.validationAccuracy()).toList();
        texts.put("epochs", String.join(";", rows));
        texts.put("epoch at hand", epochLoss + " " + epochRight);
        if (settings.containsKey(START)) {
            texts.put(NOW, fingerprint(model));
        }
        Safetensors.write(file, tensors, texts);
    }

    /** A number that changes with each weight. */
    static String fingerprint(Model model) {
        CRC32 sum = new CRC32();
        model.parameters().forEach((name, array) -> {
            sum.update(name.getBytes(StandardCharsets.UTF_8));
            sum.update(Tensors.bytes(Tensors.rowMajor(array)));
        });
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

    /** @throws ModelFileException if the file is damaged, or belongs to a run with other settings */
    static Checkpoint read(Path file, Map<String, String> settings, Model model, Map<String, INDArray> optimiserState) {
        Safetensors read = Safetensors.read(file);
        settings.forEach((name, value) -> {
            String there = read.metadata().get(name);
            if (!value.equals(there)) {
                throw new ModelFileException(file + " belongs to another run: its " + name + " is " + there + ", here it is " + value
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
        try {
            List<Double> steps = numbers(read.metadata().getOrDefault("steps", ""));
            List<History.Epoch> epochs = new ArrayList<>();
            for (String row : read.metadata().getOrDefault("epochs", "").split(";")) {
                List<Double> values = numbers(row);
                if (!values.isEmpty()) {
                    epochs.add(new History.Epoch(values.get(0).intValue(), values.get(1), values.get(2), values.get(3), values.get(4)));
                }
            }
            List<Double> atHand = numbers(read.metadata().get("epoch at hand"));
            for (String name : optimiserState.keySet()) {
                if (!state.containsKey(name) || state.get(name).length() != optimiserState.get(name).length()) {
                    throw new ModelFileException(file + " is damaged: the optimiser's memory for " + name + " is missing or of another size");
                }
            }
            model.read(file, parameters);
            optimiserState.forEach((name, array) -> array.assign(state.get(name).reshape(array.shape())));
            return new Checkpoint(steps, epochs, atHand.get(0), atHand.get(1).longValue());
        } catch (NumberFormatException | IndexOutOfBoundsException | NullPointerException e) {
            throw new ModelFileException(file + " is damaged: its history can't be read", e);
        }
    }

    private static List<Double> numbers(String text) {
        return text.isBlank() ? List.of() : java.util.Arrays.stream(text.trim().split(" ")).map(Double::valueOf).toList();
    }
}
