package casebook.cli;

import casebook.cost.CostSheet;
import casebook.cost.Csv;
import casebook.notebook.Grid;
import casebook.zoo.Zoo;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code casebook list}: the networks of the course. */
@Command(name = "list", description = "The networks of the course.", mixinStandardHelpOptions = true)
final class ListCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(names = "--csv", description = "CSV instead of a table.")
    private boolean csv;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Grid grid = Grid.of("", "Id", "Network", "Input", ">Parameters", ">MACs");
        StringBuilder lines = new StringBuilder("id,network,input,parameters,macs\n");
        for (String id : Zoo.ids()) {
            CostSheet sheet = CostSheet.of(Zoo.network(id));
            String name = sheet.network().name();
            grid.row(id, name, sheet.network().input().toString(), Grid.number(sheet.parameters()), Grid.number(sheet.macs()));
            lines.append(Csv.row(id, name, sheet.network().input().csv(), sheet.parameters(), sheet.macs()));
        }
        out.print(csv ? lines : grid.text());
        out.flush();
    }
}
