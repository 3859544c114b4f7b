package casebook.charts;

import casebook.compute.Stopped;
import casebook.text.Printable;
import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.intermediate.CommandSequence;
import de.erichseifert.vectorgraphics2d.intermediate.commands.Command;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes a picture as SVG, small and ready to stand in a page. */
final class Svg {

    private static final Pattern TAG = Pattern.compile("<[^>]+>");
    private static final Pattern LONG_FRACTION = Pattern.compile("(\\d+\\.\\d\\d)\\d+");

    private Svg() {}

    static String of(Picture picture) {
        VectorGraphics2D g = new VectorGraphics2D();
        Look.smooth(g);
        picture.paint(g);
        PageSize size = new PageSize(0, 0, picture.width(), picture.height());
        CommandSequence commands = () -> new UntilStopped(g.getCommands().iterator());
        // This library forgets an interrupt that comes while it works.
        Document document = Stopped.postponed(() -> Processors.get("svg").getDocument(commands, size));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            document.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String svg = bytes.toString(StandardCharsets.UTF_8);
        // The declaration and the document type may not stand inside a page, and the latter lets readers ask the network.
        svg = svg.substring(svg.indexOf("<svg"));
        svg = svg.replaceAll("font-family:(&quot;[^&]*&quot;|[^;\"]*)", "font-family:" + Look.FAMILIES);
        // A hundredth of a pixel is enough; numbers outside of tags are text and stay.
        svg = TAG.matcher(svg).replaceAll(tag -> Matcher.quoteReplacement(LONG_FRACTION.matcher(tag.group()).replaceAll("$1")));
        String words = "<title>" + escape(picture.title()) + "</title><desc>" + escape(picture.alt()) + "</desc>";
        return svg.replaceFirst("<svg ([^>]*)>", Matcher.quoteReplacement("<svg role=\"img\" ") + "$1>" + Matcher.quoteReplacement(words));
    }

    /** The commands that a large drawing is made of; a stop is seen between two of them. */
    private record UntilStopped(Iterator<Command<?>> commands) implements Iterator<Command<?>> {
        @Override
        public boolean hasNext() {
            Stopped.check();
            return commands.hasNext();
        }

        @Override
        public Command<?> next() {
            return commands.next();
        }
    }

    private static String escape(String text) {
        return Printable.line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
