package casebook.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.zoo.Zoo;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every published figure agrees with ours in the way that its row says, or sums show that it can't. */
class PublishedTest {

    static List<Published> figures() {
        return Published.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("figures")
    void theVerdictIsTheOneOfItsRow(Published figure) {
        assertThat(figure.compare()).isEqualTo(figure.check());
        if (figure.check() == Published.Check.DOES_NOT_FOLLOW) {
            assertThat(figure.note()).as("a reason").isNotBlank();
        }
        assertThat(figure.source()).as("a source with a year, a tool with its version, or a readme").matches(".*(\\d|readme).*");
        assertThat(Convention.of(figure.convention())).isNotNull();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("figures")
    void whatDoesNotFollowIsShownBySums(Published figure) {
        assertThat(figure.sums()).allSatisfy(sum -> assertThat(sum.value()).isEqualByComparingTo(sum.result()));
        if (figure.check() == Published.Check.DOES_NOT_FOLLOW && !figure.quantity().equals("input side")) {
            assertThat(figure.sums()).isNotEmpty();
            assertThat(figure.sums().get(0).value()).isEqualByComparingTo(BigDecimal.valueOf(figure.computed().getAsLong()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("figures")
    void accuraciesSayHowTheyWereMeasured(Published figure) {
        if (figure.quantity().matches("top-.*(error|accuracy)")) {
            assertThat(figure.note()).matches("(?s).*(crop|dense|test|validation|protocol not stated).*");
        }
    }

    @Test
    void thePapersFiguresOfEveryLectureAreThere() {
        assertThat(Published.all()).extracting(Published::id)
                .contains("lenet-5-1998", "alexnet-two-gpu", "vgg-11", "vgg-16", "vgg-19", "resnet-50", "resnet-152", "cifar-resnet-20", "nin", "googlenet");
        assertThat(Published.of("vgg-16")).isNotEmpty().allSatisfy(figure -> assertThat(figure.id()).isEqualTo("vgg-16"));
        assertThat(Published.all()).extracting(Published::id).allSatisfy(id -> assertThat(id.isEmpty() || Zoo.ids().contains(id)).isTrue());
    }

    @Test
    void sumsAreWorkedOutAsTheyAreWritten() {
        assertThat(new Published.Sum("2 + 3*4 - (10 - 4)/8", BigDecimal.ONE).value()).isEqualByComparingTo("13.25");
        assertThatThrownBy(() -> new Published.Sum("2 + x", BigDecimal.ONE).value()).hasMessageContaining("2+x");
    }

    @Test
    void roundingAndCuttingOffAreToldApart() {
        assertThat(figure("3.9", "billion").compare()).isEqualTo(Published.Check.ROUNDED);
        assertThat(figure("3.8", "billion").compare()).isEqualTo(Published.Check.TRUNCATED);
        assertThat(figure("3.7", "billion").compare()).isEqualTo(Published.Check.DOES_NOT_FOLLOW);
        assertThat(figure("3,858", "million").compare()).isEqualTo(Published.Check.ROUNDED);
        assertThat(figure("3,857,973,248", "MACs").compare()).isEqualTo(Published.Check.ROUNDED);
        assertThat(figure("3,857,973,249", "MACs").compare()).isEqualTo(Published.Check.DOES_NOT_FOLLOW);
    }

    @Test
    void valuesAndYears() {
        Published vgg = Published.of("vgg-16").stream().filter(figure -> figure.source().startsWith("Simonyan")).findFirst().orElseThrow();
        assertThat(vgg.value()).isEqualTo(138e6);
        assertThat(vgg.year()).isEqualTo(2014);
        assertThat(vgg.printed()).isEqualTo("138 million");
    }

    @Test
    void aLayerThatIsNotThereIsNamed() {
        Published wrong = new Published("ResNet-50", "resnet-50", "macs", "conv9", "1", "", "papers", Published.Check.ROUNDED, "", "", "");
        assertThatThrownBy(wrong::computed).hasMessageContaining("conv9");
    }

    private static Published figure(String printed, String unit) {
        return new Published("ResNet-50", "resnet-50", "macs", "", printed, unit, "papers", Published.Check.ROUNDED, "", "", "");
    }
}
