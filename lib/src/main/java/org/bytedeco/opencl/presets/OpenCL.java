package org.bytedeco.opencl.presets;

/**
 * Nothing. The Java side of oneDNN names this class of another artifact, which would ask for a system library that a bare machine lacks; oneDNN
 * itself runs on the processor and does not need it.
 */
public final class OpenCL {
    private OpenCL() {}
}
