package casebook.charts;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Reads what an SVG says. */
final class Xml {

    private Xml() {}

    private static final Map<Picture, Document> PARSED = new WeakHashMap<>();

    /** Parses a picture's SVG, which fails if it is not well formed. */
    static Document parse(Picture picture) {
        return PARSED.computeIfAbsent(picture, key -> {
            try {
                return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(key.svg())));
            } catch (Exception e) {
                throw new AssertionError("not well-formed: " + e.getMessage(), e);
            }
        });
    }

    /** What its text elements say. */
    static List<String> texts(Picture picture) {
        return elements(picture, "text");
    }

    static List<String> elements(Picture picture, String name) {
        NodeList found = parse(picture).getElementsByTagName(name);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent());
        }
        return texts;
    }
}
