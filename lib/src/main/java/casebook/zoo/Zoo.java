package casebook.zoo;

import casebook.network.Network;
import casebook.text.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** All networks of the lectures by their ids, as the terminal commands use them. */
public final class Zoo {

    private static final Map<String, Supplier<Network>> NETWORKS = new LinkedHashMap<>();

    static {
        NETWORKS.put("lenet-5", () -> LeNet5.taught(10));
        NETWORKS.put("lenet-5-1998", LeNet5::paper);
        NETWORKS.put("alexnet", AlexNet::oneTower);
        NETWORKS.put("alexnet-two-gpu", AlexNet::twoGpu);
        NETWORKS.put("alexnet-owt", AlexNet::oneWeirdTrick);
        NETWORKS.put("vgg-11", () -> Vgg.of(Vgg.Configuration.A));
        NETWORKS.put("vgg-13", () -> Vgg.of(Vgg.Configuration.B));
        NETWORKS.put("vgg-16c", () -> Vgg.of(Vgg.Configuration.C));
        NETWORKS.put("vgg-16", () -> Vgg.of(Vgg.Configuration.D));
        NETWORKS.put("vgg-19", () -> Vgg.of(Vgg.Configuration.E));
        NETWORKS.put("plain-18", () -> ResNet.plain(18));
        NETWORKS.put("plain-34", () -> ResNet.plain(34));
        for (int depth : List.of(18, 34, 50, 101, 152)) {
            NETWORKS.put("resnet-" + depth, () -> ResNet.of(depth));
        }
        for (int depth : List.of(50, 101, 152)) {
            NETWORKS.put("resnet-" + depth + "-v1.5", () -> ResNet.v15(depth));
        }
        for (int depth : List.of(20, 32, 44, 56, 110)) {
            NETWORKS.put("cifar-resnet-" + depth, () -> ResNet.cifar(depth));
        }
        for (int depth : List.of(20, 56)) {
            NETWORKS.put("cifar-plain-" + depth, () -> ResNet.cifarPlain(depth));
        }
        NETWORKS.put("nin", NetworkInNetwork::imageNet);
        NETWORKS.put("inception-module-naive", GoogLeNet::naiveModule);
        NETWORKS.put("inception-module", GoogLeNet::module);
        NETWORKS.put("googlenet", GoogLeNet::network);
        NETWORKS.put("googlenet-with-heads", GoogLeNet::withHeads);
        NETWORKS.put("squeezenet-1.1", SqueezeNet::v11);
    }

    private Zoo() {}

    /** All ids, in the order of the lectures. */
    public static List<String> ids() {
        return List.copyOf(NETWORKS.keySet());
    }

    /**
     * The network with this id.
     *
     * @throws IllegalArgumentException if there is none; the message names the nearest
     */
    public static Network network(String id) {
        Supplier<Network> network = NETWORKS.get(id);
        if (network == null) {
            throw new IllegalArgumentException("there is no network \"" + id + "\"; the nearest are " + Nearest.to(id, NETWORKS.keySet()));
        }
        return network.get();
    }
}
