package casebook.cli;

import casebook.text.Nearest;
import casebook.text.Printable;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The terminal commands of Casebook: {@code casebook list}, {@code casebook cost alexnet} and so on. */
@Command(name = "casebook", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "The networks of the course at the terminal.",
        synopsisSubcommandLabel = "COMMAND", commandListHeading = "%nCommands:%n",
        subcommands = {ListCommand.class, CostCommand.class, CompareCommand.class, ClassifyCommand.class, ExperimentCommand.class,
            ExportCommand.class, DoctorCommand.class})
public final class Main implements Runnable {

    /** Exit status of a command that was called wrongly. */
    static final int USAGE = CommandLine.ExitCode.USAGE;

    @Spec
    private CommandSpec spec;

    Main() {}

    /** Without a command: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * Runs a command and ends the process with its exit status: 0 if all went well, 1 if something is wrong, 2 if the command
     * was called wrongly.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        Guarded written = new Guarded(new FileOutputStream(FileDescriptor.out));
        // UTF-8 whatever the terminal's locale is.
        PrintStream out = new PrintStream(new BufferedOutputStream(written), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.setOut(out);
        System.setErr(err);
        int status = run(out, err, arguments);
        out.flush();
        if (written.failure != null) {
            err.println("casebook: the output could not be written: " + written.failure);
            status = CommandLine.ExitCode.SOFTWARE;
        }
        System.exit(status);
    }

    /**
     * Runs a command.
     *
     * @param out for what was asked for
     * @param err for everything that is said about it
     * @return the exit status
     */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new Main())
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(Main::wrongUse)
                .setExecutionExceptionHandler(Main::failure)
                .execute(arguments);
    }

    private static int wrongUse(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String message = e.getMessage();
        boolean top = command.getParent() == null;
        UnmatchedArgumentException unmatched = e instanceof UnmatchedArgumentException wrong ? wrong : null;
        if (e instanceof MissingParameterException && !command.getUnmatchedArguments().isEmpty()) {
            // What is missing is there, and was taken for an option.
            unmatched = new UnmatchedArgumentException(command, command.getUnmatchedArguments());
        }
        if (unmatched != null) {
            String word = unmatched.getUnmatched().get(0);
            if (unmatched.isUnknownOption()) {
                message = "there is no option " + word + "; the nearest are " + Nearest.to(word,
                        command.getCommandSpec().optionsMap().keySet())
                        + (new File(word).exists() ? "; the file of this name is ./" + word : "");
            } else if (top) {
                message = "there is no command \"" + word + "\"; the nearest are " + Nearest.to(word, command.getSubcommands().keySet());
            } else {
                message = "\"" + word + "\" is one word too many";
            }
        }
        say(command, message);
        command.getErr().println(name + " --help shows " + (top ? "all commands" : "how it is used"));
        return USAGE;
    }

    private static int failure(Exception e, CommandLine command, CommandLine.ParseResult result) {
        say(command, e.getMessage() == null ? e.toString() : e.getMessage());
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Says what is wrong. Words of the command and names of files are part of it, and may hold anything. */
    static void say(CommandLine command, String message) {
        command.getErr().println("casebook: " + Printable.message(message));
    }

    /** Remembers what went wrong when it was written to, which a print stream hides. */
    private static final class Guarded extends FilterOutputStream {

        private String failure;

        Guarded(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                // A reader that has seen enough, as in "casebook list | head", is no failure.
                if (!String.valueOf(e.getMessage()).contains("pipe")) {
                    failure = e.getMessage();
                }
                throw e;
            }
        }
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() throws IOException {
            try (InputStream file = Main.class.getResourceAsStream("/META-INF/maven/casebook/casebook/pom.properties")) {
                Properties properties = new Properties();
                if (file != null) {
                    properties.load(file);
                }
                return new String[] {"Casebook " + properties.getProperty("version", "(not packaged)")};
            }
        }
    }
}
