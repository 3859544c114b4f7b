package casebook.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.data.DataException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The harness finds what it should find. */
class FuzzTest {

    /** Every third file is refused as it should be; what else happens is for others to say. */
    public static class Good implements Fuzz.Kind {

        @Override
        public String ending() {
            return ".txt";
        }

        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(DataException.class);
        }

        @Override
        public Fuzz.Made make(Random random) {
            boolean right = random.nextInt(3) > 0;
            return new Fuzz.Made(new byte[] {(byte) (right ? 1 : 0)}, "a byte", right);
        }

        @Override
        public void read(Path file, Fuzz.Made made) {
            if (!made.right()) {
                refuse(file);
            }
        }

        void refuse(Path file) {
            throw new DataException(file + " is wrong");
        }
    }

    public static class AnotherException extends Good {
        @Override
        void refuse(Path file) {
            throw new IllegalStateException(file + " is wrong");
        }
    }

    public static class NoName extends Good {
        @Override
        void refuse(Path file) {
            throw new DataException("it is wrong");
        }
    }

    /** The library's own exceptions make their messages printable. */
    public static class Escapes extends Good {
        @Override
        public List<Class<? extends RuntimeException>> refusals() {
            return List.of(IllegalArgumentException.class);
        }

        @Override
        void refuse(Path file) {
            throw new IllegalArgumentException(file + " is \u001b[31mwrong");
        }
    }

    public static class RightOnesRefused extends Good {
        @Override
        public void read(Path file, Fuzz.Made made) {
            refuse(file);
        }
    }

    public static class NothingRefused extends Good {
        @Override
        public void read(Path file, Fuzz.Made made) {}
    }

    public static class Endless extends Good {
        @Override
        void refuse(Path file) {
            while (true) {
                Thread.onSpinWait();
            }
        }
    }

    public static class Large extends Good {
        @Override
        void refuse(Path file) {
            byte[][] much = new byte[40][10_000_000];
            super.refuse(file.resolve("" + much.length));
        }
    }

    public static class EndsJava extends Good {
        @Override
        void refuse(Path file) {
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void whatItFinds() {
        assertThatCode(() -> Fuzz.tried(Good.class)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Fuzz.tried(AnotherException.class)).hasMessageContaining("ended in java.lang.IllegalStateException");
        assertThatThrownBy(() -> Fuzz.tried(NoName.class)).hasMessageContaining("the message does not name it");
        assertThatThrownBy(() -> Fuzz.tried(Escapes.class)).hasMessageContaining("control characters");
        assertThatThrownBy(() -> Fuzz.tried(RightOnesRefused.class)).hasMessageContaining("is right and was refused");
        assertThatThrownBy(() -> Fuzz.tried(NothingRefused.class)).hasMessageContaining(", 0 refused");
        assertThatThrownBy(() -> Fuzz.tried(Endless.class)).hasMessageContaining("does not end").hasMessageContaining("Endless.refuse");
        assertThatThrownBy(() -> Fuzz.tried(Large.class)).hasMessageContaining("OutOfMemoryError");
        assertThatThrownBy(() -> Fuzz.tried(EndsJava.class)).hasMessageContaining("Expecting actual");
    }
}
