package casebook.cli;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.cost.Csv;
import casebook.network.Network;
import casebook.notebook.Grids;
import casebook.zoo.Zoo;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casebook cost NETWORK}: what a network costs, layer by layer or stage by stage. */
@Command(name = "cost", mixinStandardHelpOptions = true,
        description = "Parameters, multiply-accumulates and activations of a network, layer by layer.")
final class CostCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NETWORK", description = "One of the ids that casebook list shows.")
    private String id;

    @Option(names = "--csv", description = "CSV instead of a table; no row of totals.")
    private boolean csv;

    @Option(names = "--by", paramLabel = "UNIT", defaultValue = "layer",
            description = "What a row is: layer (unless something else is said) or stage.")
    private String by;

    @Option(names = "--convention", paramLabel = "WORDS", defaultValue = "papers",
            description = "What counts: papers (unless something else is said) or connections, then what is switched on and off, as in "
                    + "\"papers +moving-statistics -biases\". Switches: biases, normalization, moving-statistics, auxiliary-heads, "
                    + "bias-additions, max-pooling, average-pooling, normalization-operations, activations, merges, flops; also biases=everywhere.")
    private String convention;

    @Override
    public Integer call() {
        boolean stages = by.equals("stage");
        if (!stages && !by.equals("layer")) {
            throw new ParameterException(spec.commandLine(), "--by takes layer or stage, not \"" + by + "\"");
        }
        CostSheet sheet = CostSheet.of(network(spec, id), convention());
        PrintWriter out = spec.commandLine().getOut();
        if (csv) {
            out.print(stages ? stages(sheet) : sheet.csv());
        } else {
            out.print(stages ? Grids.byStage(sheet) : Grids.byLayer(sheet));
        }
        out.flush();
        return 0;
    }

    private Convention convention() {
        try {
            return Convention.of(convention);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /**
     * The network with this id, in capitals or not.
     *
     * @throws ParameterException if there is none; the message names the nearest
     */
    static Network network(CommandSpec spec, String id) {
        String known = Zoo.ids().contains(id) ? id : id.toLowerCase(Locale.ROOT);
        if (!Zoo.ids().contains(known)) {
            try {
                Zoo.network(id);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
        }
        return Zoo.network(known);
    }

    private static String stages(CostSheet sheet) {
        StringBuilder csv = new StringBuilder("stage,layers,output,parameters,macs,activations\n");
        for (CostSheet.Sum stage : sheet.stages()) {
            csv.append(Csv.row(stage.name(), stage.layers(), stage.output().csv(), stage.parameters(), stage.macs(), stage.activations()));
        }
        return csv.toString();
    }
}
