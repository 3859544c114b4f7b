package casebook.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.compute.StopSignal;
import casebook.compute.Stopped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cells as a kernel runs them: each statement is submitted, noted in {@code running}, waited for, and taken out again. */
@Timeout(20)
class CellsTest {

    private final List<Throwable> thrown = new CopyOnWriteArrayList<>();
    private final AtomicInteger number = new AtomicInteger(1);
    private final Cells cells = new Cells(Thread::new, Map.of(), thrown::add, () -> {}, number::get);

    @AfterEach
    void end() {
        cells.shutdownNow();
    }

    private Future<Object> submit(Callable<Object> code) {
        Future<Object> statement = cells.submit(code);
        cells.running().put("id", statement);
        return statement;
    }

    private void press() {
        cells.running().forEach((id, statement) -> statement.cancel(true));
    }

    private static void assertStopped(Future<Object> statement) {
        assertThatThrownBy(() -> statement.get(10, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
    }

    @Test
    void aStatementHasItsValueAndItsException() throws Exception {
        assertThat(submit(() -> 7).get()).isEqualTo(7);
        IllegalStateException e = new IllegalStateException("no");
        assertThatThrownBy(submit(() -> {
            throw new java.lang.reflect.InvocationTargetException(e);
        })::get).isInstanceOf(ExecutionException.class);
        assertThat(thrown).containsExactly(e);
    }

    @Test
    void aLibraryThatLosesTheInterruptLosesNoStop() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Future<Object> statement = submit(() -> {
            try {
                while (true) {
                    began.countDown();
                    LockSupport.parkNanos(1_000_000);
                    Thread.interrupted();
                    Stopped.check();
                }
            } finally {
                Thread.sleep(100);
                ended.set(true);
            }
        });
        began.await();
        press();
        assertThat(ended).as("what it does at its end is done before the cell is over").isTrue();
        assertStopped(statement);
    }

    @Test
    void whatWaitsIsWokenAndWhatWasStoppedHasNoValue() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        Future<Object> sleeping = submit(() -> {
            began.countDown();
            try {
                Thread.sleep(60_000);
                return "slept";
            } catch (InterruptedException e) {
                return "woken";
            }
        });
        began.await();
        long before = System.nanoTime();
        press();
        assertThat(System.nanoTime() - before).isLessThan(5_000_000_000L);
        assertStopped(sleeping);
        number.incrementAndGet();
        assertThat(submit(Thread::interrupted).get()).as("the next cell in the same thread").isEqualTo(false);
    }

    @Test
    void whatNeverLooksIsGivenUpAndSaysSo() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        AtomicBoolean enough = new AtomicBoolean();
        AtomicBoolean abandoned = new AtomicBoolean();
        CountDownLatch over = new CountDownLatch(1);
        Future<Object> statement = submit(() -> {
            began.countDown();
            while (!enough.get()) {
                Thread.onSpinWait();
            }
            abandoned.set(StopSignal.abandonedHere());
            over.countDown();
            return null;
        });
        began.await();
        press();
        assertStopped(statement);
        assertThat(cells.last().isAbandoned()).isTrue();
        enough.set(true);
        over.await();
        assertThat(abandoned).isTrue();
    }

    @Test
    void aPressBetweenTwoStatementsStopsTheRestOfTheCellAndNotTheNextOne() throws Exception {
        assertThat(submit(() -> 1).get()).isEqualTo(1);
        cells.running().clear();
        press();
        AtomicBoolean ran = new AtomicBoolean();
        assertStopped(submit(() -> ran.getAndSet(true)));
        assertStopped(submit(() -> ran.getAndSet(true)));
        assertThat(ran).isFalse();
        number.incrementAndGet();
        assertThat(submit(() -> 2).get()).isEqualTo(2);
    }

    /** Its initialiser is slow and fails for good when it is interrupted. */
    static final class Slow {
        static final CountDownLatch BEGAN = new CountDownLatch(1);

        static final class Library {
            static {
                BEGAN.countDown();
                try {
                    Thread.sleep(1_500);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }

            static int use() {
                return 3;
            }
        }
    }

    @Test
    void aLibraryThatIsStartingIsNotInterrupted() throws Exception {
        Future<Object> statement = submit(() -> {
            Slow.Library.use();
            Thread.sleep(60_000);
            return null;
        });
        Slow.BEGAN.await();
        press();
        assertStopped(statement);
        number.incrementAndGet();
        assertThat(submit(Slow.Library::use).get()).isEqualTo(3);
        long before = System.nanoTime();
        while (cells.getActiveCount() > 0 && System.nanoTime() - before < 5_000_000_000L) {
            Thread.sleep(10);
        }
        assertThat(cells.getActiveCount()).as("statements that still run: the sleep after it was interrupted").isZero();
    }
}
