package casebook.cost;

import casebook.layers.Parameter;
import casebook.layers.Shape;
import casebook.network.Network;
import casebook.network.Node;
import casebook.network.ReceptiveField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What a network costs for one image: a row for each layer, sums for each stage, and totals. It is computed from the shapes
 * alone: no weights are allocated and no numerics library is started.
 */
public final class CostSheet {

    /** Bytes of one float32 number. */
    private static final int FLOAT = 4;

    /**
     * One layer.
     *
     * @param layer its name
     * @param kind what it is
     * @param stage the stage it belongs to
     * @param input the shapes that come in
     * @param output the shape that goes out
     * @param parameters its parameters, as the convention counts them
     * @param movingStatistics numbers that are measured and not trained, apart
     * @param macs its multiply-accumulates, as the convention counts them
     * @param activations how many numbers it puts out
     * @param receptiveField side of the part of the image that one output depends on
     */
    public record Row(String layer, String kind, String stage, List<Shape> input, Shape output, long parameters,
            long movingStatistics, long macs, long activations, int receptiveField) {

        /** Memory of the output in float32. */
        public long bytes() {
            return FLOAT * activations;
        }
    }

    /**
     * The sum over a stage, or over all.
     *
     * @param name the stage's name
     * @param layers how many layers it has
     * @param output the shape that goes out of its last layer
     * @param parameters its parameters
     * @param macs its multiply-accumulates
     * @param activations how many numbers all its layers put out
     */
    public record Sum(String name, int layers, Shape output, long parameters, long macs, long activations) {}

    private final Network network;
    private final Convention convention;
    private final List<Row> rows;
    private final Sum total;

    private CostSheet(Network network, Convention convention) {
        this.network = network;
        this.convention = convention;
        List<ReceptiveField> fields = network.receptiveFields();
        List<Row> counted = new ArrayList<>(network.nodes().size());
        for (Node node : network.nodes()) {
            if (!convention.counts(node)) {
                continue;
            }
            try {
                counted.add(row(node, fields.get(node.index()).side()));
            } catch (ArithmeticException e) {
                throw new ArithmeticException(node.name() + ": more than 2⁶³ of something, which can't be counted");
            }
        }
        rows = List.copyOf(counted);
        try {
            total = sum(network.name(), rows);
            // Bytes, of the input too, and of the gradients: none of the sums below passes what a long holds.
            Math.multiplyExact(2 * FLOAT, Math.addExact(network.input().elements(), total.activations()));
        } catch (ArithmeticException e) {
            throw new ArithmeticException(network.name() + ": more than 2⁶³ of something in all layers together, which can't be counted");
        }
    }

    private Row row(Node node, int receptiveField) {
        long statistics = node.parameters().stream().filter(parameter -> parameter.role() == Parameter.Role.STATISTIC)
                .mapToLong(Parameter::count).reduce(0, Math::addExact);
        return new Row(node.name(), node.layer().kind(), node.stage(), node.inputShapes(), node.output(), convention.parameters(node),
                statistics, convention.macs(node), node.output().elements(), receptiveField);
    }

    /** The sheet in the papers' convention. */
    public static CostSheet of(Network network) {
        return of(network, Convention.PAPERS);
    }

    /** The sheet in a convention of your choice. */
    public static CostSheet of(Network network, Convention convention) {
        return new CostSheet(network, convention);
    }

    /** The network that was counted. */
    public Network network() {
        return network;
    }

    /** What counts. */
    public Convention convention() {
        return convention;
    }

    /** A row for each layer, in the network's order. */
    public List<Row> rows() {
        return rows;
    }

    /** The row of one layer. */
    public Row row(String layer) {
        return rows.stream().filter(row -> row.layer().equals(layer)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(network.name() + " has no layer " + layer + "; its layers are "
                        + rows.stream().map(Row::layer).collect(Collectors.joining(", "))));
    }

    /** The sums of all layers. */
    public Sum total() {
        return total;
    }

    /** All parameters. */
    public long parameters() {
        return total.parameters();
    }

    /** All multiply-accumulates for one image. */
    public long macs() {
        return total.macs();
    }

    /** The sums of each stage, in the network's order. */
    public List<Sum> stages() {
        Map<String, List<Row>> byStage = new LinkedHashMap<>();
        rows.forEach(row -> byStage.computeIfAbsent(row.stage(), stage -> new ArrayList<>()).add(row));
        return byStage.entrySet().stream().map(entry -> sum(entry.getKey(), entry.getValue())).toList();
    }

    private static Sum sum(String name, List<Row> rows) {
        long parameters = 0;
        long macs = 0;
        long activations = 0;
        for (Row row : rows) {
            parameters = Math.addExact(parameters, row.parameters());
            macs = Math.addExact(macs, row.macs());
            activations = Math.addExact(activations, row.activations());
        }
        return new Sum(name, rows.size(), rows.get(rows.size() - 1).output(), parameters, macs, activations);
    }

    /** Bytes of activations that training keeps for the backward pass: the input and every layer's output, in float32. */
    public long trainingActivationBytes() {
        return FLOAT * (network.input().elements() + total.activations());
    }

    /**
     * The most bytes of activations that exist at one time when predicting, in float32, if each is freed after the last layer
     * that reads it. Each layer writes an output of its own; auxiliary heads are not run.
     */
    public long peakActivationBytes() {
        List<Node> nodes = network.nodes();
        int[] lastReader = new int[nodes.size() + 1];
        for (Node node : nodes) {
            if (!node.auxiliary()) {
                node.inputs().forEach(from -> lastReader[from + 1] = node.index());
            }
        }
        lastReader[network.output().index() + 1] = nodes.size();
        long live = network.input().elements();
        long peak = live;
        for (Node node : nodes) {
            if (node.auxiliary()) {
                continue;
            }
            live += node.output().elements();
            peak = Math.max(peak, live);
            for (int from : node.inputs().stream().distinct().toList()) {
                if (lastReader[from + 1] == node.index()) {
                    live -= from == Network.INPUT ? network.input().elements() : nodes.get(from).output().elements();
                }
            }
        }
        return FLOAT * peak;
    }

    /** The sheet as a table: a row for each layer. */
    public Table table() {
        LongColumn parameters = LongColumn.create("Parameters");
        LongColumn macs = LongColumn.create(convention.unit());
        LongColumn activations = LongColumn.create("Activations");
        LongColumn bytes = LongColumn.create("Bytes");
        LongColumn field = LongColumn.create("Receptive field");
        DoubleColumn parameterShare = DoubleColumn.create("Parameters, %");
        DoubleColumn macShare = DoubleColumn.create(convention.unit() + ", %");
        for (Row row : rows) {
            parameters.append(row.parameters());
            macs.append(row.macs());
            activations.append(row.activations());
            bytes.append(row.bytes());
            field.append(row.receptiveField());
            parameterShare.append(percent(row.parameters(), total.parameters()));
            macShare.append(percent(row.macs(), total.macs()));
        }
        return Table.create(network.name(),
                StringColumn.create("Layer", rows.stream().map(Row::layer)),
                StringColumn.create("Kind", rows.stream().map(Row::kind)),
                StringColumn.create("Input", rows.stream().map(row -> shapes(row.input()))),
                StringColumn.create("Output", rows.stream().map(row -> row.output().toString())),
                parameters, macs, activations, bytes, field, parameterShare, macShare);
    }

    /** The sums of each stage as a table. */
    public Table stageTable() {
        LongColumn layers = LongColumn.create("Layers");
        LongColumn parameters = LongColumn.create("Parameters");
        LongColumn macs = LongColumn.create(convention.unit());
        LongColumn activations = LongColumn.create("Activations");
        DoubleColumn parameterShare = DoubleColumn.create("Parameters, %");
        DoubleColumn macShare = DoubleColumn.create(convention.unit() + ", %");
        List<Sum> stages = stages();
        for (Sum stage : stages) {
            layers.append(stage.layers());
            parameters.append(stage.parameters());
            macs.append(stage.macs());
            activations.append(stage.activations());
            parameterShare.append(percent(stage.parameters(), total.parameters()));
            macShare.append(percent(stage.macs(), total.macs()));
        }
        return Table.create(network.name() + " by stage",
                StringColumn.create("Stage", stages.stream().map(Sum::name)), layers,
                StringColumn.create("Output", stages.stream().map(stage -> stage.output().toString())),
                parameters, macs, activations, parameterShare, macShare);
    }

    private static double percent(long part, long whole) {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }

    private static String shapes(List<Shape> shapes) {
        return shapes.stream().map(Shape::toString).collect(Collectors.joining(" + "));
    }

    /** The sheet as CSV: {@code layer,kind,input,output,parameters,macs,activations}, a row for each layer, no total. */
    public String csv() {
        StringBuilder csv = new StringBuilder("layer,kind,input,output,parameters,macs,activations\n");
        for (Row row : rows) {
            String input = row.input().stream().map(Shape::csv).collect(Collectors.joining("+"));
            csv.append(Csv.row(row.layer(), row.kind(), input, row.output().csv(), row.parameters(), row.macs(), row.activations()));
        }
        return csv.toString();
    }

    @Override
    public String toString() {
        return String.format(java.util.Locale.ROOT, "%s: %,d parameters, %,d %s", network.name(), parameters(), macs(), convention.unit());
    }
}
