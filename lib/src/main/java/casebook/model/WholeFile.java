package casebook.model;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a file whole or not at all: the numbers go to a file beside it first, which then takes its name. Whoever reads it
 * sees the old file or the new one, whatever happens in between. A thread that is interrupted meanwhile writes to the end.
 */
public final class WholeFile {

    private WholeFile() {}

    /** What is written. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it, from the start. */
        void write(RandomAccessFile out) throws IOException;
    }

    /**
     * Writes a file of weights; folders that are missing are made.
     *
     * @throws ModelFileException if it can't be written, with the system's reason
     */
    public static void write(Path file, Content content) {
        try {
            put(file, content);
        } catch (IOException e) {
            throw new ModelFileException(e.getMessage(), e);
        }
    }

    /**
     * Writes a file; folders that are missing are made.
     *
     * @throws IOException if it can't be written; the message is a sentence with the file's name and the system's reason
     */
    public static synchronized void put(Path file, Content content) throws IOException {
        Path partial = null;
        try {
            Path target = file.toAbsolutePath();
            Files.createDirectories(target.getParent());
            removeLeftovers(target);
            partial = partial(target, ProcessHandle.current().pid());
            Files.deleteIfExists(partial);
            // Not a FileChannel: an interrupt would close it.
            try (RandomAccessFile out = new RandomAccessFile(partial.toFile(), "rw")) {
                content.write(out);
                out.getFD().sync();
            }
            try {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new IOException(file + " could not be written (" + reason(e) + "); nothing was changed", e);
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

    private static Path partial(Path target, long process) {
        return target.resolveSibling(target.getFileName() + "." + process + ".part");
    }

    /** Removes what processes left that ended in the middle of writing this file. */
    private static void removeLeftovers(Path target) throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(target.getFileName().toString()) + "\\.(\\d{1,18})\\.part");
        List<Path> all;
        try (Stream<Path> files = Files.list(target.getParent())) {
            all = files.toList();
        }
        for (Path other : all) {
            Matcher matcher = name.matcher(other.getFileName().toString());
            if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                Files.deleteIfExists(other);
            }
        }
    }

    /** Java's file exceptions often have a path for a message, and the reason in their class's name. */
    public static String reason(IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return e.getMessage() + " is a file, where a folder is needed";
        }
        return e instanceof FileSystemException f && f.getReason() == null
                ? e.getClass().getSimpleName().replaceFirst("Exception$", "") + ": " + e.getMessage() : e.getMessage();
    }
}
