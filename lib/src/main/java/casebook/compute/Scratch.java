package casebook.compute;

import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Memory for one run of a network. All arrays made while it is open live in one piece of native memory, which is used again
 * for the next run: that is many times faster than asking the system for each array, and nothing waits for the garbage
 * collector. What has to outlive it is copied out with {@code detach()}.
 *
 * <pre>{@code
 * try (Scratch scratch = Scratch.open()) {
 *     return run(x).detach();
 * }
 * }</pre>
 */
public final class Scratch implements AutoCloseable {

    /** What a thread keeps for its next run; more than this is given back. */
    private static final long KEPT_BYTES = 512L << 20;

    private static final WorkspaceConfiguration GROWS_AS_NEEDED = WorkspaceConfiguration.builder()
            .initialSize(0)
            .policyLearning(LearningPolicy.FIRST_LOOP)
            .policyAllocation(AllocationPolicy.OVERALLOCATE)
            .overallocationLimit(0.05)
            .policyReset(ResetPolicy.BLOCK_LEFT)
            .policySpill(SpillPolicy.REALLOCATE)
            .build();

    private static final ThreadLocal<Integer> DEPTH = ThreadLocal.withInitial(() -> 0);

    private final MemoryWorkspace workspace;

    private Scratch(MemoryWorkspace workspace) {
        this.workspace = workspace;
    }

    /** Opens it for this thread; it may be opened again inside. */
    public static Scratch open() {
        int depth = DEPTH.get();
        DEPTH.set(depth + 1);
        return new Scratch(Nd4j.getWorkspaceManager().getAndActivateWorkspace(GROWS_AS_NEEDED, "casebook-" + depth));
    }

    @Override
    public void close() {
        DEPTH.set(DEPTH.get() - 1);
        workspace.close();
        if (workspace.getCurrentSize() > KEPT_BYTES) {
            Nd4j.getWorkspaceManager().destroyWorkspace(workspace);
        }
    }
}
