package casebook.bench;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench forward}: a plan's prediction against ONNX Runtime, OpenVINO and PyTorch on the same weights and images. */
@Command(name = "forward", mixinStandardHelpOptions = true, description = "Predicts with each network, against ONNX Runtime and OpenVINO on the exported file, and "
        + "PyTorch for VGG-16 and ResNet-50. A peer that is missing is a failure.")
final class ForwardTask extends SpeedTask {

    /** So many plans are made; the first ones are slow, as Java is with all that is new. */
    private static final int PLANS = 40;

    @Option(names = "--networks", split = ",", description = "Which networks.")
    private List<String> networks = List.of("alexnet", "vgg-16", "googlenet", "resnet-50", "squeezenet-1.1");

    @Option(names = "--batches", split = ",", description = "How many images at a time.")
    private List<Integer> batches = List.of(1, 8);

    ForwardTask() {
        super("forward");
    }

    @Override
    List<Cell> cells() {
        return networks.stream().flatMap(network -> batches.stream().map(batch -> new Cell(network, batch))).toList();
    }

    @Override
    List<String> peers(String network) {
        return network.equals("vgg-16") || network.equals("resnet-50") ? List.of("onnxruntime", "openvino", "pytorch") : List.of("onnxruntime", "openvino");
    }

    @Override
    Class<?> ours() {
        return OurForward.class;
    }

    @Override
    double planning(Candidate ours) {
        return Ratios.median(ours.milliseconds(Candidate.PLAN, PLANS));
    }

    @Override
    double tolerance() {
        return 1e-4;
    }

    @Override
    double passes() {
        return 1;
    }
}
