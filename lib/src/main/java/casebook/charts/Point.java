package casebook.charts;

/**
 * A point of a chart, with its name beside it.
 *
 * @param name what it is: {@code ResNet-18}
 * @param x its place along the bottom
 * @param y its height
 */
public record Point(String name, double x, double y) {}
