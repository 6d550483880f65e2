package dev.lockstep.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The runner of rounds: a shape of load on a contender for a while. */
final class Load {

    private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final Keys keys;

    Load(Keys keys) {
        this.keys = keys;
    }

    /**
     * Runs one round.
     *
     * @throws IllegalStateException if any call failed or was answered wrong: then there is nothing to compare
     */
    Round run(Contender contender, Shape shape, Duration time) throws InterruptedException {
        var running = new AtomicBoolean(true);
        var failure = new AtomicReference<@Nullable Throwable>();
        List<Worker> workers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < shape.threads(); i++) {
            Worker worker = new Worker(contender, keys, shape, running::get, failure);
            workers.add(worker);
            threads.add(new Thread(worker, "bench-" + i));
        }
        long serverBefore = serverCpuNanos();
        long clientBefore = process.getProcessCpuTime();
        long before = System.nanoTime();
        threads.forEach(Thread::start);
        Thread.sleep(time.toMillis());
        running.set(false);
        for (Thread thread : threads) {
            thread.join();
        }
        long nanos = System.nanoTime() - before;
        long clientCpuNanos = process.getProcessCpuTime() - clientBefore;
        long serverCpuNanos = serverCpuNanos() - serverBefore;
        Throwable why = failure.get();
        if (why != null) {
            throw new IllegalStateException(contender.name() + " failed under " + shape.name(), why);
        }
        long answered = workers.stream().mapToLong(Worker::answered).sum();
        return new Round(answered, nanos, clientCpuNanos, serverCpuNanos);
    }

    private static long serverCpuNanos() {
        return ProcessHandle.current()
                .descendants()
                .mapToLong(server ->
                        server.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
    }
}
