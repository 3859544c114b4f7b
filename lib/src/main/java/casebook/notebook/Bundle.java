package casebook.notebook;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One output of a cell: the same thing in several forms, of which each reader shows the best that it can.
 *
 * @param data the forms by their mime types; images as base64
 * @param metadata what is known of a form, by mime type
 */
record Bundle(Map<String, String> data, Map<String, Object> metadata) {

    static final String TEXT = "text/plain";
    static final String HTML = "text/html";
    static final String SVG = "image/svg+xml";
    static final String PNG = "image/png";

    static Bundle text(String text) {
        return new Bundle(Map.of(TEXT, text), Map.of());
    }

    static Bundle html(String html, String text) {
        Map<String, String> data = new LinkedHashMap<>();
        data.put(HTML, html);
        data.put(TEXT, text);
        return new Bundle(data, Map.of());
    }

    String text() {
        return data.getOrDefault(TEXT, "");
    }
}
