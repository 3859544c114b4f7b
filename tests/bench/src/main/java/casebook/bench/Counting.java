package casebook.bench;

import casebook.cost.CostSheet;
import casebook.zoo.Zoo;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Builds a network of the zoo and its whole cost sheet: every layer's shapes, parameters, multiplications, receptive field. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Counting {

    /** The network that is counted. */
    @Param("resnet-152")
    public String network;

    /** From nothing to the sheet with its totals. */
    @Benchmark
    public long casebook() {
        CostSheet sheet = CostSheet.of(Zoo.network(network));
        return sheet.parameters() + sheet.macs() + sheet.peakActivationBytes();
    }
}
