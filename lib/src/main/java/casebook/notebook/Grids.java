package casebook.notebook;

import casebook.cost.CostSheet;
import casebook.layers.Shape;
import casebook.network.Network;
import java.util.List;
import java.util.stream.Collectors;

/** Networks and their costs as tables that fit a screen, for a terminal or a notebook. */
public final class Grids {

    private Grids() {}

    /** The network's layers or, where they are more than a screen holds, its stages. */
    public static Grid of(Network network) {
        CostSheet sheet = CostSheet.of(network);
        return network.nodes().size() > Grid.MOST_ROWS ? byStage(sheet) : byLayer(sheet);
    }

    /** A row for each layer: what fits beside each other on a screen. {@link CostSheet#table()} has the bytes and the shares as well. */
    public static Grid byLayer(CostSheet sheet) {
        Grid grid = Grid.of(sheet.network().toString(), "Layer", "Kind", "Input", "Output", ">Parameters",
                ">" + sheet.convention().unit(), ">Activations", ">Receptive field");
        for (CostSheet.Row row : sheet.rows()) {
            grid.row(row.layer(), row.kind(), shapes(row.input()), row.output().toString(), Grid.number(row.parameters()),
                    Grid.number(row.macs()), Grid.number(row.activations()), Grid.number(row.receptiveField()));
        }
        CostSheet.Sum sum = sheet.total();
        return grid.total("total", "", "", "", Grid.number(sum.parameters()), Grid.number(sum.macs()), Grid.number(sum.activations()), "");
    }

    /** A row for each stage. */
    public static Grid byStage(CostSheet sheet) {
        Grid grid = Grid.of(sheet.network().toString(), "Stage", ">Layers", "Output", ">Parameters",
                ">" + sheet.convention().unit(), ">Activations");
        sheet.stages().forEach(stage -> grid.row(cells(stage)));
        String[] total = cells(sheet.total());
        total[0] = "total";
        total[2] = "";
        return grid.total(total);
    }

    private static String[] cells(CostSheet.Sum sum) {
        return new String[] {sum.name(), Grid.number(sum.layers()), sum.output().toString(), Grid.number(sum.parameters()),
            Grid.number(sum.macs()), Grid.number(sum.activations())};
    }

    /** The shapes that come in; more than two are only counted, or the column would be as wide as all the others. */
    private static String shapes(List<Shape> shapes) {
        if (shapes.size() > 2) {
            boolean alike = shapes.stream().distinct().count() == 1;
            return shapes.size() + (alike ? " of " + shapes.get(0) : " inputs");
        }
        return shapes.stream().map(Shape::toString).collect(Collectors.joining(" + "));
    }
}
