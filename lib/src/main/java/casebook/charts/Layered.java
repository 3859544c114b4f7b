package casebook.charts;

import casebook.compute.Stopped;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.elk.alg.layered.options.FixedAlignment;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.alg.layered.options.NodePlacementStrategy;
import org.eclipse.elk.alg.layered.options.OrderingStrategy;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeLabelPlacement;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.options.PortConstraints;
import org.eclipse.elk.core.options.PortSide;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkLabel;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.ElkPort;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/**
 * Gives some boxes and the arrows between them their places, by the layer method (Sugiyama, Tagawa and Toda 1981) in the
 * implementation of the Eclipse Layout Kernel: data flows down, an arrow that skips layers runs beside the boxes.
 */
final class Layered {

    static {
        LayoutMetaDataService.getInstance().registerLayoutMetaDataProviders(new LayeredMetaDataProvider());
    }

    private Layered() {}

    /** @param boxes in the network's order */
    static void place(List<Box> boxes, List<Arrow> arrows) {
        ElkNode graph = ElkGraphUtil.createGraph();
        graph.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
        graph.setProperty(LayeredOptions.DIRECTION, Direction.DOWN);
        graph.setProperty(LayeredOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
        graph.setProperty(LayeredOptions.NODE_PLACEMENT_STRATEGY, NodePlacementStrategy.BRANDES_KOEPF);
        graph.setProperty(LayeredOptions.NODE_PLACEMENT_BK_FIXED_ALIGNMENT, FixedAlignment.BALANCED);
        graph.setProperty(LayeredOptions.CONSIDER_MODEL_ORDER_STRATEGY, OrderingStrategy.PREFER_NODES);
        graph.setProperty(LayeredOptions.PADDING, new ElkPadding(0));
        graph.setProperty(LayeredOptions.SPACING_NODE_NODE, 24.0);
        graph.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 14.0);
        graph.setProperty(LayeredOptions.SPACING_EDGE_NODE, 20.0);
        graph.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, 14.0);
        graph.setProperty(LayeredOptions.SPACING_EDGE_EDGE, 16.0);
        graph.setProperty(LayeredOptions.SPACING_EDGE_LABEL, 5.0);
        graph.setProperty(LayeredOptions.RANDOM_SEED, 1);
        Map<Box, ElkNode> nodes = new HashMap<>();
        // What comes first is placed on the left; auxiliary heads belong on the right of the body.
        for (Box box : boxes.stream().sorted(Comparator.comparing(box -> box.auxiliary)).toList()) {
            ElkNode node = ElkGraphUtil.createNode(graph);
            node.setDimensions(box.width(), box.height());
            node.setProperty(LayeredOptions.PORT_CONSTRAINTS, PortConstraints.FIXED_SIDE);
            nodes.put(box, node);
        }
        Map<Box, Integer> order = new HashMap<>();
        Map<Box, List<Arrow>> leaving = new HashMap<>();
        boxes.forEach(box -> order.put(box, order.size()));
        arrows.forEach(arrow -> leaving.computeIfAbsent(arrow.from, box -> new ArrayList<>()).add(arrow));
        Map<Arrow, ElkEdge> edges = new HashMap<>();
        for (Arrow arrow : arrows.stream().sorted(Comparator.comparing(Arrow::auxiliary)).toList()) {
            boolean skip = skips(arrow, order, leaving);
            ElkEdge edge = ElkGraphUtil.createSimpleEdge(port(nodes.get(arrow.from), skip ? PortSide.EAST : PortSide.SOUTH),
                    port(nodes.get(arrow.to), skip ? PortSide.EAST : PortSide.NORTH));
            ElkLabel label = ElkGraphUtil.createLabel(arrow.shape, edge);
            label.setDimensions(Math.ceil(Look.width(Look.TEXT, arrow.shape)), Look.LINE);
            label.setProperty(LayeredOptions.EDGE_LABELS_PLACEMENT, EdgeLabelPlacement.CENTER);
            // The body is drawn straight; what runs beside it bends.
            edge.setProperty(LayeredOptions.PRIORITY_STRAIGHTNESS, arrow.auxiliary() || skip ? 0 : 10);
            edges.put(arrow, edge);
        }
        AtomicBoolean stop = new AtomicBoolean();
        try {
            new RecursiveGraphLayoutEngine().layout(graph, new Cancellable(stop));
        } catch (RuntimeException e) {
            // A layout that is cancelled half-way may lack what comes next.
            if (!stop.get()) {
                throw e;
            }
        }
        if (stop.get()) {
            throw new Stopped("stopped");
        }
        nodes.forEach((box, node) -> box.bounds = new Rectangle2D.Double(node.getX(), node.getY(), node.getWidth(), node.getHeight()));
        edges.forEach(Layered::place);
    }

    /** Ends the layout between two of its steps once its thread is to stop. */
    private static final class Cancellable extends BasicProgressMonitor {

        private final AtomicBoolean stop;

        Cancellable(AtomicBoolean stop) {
            this.stop = stop;
        }

        @Override
        public boolean isCanceled() {
            if (Stopped.requested()) {
                stop.set(true);
            }
            return stop.get();
        }

        @Override
        protected BasicProgressMonitor doSubTask(float work, int levels) {
            return new Cancellable(stop);
        }
    }

    private static ElkPort port(ElkNode node, PortSide side) {
        ElkPort port = ElkGraphUtil.createPort(node);
        port.setProperty(LayeredOptions.PORT_SIDE, side);
        return port;
    }

    /** True for a shortcut: an arrow between two boxes that a longer way connects as well. */
    private static boolean skips(Arrow arrow, Map<Box, Integer> order, Map<Box, List<Arrow>> leaving) {
        int end = order.get(arrow.to);
        Set<Box> seen = new HashSet<>();
        Deque<Box> next = new ArrayDeque<>();
        next.add(arrow.from);
        while (!next.isEmpty()) {
            Box box = next.remove();
            for (Arrow way : leaving.getOrDefault(box, List.of())) {
                if (way.to == arrow.to && box != arrow.from) {
                    return true;
                }
                // Boxes stand in the network's order, so what lies behind the end can't lead to it.
                if (order.get(way.to) < end && seen.add(way.to)) {
                    next.add(way.to);
                }
            }
        }
        return false;
    }

    private static void place(Arrow arrow, ElkEdge edge) {
        ElkEdgeSection section = edge.getSections().get(0);
        List<Point2D> points = new ArrayList<>();
        points.add(new Point2D.Double(section.getStartX(), section.getStartY()));
        for (ElkBendPoint bend : section.getBendPoints()) {
            points.add(new Point2D.Double(bend.getX(), bend.getY()));
        }
        points.add(new Point2D.Double(section.getEndX(), section.getEndY()));
        arrow.points = points;
        ElkLabel label = edge.getLabels().get(0);
        arrow.label = new Rectangle2D.Double(label.getX(), label.getY(), label.getWidth(), label.getHeight());
    }
}
