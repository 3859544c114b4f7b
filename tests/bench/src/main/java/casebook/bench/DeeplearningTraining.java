package casebook.bench;

import casebook.layers.Activation;
import casebook.layers.Add;
import casebook.layers.AveragePooling;
import casebook.layers.BatchNormalization;
import casebook.layers.Convolution;
import casebook.layers.Flatten;
import casebook.layers.FullyConnected;
import casebook.layers.GlobalAveragePooling;
import casebook.layers.MaxPooling;
import casebook.layers.PaddedShortcut;
import casebook.layers.Relu;
import casebook.layers.Shape;
import casebook.layers.Softmax;
import casebook.layers.Tanh;
import casebook.layers.Window;
import casebook.model.Model;
import casebook.network.Network;
import casebook.network.Node;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * DL4J's candidate for {@code bench training}: one of our networks as a computation graph of DL4J, from our weights, and one step of its {@code fit}. What can
 * be set is left as DL4J has it. Its arrays are those of the library's ND4J, with oneDNN and the newer OpenBLAS.
 */
final class DeeplearningTraining {

    /** The third comes after a move that has momentum; more would only take longer. */
    private static final int LOSSES = 3;

    private final Model model;
    private final Network network;
    private final GraphBuilder builder;
    /** What DL4J calls the output of each node: that of another node, for one that is nothing of its own there. */
    private final Map<Integer, String> names = new HashMap<>();

    private DeeplearningTraining(Model model) {
        this.model = model;
        network = model.network();
        Shape input = network.input();
        builder = new NeuralNetConfiguration.Builder().updater(new Nesterovs(0.001, 0.9)).graphBuilder().addInputs("input")
                .setInputTypes(InputType.convolutional(input.height(), input.width(), input.channels()));
        names.put(Network.INPUT, "input");
    }

    /** Network, batch, folder. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        System.setOut(System.err);
        try (Model model = OurForward.model(arguments[0])) {
            int size = Integer.parseInt(arguments[1]);
            int classes = (int) model.network().output().output().elements();
            INDArray images = OurForward.images(model.network(), size);
            INDArray answers = Nd4j.zeros(size, classes);
            int[] labels = OurTraining.labels(size, classes);
            for (int i = 0; i < size; i++) {
                answers.putScalar(i, labels[i], 1);
            }
            DataSet batch = new DataSet(images, answers);
            long began = System.nanoTime();
            ComputationGraph graph = new DeeplearningTraining(model).graph();
            INDArray losses = Nd4j.zeros(LOSSES);
            graph.fit(batch);
            losses.putScalar(0, graph.score());
            double readyAfter = (System.nanoTime() - began) / 1e6;
            for (int i = 1; i < LOSSES; i++) {
                graph.fit(batch);
                losses.putScalar(i, graph.score());
            }
            OurForward.write(Path.of(arguments[2], "dl4j"), losses);
            OurForward.serve(out, readyAfter, () -> {
                graph.fit(batch);
                graph.score();
            });
        }
    }

    private ComputationGraph graph() {
        for (Node node : network.nodes()) {
            if (node.shared() || node.auxiliary()) {
                throw unknown(node);
            }
            if (!names.containsKey(node.index())) {
                add(node, inputs(node));
            }
        }
        ComputationGraph graph = new ComputationGraph(builder.setOutputs(names.get(network.output().index())).build());
        graph.init();
        network.nodes().forEach(node -> copyWeights(node, graph));
        return graph;
    }

    private String[] inputs(Node node) {
        return node.inputs().stream().map(names::get).toArray(String[]::new);
    }

    private void add(Node node, String... inputs) {
        String name = node.name();
        names.put(node.index(), name);
        if (node.layer() instanceof Convolution convolution && convolution.groups() == 1) {
            ConvolutionLayer.Builder layer = new ConvolutionLayer.Builder().nOut(convolution.filters()).hasBias(convolution.bias()).activation(activationAfter(node));
            builder.addLayer(name, slides(layer, node, convolution.window()), inputs);
        } else if (node.layer() instanceof FullyConnected dense && reader(node) != null && reader(node).layer() instanceof Softmax && reader(node) == network.output()) {
            builder.addLayer(name, new OutputLayer.Builder(LossFunction.MCXENT).nOut(dense.outputs()).hasBias(dense.bias()).activation(activationAfter(node)).build(), inputs);
        } else if (node.layer() instanceof FullyConnected dense) {
            builder.addLayer(name, new DenseLayer.Builder().nOut(dense.outputs()).hasBias(dense.bias()).activation(activationAfter(node)).build(), inputs);
        } else if (node.layer() instanceof BatchNormalization normalization) {
            // The averages that it keeps start as ours do, at 0 and 1.
            builder.addLayer(name, new org.deeplearning4j.nn.conf.layers.BatchNormalization.Builder().eps(normalization.epsilon()).decay(normalization.momentum()).build(), inputs);
        } else if (node.layer() instanceof MaxPooling pooling) {
            builder.addLayer(name, slides(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX), node, pooling.window()), inputs);
        } else if (node.layer() instanceof AveragePooling pooling && Arrays.stream(pooling.window().zeros(node.inputShapes().get(0))).sum() == 0) {
            builder.addLayer(name, slides(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG), node, pooling.window()), inputs);
        } else if (node.layer() instanceof GlobalAveragePooling) {
            builder.addLayer(name, new GlobalPoolingLayer(PoolingType.AVG), inputs);
        } else if (node.layer() instanceof Add) {
            builder.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), inputs);
        } else if (node.layer() instanceof PaddedShortcut shortcut) {
            addShortcut(node, shortcut, inputs[0]);
        } else if (node.layer() instanceof Flatten) {
            // DL4J flattens by itself, in the same order; after global pooling it has vectors already.
            names.put(node.index(), inputs[0]);
        } else if (node.layer() instanceof Activation activation && !(activation instanceof Softmax)) {
            builder.addLayer(name, new ActivationLayer(activation(node)), inputs);
        } else {
            throw unknown(node);
        }
    }

    /** Every so many rows and columns, and as many channels of zeros as it takes: the channels once more, times 0. */
    private void addShortcut(Node node, PaddedShortcut shortcut, String input) {
        if (shortcut.channels() != 2 * node.inputShapes().get(0).channels()) {
            throw unknown(node);
        }
        String name = node.name();
        builder.addLayer(name + "-taken", new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX).kernelSize(1, 1).stride(shortcut.stride(), shortcut.stride()).build(), input);
        builder.addVertex(name + "-zeros", new ScaleVertex(0), name + "-taken");
        builder.addVertex(name, new MergeVertex(), name + "-taken", name + "-zeros");
    }

    /** A layer with this window. DL4J pads both sides alike, and leaves out what the last window does not reach. */
    private static Layer slides(ConvolutionLayer.Builder layer, Node node, Window window) {
        int[] padding = padding(node, window);
        return layer.kernelSize(window.height(), window.width()).stride(window.strideHeight(), window.strideWidth()).dilation(window.dilation(), window.dilation())
                .convolutionMode(ConvolutionMode.Truncate).padding(padding).build();
    }

    private static Layer slides(SubsamplingLayer.Builder layer, Node node, Window window) {
        int[] padding = padding(node, window);
        return layer.kernelSize(window.height(), window.width()).stride(window.strideHeight(), window.strideWidth()).dilation(window.dilation(), window.dilation())
                .convolutionMode(ConvolutionMode.Truncate).padding(padding).build();
    }

    private static int[] padding(Node node, Window window) {
        Shape input = node.inputShapes().get(0);
        int[] zeros = window.zeros(input);
        int rows = (input.height() + 2 * zeros[0] - window.extentHeight()) / window.strideHeight() + 1;
        int columns = (input.width() + 2 * zeros[1] - window.extentWidth()) / window.strideWidth() + 1;
        if (rows != node.output().height() || columns != node.output().width()) {
            throw unknown(node);
        }
        return new int[] {zeros[0], zeros[1]};
    }

    /** The only layer that reads this one, or null. */
    private Node reader(Node node) {
        List<Integer> readers = network.readers().get(node.index());
        return readers.size() == 1 ? network.nodes().get(readers.get(0)) : null;
    }

    /** The activation that follows alone: a layer of DL4J has it as its own. */
    private IActivation activationAfter(Node node) {
        Node reader = reader(node);
        if (reader == null || !(reader.layer() instanceof Activation)) {
            return new ActivationIdentity();
        }
        names.put(reader.index(), node.name());
        return activation(reader);
    }

    private static IActivation activation(Node node) {
        if (node.layer() instanceof Relu) {
            return new ActivationReLU();
        } else if (node.layer() instanceof Softmax) {
            return new ActivationSoftmax();
        } else if (node.layer().equals(new Tanh())) {
            return new ActivationTanH();
        }
        throw unknown(node);
    }

    private void copyWeights(Node node, ComputationGraph graph) {
        node.parameters().forEach(parameter -> {
            if (!parameter.trainable()) {
                return;
            }
            INDArray ours = model.parameter(node.name() + "/" + parameter.name());
            String theirs = switch (parameter.name()) {
                case "weights" -> "W";
                case "bias" -> "b";
                default -> parameter.name();
            };
            INDArray target = graph.getLayer(node.name()).getParam(theirs);
            // Theirs are [inputs, outputs] in a fully connected layer, and some vectors are rows.
            INDArray turned = node.layer() instanceof FullyConnected && ours.rank() == 2 ? ours.transpose() : ours.rank() == 1 ? ours.reshape(target.shape()) : ours;
            if (!Arrays.equals(target.shape(), turned.shape())) {
                throw new IllegalStateException(node.name() + ": DL4J's " + theirs + " is " + Arrays.toString(target.shape()) + ", ours " + Arrays.toString(turned.shape()));
            }
            target.assign(turned);
        });
    }

    private static UnsupportedOperationException unknown(Node node) {
        return new UnsupportedOperationException(node.name() + ": this benchmark can't say " + node.layer() + " in DL4J");
    }
}
