package casebook.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a mistyped word may have been meant to be. */
public final class Nearest {

    private Nearest() {}

    /**
     * The three words most like this one, by the number of letters to change.
     *
     * @param word what was typed
     * @param known what there is
     * @return the words, with commas between them
     */
    public static String to(String word, Collection<String> known) {
        return known.stream().sorted(Comparator.comparingInt(other -> distance(word.toLowerCase(Locale.ROOT), other))).limit(3)
                .collect(Collectors.joining(", "));
    }

    /** The word most like this one, if no more than so many letters have to be changed. */
    public static Optional<String> within(int letters, String word, Collection<String> known) {
        return known.stream().filter(other -> distance(word, other) <= letters).min(Comparator.comparingInt(other -> distance(word, other)));
    }

    /** Levenshtein's distance: the fewest letters to insert, delete or replace. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
