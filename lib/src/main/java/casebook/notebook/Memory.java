package casebook.notebook;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to do when memory is exhausted: Java's heap, or that outside it, where the arrays of ND4J are. */
final class Memory {

    private static final Pattern NATIVE = Pattern.compile("totalBytes|physicalBytes|maxBytes|maxPhysicalBytes|bytes limit", Pattern.CASE_INSENSITIVE);

    private Memory() {}

    /** A sentence for the message of an {@link OutOfMemoryError}. */
    static String full(String message) {
        return message;
    }
}
