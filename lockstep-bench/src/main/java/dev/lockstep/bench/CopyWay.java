package dev.lockstep.bench;

import dev.lockstep.local.LocalServer;
import java.io.IOException;

/** A way to copy all of one server to another, empty one. */
interface CopyWay {

    String name();

    /** Copies, and returns when the target holds all of it; what it leaves running there is ended. */
    Taken copy(LocalServer source, LocalServer target) throws IOException, InterruptedException;

    /**
     * What it took.
     *
     * @param seconds from when it was asked to
     * @param startSeconds for the start of a virtual machine before that; 0 if it needs none
     * @param cpuSeconds of a process of its own
     * @param peakMegabytes of memory that this process had at most
     */
    record Taken(double seconds, double startSeconds, double cpuSeconds, double peakMegabytes) {}
}
