package casebook.model;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names and texts that a file gave, for messages: a terminal obeys control characters, and a name may be as long as the file. */
public final class FileText {

    private static final int LONGEST = 80;
    private static final int MOST = 20;

    private FileText() {}

    /** The text in at most 80 characters, with a question mark for each that can't be printed. */
    public static String shown(String text) {
        String start = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "… (" + text.length() + " characters)";
        return start.codePoints().map(c -> switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> '?';
            default -> c;
        }).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /** The first 20 of these texts. */
    public static String shown(Collection<String> texts) {
        String start = texts.stream().limit(MOST).map(FileText::shown).collect(Collectors.joining(", "));
        return texts.size() <= MOST ? start : start + " and " + (texts.size() - MOST) + " more";
    }
}
