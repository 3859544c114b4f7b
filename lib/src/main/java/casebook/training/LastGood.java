package casebook.training;

import casebook.compute.Elements;
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
        model.parameters().forEach((name, array) -> {
            INDArray copy = copies.get(name);
            if (copy == null) {
                copies.put(name, array.dup());
            } else {
                copy.assign(array);
            }
        });
        return true;
    }

    /** Gives the parameters back the values that were copied last; false if none were. */
    boolean restore() {
        copies.forEach((name, copy) -> model.parameter(name).assign(copy));
        return !copies.isEmpty();
    }

    static boolean finite(Model model) {
        // The sum of numbers is one, unless they are very large; then each is looked at.
        return model.parameters().values().stream().allMatch(array -> Double.isFinite(array.sumNumber().doubleValue()) || Elements.finite(array));
    }

    @Override
    public void close() {
        copies.values().forEach(INDArray::close);
        copies.clear();
    }
}
