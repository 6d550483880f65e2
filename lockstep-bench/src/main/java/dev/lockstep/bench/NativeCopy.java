package dev.lockstep.bench;

import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a server does by itself when it is made a replica.
 *
 * @param load the value of {@code repl-diskless-load}
 */
record NativeCopy(String name, String load) implements CopyWay {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long BOUND_NANOS = TimeUnit.MINUTES.toNanos(5);

    @Override
    public Taken copy(LocalServer source, LocalServer target) {
        target.command("CONFIG", "SET", "repl-diskless-load", load);
        long since = System.nanoTime();
        target.command("REPLICAOF", source.host(), Integer.toString(source.port()));
        while (!isInStep(target)) {
            if (System.nanoTime() - since > BOUND_NANOS) {
                throw new IllegalStateException(target + " is not in step: " + target.logTail(5));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        double seconds = (System.nanoTime() - since) / 1e9;
        target.command("REPLICAOF", "NO", "ONE");
        return new Taken(seconds, 0, 0, 0);
    }

    private static boolean isInStep(LocalServer target) {
        try {
            return String.valueOf(target.command("INFO", "replication")).contains("master_link_status:up");
        } catch (LocalRedisException busy) {
            return false; // it loads, on a busy machine
        }
    }
}
