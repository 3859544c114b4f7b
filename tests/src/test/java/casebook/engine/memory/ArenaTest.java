package casebook.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArenaTest {

    @Test
    void whatIsNeededAtTheSameTimeSharesNoMemory() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 500; round++) {
            List<Lifetime> lifetimes = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Lifetime lifetime = new Lifetime(1 + random.nextInt(20));
                int first = random.nextInt(20);
                lifetime.touch(first + random.nextInt(5));
                lifetime.touch(first);
                lifetimes.add(lifetime);
            }
            long end = Arena.arrange(lifetimes);
            for (Lifetime one : lifetimes) {
                assertThat(one.offset()).isNotNegative();
                assertThat(one.offset() + one.bytes()).isLessThanOrEqualTo(end);
                for (Lifetime other : lifetimes) {
                    boolean apart = one.offset() + one.bytes() <= other.offset() || other.offset() + other.bytes() <= one.offset();
                    assertThat(one == other || apart || !one.overlaps(other)).isTrue();
                }
            }
        }
    }

    @Test
    void aChainNeedsTwoAtATime() {
        List<Lifetime> chain = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Lifetime lifetime = new Lifetime(64);
            lifetime.touch(i);
            lifetime.touch(i + 1);
            chain.add(lifetime);
        }
        assertThat(Arena.arrange(chain)).isEqualTo(128);
        assertThat(Arena.arrange(List.of())).isZero();
    }
}
