package casebook.cli;

import casebook.cost.Csv;
import casebook.data.DataException;
import casebook.data.Photo;
import casebook.notebook.Grid;
import casebook.pretrained.ImageClassifier;
import casebook.text.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code casebook classify IMAGE…}: what a trained network sees on photos. */
@Command(name = "classify", mixinStandardHelpOptions = true,
        description = "What SqueezeNet 1.1, trained on ImageNet, sees on photos (PNG or JPEG).")
final class ClassifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Files, or names of the project's photos such as chelsea.")
    private List<String> images;

    @Option(names = "--top", defaultValue = "5", description = "How many answers for each (5 unless something else is said).")
    private int top;

    @Option(names = "--csv", description = "CSV: image,rank,class,label,probability")
    private boolean csv;

    @Override
    public Integer call() {
        if (top < 1 || top > 1000) {
            throw new ParameterException(spec.commandLine(), "--top takes 1 to 1000, not " + top);
        }
        PrintWriter out = spec.commandLine().getOut();
        ImageClassifier classifier = ImageClassifier.squeezeNet();
        Grid grid = Grid.of("", "Image", ">Rank", ">Class", "Label", ">Probability");
        StringBuilder lines = new StringBuilder("image,rank,class,label,probability\n");
        boolean failed = false;
        for (String image : images) {
            try {
                // A file comes first: a project's photo has no dot in its name.
                Photo photo = Photo.names().contains(image) && !Path.of(image).toFile().exists() ? Photo.of(image) : Photo.read(Path.of(image));
                int rank = 1;
                for (ImageClassifier.Guess guess : classifier.classify(photo, top)) {
                    grid.row(image, Integer.toString(rank), Integer.toString(guess.index()), guess.label(),
                            String.format(Locale.ROOT, "%.1f %%", 100 * guess.probability()));
                    lines.append(Csv.row(Printable.line(image), rank, guess.index(), guess.label(),
                            String.format(Locale.ROOT, "%.6f", guess.probability())));
                    rank++;
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                // Whatever it is, the others are still answered.
                Main.say(spec.commandLine(), e instanceof DataException ? e.getMessage() : image + ": " + e);
                failed = true;
            }
        }
        out.print(csv ? lines : grid.text());
        out.flush();
        return failed ? 1 : 0;
    }
}
