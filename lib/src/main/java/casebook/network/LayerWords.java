package casebook.network;

import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.FullyConnected;
import casebook.layers.Layer;
import casebook.layers.MaxPooling;
import casebook.layers.Tanh;
import casebook.layers.Window;
import casebook.network.Chain.Link;
import java.util.List;

/** Names the layers of a network as one would name them to the one who built it: {@code your second convolution (3×3, 64 filters)}. */
final class LayerWords {

    private static final List<String> ORDINALS = List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
            "ninth", "tenth");

    private final Network network;

    LayerWords(Network network) {
        this.network = network;
    }

    static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    String in(String place) {
        return place.isEmpty() ? "" : place + ", ";
    }

    private static String ordinal(int index) {
        return index < ORDINALS.size() ? ORDINALS.get(index) : (index + 1) + "th";
    }

    /** A layer of the network that was built. */
    String your(Link link) {
        Node node = link.part().node;
        String kind = noun(node.layer());
        List<Node> alike = network.nodes().stream().filter(other -> noun(other.layer()).equals(kind)).toList();
        int place = alike.stream().map(Node::index).toList().indexOf(node.index());
        String details = details(node.layer());
        return "your " + (alike.size() == 1 ? "" : ordinal(place) + " ") + kind + (details.isEmpty() ? "" : " (" + details + ")");
    }

    /** One of the ways that meet: {@code in your second branch}. */
    String way(Link fork, int index) {
        if (fork.layer() instanceof Add && fork.ways().size() == 2) {
            boolean main = fork.ways().get(index).size() > fork.ways().get(1 - index).size() || index == 0 && fork.ways().get(0)
                    .size() == fork.ways().get(1).size();
            long sums = network.nodes().stream().filter(node -> node.layer() instanceof Add).count();
            return "on the " + (main ? "main path" : "shortcut") + (sums == 1 ? "" : " to " + your(fork));
        }
        long joins = network.nodes().stream().filter(node -> node.layer() instanceof Concatenate).count();
        return "in your " + ordinal(index) + " branch" + (joins <= 1 ? "" : " of " + your(fork));
    }

    /** What it is, for the comparison of orders: two convolutions of one size are alike. */
    static String sort(Link link) {
        return link.fork() ? link.text() : link.part().form.layer().toString();
    }

    private static String noun(Layer layer) {
        return layer instanceof Add ? "addition" : layer instanceof Concatenate ? "concatenation"
                : layer instanceof FullyConnected ? "fully connected layer" : layer.kind();
    }

    private static String details(Layer layer) {
        if (layer instanceof Convolution conv) {
            return conv.window() + ", " + conv.filters() + (conv.filters() == 1 ? " filter" : " filters");
        }
        if (layer instanceof FullyConnected connected) {
            return connected.outputs() + " outputs";
        }
        return layer instanceof MaxPooling max ? max.window().toString() : layer instanceof AveragePooling average ? average.window()
                .toString() : "";
    }

    /** A layer of the wanted network: {@code a max pooling (3×3)}. */
    static String a(Link link) {
        Layer layer = link.part().node == null ? link.layer() : link.part().node.layer();
        String details = details(layer);
        String noun = noun(layer);
        return (noun.matches("[aeiou].*") ? "an " : "a ") + noun + (details.isEmpty() ? "" : " (" + details + ")");
    }

    static String family(Layer layer) {
        return switch (layer.category()) {
            case CONVOLUTION, FULLY_CONNECTED -> "a layer with weights";
            case POOLING -> "a pooling";
            case NORMALIZATION -> "a normalization";
            case ACTIVATION -> "an activation";
            case MERGE -> "a place where several ways meet";
            default -> layer instanceof Dropout ? "a layer that works in training only" : "a layer without weights";
        };
    }

    /** Two layers of one kind with different numbers: what is said of the first number that differs. */
    Difference numbers(Link ours, Link theirs, String place) {
        String layer = your(ours);
        String look = sentence(in(place) + "look at " + layer);
        if (ours.layer() instanceof Convolution a && theirs.layer() instanceof Convolution b) {
            boolean connected = ours.part().node.layer() instanceof FullyConnected;
            if (a.bias() != b.bias()) {
                return new Difference(look + ". Which of its parameters should there be: weights, biases?",
                        sentence(layer + (a.bias() ? " has biases." : " has no biases.")), sentence(layer + (a.bias()
                                ? " should have no biases: noBias()." : " should have biases: leave out noBias().")));
            }
            if (a.groups() != b.groups()) {
                return number(look, layer, "groups", a.groups(), b.groups());
            }
            if (!a.window().equals(b.window())) {
                return window(look, layer, a.window(), b.window(), connected ? "what it reads" : "its filters");
            }
            if (a.filters() != b.filters()) {
                return number(look, layer, connected ? "outputs" : "filters", a.filters(), b.filters());
            }
        }
        if (ours.layer() instanceof MaxPooling a && theirs.layer() instanceof MaxPooling b && !a.window().equals(b.window())) {
            return window(look, layer, a.window(), b.window(), "its windows");
        }
        if (ours.layer() instanceof AveragePooling a && theirs.layer() instanceof AveragePooling b && !a.window().equals(b.window())) {
            return window(look, layer, a.window(), b.window(), "its windows");
        }
        if (!ours.part().form.zeros().equals(theirs.part().form.zeros())) {
            int mine = ours.part().form.zeros().stream().mapToInt(zero -> zero).sum();
            int needed = theirs.part().form.zeros().stream().mapToInt(zero -> zero).sum();
            return new Difference(look + ". Are the zeros around its input right?", sentence(layer + (mine == needed
                    ? " has its zeros on other sides than it should."
                    : mine < needed ? " has too few zeros around its input." : " has too many zeros around its input.")),
                    sentence(layer + " should have " + zeros(theirs.part().form.zeros()) + " around its input."));
        }
        if (!ours.layer().equals(theirs.layer())) {
            String number = ours.layer() instanceof Dropout ? "probability" : ours.layer() instanceof Tanh ? "two factors" : "numbers";
            return new Difference(look + ": are its " + number + " right?", sentence(layer + " has other numbers than the wanted one: "
                    + ours.layer() + "."),
                    sentence("wanted is " + theirs.layer() + "."));
        }
        return new Difference(look + ". Another volume comes out of it than should.", sentence(layer + " puts out " + ours.part()
                .form.output() + "."),
                sentence(layer + " should put out " + theirs.part().form.output() + "."));
    }

    private static String zeros(List<Integer> zeros) {
        return zeros.stream().allMatch(zero -> zero == 0) ? "no zeros" : zeros.stream().distinct().count() == 1 ? "a border of "
                + zeros.get(0) + (zeros.get(0) == 1 ? " zero" : " zeros")
                : zeros.get(0) + " rows of zeros above and " + zeros.get(2) + " below, " + zeros.get(1) + " columns on the left and "
                + zeros.get(3) + " on the right";
    }

    private static Difference number(String look, String layer, String what, int ours, int theirs) {
        return new Difference(look + ". How many " + what + " should it have?", sentence(layer + " has too " + (ours > theirs ? "many "
                : "few ") + what + "."),
                sentence(layer + " should have " + theirs + " " + what + "."));
    }

    private static Difference window(String look, String layer, Window ours, Window theirs, String what) {
        if (ours.height() != theirs.height() || ours.width() != theirs.width()) {
            boolean large = (long) ours.height() * ours.width() > (long) theirs.height() * theirs.width();
            return new Difference(look + ". How large should " + what + " be?", sentence("in " + layer + ", " + what
                    + (what.startsWith("its") ? " are" : " is")
                    + (large ? " too large." : " too small.")), sentence("in " + layer + ", " + what + " should be " + theirs.height()
                    + "×" + theirs.width() + "."));
        }
        if (ours.strideHeight() != theirs.strideHeight() || ours.strideWidth() != theirs.strideWidth()) {
            boolean large = ours.strideHeight() * ours.strideWidth() > theirs.strideHeight() * theirs.strideWidth();
            return new Difference(look + ". How far should it move at a time?", sentence(layer + (large ? " moves too far at a time."
                    : " moves too little at a time.")),
                    sentence(layer + " should have the stride " + theirs.strideHeight() + "."));
        }
        return new Difference(look + ". Is its dilation right?", sentence(layer + " has the dilation " + ours.dilation() + "."),
                sentence(layer + " should have the dilation " + theirs.dilation() + "."));
    }
}
