package casebook.charts;

import java.util.Arrays;
import java.util.List;

/**
 * A line of a chart. In a chart of several networks, names that differ only by {@code training}, {@code validation} or
 * {@code test} share a colour and differ in their dashes.
 *
 * @param name what it is: {@code training loss}, {@code ResNet-18, validation}
 * @param x where its points are, from left to right
 * @param y their heights; points that are not finite are left out
 */
public record Curve(String name, double[] x, double[] y) {

    /**
     * @param name what it is
     * @param x where its points are
     * @param y their heights
     * @throws IllegalArgumentException if there are no points, or not as many x as y
     */
    public Curve {
        if (x.length != y.length || x.length == 0) {
            throw new IllegalArgumentException("the curve \"" + name + "\" needs as many x as y and at least one, it has "
                    + x.length + " x and " + y.length + " y");
        }
        x = x.clone();
        y = y.clone();
    }

    /**
     * A curve over 1, 2, 3 …: one point an epoch.
     *
     * @param name what it is
     * @param y one height an epoch
     * @return the curve
     */
    public static Curve of(String name, List<? extends Number> y) {
        double[] x = new double[y.size()];
        Arrays.setAll(x, i -> i + 1.0);
        return new Curve(name, x, y.stream().mapToDouble(Number::doubleValue).toArray());
    }
}
