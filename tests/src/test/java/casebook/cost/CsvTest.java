package casebook.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {

    @Test
    void aTextIsNeverAFormula() {
        for (String formula : List.of("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "＝1", "-conv", "=HYPERLINK(A1)")) {
            assertThat(Csv.row(formula, 1)).isEqualTo("'" + formula + ",1\n");
        }
        assertThat(Csv.row("=\"a\",b")).isEqualTo("\"'=\"\"a\"\",b\"\n");
    }

    @Test
    void numbersAndOtherTextsStay() {
        assertThat(Csv.row(-3.5, -1, "-3.5", "+1e-5", "-.5", Double.NEGATIVE_INFINITY, "conv-1", "a=b", "", "28x28x6", "'quoted'"))
                .isEqualTo("-3.5,-1,-3.5,+1e-5,-.5,-Infinity,conv-1,a=b,,28x28x6,'quoted'\n");
    }
}
