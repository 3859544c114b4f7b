package casebook.text;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.data.DataException;
import casebook.model.ModelFileException;
import casebook.network.NetworkException;
import casebook.training.TrainingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

    @ParameterizedTest
    @ValueSource(strings = {"conv1", "Größe · ∑", "層1", "/model/features.0/conv", "🙂 smile", "می‌روم", "👩‍👧"})
    void ordinaryTextStays(String text) {
        assertThat(Printable.message(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({"001b, \\u001b", "0000, \\u0000", "0007, \\u0007", "007f, \\u007f", "009b, \\u009b", "202e, \\u202e", "2066, \\u2066",
            "200e, \\u200e",
        "2028, \\u2028", "d800, \\ud800", "dc00, \\udc00", "ffff, \\uffff", "feff, \\ufeff", "e0041, \\udb40\\udc41", "000d, \\u000d"})
    void whatATerminalObeysIsShownAsAnEscape(String code, String shown) {
        String hidden = "a" + new String(Character.toChars(Integer.parseInt(code, 16))) + "b";
        assertThat(Printable.line(hidden)).isEqualTo("a" + shown + "b");
        assertThat(Printable.message(hidden)).isEqualTo("a" + shown + "b");
    }

    @Test
    void onlyMessagesHaveLines() {
        assertThat(Printable.message("two\nlines")).isEqualTo("two\nlines");
        assertThat(Printable.message("two\r\nlines")).isEqualTo("two\nlines");
        assertThat(Printable.line("two\nlines\t")).isEqualTo("two\\nlines\\t");
    }

    @Test
    void longNamesLoseTheirMiddle() {
        String name = Printable.name("first" + "x".repeat(1_000_000) + "last");
        assertThat(name).hasSize(100).startsWith("firstxx").endsWith("xxlast").contains("x…x");
        assertThat(Printable.name("\u001b".repeat(1000))).hasSize(100);
        assertThat(Printable.name("🙂".repeat(1000))).hasSizeLessThanOrEqualTo(100).doesNotContain("\\u");
        assertThat(Printable.message("file.onnx: " + "x".repeat(1_000_000)
                + " is wrong")).hasSize(2000).startsWith("file.onnx: x").endsWith("x is wrong");
    }

    @Test
    void exceptionsOfTheProductSayNothingElse() {
        String message = "a.png: \u001b[31m\u202e";
        assertThat(List.of(new DataException(message), new DataException(message, null), new ModelFileException(message),
                new ModelFileException(message, null), new NetworkException(message), new NetworkException(message, null),
                new TrainingException(message))).allSatisfy(e -> assertThat(e).hasMessage("a.png: \\u001b[31m\\u202e"));
        assertThat(new DataException(null)).hasMessage(null);
    }
}
