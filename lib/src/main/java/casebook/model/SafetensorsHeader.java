package casebook.model;

import casebook.text.Printable;
import java.io.ByteArrayInputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * The header of a safetensors file. It is read token by token, so that what is too deep, too long or too much is refused where it begins.
 * The format's own rules are kept: names are there once, and tensors lie one behind the other, without gaps, from the first byte of the
 * data to the last.
 *
 * @param entries the tensors, in the header's order
 * @param metadata short texts
 * @param checksum that of the data; null if the header has none
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata, String checksum) {

    /** A tensor's entry; it lies from {@code start} to before {@code end}. */
    record Entry(String name, String type, long[] shape, long start, long end) {}

    /** The format allows 100 MB, which would take half a gigabyte to read. */
    static final int LARGEST = 32_000_000;
    private static final int MOST_TENSORS = 10_000;
    private static final int MOST_TEXTS = 1000;
    private static final int MOST_DIMS = 32;
    private static final int MOST_DIGITS = 18;

    /**
     * In the metadata: checksums of the header, which counts its own digits as zeros, and of the data. There are both or none, so that no
     * bit that flips makes the file one without checksums. Files of others have none.
     */
    private static final String OF_HEADER = "crc32/header";
    private static final String OF_DATA = "crc32/data";
    /** A checksum of the data, in files of earlier versions. */
    private static final String EARLIER = "crc32";

    private static final String NO_DIGITS = "00000000";
    /** How the headers begin that have their own checksum. */
    private static final byte[] BEGINNING = ("{\"__metadata__\":{\"" + OF_HEADER + "\":\"").getBytes(StandardCharsets.UTF_8);

    private static final ObjectMapper JSON = new ObjectMapper();
    // A table of all names, which Jackson keeps otherwise, can be overfilled by a file.
    private static final JsonFactory TOKENS = JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

    /**
     * The bytes of a header, its length included.
     *
     * @throws ModelFileException if it could not be read again
     */
    static byte[] bytes(Path file, Map<String, INDArray> tensors, Map<String, String> metadata, long checksum) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode texts = root.putObject("__metadata__");
        texts.put(OF_HEADER, NO_DIGITS);
        metadata.forEach(texts::put);
        texts.put(OF_DATA, digits(checksum));
        long at = 0;
        for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
            INDArray tensor = entry.getValue();
            ObjectNode node = root.putObject(entry.getKey());
            node.put("dtype", tensor.dataType() == DataType.DOUBLE ? "F64" : "F32");
            ArrayNode shape = node.putArray("shape");
            for (long side : tensor.shape()) {
                shape.add(side);
            }
            long end = at + tensor.length() * (tensor.dataType() == DataType.DOUBLE ? 8 : 4);
            node.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] json = JSON.writeValueAsBytes(root);
        // The numbers start at a multiple of eight.
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        if (padded.length > LARGEST || tensors.size() > MOST_TENSORS || texts.size() > MOST_TEXTS) {
            throw new ModelFileException(file + " is not written: a header of " + padded.length + " bytes with " + tensors.size()
                    + " tensors and " + texts.size() + " texts could not be read again; " + LARGEST + ", " + MOST_TENSORS + " and " + MOST_TEXTS
                    + " are the most");
        }
        byte[] own = digits(padded, padded.length).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(own, 0, padded, BEGINNING.length, own.length);
        return ByteBuffer.allocate(8 + padded.length).order(ByteOrder.LITTLE_ENDIAN).putLong(padded.length).put(padded).array();
    }

    static String digits(long checksum) {
        return String.format("%08x", checksum);
    }

    private static String digits(byte[] header, int length) {
        CRC32 sum = new CRC32();
        sum.update(header, 0, length);
        return digits(sum.getValue());
    }

    /**
     * Reads a header.
     *
     * @param header the JSON
     * @param dataLength how many bytes come after it
     * @throws ModelFileException if it is damaged, or no header of a safetensors file
     */
    static SafetensorsHeader read(Path file, byte[] header, long dataLength) throws IOException {
        boolean ours = begins(header);
        if (ours) {
            byte[] zeroed = header.clone();
            Arrays.fill(zeroed, BEGINNING.length, BEGINNING.length + NO_DIGITS.length(), (byte) '0');
            String there = new String(header, BEGINNING.length, NO_DIGITS.length(), StandardCharsets.ISO_8859_1);
            if (!there.equals(digits(zeroed, zeroed.length))) {
                throw new ModelFileException(file + " is damaged: its header is not the one that was written"
                        + " (the header's checksum differs)");
            }
        }
        SafetensorsHeader read = new Reading(file, header).all();
        Map<String, String> texts = read.metadata();
        if (ours != texts.containsKey(OF_HEADER) || ours != texts.containsKey(OF_DATA)) {
            throw new ModelFileException(file + " is damaged: a checksum of its header or of its data is missing or in another place"
                    + " (or another program wrote it, with the metadata of one of ours)");
        }
        texts.remove(OF_HEADER);
        String earlier = texts.remove(EARLIER);
        String checksum = ours ? texts.remove(OF_DATA) : earlier;
        checkPlaces(file, read.entries(), dataLength);
        return new SafetensorsHeader(read.entries(), texts, checksum);
    }

    private static boolean begins(byte[] header) {
        return header.length >= BEGINNING.length + NO_DIGITS.length()
                && Arrays.equals(header, 0, BEGINNING.length, BEGINNING, 0, BEGINNING.length);
    }

    /** Each tensor begins where the one before it ends. */
    private static void checkPlaces(Path file, List<Entry> entries, long dataLength) {
        List<Entry> byPlace = new ArrayList<>(entries);
        byPlace.sort(Comparator.comparingLong(Entry::start).thenComparingLong(Entry::end));
        long at = 0;
        String before = "the header";
        for (Entry entry : byPlace) {
            String name = Printable.name(entry.name());
            if (entry.end() > dataLength) {
                throw new ModelFileException(file + ": " + name + " is said to lie in bytes " + entry.start() + " to "
                        + entry.end() + " of " + dataLength + " bytes of data: the file is cut off or damaged");
            }
            if (entry.start() < at) {
                throw new ModelFileException(file + ": " + name + " begins in byte " + entry.start() + " of the data, and " + before
                        + " ends in byte " + at + ": two tensors can't have the same bytes, so it is damaged");
            }
            if (entry.start() > at) {
                throw new ModelFileException(file + ": bytes " + at + " to " + entry.start() + " of the data belong to no tensor, between "
                        + before + " and " + name + ": it is damaged");
            }
            at = entry.end();
            before = name;
        }
        if (at < dataLength) {
            throw new ModelFileException(file + ": bytes " + at + " to " + dataLength + " of the data belong to no tensor; " + before
                    + " is the last: it is damaged, or something was put at its end");
        }
    }

    /** One pass over the JSON. */
    private static final class Reading {

        private final Path file;
        private final byte[] header;
        private JsonParser json;

        Reading(Path file, byte[] header) {
            this.file = file;
            this.header = header;
        }

        SafetensorsHeader all() throws IOException {
            if (header[0] != '{') {
                throw new ModelFileException(file + ": its header is not JSON, as it does not start with {:"
                        + " it is damaged, or not a safetensors file");
            }
            List<Entry> entries = new ArrayList<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            Set<String> names = new HashSet<>();
            // A new decoder refuses what is not UTF-8.
            var text = new InputStreamReader(new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder());
            try (JsonParser parser = TOKENS.createParser(text)) {
                json = parser;
                json.nextToken();
                for (String name = nextName(); name != null; name = nextName()) {
                    if (!names.add(name)) {
                        throw wrong("its header has \"" + Printable.name(name) + "\" twice");
                    }
                    if (names.size() > MOST_TENSORS) {
                        throw new ModelFileException(file + ": its header has more than " + MOST_TENSORS
                                + " tensors, which is the most that is read here");
                    }
                    if (json.nextToken() != JsonToken.START_OBJECT) {
                        throw wrong("\"" + Printable.name(name) + "\" in its header is no JSON object");
                    }
                    if (name.equals("__metadata__")) {
                        texts(metadata);
                    } else {
                        entries.add(entry(name));
                    }
                }
                if (json.nextToken() != null) {
                    throw wrong("its header goes on after its end");
                }
            } catch (CharacterCodingException | CharConversionException e) {
                throw new ModelFileException(file + ": its header is not UTF-8: it is damaged, or not a safetensors file", e);
            } catch (JsonProcessingException e) {
                throw new ModelFileException(file + ": its header is not JSON (" + Printable.name(e.getOriginalMessage())
                        + "): it is damaged, or not a safetensors file", e);
            }
            return new SafetensorsHeader(entries, metadata, null);
        }

        /** The next name in an object; null at its end. */
        private String nextName() throws IOException {
            return json.nextToken() == JsonToken.END_OBJECT ? null : json.getCurrentName();
        }

        private void texts(Map<String, String> metadata) throws IOException {
            for (String name = nextName(); name != null; name = nextName()) {
                if (json.nextToken() != JsonToken.VALUE_STRING) {
                    throw wrong("\"" + Printable.name(name) + "\" in its metadata is no text");
                }
                if (metadata.put(name, json.getText()) != null) {
                    throw wrong("its metadata have \"" + Printable.name(name) + "\" twice");
                }
                if (metadata.size() > MOST_TEXTS) {
                    throw new ModelFileException(file + ": its metadata have more than " + MOST_TEXTS
                            + " texts, which is the most that is read here");
                }
            }
        }

        private Entry entry(String name) throws IOException {
            String type = null;
            long[] shape = null;
            long[] place = null;
            for (String key = nextName(); key != null; key = nextName()) {
                String what = Printable.name(name) + ", " + Printable.name(key);
                boolean twice = switch (key) {
                    case "dtype" -> type != null;
                    case "shape" -> shape != null;
                    case "data_offsets" -> place != null;
                    default -> throw wrong(what + ": an entry has dtype, shape and data_offsets only");
                };
                if (twice) {
                    throw wrong(what + " is there twice");
                }
                json.nextToken();
                switch (key) {
                    case "dtype" -> type = type(what);
                    case "shape" -> shape = numbers(what, MOST_DIMS);
                    default -> place = numbers(what, 2);
                }
            }
            if (type == null || shape == null || place == null || place.length != 2) {
                throw wrong(Printable.name(name) + " needs a dtype, a shape and two data_offsets in the header");
            }
            check(name, type, shape, place);
            return new Entry(name, type, shape, place[0], place[1]);
        }

        private String type(String what) throws IOException {
            String type = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
            if (!type.equals("F16") && !type.equals("F32") && !type.equals("F64")) {
                throw new ModelFileException(file + ": " + what + " is \"" + Printable.name(type) + "\"; F16, F32 and F64 can be read");
            }
            return type;
        }

        private long[] numbers(String what, int most) throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw wrong(what + " is no list of numbers");
            }
            List<Long> numbers = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() == JsonToken.START_ARRAY || json.currentToken() == JsonToken.START_OBJECT) {
                    throw wrong(what + ": its header is nested deeper than three levels, which is all that the format has");
                }
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getTextCharacters()[json.getTextOffset()] == '-') {
                    throw wrong(what + " has something that is no whole number from 0 on");
                }
                if (json.getTextLength() > MOST_DIGITS) {
                    throw wrong(what + " has a number of " + json.getTextLength() + " digits; " + MOST_DIGITS + " are the most");
                }
                if (numbers.size() == most) {
                    throw wrong(what + " has more than " + most + " numbers, which are the most");
                }
                numbers.add(json.getLongValue());
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private void check(String name, String type, long[] shape, long[] place) {
            String what = Printable.name(name) + " of shape " + Arrays.toString(shape);
            if (Arrays.stream(shape).anyMatch(side -> side == 0)) {
                throw new ModelFileException(file + ": " + what + " has no numbers");
            }
            long count = 1;
            for (long side : shape) {
                // Float16 is read as float32.
                if (side > Integer.MAX_VALUE || count * side > Integer.MAX_VALUE / (type.equals("F64") ? 8 : 4)) {
                    throw new ModelFileException(file + ": " + what + " is too large to be read here,"
                            + " where 2 GB are the most for one array");
                }
                count *= side;
            }
            long length = count * Integer.parseInt(type.substring(1)) / 8;
            if (place[1] - place[0] != length) {
                throw wrong(what + " and type " + type + " has " + length + " bytes, and is said to lie in bytes "
                        + place[0] + " to " + place[1]);
            }
        }

        private ModelFileException wrong(String what) {
            return new ModelFileException(file + ": " + what + ": it is damaged, or not a safetensors file");
        }
    }
}
