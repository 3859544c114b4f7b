package casebook.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import casebook.OwnProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes files of one kind, right ones and damaged ones, and reads them. Each is read within two seconds, ten if it has a megabyte or more,
 * with 300 MB of heap; it is refused in the product's own exception, which names the file in a few printable characters, or what was
 * read is what the file says.
 *
 * <p>A Java of its own reads them, so that the heap is a real limit and a file that ends Java is found. File number {@code i} is always
 * the same. There are 200 of each kind; {@code -Dfuzz=10000} makes so many. A file that fails is kept in {@code target/fuzz}.
 */
public final class Fuzz {

    private static final int COUNT = Integer.getInteger("fuzz", 200);
    private static final int SECONDS = 2;
    private static final int SECONDS_IF_LARGE = 10;
    private static final int LARGE = 1 << 20;
    /** 300 MB, and what Java and the tests need themselves. */
    private static final String HEAP = "-Xmx350m";
    private static final int LONGEST_MESSAGE = 2000;
    private static final String DONE = "fuzz: all as it should be, ";

    /** A kind of files: a public class with a constructor without parameters. */
    public interface Kind {

        /** How the files' names end: {@code .png}. */
        String ending();

        /** The exceptions in which a file may be refused. */
        List<Class<? extends RuntimeException>> refusals();

        /** Makes a file; the same numbers make the same file. */
        Made make(Random random);

        /**
         * Reads a file as the product does, and where that accepts it, checks what it read against the file's bytes.
         *
         * @throws AssertionError if what was read isn't what the file says
         */
        void read(Path file, Made made);
    }

    /**
     * A file that was made.
     *
     * @param bytes what is in it
     * @param what how it was made, for whoever looks for a failure's cause
     * @param right true if it must be accepted
     */
    public record Made(byte[] bytes, String what, boolean right) {}

    private Fuzz() {}

    /** Tries a kind; some files must be accepted and some refused, else nothing was tried. */
    public static void tried(Class<? extends Kind> kind) {
        List<String> options = List.of(HEAP, "-Djava.awt.headless=true", "-Dorg.bytedeco.javacpp.maxbytes=300m");
        OwnProcess.Result result = OwnProcess.run(options, Map.of(), Fuzz.class, kind.getName(), COUNT);
        assertThat(result.output()).as(kind.getSimpleName()).contains(DONE).doesNotContain(DONE + "0 accepted").doesNotContain(", 0 refused");
        assertThat(result.status()).isZero();
    }

    /** What the Java of its own does. */
    public static void main(String[] arguments) throws Exception {
        Kind kind = (Kind) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        int count = Integer.parseInt(arguments[1]);
        Path folder = Files.createDirectories(Path.of("target/fuzz"));
        int accepted = 0;
        for (int i = 0; i < count; i++) {
            Made made = kind.make(new Random(1_000_003L * i + 17));
            Path file = folder.resolve(kind.getClass().getSimpleName() + "-" + i + kind.ending());
            Files.write(file, made.bytes());
            int seconds = made.bytes().length < LARGE ? SECONDS : SECONDS_IF_LARGE;
            Outcome outcome = outcome(kind, file, made, seconds);
            if (outcome.seconds() > seconds) {
                // Whatever else this machine does may have taken the time: slow twice is slow.
                outcome = outcome(kind, file, made, seconds);
            }
            String wrong = outcome.seconds() > seconds ? String.format("took %.1f s", outcome.seconds()) : wrong(kind, file, made, outcome.thrown());
            if (wrong != null) {
                System.out.println(file + " (" + made.what() + "): " + wrong);
                // Not exit: a thread may still be reading.
                Runtime.getRuntime().halt(1);
            }
            accepted += outcome.thrown() == null ? 1 : 0;
            Files.delete(file);
        }
        System.out.println(DONE + accepted + " accepted, " + (count - accepted) + " refused");
        System.exit(0);
    }

    private record Outcome(Throwable thrown, double seconds) {}

    private static Outcome outcome(Kind kind, Path file, Made made, int seconds) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reader = new Thread(() -> kind.read(file, made), "reader");
        reader.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        long start = System.nanoTime();
        reader.start();
        reader.join(5_000L * seconds);
        if (reader.isAlive()) {
            String place = Arrays.toString(reader.getStackTrace()).replace(", ", "\n  at ");
            return new Outcome(new AssertionError("does not end: " + place), 0);
        }
        return new Outcome(thrown.get(), (System.nanoTime() - start) / 1e9);
    }

    /** What is wrong with this outcome; null if nothing is. */
    private static String wrong(Kind kind, Path file, Made made, Throwable thrown) {
        if (thrown == null) {
            return null;
        }
        String message = String.valueOf(thrown.getMessage());
        List<String> faults = new ArrayList<>();
        if (kind.refusals().stream().noneMatch(refusal -> refusal.isInstance(thrown))) {
            faults.add("ended in " + thrown + "\n  at " + Arrays.toString(thrown.getStackTrace()).replace(", ", "\n  at "));
        } else if (made.right()) {
            faults.add("is right and was refused: " + message);
        } else if (!message.contains(file.getFileName().toString())) {
            faults.add("the message does not name it: " + message);
        } else if (message.length() > LONGEST_MESSAGE) {
            faults.add("the message has " + message.length() + " characters: " + message.substring(0, LONGEST_MESSAGE));
        } else if (message.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n')) {
            faults.add("the message has control characters: " + message);
        }
        return faults.isEmpty() ? null : String.join("; ", faults);
    }
}
