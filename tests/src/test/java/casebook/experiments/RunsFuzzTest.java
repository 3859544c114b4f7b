package casebook.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.data.DataException;
import casebook.fuzz.Damage;
import casebook.fuzz.Fuzz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** CSV files of runs; one that is refused must stay as it is. */
class RunsFuzzTest {

    public static class Csv implements Fuzz.Kind {

        @Override
        public String ending() {
            return ".csv";
        }

        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(DataException.class);
        }

        @Override
        public Fuzz.Made make(Random random) {
            StringBuilder text = new StringBuilder(Run.HEAD).append('\n');
            int rows = random.nextInt(100) == 0 ? 250_000 : random.nextInt(30) == 0 ? 10_000 : random.nextInt(6);
            boolean odd = false;
            for (int i = 0; i < rows; i++) {
                String row = String.format(Locale.ROOT, "%s,%d,0.1,%d,6000,8,128,%.3f,%.3f,%.1f", random.nextBoolean() ? "plain" : "residual",
                        1 + random.nextInt(50), random.nextInt(5), 100 * random.nextDouble(), 100 * random.nextDouble(), 60 * random.nextDouble());
                if (random.nextInt(3 * rows) == 0) {
                    odd = true;
                    String[] cells = row.split(",");
                    int cell = random.nextInt(cells.length);
                    cells[cell] = switch (random.nextInt(4)) {
                        case 0 -> Long.toString(Damage.number(random));
                        case 1 -> "1".repeat(1 << random.nextInt(20));
                        case 2 -> cells[cell] + "," + cells[cell];
                        default -> List.of("NaN", "1e999", "-1", "", "=1+1", "\"plain\"", "\u001b[31m", "0x10", "Infinity", "é").get(random.nextInt(10));
                    };
                    row = String.join(",", cells);
                }
                text.append(row).append('\n');
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            StringBuilder what = new StringBuilder(rows + " rows");
            boolean right = !odd && bytes.length < 10_000_000 && random.nextBoolean();
            if (right && random.nextBoolean()) {
                int cut = random.nextInt(bytes.length);
                what.append(", cut off at ").append(cut);
                bytes = java.util.Arrays.copyOf(bytes, cut);
            } else if (!right && !odd) {
                bytes = Damage.damaged(bytes, random, what);
            }
            return new Fuzz.Made(bytes, what.toString(), right);
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            try {
                // As it was made: the first try of a slow one may have mended it.
                Files.write(file, made.bytes());
                List<Run> runs;
                try {
                    runs = Runs.in(file, Experiment.DEPTH).all();
                } catch (RuntimeException e) {
                    assertThat(Files.readAllBytes(file)).as("what is refused is not changed").isEqualTo(made.bytes());
                    throw e;
                }
                String before = new String(made.bytes(), StandardCharsets.UTF_8);
                String after = Files.readString(file);
                assertThat(after).endsWith("\n").startsWith(Run.HEAD);
                List<String> rows = after.lines().skip(1).toList();
                assertThat(runs).hasSize(rows.size());
                assertThat(before + "\n").as("no whole row is lost, none comes from nowhere").satisfiesAnyOf(
                        text -> assertThat(text).startsWith(after), text -> assertThat(Run.HEAD + "\n").startsWith(before));
                assertThat(rows.size()).isGreaterThanOrEqualTo((int) before.chars().filter(c -> c == '\n').count() - 1);
                for (int i = 0; i < runs.size(); i++) {
                    String[] cells = rows.get(i).split(",", -1);
                    Run run = runs.get(i);
                    assertThat(List.of(run.kind(), run.size(), run.learningRate(), run.seed(), run.setting().images(), run.setting().epochs(),
                            run.setting().batchSize(), run.trainingError(), run.testError(), run.seconds())).isEqualTo(List.of(cells[0],
                            Integer.valueOf(cells[1]), Double.valueOf(cells[2]), Long.valueOf(cells[3]), Integer.valueOf(cells[4]), Integer.valueOf(cells[5]),
                            Integer.valueOf(cells[6]), Double.valueOf(cells[7]), Double.valueOf(cells[8]), Double.valueOf(cells[9])));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void runs() {
        Fuzz.tried(Csv.class);
    }
}
