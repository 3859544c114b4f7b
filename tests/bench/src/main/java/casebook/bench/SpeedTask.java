package casebook.bench;

import casebook.cost.CostSheet;
import casebook.model.Model;
import casebook.network.Network;
import casebook.onnx.OnnxFile;
import casebook.zoo.Zoo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/**
 * What {@code bench forward} and {@code bench training} have in common: candidates in processes of their own, which compute the same from the same weights
 * and images, take turns. Before any time is taken their results are compared.
 */
abstract class SpeedTask implements Callable<Integer> {

    /** A turn takes about so many milliseconds. */
    private static final double TURN = 300;

    /** What is in the table beside the peers takes turns for so many milliseconds, over all starts: a step of it can take ten seconds. */
    private static final double BESIDE = 40_000;

    /** A run of so many milliseconds does not feel what the caches hold when it begins. */
    private static final double LONG = 1000;

    @Option(names = "--rounds", defaultValue = "15", description = "How many turns each takes (15 unless something else is said).%n"
            + "DL4J, in training, takes no more of them once it has had 40 seconds.")
    private int rounds;

    @Option(names = "--starts", defaultValue = "3", description = "How often all are started anew (3 unless something else is said); the turns are shared out.%n"
            + "Memory is not equally fast everywhere, and a process keeps what it was given.")
    private int starts;

    @Option(names = "--csv", description = "CSV: task,network,batch,candidate,median_ms,gflops,peak_share,ratio_to_best_peer,ratio_low,ratio_high")
    private boolean csv;

    @Option(names = "--threads", description = "How many threads each has; all processors unless something else is said.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--python", description = "A Python that has the peers: onnxruntime, openvino, torch, and onnx.")
    private String python = System.getenv().getOrDefault("CASEBOOK_PYTHON", "python3");

    private final String task;

    SpeedTask(String task) {
        this.task = task;
    }

    /** A network and how many images it takes at a time. */
    record Cell(String network, int batch) {}

    /** What is measured. */
    abstract List<Cell> cells();

    /** The peers of a network. */
    abstract List<String> peers(String network);

    /** Who is in the table and no peer, where the best peer is asked for: names and main classes, which take what our own takes. */
    Map<String, Class<?>> beside() {
        return Map.of();
    }

    /** The main class of our own candidate; its arguments are the network, the batch, the folder. */
    abstract Class<?> ours();

    /** The largest difference of two results, as a part of the largest number in them. */
    abstract double tolerance();

    /** Multiply-accumulates of one run, as a multiple of those of one forward pass. */
    abstract double passes();

    @Override
    public Integer call() throws Exception {
        if (rounds < 2) {
            throw new IllegalArgumentException("--rounds must be at least 2, it is " + rounds);
        }
        if (starts < 1) {
            throw new IllegalArgumentException("--starts must be at least 1, it is " + starts);
        }
        starts = Math.min(starts, rounds);
        double peak = Peak.gigaflops(threads);
        if (csv) {
            System.out.println("task,network,batch,candidate,median_ms,gflops,peak_share,ratio_to_best_peer,ratio_low,ratio_high");
        } else {
            System.out.printf(Locale.ROOT, "%d %s, %.0f GFLOP/s in the largest matrix product%n", threads, threads == 1 ? "thread" : "threads", peak);
        }
        List<Double> logs = new ArrayList<>();
        for (Cell cell : cells()) {
            logs.add(Math.log(measure(cell, peak)));
        }
        System.err.printf(Locale.ROOT, "geometric mean of the ratios to the best peer: %.3f%n",
                Math.exp(logs.stream().mapToDouble(log -> log).average().orElseThrow()));
        return 0;
    }

    /** Measures and prints; the ratio to the best peer. */
    private double measure(Cell cell, double peak) throws IOException {
        Network network = Zoo.network(cell.network());
        Path folder = Files.createTempDirectory("casebook-bench");
        Measured measured = new Measured(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
        try {
            try (Model model = OurForward.model(cell.network())) {
                OnnxFile.write(folder.resolve("network.onnx"), model);
            }
            OurForward.write(folder.resolve("images"), OurForward.images(network, cell.batch()));
            for (int start = 0; start < starts; start++) {
                List<Candidate> candidates = new ArrayList<>();
                try {
                    start(cell, folder, candidates);
                    turns(candidates, rounds * (start + 1) / starts - rounds * start / starts, measured);
                } finally {
                    candidates.forEach(Candidate::close);
                }
            }
            return report(cell, peak, 2e-9 * passes() * cell.batch() * CostSheet.of(network).macs(), measured);
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /** Starts all, and compares what they compute. */
    private void start(Cell cell, Path folder, List<Candidate> candidates) throws IOException {
        candidates.add(new Candidate("casebook", java(ManagementFactory.getRuntimeMXBean().getInputArguments(), ours(), cell, folder), threads));
        for (String peer : peers(cell.network())) {
            List<String> command = new ArrayList<>(List.of(python, Path.of(System.getenv().getOrDefault("CASEBOOK_HOME", ""))
                    .resolve("tests/bench/peers/" + task + ".py").toString(), peer, folder.toString(), Integer.toString(threads)));
            Arrays.stream(Zoo.network(cell.network()).input().batch(cell.batch())).mapToObj(Long::toString).forEach(command::add);
            candidates.add(new Candidate(peer, command, threads));
            compare(cell.network(), peer, floats(folder.resolve("casebook")), floats(folder.resolve(peer)));
        }
        for (Map.Entry<String, Class<?>> other : beside().entrySet()) {
            // Without the launcher's options: as Java starts it for whoever uses it.
            candidates.add(new Candidate(other.getKey(), java(List.of(), other.getValue(), cell, folder), threads));
            float[] theirs = floats(folder.resolve(other.getKey()));
            compare(cell.network(), other.getKey(), Arrays.copyOf(floats(folder.resolve("casebook")), theirs.length), theirs);
        }
    }

    private static List<String> java(List<String> options, Class<?> main, Cell cell, Path folder) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), cell.network(), Integer.toString(cell.batch()), folder.toString()));
        return command;
    }

    private static float[] floats(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private void compare(String network, String peer, float[] ours, float[] theirs) {
        double largest = 0;
        double difference = ours.length == theirs.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(ours.length, theirs.length); i++) {
            largest = Math.max(largest, Math.abs(theirs[i]));
            difference = Math.max(difference, Math.abs(ours[i] - theirs[i]));
        }
        if (!(difference <= tolerance() * largest)) {
            throw new IllegalStateException(network + ": " + peer + " computes something else (largest difference " + difference + " of " + largest + ")");
        }
    }

    /** By candidate, the median milliseconds of each turn, and the the first answer's of each start; and how long our own candidate took to make itself ready once more. */
    private record Measured(Map<String, double[]> turns, Map<String, double[]> readyAfter, List<Double> planning) {}

    private static double[] with(double[] numbers, double more) {
        double[] all = Arrays.copyOf(numbers == null ? new double[0] : numbers, numbers == null ? 1 : numbers.length + 1);
        all[all.length - 1] = more;
        return all;
    }

    /**
     * Takes the times of so many rounds, in which all take turns, each in another order. What stands beside the peers leaves after the round in which its time
     * is up; its further turns are NaN.
     */
    private void turns(List<Candidate> candidates, int rounds, Measured measured) {
        Map<String, Integer> times = new LinkedHashMap<>();
        Map<String, Integer> before = new LinkedHashMap<>();
        Map<String, Double> left = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            String name = candidate.name();
            measured.readyAfter.compute(name, (key, soFar) -> with(soFar, candidate.readyAfter()));
            boolean bounded = beside().containsKey(name);
            double[] first = candidate.milliseconds(1);
            boolean brief = !bounded || first[0] < LONG;
            double[] warm = brief ? candidate.milliseconds(2) : first;
            times.put(name, (int) Math.max(1, Math.min(50, TURN / warm[warm.length - 1])));
            // The first run of a turn finds its data out of the caches, whoever runs.
            before.put(name, brief ? 1 : 0);
            left.put(name, bounded ? BESIDE / starts - first[0] : Double.POSITIVE_INFINITY);
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < candidates.size(); i++) {
                Candidate candidate = candidates.get((round + i) % candidates.size());
                String name = candidate.name();
                double milliseconds = Double.NaN;
                if (round == 0 || left.get(name) > 0) {
                    double[] turn = candidate.milliseconds(before.get(name) + times.get(name));
                    milliseconds = Ratios.median(Arrays.copyOfRange(turn, before.get(name), turn.length));
                    left.merge(name, -Arrays.stream(turn).sum(), Double::sum);
                }
                measured.turns.put(name, with(measured.turns.get(name), milliseconds));
            }
        }
        measured.planning.add(planning(candidates.get(0)));
    }

    /** How many milliseconds it takes our own candidate to make itself ready once more, when Java is warm; NaN if that is not asked. */
    double planning(Candidate ours) {
        return Double.NaN;
    }

    private double report(Cell cell, double peak, double gigaflop, Measured measured) {
        Map<String, double[]> turns = measured.turns;
        double planning = Ratios.median(measured.planning.stream().mapToDouble(value -> value).toArray());
        String remark = Double.isNaN(planning) ? "" : String.format(Locale.ROOT, ", another plan %.1f ms, as long as %.1f forward passes", planning,
                planning / Ratios.median(turns.get("casebook")));
        String best = turns.keySet().stream().filter(name -> !name.equals("casebook") && !beside().containsKey(name))
                .min((a, b) -> Double.compare(Ratios.median(turns.get(a)), Ratios.median(turns.get(b)))).orElseThrow();
        turns.forEach((name, times) -> {
            double milliseconds = Ratios.median(times);
            double speed = 1e3 * gigaflop / milliseconds;
            Ratios ratios = Ratios.of(times, turns.get(best));
            System.out.printf(Locale.ROOT, csv ? task + ",%s,%d,%s,%.3f,%.1f,%.3f,%.3f,%.3f,%.3f%n"
                    : "%-15s batch %d  %-12s %9.2f ms  %6.1f GFLOP/s  %4.0f %%  ratio %.2f (%.2f to %.2f)  first answer after %.0f ms%s%n", cell.network(), cell.batch(), name, milliseconds, speed,
                    csv ? speed / peak : 100 * speed / peak, ratios.median(), ratios.low(), ratios.high(), Ratios.median(measured.readyAfter.get(name)), name.equals("casebook") ? remark : "");
        });
        return Ratios.of(turns.get("casebook"), turns.get(best)).median();
    }
}
