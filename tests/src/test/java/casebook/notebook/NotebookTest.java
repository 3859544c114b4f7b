package casebook.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.charts.Charts;
import casebook.charts.Picture;
import casebook.charts.Tile;
import casebook.cost.CostSheet;
import casebook.data.Photo;
import casebook.exercises.Exercises;
import casebook.notebook.fake.FakeKernel;
import casebook.notebook.fake.display.DisplayData;
import casebook.training.History;
import casebook.training.TrainingListener;
import casebook.zoo.Zoo;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/** Through a kernel that only writes down what it is told; the real ones run in the test of the notebooks. */
class NotebookTest {

    private static final List<Kernel.Names> FAKE = List.of(
            new Kernel.Names("casebook.notebook.fake.NoSuchKernel", "kernel", "casebook.notebook.fake"),
            new Kernel.Names("casebook.notebook.fake.FakeKernel", "kernel", "casebook.notebook.fake"));

    private final FakeKernel kernel = FakeKernel.start();
    private final PrintStream stdout = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void start() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        Notebook.use(Kernel.find(FAKE));
        Notebook.start();
    }

    @AfterEach
    void stop() {
        System.setOut(stdout);
        FakeKernel.stop();
        Notebook.use(Optional.empty());
        Thread.currentThread().setContextClassLoader(loader);
    }

    private static final class Square implements Picture {
        @Override
        public String title() {
            return "It is <square>";
        }

        @Override
        public String alt() {
            return "A red square.";
        }

        @Override
        public Table data() {
            return Table.create("Square", IntColumn.create("Side", new int[] {1234}));
        }

        @Override
        public int width() {
            return 30;
        }

        @Override
        public int height() {
            return 20;
        }

        @Override
        public void paint(Graphics2D g) {
            g.setColor(Color.RED);
            g.fillRect(5, 5, 10, 10);
        }
    }

    @Test
    void startingSaysTheSameOnEveryMachine() {
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("Casebook is ready.");
    }

    @Test
    void withoutAKernelThereIsPlainText() {
        FakeKernel.stop();
        assertThat(Kernel.find(FAKE)).isEmpty();
        Notebook.use(Optional.empty());
        Notebook.show(new Square());
        Notebook.show(Zoo.network("lenet-5"));
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("A red square.", "1,234", "conv1", "61,706").doesNotContain("<td", "<svg");
    }

    /** Who has predicted sees both; who has not finds the answer folded away. */
    @Test
    void anAnswerIsFoldedAwayUntilSomebodyPredicts() {
        Exercises.outcome("a test", 61_706);
        DisplayData folded = kernel.displayed.get(0);
        assertThat(folded.data.get("text/html").toString()).matches("(?s)<details.*<summary>[^<]*</summary>It is 61,706</details>");
        assertThat(folded.data.get("text/html").toString().split("</summary>")[0]).doesNotContain("61,706");
        assertThat(folded.data.get("text/plain")).isEqualTo("It is 61,706");
        new Feedback(Feedback.Mark.RIGHT, "02.1 · right", "a < b").bundle().data().forEach((type, text) -> assertThat(text).contains("02.1 · right"));
    }

    @Test
    void tablesSheetsAndNetworksShowAsTheLastValueOfACell() {
        for (Object value : List.of(Table.create("t", IntColumn.create("a", new int[] {1})), Zoo.network("lenet-5"), CostSheet.of(Zoo.network("lenet-5")))) {
            assertThat(kernel.lastValue(value).data).containsOnlyKeys("text/html", "text/plain");
        }
        History history = new History(List.of(2.0, 1.0), List.of(new History.Epoch(1, 1.5, 0.9, Double.NaN, Double.NaN)), false);
        assertThat((String) kernel.lastValue(history).data.get("text/plain")).contains("Training accuracy, %", "90.0", "–");
        assertThat(kernel.displayed).isEmpty();
    }

    @Test
    void aChartIsSvgAndPngInOneBundleWithItsNumbersFoldedBelow() throws IOException {
        DisplayData below = kernel.lastValue(new Square());
        assertThat(kernel.displayed).hasSize(1);
        DisplayData chart = kernel.displayed.get(0);
        assertThat(chart.data).containsOnlyKeys("image/svg+xml", "image/png", "text/plain");
        assertThat(chart.data.get("text/plain")).isEqualTo("It is <square>\nA red square.");
        assertThat(chart.metadata.get("image/png")).isEqualTo(Map.of("width", 30, "height", 20, "alt", "A red square."));
        BufferedImage png = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode((String) chart.data.get("image/png"))));
        assertThat(png.getWidth()).isEqualTo(38);   // 1.25 times 30: the SVG beside it is sharp at every size
        assertThat(new Color(png.getRGB(12, 12))).isEqualTo(Color.RED);
        assertThat((String) below.data.get("text/html")).startsWith("<details>").contains("A red square.", "1,234");
    }

    @Test
    void aGalleryWhosePngIsSmallerThanItsSvgIsPngAlone() {
        float[][] board = new float[20][20];
        for (int i = 0; i < 400; i++) {
            board[i / 20][i % 20] = (i / 20 + i) % 2;
        }
        Notebook.show(Charts.gallery("Boards", Collections.nCopies(8, Tile.grey("a", board))));
        assertThat(kernel.displayed.get(0).data).containsOnlyKeys("image/png", "text/plain");
        Notebook.show(Charts.bars("Bars", "units", List.of("a", "b"), 1, 2));
        assertThat(kernel.displayed.get(2).data).containsKeys("image/png", "image/svg+xml");
    }

    @Test
    void aChartNeedsNoStyleSheetsAndNoStyles() {
        Notebook.show(new Square());
        assertThat((String) kernel.displayed.get(0).data.get("image/svg+xml")).doesNotContain("style=").contains("fill=\"rgb(255,0,0)\"");
        assertThat(Outputs.withoutStyles("<a style=\"fill:red;stroke:none;\"/><b style=\"font-family:&quot;A B&quot;;\"/>"))
                .isEqualTo("<a fill=\"red\" stroke=\"none\"/><b style=\"font-family:&quot;A B&quot;;\"/>");
    }

    @Test
    void whatIsLiveChangesInPlace() {
        try (Live live = Notebook.live()) {
            live.show("first");
            live.show("second");
            live.show("third");
            live.offer(() -> "fourth");
            live.offer(() -> "too early");
            live.offer(() -> "last");
        }
        assertThat(kernel.displayed).hasSize(1);
        assertThat(kernel.updated).extracting(data -> data.data.get("text/plain")).containsExactly("second", "third", "fourth", "last");
        assertThat(kernel.updated).extracting(data -> data.id).containsOnly(kernel.displayed.get(0).id);
    }

    @Test
    void aLiveChartIsSketchedAndShownInFullAtItsEnd() {
        try (Live live = Notebook.live()) {
            live.offer(Square::new);
            assertThat(kernel.displayed).hasSize(1);
            assertThat(kernel.displayed.get(0).data).containsOnlyKeys("image/svg+xml", "text/plain");
            live.offer(Square::new);
            assertThat(kernel.updated).isEmpty();
        }
        assertThat(kernel.updated).hasSize(1);
        assertThat(kernel.updated.get(0).data).containsOnlyKeys("image/svg+xml", "image/png", "text/plain");
        assertThat(kernel.displayed).hasSize(2);
        assertThat((String) kernel.displayed.get(1).data.get("text/html")).startsWith("<details>");
    }

    @Test
    void aProgressBarIsOneOutput() {
        try (Progress progress = Progress.over("batches", 3)) {
            progress.step();
            progress.to(3, "loss 0.1");
        }
        assertThat(kernel.displayed).hasSize(1);
        assertThat(kernel.displayed.get(0).data.get("text/html").toString()).contains("<progress ");
        assertThat(kernel.updated.get(kernel.updated.size() - 1).data).isEqualTo(Map.of("text/plain", "3 of 3 batches"));
    }

    @Test
    void aTrainersProgressEndsWithItsLastBatch() {
        TrainingListener progress = Progress.ofTraining();
        for (int step = 1; step <= 5; step++) {
            progress.step(step, 5, 0.25);
        }
        assertThat(kernel.displayed).hasSize(1);
        assertThat(kernel.updated.get(kernel.updated.size() - 1).data).isEqualTo(Map.of("text/plain", "5 of 5 batches"));
    }

    @Test
    void aTrainersProgressSaysWhereItWasStopped() {
        TrainingListener progress = Progress.ofTraining();
        progress.stopped(0);
        assertThat(kernel.displayed).isEmpty();
        progress.step(1, 5, 0.25);
        progress.stopped(1);
        assertThat(kernel.updated.get(kernel.updated.size() - 1).data).isEqualTo(Map.of("text/plain", "stopped after 1 of 5 batches"));
    }

    @Test
    void anInterruptWaitsUntilTheKernelHasBeenWrittenTo() {
        Thread.currentThread().interrupt();
        Notebook.show("a");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(kernel.interruptedWhilePublishing).isFalse();
        assertThat(kernel.displayed).hasSize(1);
    }

    @Test
    void anImageSaysTheSameInEveryRun() {
        DisplayData image = kernel.lastValue(new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB));
        assertThat(image.data.get("text/plain")).isEqualTo("image of 20×10 pixels");
        assertThat(image.data).containsKey("image/png");
    }

    @Test
    void aSmallPhotoIsShownLargerThanItIsWithoutSmoothing() throws IOException {
        float[][] grey = new float[20][150];
        grey[7][9] = 1;
        DisplayData photo = kernel.lastValue(Photo.grey("dot", grey));
        assertThat(photo.data.get("text/plain")).isEqualTo("Photo: dot, 20×150×3");
        assertThat(photo.metadata.get("image/png")).isEqualTo(Map.of("width", 450, "height", 60, "alt", "Photo: dot, 20×150×3"));
        BufferedImage png = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode((String) photo.data.get("image/png"))));
        assertThat(png.getWidth()).isEqualTo(450);
        for (int y = 0; y < 60; y++) {
            for (int x = 0; x < 450; x++) {
                assertThat(png.getRGB(x, y)).isEqualTo(y / 3 == 7 && x / 3 == 9 ? 0xffffffff : 0xff000000);
            }
        }
        assertThat(kernel.displayed).isEmpty();
    }

    /** A scale of colours of which each is rare: they must not become the grey that happens to be the nearest frequent colour. */
    @Test
    void aPaletteHasRoomForRareColours() {
        BufferedImage image = new BufferedImage(100, 100, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 10_000; i++) {
            image.setRGB(i % 100, i / 100, i < 200 ? i << 16 : i % 250 * 0x010101);
        }
        BufferedImage indexed = Png.withPalette(image);
        assertThat(indexed.getType()).isEqualTo(BufferedImage.TYPE_BYTE_INDEXED);
        for (int i = 0; i < 10_000; i++) {
            Color before = new Color(image.getRGB(i % 100, i / 100));
            Color after = new Color(indexed.getRGB(i % 100, i / 100));
            assertThat(Math.abs(before.getRed() - after.getRed()) + Math.abs(before.getGreen() - after.getGreen())
                    + Math.abs(before.getBlue() - after.getBlue())).as(before + " became " + after).isLessThan(24);
        }
    }

    @Test
    void aPaletteKeepsFewColoursAsTheyAreAndLeavesPhotosAlone() {
        BufferedImage few = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        BufferedImage photo = new BufferedImage(100, 100, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 256; i++) {
            few.setRGB(i % 16, i / 16, i * 65_537);
        }
        for (int i = 0; i < 10_000; i++) {
            photo.setRGB(i % 100, i / 100, 1601 * i);
        }
        BufferedImage indexed = Png.withPalette(few);
        assertThat(indexed.getType()).isEqualTo(BufferedImage.TYPE_BYTE_INDEXED);
        for (int i = 0; i < 256; i++) {
            assertThat(indexed.getRGB(i % 16, i / 16)).isEqualTo(few.getRGB(i % 16, i / 16));
        }
        assertThat(Png.withPalette(photo)).isSameAs(photo);
    }
}
