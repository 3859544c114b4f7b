package casebook.network;

import casebook.network.Structure.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares what two networks are: the same layers, joined in the same way. Names, stages, and the order of branches do not count, nor how a
 * layer was written, as long as the two compute the same with the same parameters. {@code Structure} lists what is taken as the same.
 */
public final class Comparison {

    private final Map<Part, Part> partner = new HashMap<>();
    private final Map<Part, Part> back = new HashMap<>();

    private Comparison() {}

    /** True if the two networks differ at most in how they were written. */
    public static boolean same(Network given, Network wanted) {
        return given.input().csv().equals(wanted.input().csv()) && same(Structure.of(given), Structure.of(wanted));
    }

    /** True if a network begins with all layers of another, whatever comes behind them. */
    public static boolean beginsWith(Network given, Network start) {
        if (!given.input().csv().equals(start.input().csv())) {
            return false;
        }
        Structure ours = Structure.of(given);
        Structure theirs = Structure.of(start);
        List<Chain.Link> all = Chain.of(ours, ours.ends.get(0).part());
        List<Chain.Link> first = Chain.of(theirs, theirs.ends.get(0).part());
        return all.size() >= first.size() && Chain.text(all.subList(0, first.size())).equals(Chain.text(first));
    }

    static boolean same(Structure given, Structure wanted) {
        if (given.ends.size() != wanted.ends.size()) {
            return false;
        }
        Comparison comparison = new Comparison();
        comparison.pair(given.input, wanted.input);
        for (int i = 0; i < given.ends.size(); i++) {
            if (given.ends.get(i).lossWeight() != wanted.ends.get(i).lossWeight() || !comparison.match(given.ends.get(i).part(),
                    wanted.ends.get(i).part())) {
                return false;
            }
        }
        return true;
    }

    /** The first difference, in words for the one who built the first network; empty if they are the same. */
    public static Optional<Difference> first(Network given, Network wanted) {
        return same(given, wanted) ? Optional.empty() : Optional.of(new DifferenceFinder(given, wanted).find());
    }

    private void pair(Part a, Part b) {
        partner.put(a, b);
        back.put(b, a);
    }

    /** Pairs two parts and all that stands before them; what was paired is undone if they do not fit. */
    private boolean match(Part a, Part b) {
        if (partner.containsKey(a) || back.containsKey(b)) {
            return partner.get(a) == b;
        }
        if (!a.form.equals(b.form) || a.inputs.size() != b.inputs.size() || !a.signature().equals(b.signature())
                || (a.owner == null) != (b.owner == null)) {
            return false;
        }
        Map<Part, Part> partnerBefore = new HashMap<>(partner);
        Map<Part, Part> backBefore = new HashMap<>(back);
        pair(a, b);
        boolean owners = a.owner == null || (a.owner == a) == (b.owner == b) && (a.owner == a || match(a.owner, b.owner));
        if (owners && (a.anyOrder() ? matchAnyOrder(a.inputs, new ArrayList<>(b.inputs)) : matchInOrder(a.inputs, b.inputs))) {
            return true;
        }
        partner.clear();
        partner.putAll(partnerBefore);
        back.clear();
        back.putAll(backBefore);
        return false;
    }

    private boolean matchInOrder(List<Part> as, List<Part> bs) {
        for (int i = 0; i < as.size(); i++) {
            if (!match(as.get(i), bs.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Tries each partner for the first, then the others; different signatures never fit, so there is little to try. */
    private boolean matchAnyOrder(List<Part> as, List<Part> bs) {
        if (as.isEmpty()) {
            return true;
        }
        for (int i = 0; i < bs.size(); i++) {
            Map<Part, Part> partnerBefore = new HashMap<>(partner);
            Map<Part, Part> backBefore = new HashMap<>(back);
            if (match(as.get(0), bs.get(i))) {
                List<Part> rest = new ArrayList<>(bs);
                rest.remove(i);
                if (matchAnyOrder(as.subList(1, as.size()), rest)) {
                    return true;
                }
            }
            partner.clear();
            partner.putAll(partnerBefore);
            back.clear();
            back.putAll(backBefore);
        }
        return false;
    }
}
