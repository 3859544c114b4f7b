package casebook.cli;

import casebook.cost.Convention;
import casebook.cost.CostSheet;
import casebook.cost.Csv;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.notebook.Grids;
import casebook.onnx.OnnxFile;
import casebook.zoo.Zoo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casebook cost NETWORK}: what a network costs, layer by layer or stage by stage; also one in an ONNX file. */
@Command(name = "cost", mixinStandardHelpOptions = true,
        description = "Parameters, multiply-accumulates and activations of a network, layer by layer.")
final class CostCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NETWORK", description = "One of the ids that casebook list shows, or an ONNX file of any origin (FILE.onnx).")
    private String id;

    @Option(names = "--input", paramLabel = "SIZE", description = "How large the images are, as in 224x224x3, where an ONNX file leaves it open.")
    private String input;

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
        CostSheet sheet = CostSheet.of(network(), convention());
        PrintWriter out = spec.commandLine().getOut();
        if (csv) {
            out.print(stages ? stages(sheet) : sheet.csv());
        } else {
            out.print(stages ? Grids.byStage(sheet) : Grids.byLayer(sheet));
        }
        out.flush();
        return 0;
    }

    private Network network() {
        boolean file = id.toLowerCase(Locale.ROOT).endsWith(".onnx");
        if (!file && input != null) {
            throw new ParameterException(spec.commandLine(), "--input goes with an ONNX file; " + id + " has a size of its own");
        }
        return file ? OnnxFile.read(Path.of(id), input == null ? null : size(input)) : network(spec, id);
    }

    private Shape size(String text) {
        try {
            int[] sides = Arrays.stream(text.split("[x×]", -1)).mapToInt(Integer::parseInt).toArray();
            if (sides.length == 3) {
                return Shape.volume(sides[0], sides[1], sides[2]);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new ParameterException(spec.commandLine(), "--input takes height, width and channels, as in 224x224x3, not \"" + text + "\"");
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
