package casebook.charts;

/**
 * A network in a timeline.
 *
 * @param year when it was published
 * @param network its name
 * @param figure the published figure, more than zero
 */
public record TimelineEntry(int year, String network, double figure) {

    /** @throws IllegalArgumentException if the figure is not positive */
    public TimelineEntry {
        if (!(figure > 0 && Double.isFinite(figure))) {
            throw new IllegalArgumentException(network + ": the figure of a timeline must be more than 0, it is " + figure);
        }
    }
}
