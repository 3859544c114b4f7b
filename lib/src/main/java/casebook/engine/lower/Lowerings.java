package casebook.engine.lower;

import casebook.engine.graph.LayerTraits;
import casebook.engine.graph.Trait;
import casebook.engine.onednn.PostOp;
import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.Concatenate;
import casebook.layers.Convolution;
import casebook.layers.Dropout;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.Layer;
import casebook.layers.LocalResponseNormalization;
import casebook.layers.MaxPooling;
import casebook.layers.Relu;
import casebook.layers.Sigmoid;
import casebook.layers.Softmax;
import casebook.layers.Tanh;
import casebook.network.Node;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which layers have which lowering, by the layer's class. */
public final class Lowerings {

    private static final Lowering OWN_CODE = new OwnCodeLowering();

    private static final Map<Class<? extends Layer>, Lowering> BY_CLASS = new ConcurrentHashMap<>(Map.ofEntries(
            Map.entry(Convolution.class, new ConvolutionLowering()),
            Map.entry(FullyConnected.class, new FullyConnectedLowering()),
            Map.entry(MaxPooling.class, PoolingLowering.largest()),
            Map.entry(AveragePooling.class, PoolingLowering.mean()),
            Map.entry(GlobalAveragePooling.class, new GlobalPoolingLowering()),
            Map.entry(BatchNormalization.class, new BatchNormalizationLowering()),
            Map.entry(LocalResponseNormalization.class, new LocalResponseLowering()),
            Map.entry(Add.class, new AddLowering()),
            Map.entry(Concatenate.class, new ConcatenateLowering()),
            Map.entry(Relu.class, new ActivationLowering(PostOp.RELU)),
            Map.entry(Sigmoid.class, new ActivationLowering(PostOp.SIGMOID)),
            Map.entry(Tanh.class, new ActivationLowering(layer -> ((Tanh) layer).amplitude() == 1 && ((Tanh) layer).slope() == 1
                    ? PostOp.TANH : null)),
            Map.entry(Softmax.class, new SoftmaxLowering()),
            Map.entry(Dropout.class, new DropoutLowering()),
            Map.entry(Flatten.class, new FlattenLowering())));

    private Lowerings() {}

    /** From now on layers of this class become steps in this way: for a layer that is not of this library, too. */
    public static void register(Class<? extends Layer> layer, Lowering lowering) {
        BY_CLASS.put(layer, lowering);
    }

    /** How this layer becomes steps at its place. */
    static Lowering of(Node node, boolean training) {
        Lowering lowering = BY_CLASS.getOrDefault(node.layer().getClass(), OWN_CODE);
        return lowering.supports(node, training) ? lowering : OWN_CODE;
    }

    /** The function of an activation. */
    static PostOp postOp(Node activation) {
        return activation == null ? null : BY_CLASS.get(activation.layer().getClass()).postOp(activation.layer());
    }

    /** What the passes need to know of layers. */
    public static LayerTraits traits(boolean training) {
        return new LayerTraits() {
            @Override
            public Set<Trait> of(Node node) {
                Lowering lowering = BY_CLASS.getOrDefault(node.layer().getClass(), OWN_CODE);
                Set<Trait> traits = EnumSet.noneOf(Trait.class);
                traits.addAll(lowering.traits(node, training));
                if (lowering == OWN_CODE || !lowering.supports(node, training)) {
                    traits.add(Trait.OWN_CODE);
                }
                return traits;
            }

            @Override
            public int inputStride(Node node) {
                return BY_CLASS.getOrDefault(node.layer().getClass(), OWN_CODE).inputStride(node);
            }
        };
    }
}
