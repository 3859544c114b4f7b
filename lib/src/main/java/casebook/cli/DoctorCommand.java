package casebook.cli;

import casebook.notebook.Checkup;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code casebook doctor}: what is found on this machine, and what to do about what is wrong. */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Looks at this machine: what was found, and what to do about what is wrong.")
final class DoctorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        return Checkup.run(finding -> {
            out.print(finding);
            out.flush();
        }) ? 0 : 1;
    }
}
