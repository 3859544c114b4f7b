package casebook.notebook.fake.display;

import java.util.LinkedHashMap;
import java.util.Map;

/** One output of the fake kernel. */
public class DisplayData {

    public final Map<String, Object> data = new LinkedHashMap<>();
    public final Map<String, Object> metadata = new LinkedHashMap<>();
    public String id;

    public void putData(String type, Object value) {
        data.put(type, value);
    }

    public void putMetaData(String key, Object value) {
        metadata.put(key, value);
    }

    public void setDisplayId(String id) {
        this.id = id;
    }
}
