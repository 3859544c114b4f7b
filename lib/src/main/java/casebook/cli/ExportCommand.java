package casebook.cli;

import casebook.model.Model;
import casebook.network.Network;
import casebook.notebook.Grid;
import casebook.onnx.OnnxFile;
import casebook.pretrained.ImageClassifier;
import casebook.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casebook export NETWORK FILE.onnx}: a network with its weights as an ONNX file. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = "Writes a network with its weights as an ONNX file, which ONNX Runtime, Netron and many others read.")
final class ExportCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "NETWORK", description = "One of the ids that casebook list shows.")
    private String id;

    @Parameters(index = "1", paramLabel = "FILE.onnx", description = "The file to write; one that is there is replaced.")
    private Path file;

    @Option(names = "--seed", paramLabel = "N",
            description = "Random weights; another seed gives others. Without it: the trained ones of squeezenet-1.1, "
            + "and seed 1 for all other networks.")
    private Long seed;

    @Option(names = "--weights", paramLabel = "FILE.safetensors",
            description = "Weights that were saved before, instead of random ones.")
    private Path weights;

    @Override
    public Integer call() {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            throw new ParameterException(spec.commandLine(),
                    "the file's name has to end with .onnx, other programs go by it; this one is \"" + file + "\"");
        }
        if (seed != null && weights != null) {
            throw new ParameterException(spec.commandLine(),
                    "--seed and --weights exclude each other: weights are random or come from a file");
        }
        Network network = CostCommand.network(spec, id);
        OnnxFile.write(file, model(network));
        PrintWriter out = spec.commandLine().getOut();
        try {
            out.println(Printable.line(file.toString()) + ": " + network + ", " + Grid.number(Files.size(file)) + " bytes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return 0;
    }

    private Model model(Network network) {
        if (weights != null) {
            return Model.load(network, weights);
        }
        boolean trained = seed == null && id.equalsIgnoreCase("squeezenet-1.1");
        return trained ? ImageClassifier.squeezeNet().model() : Model.of(network, seed == null ? 1 : seed);
    }
}
