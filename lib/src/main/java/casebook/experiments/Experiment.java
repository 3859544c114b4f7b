package casebook.experiments;

import static casebook.layers.Option.noBias;
import static casebook.layers.Option.roundUp;
import static casebook.layers.Option.same;
import static casebook.layers.Option.stride;

import casebook.data.FashionMnist;
import casebook.data.ImageSet;
import casebook.model.Model;
import casebook.network.Block;
import casebook.network.Network;
import casebook.network.NetworkBuilder;
import casebook.text.Nearest;
import casebook.training.Evaluation;
import casebook.training.History;
import casebook.training.Trainer;
import casebook.training.TrainingException;
import casebook.training.TrainingListener;
import casebook.zoo.GoogLeNet;
import casebook.zoo.ResNet;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * An experiment of the lectures: networks of several kinds, each in several sizes, are trained on the same images of Fashion-MNIST in
 * the same order, with several seeds. Their errors are measured after training, when predicting. The results that were recorded are in
 * the folder {@code datasets/experiments} ({@link Runs#recorded}); {@code casebook experiment} makes them again.
 */
public enum Experiment {

    /**
     * Does a deeper network learn better? Plain networks against residual ones (He et al. 2015, section 4.2, made small enough for two
     * cores). The shortcuts have no parameters, so that both kinds have the same at the same depth.
     */
    DEPTH("plain and residual networks of several depths", "layers with weights", List.of("plain", "residual"), List.of(8, 20, 32, 56),
            0.1, new Setting(6000, 8, 128)) {
        @Override
        Network build(String kind, int depth) {
            return ResNet.small(depth, kind.equals("plain") ? ResNet.Shortcut.NONE : ResNet.Shortcut.PAD);
        }
    },

    /** What a shortcut does where the shape changes: options A, B and C (He et al. 2015, section 4.1 and table 3). */
    SHORTCUTS("residual networks whose shortcuts are A: padded with zeros, B: projected where the shape changes, C: all projected",
            "layers with weights", List.of("A", "B", "C"), List.of(20), 0.1, new Setting(6000, 8, 128)) {
        @Override
        Network build(String kind, int depth) {
            return ResNet.small(depth, switch (kind) {
                case "A" -> ResNet.Shortcut.PAD;
                case "B" -> ResNet.Shortcut.PROJECT;
                default -> ResNet.Shortcut.PROJECT_ALL;
            });
        }
    },

    /** One filter of 5×5 or 7×7 against 3×3 convolutions that see as much (Simonyan and Zisserman 2014, section 2.3). */
    STACK("one large filter, and a stack of 3×3 filters that sees as much", "side of what is seen", List.of("one", "stack"), List.of(5, 7),
            0.02, new Setting(6000, 8, 128)) {
        @Override
        boolean has(String kind, int side) {
            return side >= 3 && side % 2 == 1;
        }

        @Override
        Network build(String kind, int side) {
            NetworkBuilder net = small(kind.equals("one") ? "One " + side + "×" + side : "3×3s that see " + side + "×" + side, 16);
            if (kind.equals("one")) {
                net.name("conv2").conv(16, side, same()).relu();
            } else {
                for (int i = 1; i <= (side - 1) / 2; i++) {
                    net.name("conv2_" + i).conv(16, 3, same()).relu();
                }
            }
            return net.name("pool").maxPool(2).name("fc").dense(10).softmax().build();
        }
    },

    /** Dropout in the fully connected layers, on and off, with few images (Krizhevsky, Sutskever and Hinton 2012, section 4.2). */
    DROPOUT("dropout in the fully connected layers, on and off", "outputs of the fully connected layers", List.of("without", "with"),
            List.of(256), 0.02, new Setting(2000, 30, 64)) {
        @Override
        Network build(String kind, int outputs) {
            NetworkBuilder net = small(kind + " dropout", 16).name("conv2").conv(32, 5, same()).relu().name("pool2").maxPool(3, stride(2));
            for (int layer = 3; layer <= 4; layer++) {
                net.name("fc" + layer).dense(outputs).relu();
                if (kind.equals("with")) {
                    net.dropout(0.5);
                }
            }
            return net.name("fc5").dense(10).softmax().build();
        }
    },

    /**
     * Does a bottleneck hurt? A 5×5 convolution reads 7×7×48, behind a 1×1 convolution that leaves only some of the 48 channels
     * ({@code bottleneck}; the size is how many it leaves), and without it ({@code direct}; the size is 48, all of them).
     */
    WIDTH("a 5×5 convolution behind bottlenecks of several widths, and without one", "channels that the 5×5 convolution reads",
            List.of("bottleneck", "direct"), List.of(1, 2, 4, 8, 16, 48), 0.1, new Setting(6000, 8, 128)) {
        @Override
        boolean has(String kind, int width) {
            return kind.equals("bottleneck") ? width < 48 : width == 48;
        }

        @Override
        Network build(String kind, int width) {
            NetworkBuilder net = Network.named(kind.equals("direct") ? "5×5, direct" : "5×5 behind " + width + " channels").input(28, 28, 1)
                    .name("conv1").conv(48, 3, same(), stride(2), noBias()).batchNorm().relu().name("pool1").maxPool(2);
            if (kind.equals("bottleneck")) {
                net.name("reduce").conv(width, 1, noBias()).batchNorm().relu();
            }
            return net.name("conv2").conv(32, 5, same(), noBias()).batchNorm().relu()
                    .name("average").globalAveragePool().name("fc").dense(10).softmax().build();
        }
    },

    /** A small Inception network trained with and without its two side branches (Szegedy et al. 2014, section 5). */
    HEADS("a small Inception network, trained with and without auxiliary heads", "Inception modules", List.of("without", "with"), List.of(6),
            0.02, new Setting(6000, 8, 32)) {
        @Override
        boolean has(String kind, int modules) {
            return modules >= 3;
        }

        @Override
        Network build(String kind, int modules) {
            NetworkBuilder net = small("Small Inception network, " + kind + " heads", 16).name("pool1").maxPool(2);
            for (int module = 1; module <= modules; module++) {
                if (module == modules / 3 + 1) {
                    net.name("pool2").maxPool(3, stride(2), roundUp());
                }
                net.module("inception_" + module, GoogLeNet.inception(16, 12, 24, 4, 8, 8));
                if (kind.equals("with") && module % (modules / 3) == 0 && module < modules) {
                    net.auxiliary(0.3, head("head_" + module));
                }
            }
            return net.name("average").globalAveragePool().name("fc").dense(10).softmax().build();
        }

        /** As GoogLeNet's, smaller: pooling, a 1×1 convolution, two fully connected layers. */
        private Block head(String name) {
            return net -> net.stage(name).name(name + "/pool").averagePool(2).name(name + "/conv").conv(16, 1).relu()
                    .name(name + "/fc").dense(64).relu().name(name + "/classifier").dense(10).softmax();
        }
    },

    /** What a learner's own network has to beat ({@code reference}), and a network that does ({@code design}), a pair for each notebook. */
    DESIGN("the references of the exercises in which a network is designed, and a design for each", "notebook", List.of("reference",
            "design"),
            List.of(2, 3, 4, 5, 9, 10), 0.02, new Setting(6000, 6, 64)) {
        @Override
        boolean has(String kind, int notebook) {
            return sizes().contains(notebook);
        }

        @Override
        Network build(String kind, int notebook) {
            return kind.equals("reference") ? Designs.reference(notebook) : Designs.design(notebook);
        }
    };

    /**
     * How long it is trained.
     *
     * @param images how many of the training images, from the first
     * @param epochs how many times it goes through them; the learning rate becomes a tenth after 70 % of them
     * @param batchSize images in a batch
     */
    public record Setting(int images, int epochs, int batchSize) {

        /** For a title: {@code 6,000 images, 8 epochs}. */
        public String inWords() {
            return String.format(Locale.ROOT, "%,d images, %d epochs", images, epochs);
        }
    }

    private final String what;
    private final String size;
    private final List<String> kinds;
    private final List<Integer> sizes;
    private final double learningRate;
    private final Setting setting;

    Experiment(String what, String size, List<String> kinds, List<Integer> sizes, double learningRate, Setting setting) {
        this.what = what;
        this.size = size;
        this.kinds = kinds;
        this.sizes = sizes;
        this.learningRate = learningRate;
        this.setting = setting;
    }

    /** The network, whose kind and size are checked already. */
    abstract Network build(String kind, int size);

    /** Whether there is this kind in this size; most have each size. */
    boolean has(String kind, int size) {
        return true;
    }

    /** A convolution of 3×3 with stride 2 in front: 28×28×1 → 14×14×{@code filters}. */
    private static NetworkBuilder small(String name, int filters) {
        return Network.named(name).input(28, 28, 1).name("conv1").conv(filters, 3, same(), stride(2)).relu();
    }

    /**
     * Finds an experiment by its name.
     *
     * @throws IllegalArgumentException if there is none; the message names the nearest
     */
    public static Experiment of(String id) {
        return Arrays.stream(values()).filter(experiment -> experiment.id().equals(id)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "there is no experiment \"" + id + "\"; the nearest are " + Nearest.to(id, Arrays.stream(values()).map(Experiment::id).toList())));
    }

    /** Its name at the terminal and in {@code datasets/experiments}: {@code depth}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is trained. */
    public String what() {
        return what;
    }

    /** What the size of a network means here. */
    public String size() {
        return size;
    }

    /** The kinds of networks that are compared. */
    public List<String> kinds() {
        return kinds;
    }

    /** The sizes that were recorded; others work too. */
    public List<Integer> sizes() {
        return sizes;
    }

    /** The sizes of {@link #sizes} that a kind has. */
    public List<Integer> sizes(String kind) {
        return sizes.stream().filter(s -> has(kind, s)).toList();
    }

    /** The learning rate at the start. */
    public double learningRate() {
        return learningRate;
    }

    /** How long training was for what is recorded. */
    public Setting setting() {
        return setting;
    }

    /** A shorter training, for a first look: half the images and a quarter of the epochs. */
    public Setting quick() {
        return new Setting(setting.images() / 2, Math.max(2, setting.epochs() / 4), setting.batchSize());
    }

    /**
     * The network of a kind and a size.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Network network(String kind, int size) {
        if (!kinds.contains(kind)) {
            throw new IllegalArgumentException("the experiment " + id() + " has the kinds " + String.join(", ", kinds) + ", not \"" + kind + "\"");
        }
        if (size < 1 || !has(kind, size)) {
            throw new IllegalArgumentException("the experiment " + id() + " has no \"" + kind + "\" in the size " + size + " (" + this.size
                    + "); it is made for " + sizes(kind));
        }
        return build(kind, size);
    }

    /**
     * Trains one network and measures it.
     *
     * @param checkpoint a file for where training stands after each epoch and at an interrupt: if it is there, training goes on from it
     *     (null: none)
     * @param listener is told how training goes
     * @return the result, whose errors are NaN if the weights grew past all numbers; empty if training was interrupted
     */
    public Optional<Run> run(String kind, int size, double learningRate, long seed, Setting setting, Path checkpoint, TrainingListener listener) {
        ImageSet training = FashionMnist.training().first(setting.images());
        Model model = Model.of(network(kind, size), seed);
        Trainer trainer = Trainer.of(model).optimiser(new Nesterovs(schedule(learningRate, setting.epochs()), 0.9))
                .batchSize(setting.batchSize()).epochs(setting.epochs()).seed(seed).listener(listener);
        if (checkpoint != null) {
            trainer.checkpoint(checkpoint);
        }
        long began = System.nanoTime();
        try {
            History history = trainer.train(training);
            double seconds = (System.nanoTime() - began) / 1e9;
            return history.interrupted() ? Optional.empty() : Optional.of(new Run(kind, size, learningRate, seed, setting,
                    error(model, training), error(model, FashionMnist.test()), seconds));
        } catch (TrainingException e) {
            // It is a result that this rate is too large for this network.
            return Optional.of(new Run(kind, size, learningRate, seed, setting, Double.NaN, Double.NaN, (System.nanoTime() - began) / 1e9));
        }
    }

    private static double error(Model model, ImageSet images) {
        return 100 * (1 - Evaluation.of(model, images).accuracy());
    }

    static ISchedule schedule(double learningRate, int epochs) {
        Map<Integer, Double> rates = new TreeMap<>();
        rates.put(0, learningRate);
        int drop = (int) Math.ceil(0.7 * epochs);
        if (drop < epochs) {
            rates.put(drop, learningRate / 10);
        }
        return new MapSchedule(ScheduleType.EPOCH, rates);
    }
}
