package casebook.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.compute.Stopped;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final long MILLISECOND = 1_000_000;

    private final List<String> html = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();
    private final List<String> last = new ArrayList<>();
    private long now = 1;

    private Progress progress(String what, long total) {
        return new Progress(what, total, new Progress.Screen() {
            @Override
            public void show(String code, String text) {
                html.add(code);
                shown.add(text);
            }

            @Override
            public void last(String line) {
                last.add(line);
            }
        }, () -> now);
    }

    @Test
    void whatRemainsIsOneLineWithoutTimes() {
        try (Progress progress = progress("batches", 1407)) {
            for (int i = 0; i < 1407; i++) {
                now += 10 * MILLISECOND;
                progress.step("loss 0.1");
            }
        }
        assertThat(last).containsExactly("1,407 of 1,407 batches");
    }

    @Test
    void itChangesAtMostFiveTimesASecond() {
        try (Progress progress = progress("batches", 10_000)) {
            for (int i = 0; i < 10_000; i++) {
                now += MILLISECOND;
                progress.step("");
            }
        }
        assertThat(shown).hasSizeBetween(40, 51);
    }

    @Test
    void itTellsRateAndTimeLeft() {
        Progress progress = progress("images", 3600);
        for (int i = 0; i < 100; i++) {
            now += 100 * MILLISECOND;
            progress.step("loss 0.5");
        }
        assertThat(shown.get(0)).isEqualTo("0 of 3,600 images");
        assertThat(shown.get(shown.size() - 1)).isEqualTo("100 of 3,600 images, 10 a second, 5 min 50 s left, loss 0.5");
    }

    @Test
    void aScreenReaderIsNotFlooded() {
        progress("<b>", 2);
        assertThat(html.get(0)).contains("aria-live=\"off\"", "<progress aria-label=\"&lt;b&gt;\" value=\"0\" max=\"2\"");
    }

    @Test
    void anInterruptStopsTheLoop() {
        Progress progress = progress("batches", 10);
        progress.step("");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> progress.step("")).isInstanceOf(Stopped.class).hasMessage("stopped after 2 of 10 batches");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        progress.close();
        assertThat(last).containsExactly("stopped after 2 of 10 batches");
    }

    @Test
    void aLoopOfOnesOwnCanAskForItself() {
        Stopped.check();
        Thread.currentThread().interrupt();
        assertThatThrownBy(Stopped::check).isInstanceOf(Stopped.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void trainingRunsAreCountedAndTheStepsOfTheOneAtHandShown() {
        try (Progress progress = progress("training runs", 2)) {
            now += 300 * MILLISECOND;
            progress.training("plain 20").step(7, 1000, 2.25);
            assertThat(shown.get(shown.size() - 1)).isEqualTo("0 of 2 training runs, plain 20: step 7 of 1,000, loss 2.250");
            progress.step();
            progress.step();
        }
        assertThat(last).containsExactly("2 of 2 training runs");
    }
}
