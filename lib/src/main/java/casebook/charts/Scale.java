package casebook.charts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The range of an axis and where its labels stand.
 *
 * @param min its lower end
 * @param max its upper end
 * @param logarithmic true if equal steps are equal factors
 * @param ticks the values that get a label
 */
record Scale(double min, double max, boolean logarithmic, List<Double> ticks) {

    /** An axis for these values: logarithmic where they span three decades or more, and with round numbers otherwise. */
    static Scale of(double least, double most, int labels) {
        return least > 0 && most / least >= 1000 ? logarithmic(least, most, labels) : linear(least, most, labels);
    }

    /** Begins at zero if that costs less than a third of the axis. */
    static Scale linear(double least, double most, int labels) {
        double low = least > 0 && least < 0.35 * most ? 0 : least;
        double high = most > low ? most : low + Math.max(1e-6, Math.abs(low) / 10);
        double raw = (high - low) / Math.max(1, labels - 1);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double step = List.of(1.0, 2.0, 2.5, 5.0, 10.0).stream().map(digit -> digit * power)
                .filter(candidate -> candidate >= raw * 0.999).findFirst().orElse(10 * power);
        double min = step * Math.floor(low / step + 1e-9);
        double max = step * Math.ceil(high / step - 1e-9);
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i <= Math.round((max - min) / step); i++) {
            ticks.add(min + i * step);
        }
        return new Scale(min, max, false, ticks);
    }

    /** Labels at powers of ten, each second one, third one … where all would be too many. */
    static Scale logarithmic(double least, double most, int labels) {
        int low = (int) Math.floor(Math.log10(least) + 1e-9);
        int high = (int) Math.ceil(Math.log10(most) - 1e-9);
        int step = Math.max(1, (int) Math.ceil((high - low + 1.0) / Math.max(2, labels)));
        List<Double> ticks = new ArrayList<>();
        for (int power = low; power <= high; power += step) {
            ticks.add(Math.pow(10, power));
        }
        return new Scale(Math.pow(10, low), Math.pow(10, high), true, ticks);
    }

    /**
     * A logarithmic axis that ends a little beyond the data, for values that span fewer decades than would fill one that ends
     * at powers of ten: labels at 1, 2, 5, 10 …, or at fewer digits where these would be too many.
     *
     * @param margin what is added at each end, as a share of the axis
     */
    static Scale between(double least, double most, double margin, int labels) {
        double reach = most > least ? Math.pow(most / least, margin) : 2;
        double min = least / reach;
        double max = most * reach;
        List<Double> ticks = List.of();
        for (List<Integer> digits : List.of(List.of(1, 2, 5), List.of(1, 3), List.of(1))) {
            ticks = new ArrayList<>();
            for (int power = (int) Math.floor(Math.log10(min)); power <= Math.log10(max); power++) {
                for (int digit : digits) {
                    double tick = digit * Math.pow(10, power);
                    if (tick >= min && tick <= max) {
                        ticks.add(tick);
                    }
                }
            }
            if (ticks.size() <= labels) {
                break;
            }
        }
        return new Scale(min, max, true, ticks);
    }

    /** A linear axis that is longer by one step at these ends; it does not fall below zero if it did not before. */
    Scale longer(boolean below, boolean above) {
        double step = ticks.get(1) - ticks.get(0);
        List<Double> more = new ArrayList<>(ticks);
        if (below && (min < 0 || min >= step)) {
            more.add(0, min - step);
        }
        if (above) {
            more.add(max + step);
        }
        return new Scale(more.get(0), more.get(more.size() - 1), false, more);
    }

    /**
     * An axis for a few settings that were tried, ascending: with a label at each, where there is room, and a little longer
     * than they are. Powers of two that span a factor of eight or more stand at equal distances.
     */
    static Scale settings(double[] values, int labels) {
        double least = values[0];
        double most = values[values.length - 1];
        boolean doublings = least > 0 && most / least >= 8
                && Arrays.stream(values).allMatch(value -> Math.abs(Math.log(value) / Math.log(2) - Math.rint(Math.log(value) / Math.log(2))) < 1e-9);
        List<Double> ticks = Arrays.stream(values).boxed().toList();
        if (doublings) {
            double reach = Math.pow(most / least, 0.05);
            return new Scale(least / reach, most * reach, true, ticks);
        }
        double more = most > least ? 0.05 * (most - least) : Math.max(1, Math.abs(least)) / 2;
        boolean close = values.length > labels;
        for (int i = 1; i < values.length; i++) {
            close |= values[i] - values[i - 1] < (most - least) / 16;
        }
        return new Scale(least - more, most + more, false, close ? linear(least, most, labels).cut(least - more, most + more).ticks() : ticks);
    }

    /** The same labels on an axis that ends where the data end. */
    Scale cut(double least, double most) {
        return new Scale(least, most, logarithmic, ticks.stream().filter(tick -> tick >= least && tick <= most).toList());
    }

    /** Where a value lies, from 0 at the lower end to 1 at the upper. */
    double share(double value) {
        return logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
    }
}
