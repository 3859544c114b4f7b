package casebook.network;

import casebook.layers.Layer;
import casebook.network.Structure.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;

/** A network as one reads it from its input to its output: layer after layer, and places where several ways meet again. */
final class Chain {

    /** More links than any network of an exercise has; a network with ever more ways would never be done. */
    private static final int MOST_LINKS = 5_000;

    /**
     * A layer, or a place where several ways meet.
     *
     * @param part the layer, or the one that joins the ways
     * @param ways from where they part to here; empty for a layer with one input
     */
    record Link(Part part, List<List<Link>> ways) {

        Layer layer() {
            return part.form.layer();
        }

        boolean fork() {
            return !ways.isEmpty();
        }

        /** The same for links that do the same in the same way, whatever stands before them. */
        String text() {
            return ways.isEmpty() ? part.form.toString() : part.form.layer() + ways.stream().map(Chain::text).sorted().toList().toString();
        }
    }

    private final Map<Part, Part> parting = new HashMap<>();
    private int links;

    private Chain() {}

    static String text(List<Link> way) {
        return way.stream().map(Link::text).toList().toString();
    }

    /**
     * The links from the input to this part.
     *
     * @throws IllegalStateException if there are too many ways through the network
     */
    static List<Link> of(Structure structure, Part end) {
        Chain chain = new Chain();
        chain.parting.put(structure.input, structure.input);
        return chain.links(end, structure.input);
    }

    private List<Link> links(Part end, Part start) {
        LinkedList<Link> all = new LinkedList<>();
        Part at = end;
        while (at != start && !at.inputs.isEmpty()) {
            if (++links > MOST_LINKS) {
                throw new IllegalStateException("too many ways");
            }
            Part before = before(at);
            List<List<Link>> ways = new ArrayList<>();
            if (at.inputs.size() > 1) {
                for (Part input : at.inputs) {
                    ways.add(links(input, before));
                }
            }
            all.addFirst(new Link(at, ways));
            at = before;
        }
        return all;
    }

    /** The nearest part that every way to this one goes through. */
    private Part before(Part part) {
        Part known = parting.get(part);
        if (known != null) {
            return known;
        }
        Part common = part.inputs.get(0);
        for (Part other : part.inputs) {
            // A part has a larger number than all that stand before it.
            while (common != other) {
                if (common.id > other.id) {
                    common = before(common);
                } else {
                    other = before(other);
                }
            }
        }
        parting.put(part, common);
        return common;
    }
}
