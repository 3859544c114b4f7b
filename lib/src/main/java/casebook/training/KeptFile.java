package casebook.training;

import casebook.model.FileClaim;
import casebook.model.ModelFileException;
import casebook.model.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * Where one resumable training keeps its state, and nobody else: {@code cell.safetensors}, or {@code cell.safetensors.2} and so on where
 * another kernel, or a training that still runs in this one, has taken those before it. Whoever has it has locked the empty file
 * {@code cell.safetensors.lock} beside it, which stays: to remove it while another waits for it would let two in.
 */
record KeptFile(Path file, FileClaim claim) implements AutoCloseable {

    /**
     * Takes the first free file from which the training can go on, or else the first free one.
     *
     * @param goesOn tries to take up what a file holds; false if it is of another run or damaged
     * @throws ModelFileException if nothing can be written there
     */
    static KeptFile of(Path name, Predicate<Path> goesOn) {
        KeptFile free = null;
        try {
            for (int i = 1; ; i++) {
                Path file = i == 1 ? name : name.resolveSibling(name.getFileName() + "." + i);
                if (free != null && !Files.exists(file)) {
                    return free;
                }
                FileClaim claim = FileClaim.ifFree(file.resolveSibling(file.getFileName() + ".lock"));
                if (claim == null) {
                    continue;
                }
                if (Files.exists(file) && goesOn.test(file)) {
                    if (free != null) {
                        free.close();
                    }
                    return new KeptFile(file, claim);
                }
                if (free == null) {
                    free = new KeptFile(file, claim);
                } else {
                    claim.close();
                }
            }
        } catch (IOException e) {
            if (free != null) {
                free.close();
            }
            throw new ModelFileException(name + " could not be written (" + WholeFile.reason(e) + "); training has not begun", e);
        }
    }

    /** Removes the file, which nobody needs once the training is whole. */
    void remove() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new ModelFileException(file + " could not be removed (" + WholeFile.reason(e) + ")", e);
        }
    }

    @Override
    public void close() {
        claim.close();
    }
}
