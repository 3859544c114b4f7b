package casebook.model;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A text file to which several threads and processes add lines, one after the other: while it is open here, nobody else has it. A line is
 * added whole or not at all. Where a process is killed in between, a last line without a line end stays; readers pass over it, and the next
 * line replaces it.
 */
public final class SharedLines implements AutoCloseable {

    private final FileClaim claim;
    private final RandomAccessFile file;

    private SharedLines(FileClaim claim) {
        this.claim = claim;
        this.file = claim.open();
    }

    /**
     * Opens a file, which is made, empty, if it is not there; waits for others who have it.
     *
     * @throws IOException if it can't be opened, or another has it for ten seconds
     */
    public static SharedLines open(Path file) throws IOException {
        return new SharedLines(FileClaim.of(file));
    }

    /** How many bytes it has. */
    public long size() throws IOException {
        return file.length();
    }

    /** Its first bytes, at most so many. */
    public byte[] start(int most) throws IOException {
        byte[] bytes = new byte[(int) Math.min(most, file.length())];
        file.seek(0);
        file.readFully(bytes);
        return bytes;
    }

    /** Takes away everything from a byte on. */
    public void cut(long from) throws IOException {
        file.setLength(from);
    }

    /**
     * Puts a line at the end.
     *
     * @param line the line without its end
     * @throws IOException if it can't be written; the file has all whole lines that it had
     */
    public void add(String line) throws IOException {
        long end = wholeLines();
        cut(end);
        file.seek(end);
        try {
            file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            file.getFD().sync();
        } catch (IOException e) {
            cut(end);
            throw e;
        }
    }

    /** Where the last line that has an end ends. */
    private long wholeLines() throws IOException {
        byte[] piece = new byte[1 << 16];
        for (long end = file.length(); end > 0; end -= Math.min(end, piece.length)) {
            int count = (int) Math.min(end, piece.length);
            file.seek(end - count);
            file.readFully(piece, 0, count);
            for (int i = count; i > 0; i--) {
                if (piece[i - 1] == '\n') {
                    return end - count + i;
                }
            }
        }
        return 0;
    }

    @Override
    public void close() {
        claim.close();
    }
}
