package casebook.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import casebook.compute.NativeResources;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;

/**
 * The processor as oneDNN sees it. It owns the layouts, primitives and memories that are made with it, and gives all of them back in
 * {@link #close}, or some time after nobody can reach it. It is used by one thread at a time.
 */
public final class Engine implements AutoCloseable {

    private static final boolean AVAILABLE = load();

    final dnnl_engine handle = new dnnl_engine();
    final dnnl_stream stream = new dnnl_stream();
    final NativeResources resources = new NativeResources(this,
            "this oneDNN engine was closed, with all that was made with it: make another one");

    /** @throws IllegalStateException if oneDNN is not there on this platform */
    public Engine() {
        if (!AVAILABLE) {
            throw new IllegalStateException("oneDNN can't be loaded on this machine");
        }
        // Local names: what gives them back must not reach this object.
        dnnl_engine ownHandle = handle;
        dnnl_stream ownStream = stream;
        check(dnnl_engine_create(handle, dnnl_cpu, 0), "an engine");
        resources.add(() -> dnnl_engine_destroy(ownHandle));
        check(dnnl_stream_create(stream, handle, dnnl_stream_default_flags), "a stream");
        resources.add(() -> dnnl_stream_destroy(ownStream));
    }

    /** True if the native library for this platform is on the class path and loads. */
    public static boolean available() {
        return AVAILABLE;
    }

    private static boolean load() {
        try {
            dnnl_version();
            return true;
        } catch (LinkageError e) {
            return false;
        }
    }

    /** As oneDNN says it: {@code 3.11.0}. */
    public static String version() {
        return dnnl_version().major() + "." + dnnl_version().minor() + "." + dnnl_version().patch();
    }

    /**
     * The SIMD width, in float32 numbers: 16 with AVX-512, 8 with AVX2; 0 if the processor has neither, or oneDNN was told to use
     * neither.
     */
    public static int simdWidth() {
        int found = dnnl_get_effective_cpu_isa();
        return (found & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? 16 : (found & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2 ? 8
                : 0;
    }

    /** Something was asked for that oneDNN does not have. */
    public static final class Unsupported extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unsupported(String what, int status) {
            super("oneDNN can't make " + what + " (status " + status + ")");
        }
    }

    static int check(int status, String what) {
        if (status != dnnl_success) {
            throw new Unsupported(what, status);
        }
        return status;
    }

    /** A description of a primitive, to be filled in. */
    dnnl_primitive_desc description() {
        resources.requireOpen();
        return new dnnl_primitive_desc();
    }

    /** Memory at a place that somebody else owns, and keeps as long as this is used. */
    public MemoryRegion memory(MemoryLayout layout, Pointer place) {
        return new MemoryRegion(this, layout, place);
    }

    /** Waits until everything is done. */
    public void await() {
        resources.use(() -> check(dnnl_stream_wait(stream), "a step"));
    }

    @Override
    public void close() {
        resources.close();
    }
}
