package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * The dims of an array of float32 numbers, and how it lies in memory: in row-major order, with the channels last, or in blocks of
 * channels side by side.
 */
public final class MemoryLayout {

    final Engine engine;
    final dnnl_memory_desc desc;
    private final long[] dims;

    MemoryLayout(Engine engine, dnnl_memory_desc desc, long[] dims) {
        this.engine = engine;
        this.desc = desc;
        this.dims = dims;
    }

    private static MemoryLayout tagged(Engine engine, int tag, long... dims) {
        engine.resources.requireOpen();
        dnnl_memory_desc desc = new dnnl_memory_desc();
        check(dnnl_memory_desc_create_with_tag(desc, dims.length, dims, dnnl_f32, tag), "a layout");
        engine.resources.add(() -> dnnl_memory_desc_destroy(desc));
        return new MemoryLayout(engine, desc, dims);
    }

    /** The last dim lies side by side. */
    public static MemoryLayout rowMajor(Engine engine, long... dims) {
        return tagged(engine, switch (dims.length) {
            case 1 -> dnnl_a;
            case 2 -> dnnl_ab;
            case 3 -> dnnl_abc;
            case 4 -> dnnl_abcd;
            case 5 -> dnnl_abcde;
            default -> throw new IllegalArgumentException("an array of " + dims.length + " dims: 1 to 5 are known");
        }, dims);
    }

    /** One that oneDNN chooses when a primitive is made. */
    public static MemoryLayout any(Engine engine, long... dims) {
        return tagged(engine, dnnl_format_tag_any, dims);
    }

    /** Images, channels, height, width with the channels of a position side by side. */
    public static MemoryLayout channelsLast(Engine engine, long... dims) {
        return tagged(engine, dnnl_acdb, dims);
    }

    /** Blocks of so many channels side by side, 8 or 16; the last one is filled up with zeros. */
    public static MemoryLayout blocks(Engine engine, int channels, long... dims) {
        return tagged(engine, channels == 8 ? dnnl_aBcd8b : dnnl_aBcd16b, dims);
    }

    /** Other dims in a layout of this kind: blocks of as many channels, channels last, or row-major. */
    public MemoryLayout like(long... others) {
        for (int tag : new int[] {dnnl_aBcd16b, dnnl_aBcd8b, dnnl_acdb, dnnl_abcd}) {
            if (tagged(engine, tag, dims).equals(this)) {
                return tagged(engine, tag, others);
            }
        }
        return rowMajor(engine, others);
    }

    /** A part of an array in this layout: so many of the channels, from one on. */
    public MemoryLayout channels(long from, long count) {
        engine.resources.requireOpen();
        long[] part = dims.clone();
        part[1] = count;
        long[] offsets = new long[dims.length];
        offsets[1] = from;
        dnnl_memory_desc made = new dnnl_memory_desc();
        check(dnnl_memory_desc_create_submemory(made, desc, part, offsets), "a part of an array");
        engine.resources.add(() -> dnnl_memory_desc_destroy(made));
        return new MemoryLayout(engine, made, part);
    }

    /** Memory that an array in this layout takes. */
    public long bytes() {
        return engine.resources.use(() -> dnnl_memory_desc_get_size(desc));
    }

    /** The dims, whatever the order in memory. */
    public long[] dims() {
        return dims.clone();
    }

    /** How many dims there are. */
    public int rank() {
        return dims.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryLayout layout && engine.resources.use(() -> dnnl_memory_desc_equal(desc, layout.desc) != 0);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }
}
