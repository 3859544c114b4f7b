package casebook.engine.onednn;

import static casebook.engine.onednn.Engine.check;
import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** One operation with its shapes and layouts. The machine code is made when one asks for its layouts, or binds it to memory. */
public final class Primitive {

    private final Engine engine;
    final dnnl_primitive_desc desc;
    private dnnl_primitive handle;

    Primitive(Engine engine, dnnl_primitive_desc desc) {
        this.engine = engine;
        this.desc = desc;
        engine.resources.add(() -> dnnl_primitive_desc_destroy(desc));
    }

    /** The layout of its input. */
    public MemoryLayout source() {
        return layout(dnnl_query_src_md);
    }

    /** The layout of its weights. */
    public MemoryLayout weights() {
        return layout(dnnl_query_weights_md);
    }

    /** The layout of its output. */
    public MemoryLayout destination() {
        return layout(dnnl_query_dst_md);
    }

    /** The layout of the gradient of its input. */
    public MemoryLayout sourceGradient() {
        return layout(dnnl_query_diff_src_md);
    }

    /** The layout of the gradient of its weights. */
    public MemoryLayout weightsGradient() {
        return layout(dnnl_query_diff_weights_md);
    }

    /** The layout of the gradient of its output. */
    public MemoryLayout destinationGradient() {
        return layout(dnnl_query_diff_dst_md);
    }

    /** The layout of what it keeps for the backward primitive; of no bytes if it keeps nothing. */
    public MemoryLayout workspace() {
        return layout(dnnl_query_workspace_md);
    }

    /** The layout of the memory that it works in; of no bytes if it needs none. */
    public MemoryLayout scratchpad() {
        return layout(dnnl_query_scratchpad_md);
    }

    private dnnl_primitive handle() {
        engine.resources.requireOpen();
        if (handle == null) {
            dnnl_primitive made = new dnnl_primitive();
            check(dnnl_primitive_create(made, desc), "an operation");
            engine.resources.add(() -> dnnl_primitive_destroy(made));
            handle = made;
        }
        return handle;
    }

    /**
     * A layout of the operation that was made, which need not be that of its description. oneDNN keeps what it has made and gives it out
     * again, and it takes two layouts as equal that differ by nothing but how far apart the channels are where there is one: it may give
     * out an operation that was made for the one, and therefore chose another layout for its input.
     */
    private MemoryLayout layout(int what) {
        dnnl_primitive_desc made = engine.description();
        check(dnnl_primitive_get_primitive_desc(handle(), made), "an operation");
        dnnl_memory_desc found = dnnl_primitive_desc_query_md(made, what, 0);
        try (IntPointer rank = new IntPointer(1); PointerPointer<Pointer> dims = new PointerPointer<>(1)) {
            dnnl_memory_desc_query(found, dnnl_query_ndims_s32, rank);
            dnnl_memory_desc_query(found, dnnl_query_dims, dims);
            long[] read = new long[rank.get()];
            new LongPointer(dims.get(0)).get(read);
            return new MemoryLayout(engine, found, read);
        }
    }

    /**
     * True if it is made of machine code for these shapes; false if it takes a detour, such as a copy of each patch for a matrix
     * product.
     */
    public boolean direct() {
        return implementation().startsWith("jit") || implementation().startsWith("brg");
    }

    /** oneDNN's name for how it does it: {@code jit:avx2}. */
    public String implementation() {
        engine.resources.requireOpen();
        try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, text);
            return text.get(BytePointer.class, 0).getString();
        }
    }

    /** The operation on these arguments. Without a scratchpad among them it gets one that lasts as long as the engine. */
    public Bound bind(Map<Argument, MemoryRegion> arguments) {
        List<Integer> numbers = new ArrayList<>();
        List<MemoryRegion> memories = new ArrayList<>();
        arguments.forEach((argument, memory) -> {
            numbers.add(argument.number);
            memories.add(memory);
        });
        MemoryLayout scratchpad = scratchpad();
        if (!arguments.containsKey(Argument.SCRATCHPAD) && scratchpad.bytes() > 0) {
            numbers.add(Argument.SCRATCHPAD.number);
            memories.add(engine.memory(scratchpad, engine.resources.allocate(scratchpad.bytes())));
        }
        return new Bound(numbers, memories);
    }

    /** An operation with several inputs, as a concatenation, on these; the scratchpad may be null if it needs none. */
    public Bound bind(List<MemoryRegion> sources, MemoryRegion destination, MemoryRegion scratchpad) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            numbers.add(DNNL_ARG_MULTIPLE_SRC + i);
        }
        List<MemoryRegion> memories = new ArrayList<>(sources);
        numbers.add(DNNL_ARG_DST);
        memories.add(destination);
        if (scratchpad != null) {
            numbers.add(Argument.SCRATCHPAD.number);
            memories.add(scratchpad);
        }
        return new Bound(numbers, memories);
    }

    /** An operation with its arguments: it can be executed. */
    public final class Bound {

        private final dnnl_primitive primitive = handle();
        private final dnnl_exec_arg_t arguments;
        private final int count;

        private Bound(List<Integer> numbers, List<MemoryRegion> memories) {
            count = numbers.size();
            dnnl_exec_arg_t made = new dnnl_exec_arg_t(count);
            for (int i = 0; i < count; i++) {
                made.position(i).arg(numbers.get(i)).memory(memories.get(i).handle);
            }
            arguments = made.position(0);
            engine.resources.add(made::close);
        }

        /** Starts it; {@link Engine#await} waits for the end. */
        public void execute() {
            engine.resources.use(() -> check(dnnl_primitive_execute(primitive, engine.stream, count, arguments), "a step"));
        }
    }
}
