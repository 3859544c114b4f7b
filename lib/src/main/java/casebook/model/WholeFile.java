package casebook.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file whole or not at all: the numbers go to a file beside it first, which then takes its name. Whoever reads it
 * sees the old file or the new one, whatever happens in between.
 */
public final class WholeFile {

    private WholeFile() {}

    /** What is written. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it, from the start. */
        void write(FileChannel out) throws IOException;
    }

    /**
     * Writes a file; folders that are missing are made.
     *
     * @throws ModelFileException if it can't be written, with the system's reason
     */
    public static void write(Path file, Content content) {
        Path partial = null;
        try {
            Path target = file.toAbsolutePath();
            Files.createDirectories(target.getParent());
            partial = target.resolveSibling(target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                content.write(out);
                out.force(true);
            }
            try {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFileException(file + " could not be written (" + reason(e) + "); nothing was changed", e);
        } finally {
            try {
                if (partial != null) {
                    Files.deleteIfExists(partial);
                }
            } catch (IOException e) {
                // What is left is a file that ends in .part, which nobody reads.
            }
        }
    }

    /** Java's file exceptions often have a path for a message and the reason in their class's name. */
    private static String reason(Exception e) {
        return e instanceof java.nio.file.FileSystemException f && f.getReason() == null
                ? e.getClass().getSimpleName().replaceFirst("Exception$", "") + ": " + e.getMessage() : e.getMessage();
    }
}
