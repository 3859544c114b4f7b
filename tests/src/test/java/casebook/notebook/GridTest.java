package casebook.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.cost.CostSheet;
import casebook.network.Network;
import casebook.zoo.Zoo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class GridTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"0;0", "999;999", "1000;1,000", "62378344;62,378,344", "-999;-999", "-1000;-1,000",
        "-9223372036854775808;-9,223,372,036,854,775,808"})
    void numbersHaveThousandsSeparators(long number, String written) {
        assertThat(Grid.number(number)).isEqualTo(written);
    }

    @Test
    void inHtmlFiguresAreAtTheRightAndTextIsEscaped() {
        Table table = Table.create("a & b", StringColumn.create("Layer", "<script>", "\"b\""), LongColumn.create("Parameters", 1_234_567, 89));
        String html = Tables.grid(table).html(40);
        assertThat(html).contains("<td align=\"right\" style=\"text-align:right\">1,234,567</td>",
                "<td style=\"text-align:left\">&lt;script&gt;</td>", "&quot;b&quot;", "a &amp; b</caption>",
                "<th scope=\"col\" align=\"right\" style=\"text-align:right\">Parameters</th>", "overflow-x:auto").doesNotContain("<script>", "<style");
    }

    @Test
    void nothingFixesAColourThatADarkPageWouldSwallow() {
        String html = Grids.of(Zoo.network("lenet-5")).html(40);
        assertThat(html).doesNotContain("color:", "background", "white", "black", "#");
    }

    @Test
    void aLongTableIsCutAndKeepsItsTotal() {
        Grid grid = Grid.of("", "Layer", ">Parameters");
        for (int i = 0; i < 45; i++) {
            grid.row("layer" + i, "1");
        }
        grid.total("total", "45");
        assertThat(grid.html(40)).contains("layer39", "… 5 more rows", "45</th>").doesNotContain("layer40");
        assertThat(grid.text(40)).contains("layer39", "… 5 more rows", "total").doesNotContain("layer40");
        assertThat(grid.text()).contains("layer44").doesNotContain("more row");
    }

    @Test
    void aLastRowCalledTotalIsSetOff() {
        Table table = Table.create("", StringColumn.create("Stage", "conv1", "Total"), IntColumn.create("Layers", 3, 3));
        assertThat(Grid.of("", "Note").row("word ".repeat(20)).html(40)).contains("<td style=\"text-align:left;min-width:20em\">word word");
        assertThat(Tables.grid(table).html(40)).contains("<tfoot><tr><th style=\"text-align:left;border-top:2px solid gray\">Total</th>");
    }

    @Test
    void aColumnDecidesHowItsFiguresAreWritten() {
        Table table = Table.create("", IntColumn.create("Year", 1998, 2012), DoubleColumn.create("MACs, %", 12.345, 100),
                DoubleColumn.create("Loss", 0.51234, 0.1), DoubleColumn.create("Time, ms", 1234.5, 3.25), DoubleColumn.create("Count", 3, Double.NaN));
        assertThat(Tables.grid(table).text().lines().skip(2).map(line -> line.strip().split("\\s+")))
                .containsExactly(new String[] {"1998", "12.3", "0.5123", "1,235", "3"}, new String[] {"2012", "100.0", "0.1000", "3", "–"});
    }

    @Test
    void aCostSheetIsTheSameInANotebookAndInATerminal() {
        CostSheet sheet = CostSheet.of(Zoo.network("lenet-5"));
        Bundle shown = Outputs.of(sheet).get(0);
        assertThat(shown.data().get(Bundle.TEXT)).isEqualTo(Grids.byLayer(sheet).text());
        String html = shown.data().get(Bundle.HTML);
        assertThat(html).contains(">Receptive field<", ">28×28×6<");
        assertThat(html.substring(html.indexOf("<tfoot>"))).contains(">total<", ">61,706<", ">416,520<", ">15,012<");
    }

    @Test
    void aNetworkOfManyLayersIsShownByStage() {
        var builder = Network.named("deep").input(8, 8, 1);
        for (int i = 0; i < 41; i++) {
            builder = builder.stage("stage " + i % 2).relu();
        }
        assertThat(Grids.of(builder.build()).text()).contains("Stage").doesNotContain("Kind");
        assertThat(Grids.of(Zoo.network("lenet-5")).text()).contains("Kind", "conv1/tanh");
    }

    @Test
    void aRowMustFitItsTable() {
        assertThatThrownBy(() -> Grid.of("", "a", "b").row("1")).hasMessageContaining("2 cells").hasMessageContaining("has 1");
    }
}
