package casebook.bench;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How many times as long one takes as another, from pairs of turns side by side: what disturbs a machine for a while disturbs both of a pair.
 *
 * @param median the median of the pairs' ratios
 * @param low the lower end of its 95 % interval
 * @param high the upper end
 */
record Ratios(double median, double low, double high) {

    private static final int RESAMPLES = 2000;

    /** @param first milliseconds of each turn, NaN where one was left out; {@code second} those of the turns beside */
    static Ratios of(double[] first, double[] second) {
        double[] ratios = IntStream.range(0, first.length).mapToDouble(i -> first[i] / second[i]).filter(ratio -> !Double.isNaN(ratio)).toArray();
        // The bootstrap: medians of as many pairs drawn again and again from those that were measured.
        SplittableRandom random = new SplittableRandom(1);
        double[] medians = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double[] drawn = new double[ratios.length];
            Arrays.setAll(drawn, j -> ratios[random.nextInt(ratios.length)]);
            medians[i] = median(drawn);
        }
        Arrays.sort(medians);
        return new Ratios(median(ratios), medians[(int) (0.025 * RESAMPLES)], medians[(int) (0.975 * RESAMPLES)]);
    }

    /** The median of those that are not NaN. */
    static double median(double[] values) {
        double[] sorted = Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length == 0 ? Double.NaN : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
