package casebook.training;

import casebook.layers.Parameter;
import casebook.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A copy of the means and variances that batch normalization follows while a batch runs forward. A step that is given up half-way gives
 * them back: the step that is made again later would count twice otherwise.
 */
final class Statistics implements AutoCloseable {

    private final Model model;
    private final Map<String, INDArray> copies = new LinkedHashMap<>();

    Statistics(Model model) {
        this.model = model;
        model.descriptions().forEach((name, parameter) -> {
            if (parameter.role() == Parameter.Role.STATISTIC) {
                copies.put(name, model.copy(name));
            }
        });
    }

    void take() {
        try (Model.Reading reading = model.reading()) {
            copies.forEach((name, copy) -> copy.assign(reading.parameter(name)));
        }
    }

    void restore() {
        copies.forEach(model::assign);
    }

    @Override
    public void close() {
        copies.values().forEach(INDArray::close);
    }
}
