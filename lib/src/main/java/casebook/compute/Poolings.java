package casebook.compute;

import static casebook.compute.ThreadBuffers.Slot.FIRST;
import static casebook.compute.ThreadBuffers.Slot.LINE;
import static casebook.compute.ThreadBuffers.Slot.RESULT;
import static casebook.compute.ThreadBuffers.Slot.SECOND;
import static casebook.compute.ThreadBuffers.Slot.THIRD;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max and average pooling of a batch, forward and backward. Zeros of the padding take part in neither: a maximum ignores
 * them, an average divides by the number of real values in the window.
 *
 * @param height rows of the window
 * @param width columns of the window
 * @param strideHeight rows moved
 * @param strideWidth columns moved
 * @param dilation distance between neighbouring positions of the window
 * @param zeros rows and columns of padding: top, left, bottom, right
 */
public record Poolings(int height, int width, int strideHeight, int strideWidth, int dilation, int[] zeros) {

    /** The largest value of each window. */
    public INDArray max(INDArray x) {
        Windows rows = rows(x);
        Windows columns = columns(x);
        Planes output = Planes.empty(x, x.size(0), x.size(1), rows.count(), columns.count());
        return planeByPlane(new Planes(x), output, (plane, from, to) -> max(from, to, rows, columns));
    }

    private void max(double[] from, double[] to, Windows rows, Windows columns) {
        double[] line = ThreadBuffers.doubles(LINE, columns.side);
        for (int row = 0; row < rows.count(); row++) {
            // The largest of each column first: numbers that lie side by side are compared together.
            Arrays.fill(line, Double.NEGATIVE_INFINITY);
            for (int i = rows.first[row]; i < rows.end[row]; i += dilation) {
                int place = i * line.length;
                for (int j = 0; j < line.length; j++) {
                    line[j] = Math.max(line[j], from[place + j]);
                }
            }
            for (int column = 0; column < columns.count(); column++) {
                double largest = Double.NEGATIVE_INFINITY;
                for (int j = columns.first[column]; j < columns.end[column]; j += dilation) {
                    largest = Math.max(largest, line[j]);
                }
                to[row * columns.count() + column] = largest;
            }
        }
    }

    /**
     * The gradient of {@link #max}: it goes to the largest value of each window, the first of them if there are several.
     *
     * @param y what {@link #max} gave for x
     */
    public INDArray maxGradient(INDArray x, INDArray y, INDArray dy) {
        Planes input = new Planes(x);
        Planes largest = new Planes(y);
        Windows rows = rows(x);
        Windows columns = columns(x);
        return planeByPlane(new Planes(dy), Planes.empty(x, x.shape()), (plane, from, to) -> {
            double[] values = ThreadBuffers.doubles(SECOND, input.size());
            double[] maxima = ThreadBuffers.doubles(THIRD, largest.size());
            input.read(plane, values);
            largest.read(plane, maxima);
            Arrays.fill(to, 0);
            for (int window = 0; window < from.length; window++) {
                to[place(values, maxima[window], rows, window / columns.count(), columns, window % columns.count())] += from[window];
            }
        });
    }

    /** Where a window has this value; its first place if it has it nowhere, as happens if the value is not a number. */
    private int place(double[] values, double wanted, Windows rows, int row, Windows columns, int column) {
        for (int i = rows.first[row]; i < rows.end[row]; i += dilation) {
            for (int j = columns.first[column]; j < columns.end[column]; j += dilation) {
                if (values[i * columns.side + j] == wanted) {
                    return i * columns.side + j;
                }
            }
        }
        return rows.first[row] * columns.side + columns.first[column];
    }

    /** The mean of each window. */
    public INDArray average(INDArray x) {
        Windows rows = rows(x);
        Windows columns = columns(x);
        Planes output = Planes.empty(x, x.size(0), x.size(1), rows.count(), columns.count());
        return planeByPlane(new Planes(x), output, (plane, from, to) -> average(from, to, rows, columns));
    }

    private void average(double[] from, double[] to, Windows rows, Windows columns) {
        double[] line = ThreadBuffers.doubles(LINE, columns.side);
        for (int row = 0; row < rows.count(); row++) {
            Arrays.fill(line, 0);
            for (int i = rows.first[row]; i < rows.end[row]; i += dilation) {
                int place = i * line.length;
                for (int j = 0; j < line.length; j++) {
                    line[j] += from[place + j];
                }
            }
            for (int column = 0; column < columns.count(); column++) {
                double sum = 0;
                for (int j = columns.first[column]; j < columns.end[column]; j += dilation) {
                    sum += line[j];
                }
                to[row * columns.count() + column] = sum * rows.share[row] * columns.share[column];
            }
        }
    }

    /** The gradient of {@link #average}: it goes to all values of a window in equal parts. */
    public INDArray averageGradient(INDArray x, INDArray dy) {
        Windows rows = rows(x);
        Windows columns = columns(x);
        return planeByPlane(new Planes(dy), Planes.empty(x, x.shape()), (plane, from, to) -> averageGradient(from, to, rows, columns));
    }

    private void averageGradient(double[] from, double[] to, Windows rows, Windows columns) {
        double[] line = ThreadBuffers.doubles(LINE, columns.side);
        Arrays.fill(to, 0);
        for (int row = 0; row < rows.count(); row++) {
            Arrays.fill(line, 0);
            for (int column = 0; column < columns.count(); column++) {
                double part = from[row * columns.count() + column] * rows.share[row] * columns.share[column];
                for (int j = columns.first[column]; j < columns.end[column]; j += dilation) {
                    line[j] += part;
                }
            }
            for (int i = rows.first[row]; i < rows.end[row]; i += dilation) {
                int place = i * line.length;
                for (int j = 0; j < line.length; j++) {
                    to[place + j] += line[j];
                }
            }
        }
    }

    /** What makes one plane of the result. */
    private interface Kernel {
        void run(int plane, double[] from, double[] to);
    }

    private static INDArray planeByPlane(Planes read, Planes written, Kernel kernel) {
        Parallel.parts(read.count(), Math.max(read.length(), written.length()), (start, end) -> {
            double[] from = ThreadBuffers.doubles(FIRST, read.size());
            double[] to = ThreadBuffers.doubles(RESULT, written.size());
            for (int plane = start; plane < end; plane++) {
                read.read(plane, from);
                kernel.run(plane, from, to);
                written.write(plane, to);
            }
        });
        return written.array();
    }

    private Windows rows(INDArray x) {
        return new Windows(Math.toIntExact(x.size(2)), height, strideHeight, dilation, zeros[0], zeros[2]);
    }

    private Windows columns(INDArray x) {
        return new Windows(Math.toIntExact(x.size(3)), width, strideWidth, dilation, zeros[1], zeros[3]);
    }

    /** Where windows lie along one side of the image: from {@code first} up to, not including, {@code end}. */
    private static final class Windows {
        private final int side;
        private final int[] first;
        private final int[] end;
        /** One over the number of values inside the image. */
        private final double[] share;

        Windows(int side, int size, int stride, int dilation, int before, int after) {
            this.side = side;
            int count = (side + before + after - dilation * (size - 1) - 1) / stride + 1;
            first = new int[count];
            end = new int[count];
            share = new double[count];
            for (int i = 0; i < count; i++) {
                int start = i * stride - before;
                end[i] = Math.min(side, start + dilation * (size - 1) + 1);
                first[i] = start >= 0 ? start : Math.floorMod(start, dilation);
                share[i] = 1.0 / ((end[i] - first[i] + dilation - 1) / dilation);
            }
        }

        int count() {
            return first.length;
        }
    }
}
