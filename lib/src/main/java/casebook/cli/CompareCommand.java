package casebook.cli;

import casebook.cost.Csv;
import casebook.cost.Published;
import casebook.notebook.Grid;
import java.io.PrintWriter;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code casebook compare}: every published figure beside ours. */
@Command(name = "compare", mixinStandardHelpOptions = true,
        description = "Published figures beside those computed here, and why they differ.")
final class CompareCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(names = "--csv", description = "CSV instead of a table, with source, convention and note.")
    private boolean csv;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Grid grid = Grid.of("", "Network", "Layer", "Quantity", ">Published", ">Ours", "Verdict");
        StringBuilder lines = new StringBuilder("network,id,layer,quantity,published,unit,computed,verdict,convention,shown_by,source,note\n");
        StringBuilder reasons = new StringBuilder("\nWhy some differ (sources of all figures: --csv)\n");
        for (Published figure : Published.all()) {
            OptionalLong computed = figure.computed();
            String verdict = figure.compare(computed).toString();
            grid.row(figure.network(), figure.layer(), figure.quantity(), figure.printed(),
                    computed.isPresent() ? Grid.number(computed.getAsLong()) : "", verdict);
            lines.append(Csv.row(figure.network(), figure.id(), figure.layer(), figure.quantity(), figure.figure(), figure.unit(),
                    computed.isPresent() ? Long.toString(computed.getAsLong()) : "", verdict, figure.convention(), figure.shownBy(),
                    figure.source(), figure.note()));
            if (figure.check() == Published.Check.DOES_NOT_FOLLOW) {
                reasons.append("  ").append(figure.network()).append(figure.layer().isEmpty() ? "" : ", " + figure.layer()).append(", ")
                        .append(figure.printed()).append(' ').append(figure.quantity()).append(" (").append(figure.source()).append("): ")
                        .append(figure.note()).append('\n');
            }
        }
        out.print(csv ? lines : grid.text() + reasons);
        out.flush();
    }
}
