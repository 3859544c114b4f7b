package casebook.compute;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * oneDNN, Intel's library of fast layers, called directly. A <b>primitive</b> is one operation with its shapes and memory layouts fixed: it is made
 * once and executed many times. Where a layout is left open ({@code any}), oneDNN chooses the one in which it is fastest, such as blocks of
 * eight channels side by side.
 *
 * <p>An object of this class owns what it makes, and gives all of it back in {@link #close}. It is used by one thread at a time.
 */
public final class OneDnn implements AutoCloseable {

    private static final boolean AVAILABLE = load();

    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();
    private final NativeResources owned = new NativeResources(this, "this oneDNN engine was closed, with all that was made with it: make another one");

    /** @throws IllegalStateException if oneDNN is not there on this platform */
    public OneDnn() {
        if (!AVAILABLE) {
            throw new IllegalStateException("oneDNN can't be loaded on this machine");
        }
        dnnl_engine ownEngine = engine;
        dnnl_stream ownStream = stream;
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "an engine");
        owned.add(() -> dnnl_engine_destroy(ownEngine));
        check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "a stream");
        owned.add(() -> dnnl_stream_destroy(ownStream));
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

    /** How many float32 numbers the processor's widest registers hold: 16 with AVX-512, 8 with AVX2; 0 if it has neither, or oneDNN was told to use neither. */
    public static int numbersAtOnce() {
        int found = dnnl_get_effective_cpu_isa();
        return (found & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? 16 : (found & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2 ? 8 : 0;
    }

    /** An operation that was asked for in a way that oneDNN does not have. */
    public static final class Unsupported extends RuntimeException {
        Unsupported(String what, int status) {
            super("oneDNN can't make " + what + " (status " + status + ")");
        }
    }

    private static int check(int status, String what) {
        if (status != dnnl_success) {
            throw new Unsupported(what, status);
        }
        return status;
    }

    // ---------------------------------------------------------------- layouts

    /** Sides and layout of an array of float32 numbers. */
    public final class Layout {

        final dnnl_memory_desc desc;
        final long[] sides;

        private Layout(dnnl_memory_desc desc, long[] sides) {
            this.desc = desc;
            this.sides = sides;
        }

        /** Memory that an array in this layout takes. */
        public long bytes() {
            return owned.use(() -> dnnl_memory_desc_get_size(desc));
        }

        /** The sides, whatever the order in memory. */
        public long[] sides() {
            return sides.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Layout layout && owned.use(() -> dnnl_memory_desc_equal(desc, layout.desc) != 0);
        }

        @Override
        public int hashCode() {
            return java.util.Arrays.hashCode(sides);
        }
    }

    private Layout layout(int tag, long... sides) {
        owned.requireOpen();
        dnnl_memory_desc desc = new dnnl_memory_desc();
        check(dnnl_memory_desc_create_with_tag(desc, sides.length, sides, dnnl_f32, tag), "a layout");
        owned.add(() -> dnnl_memory_desc_destroy(desc));
        return new Layout(desc, sides);
    }

    /** Row-major: the last side lies side by side. */
    public Layout rowMajor(long... sides) {
        return layout(switch (sides.length) {
            case 1 -> dnnl_a;
            case 2 -> dnnl_ab;
            case 3 -> dnnl_abc;
            case 4 -> dnnl_abcd;
            case 5 -> dnnl_abcde;
            default -> throw new IllegalArgumentException(sides.length + " sides");
        }, sides);
    }

    /** A layout that oneDNN chooses. */
    public Layout any(long... sides) {
        return layout(dnnl_format_tag_any, sides);
    }

    /** Images, channels, height, width with the channels of a position side by side. */
    public Layout channelsLast(long... sides) {
        return layout(dnnl_acdb, sides);
    }

    /** Blocks of so many channels side by side, 8 or 16; the last one is filled up with zeros. */
    public Layout blocks(int channels, long... sides) {
        return layout(channels == 8 ? dnnl_aBcd8b : dnnl_aBcd16b, sides);
    }

    /** Other sides in a layout of the same kind: blocks of as many channels, or the usual order. */
    public Layout like(Layout model, long... sides) {
        for (int tag : new int[] {dnnl_aBcd16b, dnnl_aBcd8b, dnnl_acdb, dnnl_abcd}) {
            if (layout(tag, model.sides).equals(model)) {
                return layout(tag, sides);
            }
        }
        return rowMajor(sides);
    }

    /** A part of a larger array: so many of the channels, from one on. */
    public Layout channels(Layout whole, long from, long count) {
        owned.requireOpen();
        long[] sides = whole.sides.clone();
        sides[1] = count;
        long[] offsets = new long[sides.length];
        offsets[1] = from;
        dnnl_memory_desc desc = new dnnl_memory_desc();
        check(dnnl_memory_desc_create_submemory(desc, whole.desc, sides, offsets), "a part of an array");
        owned.add(() -> dnnl_memory_desc_destroy(desc));
        return new Layout(desc, sides);
    }

    // ---------------------------------------------------------------- what follows an operation at once

    /** What is done to each number while it is still in the processor. */
    public enum After {
        /** Nothing. */
        NOTHING(0, 0),
        /** ReLU. */
        RELU(dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd),
        /** The hyperbolic tangent. */
        TANH(dnnl_eltwise_tanh, dnnl_eltwise_tanh_use_dst_for_bwd),
        /** The logistic function. */
        SIGMOID(dnnl_eltwise_logistic, dnnl_eltwise_logistic_use_dst_for_bwd);

        final int algorithm;
        /** With a gradient that is computed from the output alone, so that the input need not be kept. */
        final int fromOutput;

        After(int algorithm, int fromOutput) {
            this.algorithm = algorithm;
            this.fromOutput = fromOutput;
        }
    }

    private dnnl_primitive_attr attributes(boolean sum, After after) {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        check(dnnl_primitive_attr_create(attributes), "attributes");
        owned.add(() -> dnnl_primitive_attr_destroy(attributes));
        if (sum || after != After.NOTHING) {
            dnnl_post_ops ops = new dnnl_post_ops();
            check(dnnl_post_ops_create(ops), "a following operation");
            if (sum) {
                check(dnnl_post_ops_append_sum(ops, 1, 0, dnnl_data_type_undef), "a following addition");
            }
            if (after != After.NOTHING) {
                if (after == After.TANH) {
                    // tanh x = 2 σ(2x) − 1: the logistic function takes a third of the time that oneDNN's tanh takes.
                    check(dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_linear, 2, 0), "a following " + after);
                    check(dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_logistic, 0, 0), "a following " + after);
                    check(dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_linear, 2, -1), "a following " + after);
                } else {
                    check(dnnl_post_ops_append_eltwise(ops, after.algorithm, 0, 0), "a following " + after);
                }
            }
            check(dnnl_primitive_attr_set_post_ops(attributes, ops), "a following operation");
            dnnl_post_ops_destroy(ops);
        }
        return attributes;
    }

    // ---------------------------------------------------------------- operations

    private dnnl_primitive_desc emptyDescription() {
        owned.requireOpen();
        return new dnnl_primitive_desc();
    }

    /** An operation, which knows its layouts. It is made when one asks for them. */
    public final class Operation {

        private final dnnl_primitive_desc desc;
        private dnnl_primitive primitive;

        private Operation(dnnl_primitive_desc desc) {
            this.desc = desc;
            owned.add(() -> dnnl_primitive_desc_destroy(desc));
        }

        /** The layout of its input. */
        public Layout source() {
            return layout(dnnl_query_src_md);
        }

        /** The layout of its weights. */
        public Layout weights() {
            return layout(dnnl_query_weights_md);
        }

        /** The layout of its output. */
        public Layout destination() {
            return layout(dnnl_query_dst_md);
        }

        /** The layout of the gradient of its input. */
        public Layout gradientOfSource() {
            return layout(dnnl_query_diff_src_md);
        }

        /** The layout of the gradient of its weights. */
        public Layout gradientOfWeights() {
            return layout(dnnl_query_diff_weights_md);
        }

        /** The layout of the gradient of its output. */
        public Layout gradientOfDestination() {
            return layout(dnnl_query_diff_dst_md);
        }

        /** The layout of what it keeps for the way back; of no bytes if it keeps nothing. */
        public Layout workspace() {
            return layout(dnnl_query_workspace_md);
        }

        private dnnl_primitive primitive() {
            owned.requireOpen();
            if (primitive == null) {
                dnnl_primitive made = new dnnl_primitive();
                check(dnnl_primitive_create(made, desc), "an operation");
                owned.add(() -> dnnl_primitive_destroy(made));
                primitive = made;
            }
            return primitive;
        }

        /**
         * A layout of the operation that was made, which need not be that of its description. oneDNN keeps what it has made and gives it out again, and
         * it takes two layouts as equal that differ by nothing but how far apart the channels are where there is one: it may give out an operation
         * that was made for the one, and therefore chose another layout for its input.
         */
        private Layout layout(int what) {
            owned.requireOpen();
            dnnl_primitive_desc made = new dnnl_primitive_desc();
            check(dnnl_primitive_get_primitive_desc(primitive(), made), "an operation");
            dnnl_memory_desc found = dnnl_primitive_desc_query_md(made, what, 0);
            try (IntPointer count = new IntPointer(1); PointerPointer<Pointer> sides = new PointerPointer<>(1)) {
                dnnl_memory_desc_query(found, dnnl_query_ndims_s32, count);
                dnnl_memory_desc_query(found, dnnl_query_dims, sides);
                long[] read = new long[count.get()];
                new LongPointer(sides.get(0)).get(read);
                return new Layout(found, read);
            }
        }

        /** True if it is made of machine code for these shapes; false if it takes a detour, such as a copy of each patch for a matrix product. */
        public boolean direct() {
            return implementation().startsWith("jit") || implementation().startsWith("brg");
        }

        /** oneDNN's name for how it does it: {@code jit:avx2}. */
        public String implementation() {
            owned.requireOpen();
            try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
                dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, text);
                return text.get(BytePointer.class, 0).getString();
            }
        }
    }

    /** How a window of weights moves over an image: strides, zeros above, left, below and right. */
    public record Slide(long[] strides, long dilation, int[] zeros) {

        private long[] gaps() {
            return new long[] {dilation - 1, dilation - 1};
        }

        private long[] before() {
            return new long[] {zeros[0], zeros[1]};
        }

        private long[] behind() {
            return new long[] {zeros[2], zeros[3]};
        }
    }

    /** Whether there is a way back afterwards. */
    public enum Purpose {
        /** There is none. */
        PREDICT(dnnl_forward_inference),
        /** There is one. */
        TRAIN(dnnl_forward_training);

        final int kind;

        Purpose(int kind) {
            this.kind = kind;
        }
    }

    /** A convolution; {@code weights} has one side more, the groups in front, where there are groups. Bias may be null. */
    public Operation convolution(Purpose purpose, Layout source, Layout weights, Layout bias, Layout destination, Slide slide, boolean sum, After after) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_convolution_forward_primitive_desc_create(desc, engine, purpose.kind, dnnl_convolution_direct, source.desc, weights.desc,
                bias == null ? null : bias.desc, destination.desc, slide.strides, slide.gaps(), slide.before(), slide.behind(), attributes(sum, after)),
                "this convolution");
        return new Operation(desc);
    }

    /** The gradient of a convolution's input, from that of its output. */
    public Operation convolutionBack(Operation forward, Layout gradientOfSource, Layout weights, Layout gradientOfDestination, Slide slide) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_convolution_backward_data_primitive_desc_create(desc, engine, dnnl_convolution_direct, gradientOfSource.desc, weights.desc,
                gradientOfDestination.desc, slide.strides, slide.gaps(), slide.before(), slide.behind(), forward.desc, null), "the way back through this convolution");
        return new Operation(desc);
    }

    /** The gradient of a convolution's weights and bias, which may be null, from that of its output. */
    public Operation convolutionWeights(Operation forward, Layout source, Layout gradientOfWeights, Layout gradientOfBias, Layout gradientOfDestination, Slide slide) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_convolution_backward_weights_primitive_desc_create(desc, engine, dnnl_convolution_direct, source.desc, gradientOfWeights.desc,
                gradientOfBias == null ? null : gradientOfBias.desc, gradientOfDestination.desc, slide.strides, slide.gaps(), slide.before(), slide.behind(),
                forward.desc, null), "the gradient of this convolution's weights");
        return new Operation(desc);
    }

    /** A fully connected layer; a source of four sides is read as one row for each image. */
    public Operation fullyConnected(Purpose purpose, Layout source, Layout weights, Layout bias, Layout destination, After after) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_inner_product_forward_primitive_desc_create(desc, engine, purpose.kind, source.desc, weights.desc,
                bias == null ? null : bias.desc, destination.desc, attributes(false, after)), "this fully connected layer");
        return new Operation(desc);
    }

    /** The gradient of a fully connected layer's input. */
    public Operation fullyConnectedBack(Operation forward, Layout gradientOfSource, Layout weights, Layout gradientOfDestination) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_inner_product_backward_data_primitive_desc_create(desc, engine, gradientOfSource.desc, weights.desc, gradientOfDestination.desc,
                forward.desc, null), "the way back through this fully connected layer");
        return new Operation(desc);
    }

    /** The gradient of a fully connected layer's weights and bias, which may be null. */
    public Operation fullyConnectedWeights(Operation forward, Layout source, Layout gradientOfWeights, Layout gradientOfBias, Layout gradientOfDestination) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_inner_product_backward_weights_primitive_desc_create(desc, engine, source.desc, gradientOfWeights.desc,
                gradientOfBias == null ? null : gradientOfBias.desc, gradientOfDestination.desc, forward.desc, null),
                "the gradient of this fully connected layer's weights");
        return new Operation(desc);
    }

    /** A pooling: of the largest, or of the mean without padded places. */
    public Operation pooling(Purpose purpose, boolean largest, Layout source, Layout destination, long[] kernel, Slide slide) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_pooling_forward_primitive_desc_create(desc, engine, purpose.kind, largest ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding,
                source.desc, destination.desc, slide.strides, kernel, slide.gaps(), slide.before(), slide.behind(), null), "this pooling");
        return new Operation(desc);
    }

    /** The gradient of a pooling's input. */
    public Operation poolingBack(Operation forward, boolean largest, Layout gradientOfSource, Layout gradientOfDestination, long[] kernel, Slide slide) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_pooling_backward_primitive_desc_create(desc, engine, largest ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding, gradientOfSource.desc,
                gradientOfDestination.desc, slide.strides, kernel, slide.gaps(), slide.before(), slide.behind(), forward.desc, null),
                "the way back through this pooling");
        return new Operation(desc);
    }

    /** Batch normalization with the batch's own statistics, which it puts out; a ReLU may follow at once. */
    public Operation batchNormalization(Layout source, Layout destination, double epsilon, boolean relu) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_batch_normalization_forward_primitive_desc_create(desc, engine, dnnl_forward_training, source.desc, destination.desc, (float) epsilon,
                flags(relu), null), "this batch normalization");
        return new Operation(desc);
    }

    /** The gradients of a batch normalization's input, scale and shift. */
    public Operation batchNormalizationBack(Operation forward, Layout gradientOfSource, Layout gradientOfDestination, Layout source, double epsilon, boolean relu) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_batch_normalization_backward_primitive_desc_create(desc, engine, dnnl_backward, gradientOfSource.desc, gradientOfDestination.desc,
                source.desc, (float) epsilon, flags(relu), forward.desc, null), "the way back through this batch normalization");
        return new Operation(desc);
    }

    private static int flags(boolean relu) {
        return dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
    }

    /** Local response normalization with oneDNN's α, which is divided by the size. */
    public Operation responseNormalization(Layout data, long size, double alpha, double beta, double k) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_lrn_forward_primitive_desc_create(desc, engine, dnnl_forward_inference, dnnl_lrn_across_channels, data.desc, data.desc, size, (float) alpha,
                (float) beta, (float) k, null), "this normalization");
        return new Operation(desc);
    }

    /** A function of each number by itself. */
    public Operation elementwise(Purpose purpose, After function, Layout data) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_eltwise_forward_primitive_desc_create(desc, engine, purpose.kind, purpose == Purpose.TRAIN ? function.fromOutput : function.algorithm,
                data.desc, data.desc, 0, 0, null), "this function");
        return new Operation(desc);
    }

    /** The gradient of such a function's input, from its output and that one's gradient, all in one layout. */
    public Operation elementwiseBack(After function, Layout data) {
        Operation forward = elementwise(Purpose.TRAIN, function, data);
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_eltwise_backward_primitive_desc_create(desc, engine, function.fromOutput, data.desc, data.desc, data.desc, 0, 0, forward.desc, null),
                "the way back through this function");
        return new Operation(desc);
    }

    /** The softmax of rows. */
    public Operation softmax(Layout rows) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_softmax_forward_primitive_desc_create(desc, engine, dnnl_forward_inference, dnnl_softmax_accurate, rows.desc, rows.desc, 1,
                null), "this softmax");
        return new Operation(desc);
    }

    /** The sum of two arrays of the same layout. */
    public Operation addition(Layout data, After after) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_binary_primitive_desc_create(desc, engine, dnnl_binary_add, data.desc, data.desc, data.desc, attributes(false, after)), "this addition");
        return new Operation(desc);
    }

    /** Several arrays behind one another along the channels. */
    public Operation concatenation(List<Layout> parts, Layout whole) {
        try (PointerPointer<dnnl_primitive_desc> made = new PointerPointer<>(1); PointerPointer<dnnl_memory_desc> sources = new PointerPointer<>(parts.size())) {
            for (int i = 0; i < parts.size(); i++) {
                sources.put(i, parts.get(i).desc);
            }
            check(dnnl_concat_primitive_desc_create(made, engine, whole.desc, parts.size(), 1, sources, null),
                    "this concatenation");
            return new Operation(made.get(dnnl_primitive_desc.class, 0));
        }
    }

    /** From one layout to another. */
    public Operation reorder(Layout from, Layout to) {
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_reorder_primitive_desc_create(desc, from.desc, engine, to.desc, engine, null), "this change of layout");
        return new Operation(desc);
    }

    /** From one layout to another, and each number times the factor of its place along the first sides, so many of them. */
    public Operation scaledReorder(Layout from, Layout to, int sides) {
        dnnl_primitive_attr attributes = attributes(false, After.NOTHING);
        check(dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, (1 << sides) - 1), "factors");
        dnnl_primitive_desc desc = emptyDescription();
        check(dnnl_reorder_primitive_desc_create(desc, from.desc, engine, to.desc, engine, attributes), "this change of layout");
        return new Operation(desc);
    }

    // ---------------------------------------------------------------- memory and execution

    /** A place in memory with a layout. */
    public final class Memory {

        private final dnnl_memory memory = new dnnl_memory();

        private Memory(Layout layout, Pointer place) {
            owned.requireOpen();
            dnnl_memory made = memory;
            check(dnnl_memory_create(made, layout.desc, engine, place), "a place in memory");
            owned.add(() -> dnnl_memory_destroy(made));
        }

        /** Looks at another place from now on, in the same layout. */
        public void moveTo(INDArray array) {
            owned.use(() -> dnnl_memory_set_data_handle(memory, array.data().addressPointer()));
        }
    }

    /** Memory at a place that somebody else owns, and keeps as long as this is used. */
    public Memory memory(Layout layout, Pointer place) {
        return new Memory(layout, place);
    }

    /** An operation with its arguments: it can be executed. */
    public final class Step {

        private final dnnl_primitive primitive;
        private final dnnl_exec_arg_t arguments;
        private final int count;

        private Step(Operation operation, Object... arguments) {
            primitive = operation.primitive();
            count = arguments.length / 2;
            this.arguments = new dnnl_exec_arg_t(count);
            for (int i = 0; i < count; i++) {
                this.arguments.position(i).arg((Integer) arguments[2 * i]).memory(((Memory) arguments[2 * i + 1]).memory);
            }
            this.arguments.position(0);
            owned.add(this.arguments::close);
        }

        /** Starts it; {@link OneDnn#await} waits for the end. */
        public void execute() {
            owned.use(() -> check(dnnl_primitive_execute(primitive, stream, count, arguments), "a step"));
        }
    }

    /** What an argument of an operation is. */
    public enum Argument {
        /** The input. */
        SOURCE(DNNL_ARG_SRC),
        /** The second input. */
        SECOND(DNNL_ARG_SRC_1),
        /** The output. */
        DESTINATION(DNNL_ARG_DST),
        /** Weights. */
        WEIGHTS(DNNL_ARG_WEIGHTS),
        /** A bias for each output channel. */
        BIAS(DNNL_ARG_BIAS),
        /** The mean of each channel. */
        MEAN(DNNL_ARG_MEAN),
        /** The variance of each channel. */
        VARIANCE(DNNL_ARG_VARIANCE),
        /** A factor for each channel. */
        SCALE(DNNL_ARG_SCALE),
        /** The factors of a {@linkplain OneDnn#scaledReorder scaled reorder}. */
        FACTORS(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC),
        /** What is added to each channel. */
        SHIFT(DNNL_ARG_SHIFT),
        /** What is kept for the way back. */
        WORKSPACE(DNNL_ARG_WORKSPACE),
        /** The gradient of the input. */
        GRADIENT_OF_SOURCE(DNNL_ARG_DIFF_SRC),
        /** The gradient of the output. */
        GRADIENT_OF_DESTINATION(DNNL_ARG_DIFF_DST),
        /** The gradient of the weights. */
        GRADIENT_OF_WEIGHTS(DNNL_ARG_DIFF_WEIGHTS),
        /** The gradient of the bias. */
        GRADIENT_OF_BIAS(DNNL_ARG_DIFF_BIAS),
        /** The gradient of the scale. */
        GRADIENT_OF_SCALE(DNNL_ARG_DIFF_SCALE),
        /** The gradient of the shift. */
        GRADIENT_OF_SHIFT(DNNL_ARG_DIFF_SHIFT);

        final int number;

        Argument(int number) {
            this.number = number;
        }
    }

    /** An operation with its arguments. */
    public Step step(Operation operation, Map<Argument, Memory> arguments) {
        List<Object> list = new ArrayList<>();
        arguments.forEach((argument, memory) -> list.addAll(List.of(argument.number, memory)));
        return new Step(operation, list.toArray());
    }

    /** One input and one output. */
    public Step step(Operation operation, Memory source, Memory destination) {
        return new Step(operation, DNNL_ARG_SRC, source, DNNL_ARG_DST, destination);
    }

    /** Several inputs and one output. */
    public Step concatenate(Operation operation, List<Memory> sources, Memory destination) {
        Object[] arguments = new Object[2 * sources.size() + 2];
        for (int i = 0; i < sources.size(); i++) {
            arguments[2 * i] = DNNL_ARG_MULTIPLE_SRC + i;
            arguments[2 * i + 1] = sources.get(i);
        }
        arguments[arguments.length - 2] = DNNL_ARG_DST;
        arguments[arguments.length - 1] = destination;
        return new Step(operation, arguments);
    }

    /** Waits until everything is done. */
    public void await() {
        owned.use(() -> check(dnnl_stream_wait(stream), "a step"));
    }

    @Override
    public void close() {
        owned.close();
    }
}
