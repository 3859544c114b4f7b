package casebook.exercises;

import casebook.data.Photo;
import casebook.exercises.Answers.Built;
import java.util.List;
import java.util.Map;

/** Answers to the exercises of notebook 00b. */
final class Answers00b {

    private Answers00b() {}

    /** A convolution with filters of 3×3 for vertical edges in loops, and what can be wrong with it. */
    private static float[][] strided(int step, int size, int more) {
        float[][] grey = Photo.of("coffee").shorterSide(96).brightness();
        float[][] output = new float[(grey.length - 3) / size + 1 + more][(grey[0].length - 3) / size + 1 + more];
        for (int row = 0; row < (grey.length - 3) / size + 1; row++) {
            for (int column = 0; column < (grey[0].length - 3) / size + 1; column++) {
                for (int i = 0; i < 3; i++) {
                    output[row][column] += grey[row * step + i][column * step] - grey[row * step + i][column * step + 2];
                }
            }
        }
        return output;
    }

    static final Answers ALL = new Answers("00b", Map.of("00b.1", "28x28x10", "00b.2", 760, "00b.3", List.of(14, 14, 10), "00b.4", 2.30, "00b.5", 0.7), Map.of(
            "00b.6", List.of(
                    new Built(strided(2, 2, 0), ""),
                    new Built(strided(1, 1, 0), "with stride 1"),
                    new Built(strided(2, 2, 1), "one row or column too many"),
                    new Built(strided(2, 3, 0), "Try it with a pencil"),
                    new Built(strided(1, 2, 0), "still moves by one pixel"),
                    new Built(new float[47][71], "the numbers are not"),
                    new Built(new float[0][], "nothing in it"),
                    new Built(new float[47][], "nothing in it"),
                    new Built(3, "wants a map"))));
}
