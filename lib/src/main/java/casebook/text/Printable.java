package casebook.text;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Makes text fit to be shown. What stands in a file may hold anything: an escape sequence changes a terminal's colours or its window's
 * title, U+202E turns the order of all letters behind it, a name may be a megabyte long, and XML allows no control characters at all.
 * Here such characters become escapes as Java has them, <code>&#92;u001b</code>, and what is too long loses its middle.
 */
public final class Printable {

    /** More than names in networks have: PyTorch's longest in its own zoo have about 70 characters. */
    private static final int LONGEST_NAME = 100;
    private static final int MOST_NAMES = 20;
    /** More than a screen. The longest messages list names, and then the reason still has to be seen. */
    private static final int LONGEST_MESSAGE = 2000;

    /** These two join letters of Persian and Indian scripts and parts of emoji, and do nothing else. */
    private static final int NON_JOINER = 0x200c;
    private static final int JOINER = 0x200d;

    private Printable() {}

    /** A name in a message or a table: in one line, of 100 characters at most. */
    public static String name(String text) {
        return shortened(line(shortened(text, 2 * LONGEST_NAME)), LONGEST_NAME);
    }

    /** Names in a message, the first 20 of them. */
    public static String names(Collection<String> texts) {
        String start = texts.stream().limit(MOST_NAMES).map(Printable::name).collect(Collectors.joining(", "));
        return texts.size() <= MOST_NAMES ? start : start + " and " + (texts.size() - MOST_NAMES) + " more";
    }

    /** Text in one line, as long as it is. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** A whole message: its line breaks stay, and it has 2,000 characters at most. */
    public static String message(String text) {
        return text == null ? null : shortened(escaped(shortened(text.replace("\r\n", "\n"), 2 * LONGEST_MESSAGE), true), LONGEST_MESSAGE);
    }

    private static String escaped(String text, boolean breaks) {
        if (ordinary(text) || text.codePoints().allMatch(c -> shown(c, breaks))) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (shown(c, breaks)) {
                escaped.appendCodePoint(c);
            } else if (c == '\n' || c == '\t') {
                escaped.append(c == '\n' ? "\\n" : "\\t");
            } else {
                for (char unit : Character.toChars(c)) {
                    escaped.append(String.format("\\u%04x", (int) unit));
                }
            }
        });
        return escaped.toString();
    }

    /** Nearly all text is of ASCII's letters alone, and there is much of it. */
    private static boolean ordinary(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) >= 127) {
                return false;
            }
        }
        return true;
    }

    private static boolean shown(int c, boolean breaks) {
        if (c < 127) {
            return c >= ' ' || breaks && c == '\n';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> false;
            case Character.FORMAT -> c == JOINER || c == NON_JOINER;
            // The last two of each plane are no characters. Others are only newer than this Java.
            case Character.UNASSIGNED -> (c & 0xfffe) != 0xfffe;
            default -> true;
        };
    }

    /** The start and the end tell names apart, in a message the end is the reason: the middle is left out. */
    private static String shortened(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int start = most * 3 / 5;
        int end = text.length() - (most - 1 - start);
        // A pair of surrogates is one character.
        start -= Character.isHighSurrogate(text.charAt(start - 1)) ? 1 : 0;
        end += Character.isLowSurrogate(text.charAt(end)) ? 1 : 0;
        return text.substring(0, start) + "…" + text.substring(end);
    }
}
