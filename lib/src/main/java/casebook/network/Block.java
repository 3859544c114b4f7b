package casebook.network;

import java.util.function.UnaryOperator;

/**
 * A part of a network that can be used again: {@code Block twoLayers = net -> net.conv(64, 3, same()).relu();}. Put it into
 * a network with {@link NetworkBuilder#then(Block)}.
 */
@FunctionalInterface
public interface Block extends UnaryOperator<NetworkBuilder> {

    /** Changes nothing: the shortcut of a residual block whose shapes agree. */
    Block NOTHING = net -> net;
}
