package casebook.onnx;

import casebook.layers.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where the numbers of a layer's output lie in a tensor of the file. Other programs turn and regroup the sides of a tensor as
 * they need them: images with the channels last, channels in groups, a volume as a vector. No number changes by that, so
 * there is no layer for it; a tensor is remembered as a layer's output with its sides in some order.
 *
 * <p>A side is a product of parts, and a part is a whole axis (N images, C channels, H rows, W columns) or a factor of one.
 * Parts of length 1 are left out.
 *
 * @param sides the tensor's sides, in order
 */
record Layout(List<List<Part>> sides) {

    private static final int LONGEST_TEXT = 8;

    /**
     * A part of a side.
     *
     * @param axis N, C, H or W
     * @param size its length
     * @param step how far apart its entries lie on the axis: 1 for a whole axis
     */
    record Part(char axis, long size, long step) {}

    /** How a layer puts out its numbers: {@code [images, channels, height, width]} or {@code [images, channels]}. */
    static Layout of(Shape shape, long images) {
        return shape.vector() ? of("NC", shape, images) : of("NCHW", shape, images);
    }

    /** The same with the axes in another order: {@code NHWC}. */
    static Layout of(String axes, Shape shape, long images) {
        List<List<Part>> sides = new ArrayList<>(axes.length());
        for (int i = 0; i < axes.length(); i++) {
            sides.add(switch (axes.charAt(i)) {
                case 'N' -> part('N', images);
                case 'C' -> part('C', shape.channels());
                case 'H' -> part('H', shape.height());
                default -> part('W', shape.width());
            });
        }
        return new Layout(List.copyOf(sides));
    }

    /**
     * A shape for a tensor of any sides, and how its numbers lie in it.
     *
     * @param shape one image's
     * @param layout where each of them is
     */
    record Placed(Shape shape, Layout layout) {}

    /** The shape of a tensor whose sides are said, as in {@code NHWC} or {@code NHW}. */
    static Placed placed(String axes, long[] sizes, long images) {
        int[] sides = new int[] {1, 1, 1};
        for (int i = 0; i < sizes.length; i++) {
            int axis = "HWC".indexOf(axes.charAt(i));
            if (axis >= 0) {
                sides[axis] = Math.toIntExact(sizes[i]);
            }
        }
        Shape shape = axes.equals("NC") ? Shape.vector(sides[2]) : Shape.volume(sides[0], sides[1], sides[2]);
        return new Placed(shape, of(axes, shape, images));
    }

    /**
     * Finds a shape for a tensor that is no layer's of ours: a vector for two sides, a volume for four; for any others a volume of as many
     * channels as the last side has, one position for each of the rest.
     *
     * @param like a tensor that it is made of: with four sides, it has its channels where that has them
     */
    static Placed placed(long[] sizes, long images, Layout like) {
        int batch = -1;
        for (int i = 0; i < sizes.length && batch < 0 && images > 1; i++) {
            batch = sizes[i] % images == 0 ? i : -1;
        }
        long[] rest = sizes.clone();
        if (batch >= 0) {
            rest[batch] /= images;
        }
        int rank = sizes.length;
        boolean imagesFirst = rank > 0 && rest[0] == 1 && batch <= 0;
        if (imagesFirst && rank == 2 || rank < 2) {
            Shape shape = Shape.vector(Math.toIntExact(Constant.count(rest)));
            return rank == 2 ? new Placed(shape, of(shape, images)) : new Placed(shape, split(sizes, rest, batch, images, 'C'));
        }
        if (imagesFirst && rank == 4) {
            String axes = like.axes();
            String order = axes != null && axes.length() == 4 && (axes.endsWith("C") || axes.startsWith("1H") || axes.startsWith("NH"))
                    ? "NHWC" : "NCHW";
            Shape shape = Shape.volume(Math.toIntExact(rest[order.indexOf('H')]), Math.toIntExact(rest[order.indexOf('W')]),
                    Math.toIntExact(rest[order.indexOf('C')]));
            return new Placed(shape, of(order, shape, batch == 0 ? images : 1));
        }
        long channels = rest[rank - 1];
        Shape shape = Shape.volume(Math.toIntExact(Constant.count(rest) / channels), 1, Math.toIntExact(channels));
        return new Placed(shape, split(sizes, rest, batch, images, 'H'));
    }

    /** Sides that are factors of one axis, the last one apart, which is the channels. */
    private static Layout split(long[] sizes, long[] rest, int batch, long images, char axis) {
        List<List<Part>> sides = new ArrayList<>();
        long step = Constant.count(Arrays.copyOf(rest, Math.max(0, rest.length - 1)));
        for (int i = 0; i < sizes.length; i++) {
            List<Part> side = new ArrayList<>(i == batch ? part('N', images) : List.of());
            boolean last = i == sizes.length - 1;
            if (!last) {
                step /= rest[i];
            }
            if (rest[i] > 1) {
                side.add(new Part(last ? 'C' : axis, rest[i], last ? 1 : step));
            }
            sides.add(List.copyOf(side));
        }
        return new Layout(List.copyOf(sides));
    }

    private static List<Part> part(char axis, long size) {
        return size == 1 ? List.of() : List.of(new Part(axis, size, 1));
    }

    int rank() {
        return sides.size();
    }

    /** The lengths of the sides. */
    long[] sizes() {
        return sides.stream().mapToLong(side -> side.stream().mapToLong(Part::size).reduce(1, Math::multiplyExact)).toArray();
    }

    /** Side i of the result is side {@code order[i]} of this. */
    Layout transposed(int... order) {
        return new Layout(Arrays.stream(order).mapToObj(sides::get).toList());
    }

    /** The same numbers in the same order, with other sides; null if one would begin where no axis can be divided. */
    Layout reshaped(long... sizes) {
        if (Constant.count(sizes) != Constant.count(sizes())) {
            throw new IllegalArgumentException("a tensor of " + this + " can't be laid out as " + text(sizes)
                    + ", which has another number of numbers");
        }
        Deque<Part> rest = new ArrayDeque<>();
        sides.forEach(rest::addAll);
        List<List<Part>> result = new ArrayList<>();
        for (long size : sizes) {
            List<Part> side = new ArrayList<>();
            for (long left = size; left != 1;) {
                Part next = rest.remove();
                if (left % next.size == 0) {
                    add(side, next);
                    left /= next.size;
                } else if (next.size % left == 0) {
                    long inner = next.size / left;
                    add(side, new Part(next.axis, left, Math.multiplyExact(next.step, inner)));
                    rest.addFirst(new Part(next.axis, inner, next.step));
                    left = 1;
                } else {
                    return null;
                }
            }
            result.add(List.copyOf(side));
        }
        return new Layout(List.copyOf(result));
    }

    /** Adds a part; the factors of one axis become one where they lie side by side again. */
    private static void add(List<Part> side, Part part) {
        Part last = side.isEmpty() ? null : side.get(side.size() - 1);
        if (last != null && last.axis == part.axis && last.step == part.size * part.step) {
            side.set(side.size() - 1, new Part(part.axis, last.size * part.size, part.step));
        } else {
            side.add(part);
        }
    }

    /** All parts in the order in which the numbers lie in memory. */
    List<Part> parts() {
        List<Part> all = new ArrayList<>();
        sides.forEach(side -> side.forEach(part -> add(all, part)));
        return all;
    }

    /** The axis of each side, {@code NHWC}, with a 1 for a side of 1; null if a side is not one whole axis. */
    String axes() {
        StringBuilder axes = new StringBuilder();
        for (List<Part> side : sides) {
            if (side.size() > 1 || side.size() == 1 && side.get(0).step != 1) {
                return null;
            }
            axes.append(side.isEmpty() ? '1' : side.get(0).axis);
        }
        // Twice the same axis: each has a factor of it.
        return axes.chars().filter(axis -> axis != '1').distinct().count() == axes.chars().filter(axis -> axis != '1').count()
                ? axes.toString() : null;
    }

    /** The same with an axis of another length; it must be a whole side or of length 1. */
    Layout with(char axis, int place, long size) {
        List<List<Part>> changed = new ArrayList<>(sides);
        changed.set(place, part(axis, size));
        return new Layout(List.copyOf(changed));
    }

    /** As in a message: {@code [1, 3, 224, 224]}. */
    static String text(long... sizes) {
        String shown = Arrays.stream(sizes).limit(LONGEST_TEXT).mapToObj(Long::toString).collect(Collectors.joining(", "));
        return "[" + shown + (sizes.length > LONGEST_TEXT ? ", …]" : "]");
    }

    /** As in a message: {@code [1, 3, 224, 224]}. */
    @Override
    public String toString() {
        return text(sizes());
    }
}
