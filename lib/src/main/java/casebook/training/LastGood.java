package casebook.training;

import casebook.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A copy of a model's parameters from a moment when all was well, to go back to if training goes wrong. */
final class LastGood implements AutoCloseable {

    private final Model model;
    private final Map<String, INDArray> copies = new LinkedHashMap<>();

    LastGood(Model model) {
        this.model = model;
    }

    /** Copies the parameters if all of them are numbers that can be used; if not, it keeps the copy that it has. */
    boolean take() {
        if (!finite(model)) {
            return false;
        }
        try (Model.Reading reading = model.reading()) {
            for (String name : model.parameters().keySet()) {
                INDArray copy = copies.get(name);
                if (copy == null) {
                    copies.put(name, model.copy(name));
                } else {
                    copy.assign(reading.parameter(name));
                }
            }
        }
        return true;
    }

    /** Gives the parameters back the values that were copied last; false if none were. */
    boolean restore() {
        copies.forEach(model::assign);
        return !copies.isEmpty();
    }

    static boolean finite(Model model) {
        return model.finite();
    }

    @Override
    public void close() {
        copies.values().forEach(INDArray::close);
        copies.clear();
    }
}
