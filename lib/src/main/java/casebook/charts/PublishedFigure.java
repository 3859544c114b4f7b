package casebook.charts;

/**
 * A published figure and the computed one.
 *
 * @param name what they are of: {@code VGG-16}
 * @param published the published figure
 * @param computed the computed figure, in the same unit
 */
public record PublishedFigure(String name, double published, double computed) {

    /** @throws IllegalArgumentException if a figure is not positive */
    public PublishedFigure {
        if (!(published > 0 && computed > 0 && Double.isFinite(published) && Double.isFinite(computed))) {
            throw new IllegalArgumentException(name + ": figures that are compared must be more than 0, they are " + published + " and " + computed);
        }
    }

    /** {@return by how many per cent the computed figure is larger than the published one} */
    public double difference() {
        return 100 * (computed / published - 1);
    }
}
