package casebook.onnx;

import casebook.model.ModelFileException;
import casebook.text.Printable;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.nd4j.shade.protobuf.WireFormat;

/**
 * Reads the structure of an ONNX file and leaves the weights on the disk: their sizes are enough to count. A file is not
 * believed: what it says of its lengths is held against its size, and what is kept has a limit, so that a file that is cut
 * off, damaged or made to do harm takes no memory.
 *
 * <p>The file is a message of protobuf, which is a sequence of fields, and a field may be a message again. They are copied
 * one by one, except for the large ones, and what was copied is then read as usual.
 */
final class Skeleton {

    /** What our own files name as the program that wrote them. */
    static final String PRODUCER = "casebook";

    /** Tensors of so many bytes and less are kept whole: shapes, scalars, and biases to tell apart. Of larger ones with the same number
     * everywhere one is kept. */
    private static final int LARGEST_TENSOR = 1 << 14;
    /** More than any classifier's structure takes: DenseNet-121's is 0.2 MB. */
    private static final int MOST_BYTES = 1 << 24;
    private static final int MOST_FIELDS = 500_000;
    /** Bytes of what is said of an input or output: its name, its sides and words about it. */
    private static final int MOST_OF_A_VALUE = 1 << 16;
    /** There are tens of thousands of small messages, and a buffer for each that is being copied. */
    private static final int SMALL_BUFFER = 256;

    /** The messages whose fields matter, and which of their fields are messages of this kind or large. */
    private enum Message {
        TENSOR(Map.of(), Set.of(Onnx.TensorProto.FLOAT_DATA_FIELD_NUMBER, Onnx.TensorProto.INT32_DATA_FIELD_NUMBER,
                Onnx.TensorProto.STRING_DATA_FIELD_NUMBER, Onnx.TensorProto.INT64_DATA_FIELD_NUMBER,
                Onnx.TensorProto.RAW_DATA_FIELD_NUMBER,
                Onnx.TensorProto.DOUBLE_DATA_FIELD_NUMBER, Onnx.TensorProto.UINT64_DATA_FIELD_NUMBER)),
        ATTRIBUTE(Map.of(Onnx.AttributeProto.T_FIELD_NUMBER, TENSOR), Set.of(Onnx.AttributeProto.FLOATS_FIELD_NUMBER)),
        NODE(Map.of(Onnx.NodeProto.ATTRIBUTE_FIELD_NUMBER, ATTRIBUTE), Set.of()),
        GRAPH(Map.of(Onnx.GraphProto.NODE_FIELD_NUMBER, NODE, Onnx.GraphProto.INITIALIZER_FIELD_NUMBER, TENSOR), Set.of()),
        FUNCTION(Map.of(Onnx.FunctionProto.NODE_FIELD_NUMBER, NODE), Set.of()),
        MODEL(Map.of(Onnx.ModelProto.GRAPH_FIELD_NUMBER, GRAPH, Onnx.ModelProto.FUNCTIONS_FIELD_NUMBER, FUNCTION), Set.of());

        private final Map<Integer, Message> messages;
        private final Set<Integer> large;

        Message(Map<Integer, Message> messages, Set<Integer> large) {
            this.messages = messages;
            this.large = large;
        }

        /**
         * Texts for people, in what newer versions added, are not kept: there may be pages of them for each operator. Nor are graphs
         * within an operator: no layer here is made of them, and they may lead anywhere.
         */
        boolean keeps(int field) {
            return switch (this) {
                case MODEL -> field <= Onnx.ModelProto.OPSET_IMPORT_FIELD_NUMBER
                        && field != Onnx.ModelProto.DOC_STRING_FIELD_NUMBER;
                case GRAPH -> field == Onnx.GraphProto.NAME_FIELD_NUMBER || field == Onnx.GraphProto.INPUT_FIELD_NUMBER
                        || field == Onnx.GraphProto.OUTPUT_FIELD_NUMBER || messages.containsKey(field);
                case NODE -> field <= Onnx.NodeProto.DOMAIN_FIELD_NUMBER && field != Onnx.NodeProto.DOC_STRING_FIELD_NUMBER;
                case FUNCTION -> field == Onnx.FunctionProto.NAME_FIELD_NUMBER || field == Onnx.FunctionProto.INPUT_FIELD_NUMBER
                        || field == Onnx.FunctionProto.OUTPUT_FIELD_NUMBER || field == Onnx.FunctionProto.DOMAIN_FIELD_NUMBER;
                case ATTRIBUTE -> (field <= Onnx.AttributeProto.INTS_FIELD_NUMBER && field != Onnx.AttributeProto.G_FIELD_NUMBER)
                        || field == Onnx.AttributeProto.REF_ATTR_NAME_FIELD_NUMBER;
                case TENSOR -> (field <= Onnx.TensorProto.UINT64_DATA_FIELD_NUMBER && field != Onnx.TensorProto.STRING_DATA_FIELD_NUMBER)
                        || field == Onnx.TensorProto.EXTERNAL_DATA_FIELD_NUMBER;
            };
        }

        /** Bytes of memory for each byte of a field, once it is read: a whole number may have one byte there, and has eight here. */
        int weight(int field) {
            boolean asItIs = this == NODE || this == TENSOR && (field == Onnx.TensorProto.RAW_DATA_FIELD_NUMBER
                    || field == Onnx.TensorProto.FLOAT_DATA_FIELD_NUMBER || field == Onnx.TensorProto.DOUBLE_DATA_FIELD_NUMBER);
            return asItIs ? 1 : 8;
        }
    }

    private final Path file;
    private final long size;
    private final CodedInputStream in;
    private long kept;
    private int fields;

    private Skeleton(Path file, long size, InputStream in) {
        this.file = file;
        this.size = size;
        this.in = CodedInputStream.newInstance(in);
        this.in.setSizeLimit(Integer.MAX_VALUE);
    }

    /**
     * Reads a file without its large tensors.
     *
     * @throws ModelFileException if it is missing, cut off, damaged or of another kind
     */
    static Onnx.ModelProto read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new ModelFileException(file + " is a folder, not an ONNX file");
            }
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                // A pipe or a device may never end.
                throw new ModelFileException(file + " is not an ordinary file, but a pipe, a device or something else");
            }
            long size = Files.size(file);
            if (size > Integer.MAX_VALUE) {
                throw new ModelFileException(file + " has " + size
                        + " bytes: an ONNX file has less than 2 GB (larger weights lie in files beside it)");
            }
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                byte[] bytes = new Skeleton(file, size, in).message(Message.MODEL);
                Onnx.ModelProto model = Onnx.ModelProto.parseFrom(bytes);
                if (model.getGraph().getNodeCount() == 0 || model.getOpsetImportCount() == 0) {
                    throw new ModelFileException(file
                            + " holds no network: it is not an ONNX file, or nothing but its start is left");
                }
                return model;
            }
        } catch (NoSuchFileException e) {
            throw new ModelFileException(file + " does not exist", e);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFileException(file + " is cut off, damaged or not an ONNX file (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw new ModelFileException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    /** Copies the fields up to the end of the message at hand. */
    private byte[] message(Message message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, SMALL_BUFFER);
        Map<Integer, Long> left = message == Message.TENSOR ? new HashMap<>() : null;
        Repetition repetition = null;
        // These have one message in them at most: a file has one graph, an attribute one tensor.
        boolean seen = false;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            int type = WireFormat.getTagWireType(tag);
            if (type == WireFormat.WIRETYPE_START_GROUP || type == WireFormat.WIRETYPE_END_GROUP) {
                throw new ModelFileException(file + " is damaged or not an ONNX file: byte " + in.getTotalBytesRead()
                        + " begins a kind of field "
                        + "that ONNX has not");
            }
            if (type != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                keep(0);
                in.skipField(tag, out);
                continue;
            }
            int length = in.readRawVarint32();
            if (length < 0 || length > size - in.getTotalBytesRead()) {
                throw new ModelFileException(file + " is cut off, damaged or not an ONNX file: at byte " + in.getTotalBytesRead()
                        + " it says that "
                        + Integer.toUnsignedString(length) + " bytes follow, and it has " + size);
            }
            Message inner = message.messages.get(field);
            boolean large = message.large.contains(field) && length > LARGEST_TENSOR;
            if (large || inner == null && !message.keeps(field)) {
                if (left != null) {
                    left.put(field, (long) length);
                    repetition = large ? Repetition.of(field, length, in::readRawBytes) : repetition;
                }
                in.skipRawBytes(length - (repetition != null && large ? repetition.read() : 0));
                continue;
            }
            byte[] content;
            if (inner == null) {
                keep((long) length * message.weight(field));
                if (message == Message.GRAPH && length > MOST_OF_A_VALUE) {
                    throw inPieces();
                }
                content = in.readRawBytes(length);
            } else {
                keep(0);
                boolean single = message == Message.ATTRIBUTE || inner == Message.GRAPH;
                if (single && seen) {
                    throw inPieces();
                }
                seen |= single;
                int limit = in.pushLimit(length);
                content = message(inner);
                in.checkLastTagWas(0);
                in.popLimit(limit);
            }
            out.writeUInt32NoTag(tag);
            out.writeUInt32NoTag(content.length);
            out.writeRawBytes(content);
        }
        out.flush();
        return message == Message.TENSOR ? checked(bytes.toByteArray(), left, repetition) : bytes.toByteArray();
    }

    /** Protobuf joins the pieces, and copies all that it has for each (CVE-2022-3171). */
    private ModelFileException inPieces() {
        return new ModelFileException(file + " is damaged or was made to keep a reader busy: at byte " + in.getTotalBytesRead()
                + " it has in many pieces what every other file has in one");
    }

    /** A tensor's data must be as many as its sides say. Of numbers that are all the same, one is kept. */
    private byte[] checked(byte[] bytes, Map<Integer, Long> left, Repetition repetition) throws IOException {
        Onnx.TensorProto tensor = Onnx.TensorProto.parseFrom(bytes);
        try {
            DataLength.check(tensor, left);
            Onnx.TensorProto.Builder filled = tensor.toBuilder().clearExternalData();
            Onnx.TensorProto data = tensor.getExternalDataCount() > 0 ? ExternalData.of(file, tensor, LARGEST_TENSOR)
                    : repetition == null ? null : repetition.number(tensor);
            if (data != null) {
                keep(data.getSerializedSize());
                filled.mergeFrom(data);
            }
            return filled.build().toByteArray();
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file + ": the tensor \"" + Printable.name(tensor.getName()) + "\" " + e.getMessage(), e);
        }
    }

    private void keep(long length) {
        kept += length;
        fields++;
        if (kept > MOST_BYTES || fields > MOST_FIELDS) {
            throw new ModelFileException(file + ": its structure takes more than " + (MOST_BYTES >> 20) + " MB or " + MOST_FIELDS
                    + " entries without the weights; no classifier of images needs that, so it is not read");
        }
    }
}
