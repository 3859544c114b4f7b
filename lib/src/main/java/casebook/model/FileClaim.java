package casebook.model;

import casebook.compute.Stopped;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * A file that one thread of one process has for itself, by a lock of the system, which unlocks it when a process ends, however it ends.
 * Whoever has it must not remove or replace it: others may wait for the file that was there. Nothing here is stopped by an interrupt, which
 * closes a channel only while something is read or written through the channel itself.
 */
public final class FileClaim implements AutoCloseable {

    private static final int MILLISECONDS = 20;
    private static final int TRIES = 500;

    /** Of this process. A file must not even be opened again: to close it would unlock it. */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path path;
    private final RandomAccessFile open;

    private FileClaim(Path path, RandomAccessFile open) {
        this.path = path;
        this.open = open;
    }

    /**
     * Claims a file, if nobody else has it. The file and its folders are made where they are missing.
     *
     * @return the claim, or null if another thread or process has it
     * @throws IOException if it can't be opened for writing
     */
    public static FileClaim ifFree(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Files.createDirectories(target.getParent());
        Path path = Files.exists(target) ? target.toRealPath() : target.getParent().toRealPath().resolve(target.getFileName());
        synchronized (HELD) {
            if (HELD.contains(path)) {
                return null;
            }
            RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw");
            if (!locked(open)) {
                open.close();
                return null;
            }
            HELD.add(path);
            return new FileClaim(path, open);
        }
    }

    /**
     * Claims a file, and waits up to ten seconds for whoever has it; for what takes a moment.
     *
     * @throws IOException if somebody has it all the time, or it can't be opened for writing
     */
    static FileClaim of(Path file) throws IOException {
        return Stopped.postponed(() -> {
            for (int i = 0; i < TRIES; i++) {
                FileClaim claim = ifFree(file);
                if (claim != null) {
                    return claim;
                }
                Thread.sleep(MILLISECONDS);
            }
            throw new IOException("another program has had it for ten seconds");
        });
    }

    private static boolean locked(RandomAccessFile open) {
        try {
            return open.getChannel().tryLock() != null;
        } catch (IOException e) {
            // A file system without locks: between processes there is none then.
            return true;
        }
    }

    /** To read and write it. */
    RandomAccessFile open() {
        return open;
    }

    /** Gives it up. */
    @Override
    public void close() {
        synchronized (HELD) {
            HELD.remove(path);
            try {
                open.close();
            } catch (IOException e) {
                // What was written was written, and the process's end unlocks it.
            }
        }
    }
}
