package casebook.notebook;

/**
 * A short answer to the learner: whether something is right, and what to think about if it is not.
 *
 * @param mark what kind of answer it is
 * @param head the first words: {@code 02.1 · right}
 * @param text the rest; may be empty. Of what is folded away, the line that is seen
 */
public record Feedback(Mark mark, String head, String text) {

    /** Kinds of answers. Each has a sign of its own beside its colour. */
    public enum Mark {
        /** It is right. */
        RIGHT("✓", "#009E73"),
        /** Something has to be thought over again. */
        AGAIN("↻", "#D55E00"),
        /** Nothing was answered, or nothing is judged. */
        OPEN("○", "#767676"),
        /** An answer that nobody has asked for yet: it is folded away, and opened by whoever wants it. */
        FOLDED("○", "#767676");

        private final String sign;
        private final String colour;

        Mark(String sign, String colour) {
            this.sign = sign;
            this.colour = colour;
        }
    }

    /** Words alone: {@code ✓ 02.1 · right. …}. */
    public String words() {
        return mark == Mark.FOLDED ? head : mark.sign + " " + head + (text.isEmpty() ? "" : ". " + text);
    }

    Bundle bundle() {
        if (mark == Mark.FOLDED) {
            return Bundle.html("<details style=\"max-width:46em\"><summary>" + Grid.escape(text) + "</summary>" + Grid.escape(head) + "</details>", words());
        }
        String html = "<div role=\"status\" style=\"border-left:4px solid " + mark.colour + ";padding:.2em .8em;max-width:46em\"><b><span aria-hidden=\"true\">"
                + mark.sign + " </span>" + Grid.escape(head) + "</b>" + (text.isEmpty() ? "" : "<br>" + Grid.escape(text).replace("\n", "<br>")) + "</div>";
        return Bundle.html(html, words());
    }

    @Override
    public String toString() {
        return words();
    }
}
