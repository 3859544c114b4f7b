package casebook.network;

import casebook.layers.Add;
import casebook.layers.Concatenate;
import casebook.network.Chain.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks for the first difference between two networks, from the input on, and says it in words. */
final class DifferenceFinder {

    private final Network given;
    private final Network wanted;
    private final LayerWords words;

    DifferenceFinder(Network given, Network wanted) {
        this.given = given;
        this.wanted = wanted;
        this.words = new LayerWords(given);
    }

    Difference find() {
        if (!given.input().csv().equals(wanted.input().csv())) {
            return new Difference("Your network reads another volume.", "Your network reads " + given.input() + ".", wanted.input()
                    + " is to go in.");
        }
        Structure ours = Structure.of(given);
        Structure theirs = Structure.of(wanted);
        if (ours.ends.size() != theirs.ends.size()) {
            return new Difference("Your network has another number of outputs.", "Your network has " + count(ours.ends.size(), "output")
                    + ".",
                    count(theirs.ends.size(), "output") + (theirs.ends.size() == 1 ? " is" : " are") + " wanted.");
        }
        try {
            for (int i = 0; i < ours.ends.size(); i++) {
                List<Link> a = Chain.of(ours, ours.ends.get(i).part());
                List<Link> b = Chain.of(theirs, theirs.ends.get(i).part());
                if (!Chain.text(a).equals(Chain.text(b))) {
                    return between(a, b, "");
                }
            }
        } catch (IllegalStateException tooManyWays) {
            // It can only be said that something is joined otherwise.
        }
        return new Difference("The layers are right. They are joined in another way.", "The layers are right, but some layer reads "
                + "another one than it should, or two "
                + "layers share their weights.", "Draw your network, and compare for each layer what it reads.");
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    // ---------------------------------------------------------------- two ways

    /** @param place where both ways lie: {@code in your second branch}; empty for the whole network */
    private Difference between(List<Link> a, List<Link> b, String place) {
        int same = 0;
        while (same < Math.min(a.size(), b.size()) && a.get(same).text().equals(b.get(same).text())) {
            same++;
        }
        int sameAtEnd = 0;
        while (sameAtEnd < Math.min(a.size(), b.size()) - same
                && a.get(a.size() - 1 - sameAtEnd).text().equals(b.get(b.size() - 1 - sameAtEnd).text())) {
            sameAtEnd++;
        }
        List<Link> ours = a.subList(same, a.size() - sameAtEnd);
        List<Link> theirs = b.subList(same, b.size() - sameAtEnd);
        Difference order = order(ours, theirs, place);
        if (order != null) {
            return order;
        }
        Difference reach = reach(ours, theirs);
        if (reach != null) {
            return reach;
        }
        return firstEdit(ours, theirs, same == 0 ? null : a.get(same - 1), sameAtEnd == 0 ? null : a.get(a.size() - sameAtEnd), place);
    }

    /** The same layers, in another order. */
    private Difference order(List<Link> ours, List<Link> theirs, String place) {
        if (ours.size() < 2 || ours.size() != theirs.size()
                || !kinds(ours).sorted().toList().equals(kinds(theirs).sorted().toList())) {
            return null;
        }
        for (int i = 0; i < ours.size(); i++) {
            String kind = LayerWords.sort(theirs.get(i));
            if (!LayerWords.sort(ours.get(i)).equals(kind)) {
                int at = i;
                while (!LayerWords.sort(ours.get(at)).equals(kind)) {
                    at++;
                }
                String early = words.your(ours.get(i));
                String late = words.your(ours.get(at));
                return new Difference(LayerWords.sentence(place + (place.isEmpty() ? "" : ", ") + late + " stands behind " + early
                        + ". Is this the order?"),
                        LayerWords.sentence(place + (place.isEmpty() ? "" : ", ") + early + " and " + late + " stand in the wrong order."),
                        LayerWords.sentence(late + " has to stand before " + early + "."));
            }
        }
        return null;
    }

    private static Stream<String> kinds(List<Link> links) {
        return links.stream().map(LayerWords::sort);
    }

    /** The same layers in the same order, with a shortcut that goes around more or fewer of them. */
    private Difference reach(List<Link> ours, List<Link> theirs) {
        List<String> all = flat(ours);
        if (!all.equals(flat(theirs)) || ours.stream().noneMatch(link -> link.layer() instanceof Add)) {
            return null;
        }
        Link mine = ours.stream().filter(link -> link.layer() instanceof Add).findFirst().orElseThrow();
        Link other = theirs.stream().filter(link -> link.layer() instanceof Add).findFirst().orElse(mine);
        int around = longest(mine).size();
        int wantedAround = longest(other).size();
        return new Difference("The layers are right, and so is their order. Where does the shortcut begin, and where does it end?",
                "Your shortcut goes around " + count(around, "layer") + ". That is too " + (around < wantedAround ? "few"
                        : around > wantedAround ? "many"
                        : "early or too late") + ".",
                "The shortcut should go around " + count(wantedAround, "layer") + ": from before the first of them to behind the last.");
    }

    private static List<Link> longest(Link fork) {
        return fork.ways().stream().max((x, y) -> Integer.compare(x.size(), y.size())).orElse(List.of());
    }

    private static List<String> flat(List<Link> links) {
        List<String> all = new ArrayList<>();
        for (Link link : links) {
            link.ways().forEach(way -> all.addAll(flat(way)));
            if (!link.fork()) {
                all.add(link.part().form.toString());
            }
        }
        return all;
    }

    // ---------------------------------------------------------------- the first step that makes one of the other

    private static final double PUT_IN = 1.2;
    private static final double OTHER_KIND = 2;

    private static double cost(Link a, Link b) {
        if (a.text().equals(b.text())) {
            return 0;
        }
        return a.layer().getClass() == b.layer().getClass() ? 1 : OTHER_KIND;
    }

    private Difference firstEdit(List<Link> ours, List<Link> theirs, Link before, Link after, String place) {
        double[][] cost = new double[ours.size() + 1][theirs.size() + 1];
        for (int i = ours.size(); i >= 0; i--) {
            for (int j = theirs.size(); j >= 0; j--) {
                double best = i == ours.size() && j == theirs.size() ? 0 : Double.POSITIVE_INFINITY;
                best = i < ours.size() && j < theirs.size() ? Math.min(best, cost[i + 1][j + 1] + cost(ours.get(i), theirs.get(j))) : best;
                best = i < ours.size() ? Math.min(best, cost[i + 1][j] + PUT_IN) : best;
                cost[i][j] = j < theirs.size() ? Math.min(best, cost[i][j + 1] + PUT_IN) : best;
            }
        }
        int i = 0;
        int j = 0;
        Link last = before;
        while (i < ours.size() && j < theirs.size() && cost(ours.get(i), theirs.get(j)) == 0 && cost[i][j] == cost[i + 1][j + 1]) {
            last = ours.get(i);
            i++;
            j++;
        }
        boolean both = i < ours.size() && j < theirs.size();
        if (both && cost[i][j] == cost[i + 1][j + 1] + cost(ours.get(i), theirs.get(j))) {
            return other(ours.get(i), theirs.get(j), place);
        }
        if (i < ours.size() && cost[i][j] == cost[i + 1][j] + PUT_IN) {
            return tooMuch(ours.get(i), place);
        }
        Link next = i < ours.size() ? ours.get(i) : after;
        return missing(theirs.get(j), last, next, place);
    }

    private Difference tooMuch(Link link, String place) {
        String layer = words.your(link);
        if (link.fork()) {
            return new Difference(LayerWords.sentence(words.in(place) + "there are several ways where one is wanted: look at " + layer
                    + "."),
                    LayerWords.sentence("what is joined in " + layer + " should be one way."), LayerWords.sentence("leave out " + layer
                            + " and one of its ways."));
        }
        return new Difference(LayerWords.sentence(words.in(place) + "there is a layer too many. Look at " + layer
                + ": what is it there for?"),
                LayerWords.sentence(layer + " does not belong there."), LayerWords.sentence("leave out " + layer + "."));
    }

    private Difference missing(Link link, Link last, Link next, String place) {
        String where = last == null && next == null ? place.isEmpty() ? "in your network" : place
                : last == null ? "before " + words.your(next) : next == null ? "behind " + words.your(last)
                : "between " + words.your(last) + " and " + words.your(next);
        if (link.fork()) {
            String what = link.layer() instanceof Add ? "a shortcut" : link.layer() instanceof Concatenate
                    ? "a place where branches are joined" : "a layer with several inputs";
            return new Difference(LayerWords.sentence(where + " something is missing."), LayerWords.sentence(where
                    + " the wanted network has more than one way."),
                    LayerWords.sentence(where + " " + what + " is missing."));
        }
        return new Difference(LayerWords.sentence(where + " a layer is missing."),
                LayerWords.sentence("what is missing " + where + " is " + LayerWords.family(link.layer()) + "."),
                LayerWords.sentence(where + ", " + LayerWords.a(link) + " is missing."));
    }

    private Difference other(Link ours, Link theirs, String place) {
        if (ours.fork() && theirs.fork() && ours.layer().getClass() == theirs.layer().getClass()) {
            return ways(ours, theirs);
        }
        if (ours.layer().getClass() == theirs.layer().getClass() && !ours.fork() && !theirs.fork()) {
            return words.numbers(ours, theirs, place);
        }
        String layer = words.your(ours);
        return new Difference(LayerWords.sentence(words.in(place) + "look at " + layer + ". Is it this kind of layer that is wanted "
                + "there?"),
                LayerWords.sentence("in the place of " + layer + " " + (LayerWords.family(theirs.layer())
                        .equals(LayerWords.family(ours.layer()))
                        ? "another kind of it is wanted." : LayerWords.family(theirs.layer()) + " is wanted.")),
                LayerWords.sentence("in the place of " + layer + ", " + LayerWords.a(theirs) + " is wanted."));
    }

    /** Two places where ways meet: the ways that both have are put aside, and the others compared. */
    private Difference ways(Link ours, Link theirs) {
        List<Integer> mine = new ArrayList<>();
        List<List<Link>> others = new ArrayList<>(theirs.ways());
        for (int i = 0; i < ours.ways().size(); i++) {
            String text = Chain.text(ours.ways().get(i));
            List<Link> twin = others.stream().filter(way -> Chain.text(way).equals(text)).findFirst().orElse(null);
            if (twin == null) {
                mine.add(i);
            } else {
                others.remove(twin);
            }
        }
        boolean sum = ours.layer() instanceof Add;
        String what = sum ? "way" : "branch";
        if (ours.ways().size() != theirs.ways().size()) {
            String have = ours.ways().size() + " " + what + (sum ? "s" : "es") + " meet in " + words.your(ours);
            boolean many = ours.ways().size() > theirs.ways().size();
            return new Difference(have + ". How many should there be?", have + ". That is too " + (many ? "many." : "few."),
                    theirs.ways().size() + " should meet there" + (many || others.isEmpty() ? "." : ". One that you do not have "
                            + (others.get(0).isEmpty() ? "leads there directly." : "begins with " + LayerWords.a(others.get(0).get(0))
                            + ".")));
        }
        int index = mine.get(0);
        List<Link> way = ours.ways().get(index);
        List<Link> nearest = others.stream().min((x, y) -> Double.compare(distance(way, x), distance(way, y))).orElseThrow();
        return between(way, nearest, words.way(ours, index));
    }

    private static double distance(List<Link> a, List<Link> b) {
        double[][] cost = new double[a.size() + 1][b.size() + 1];
        for (int i = 0; i <= a.size(); i++) {
            for (int j = 0; j <= b.size(); j++) {
                double best = i == 0 && j == 0 ? 0 : Double.POSITIVE_INFINITY;
                best = i > 0 ? Math.min(best, cost[i - 1][j] + PUT_IN) : best;
                best = j > 0 ? Math.min(best, cost[i][j - 1] + PUT_IN) : best;
                cost[i][j] = i > 0 && j > 0 ? Math.min(best, cost[i - 1][j - 1] + cost(a.get(i - 1), b.get(j - 1))) : best;
            }
        }
        return cost[a.size()][b.size()];
    }
}
