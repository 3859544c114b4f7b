package casebook.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.cost.CostSheet;
import casebook.network.Network;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
}
