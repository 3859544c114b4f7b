package casebook.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.compute.StopSignal;
import casebook.compute.Stopped;
import casebook.cost.CostSheet;
import casebook.network.Network;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {

    private final Picture picture = Charts.bars("Two bars", "units", List.of("a", "b"), 1, 2);

    @TempDir
    Path folder;

    @Test
    void isSavedByItsEnding() throws IOException {
        Path png = picture.save(folder.resolve("new/folder/bars.PNG"));
        Path svg = picture.save(folder.resolve("bars.svg"));
        Path csv = picture.save(folder.resolve("bars.csv"));

        BufferedImage image = ImageIO.read(png.toFile());
        assertThat(image.getWidth()).isEqualTo(2 * picture.width());
        assertThat(image.getHeight()).isEqualTo(2 * picture.height());
        assertThat(svg).hasContent(picture.svg());
        assertThat(Files.readString(csv)).isEqualTo(picture.csv()).startsWith("Label,units");
    }

    @Test
    void replacesAndLeavesNothingBeside() throws IOException {
        Path file = folder.resolve("bars.csv");
        Files.writeString(file, "old");
        picture.save(file);

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
        assertThat(file).content().startsWith("Label");
    }

    @Test
    void noSpreadsheetComputesATextOfIts() {
        Picture formula = Charts.bars("Two bars", "units", List.of("=1+1", "-conv"), 3.5, 2);
        assertThat(formula.csv()).isEqualTo("Label,units\n'=1+1,3.5\n'-conv,2.0\n");
    }

    @Test
    void whatCannotBeSavedSaysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatThrownBy(() -> picture.save(file.resolve("bars.svg"))).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("bars.svg could not be written (").hasMessageContaining("file is a file, where a folder is needed");
        Files.createDirectory(folder.resolve("bars.csv"));
        assertThatThrownBy(() -> picture.save(folder.resolve("bars.csv"))).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("bars.csv could not be written (").hasMessageContaining("nothing was changed");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file", "bars.csv");
        assertThat(file).hasContent("mine");
    }

    @Test
    void otherEndingsAreRefused() {
        assertThatThrownBy(() -> picture.save(folder.resolve("bars.jpg")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(".png, .svg or .csv").hasMessageContaining("bars.jpg");
        assertThat(folder).isEmptyDirectory();
    }

    /** XML has no control characters, not even as references, and a text may turn the order of all letters behind it. */
    @Test
    void anyNameMakesSvgThatCanBeRead() {
        String bad = "a\u0000\u001b[31m<\u202e\ud800\uffff&\n";
        String shown = "a\\u0000\\u001b[31m<\\u202e\\ud800\\uffff&\\n";
        Network network = Network.named(bad).input(8, 8, 3).name(bad).conv(4, 3).relu().stage(bad).conv(8,
                3).globalAveragePool().dense(2).build();
        CostSheet sheet = CostSheet.of(network);
        List<Picture> pictures = List.of(Charts.bars(bad, bad, List.of(bad, "b"), 1, 2), Drawing.of(network), Charts.parameters(sheet),
                Charts.costsByStage(sheet), Charts.alongDepth(sheet), Charts.family(List.of(sheet, sheet)),
                Charts.curves(bad, bad, bad, new Curve(bad, new double[] {1, 2}, new double[] {1, 2})));
        assertThat(pictures).allSatisfy(each -> {
            Xml.parse(each);
            assertThat(each.svg()).doesNotContain("\u202e", "&#");
        });
        assertThat(Xml.texts(pictures.get(0))).contains(shown);
        assertThat(Xml.elements(pictures.get(0), "title")).containsExactly(shown);
    }

    @Test
    void theGroundIsWhiteToTheEdge() {
        BufferedImage image = picture.image(1.3);
        int right = image.getWidth() - 1;
        int bottom = image.getHeight() - 1;
        assertThat(new int[] {image.getRGB(0, 0), image.getRGB(right, 0), image.getRGB(0, bottom), image.getRGB(right, bottom)})
                .containsOnly(0xFFFFFFFF);
        assertThatThrownBy(() -> picture.image(0)).hasMessageContaining("more than 0");
    }

    /** A large drawing takes a second to be written; a stop button does not wait for it. */
    @Test
    void aDrawingThatIsBeingWrittenStops() {
        StopSignal signal = new StopSignal();
        Picture stopped = (Picture) Proxy.newProxyInstance(Picture.class.getClassLoader(), new Class<?>[] {Picture.class}, (proxy, method, values) -> {
            if (method.getName().equals("paint")) {
                picture.paint((Graphics2D) values[0]);
                signal.set();
                return null;
            }
            return method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, values) : method.invoke(picture, values);
        });
        assertThatThrownBy(() -> signal.over(stopped::svg)).isInstanceOf(Stopped.class);
    }

    /** Thread.interrupt() in the middle of the drawing, as of a notebook's stop button. */
    @Test
    void aDrawingLosesNoInterrupt() {
        AtomicBoolean painted = new AtomicBoolean();
        Picture curves = Charts.curves("t", "x", "y", new Curve("c", new double[] {1, 2, 3}, new double[] {3, 2, 1}));
        Picture interrupted = (Picture) Proxy.newProxyInstance(Picture.class.getClassLoader(), new Class<?>[] {Picture.class}, (proxy, method, values) -> {
            if (method.getName().equals("paint")) {
                curves.paint((Graphics2D) values[0]);
                Thread.currentThread().interrupt();
                painted.set(true);
                return null;
            }
            return method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, values) : method.invoke(curves, values);
        });
        for (Supplier<?> drawing : List.<Supplier<?>>of(interrupted::svg, interrupted::png)) {
            painted.set(false);
            assertThat(drawing.get()).isNotNull();
            assertThat(painted).isTrue();
            assertThat(Thread.interrupted()).isTrue();
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(interrupted::svg).as("before it begins").isInstanceOf(Stopped.class);
    }
}
