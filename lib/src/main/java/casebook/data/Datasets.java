package casebook.data;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the project's folder {@code datasets}. */
public final class Datasets {

    private Datasets() {}

    /**
     * A file in the folder {@code datasets}. The folder is looked for in the environment variable {@code CASEBOOK_HOME}, in
     * the working folder and those above it, and above the library's jar.
     *
     * @throws DataException if there is no such folder
     */
    public static Path file(String name) {
        return home().resolve("datasets").resolve(name);
    }

    /**
     * The project's folder.
     *
     * @throws DataException if it is not found
     */
    public static Path home() {
        List<Path> starts = new ArrayList<>();
        String home = System.getenv("CASEBOOK_HOME");
        if (home != null && !home.isBlank()) {
            starts.add(Path.of(home));
        }
        starts.add(Path.of("").toAbsolutePath());
        try {
            starts.add(Path.of(Datasets.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
        } catch (URISyntaxException | RuntimeException e) {
            // A class loader without a location: the other places have to do.
        }
        for (Path start : starts) {
            for (Path folder = start; folder != null; folder = folder.getParent()) {
                if (Files.isDirectory(folder.resolve("datasets/fashion-mnist"))) {
                    return folder;
                }
            }
        }
        throw new DataException("the folder datasets was not found from " + starts
                + "; set the environment variable CASEBOOK_HOME to the project's folder");
    }
}
