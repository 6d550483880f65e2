package dev.lockstep.sync;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The meters of a copy, for Micrometer, over all shards of the source. Each is read when the registry asks.
 *
 * <pre>{@code
 * SyncMeters.of(sync).bindTo(registry);
 * }</pre>
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><td>{@code lockstep.sync.lag.bytes}</td><td>bytes of the source's streams that the target does not hold yet</td></tr>
 * <tr><td>{@code lockstep.sync.lag.seconds}</td><td>for how long the oldest of what has arrived waits</td></tr>
 * <tr><td>{@code lockstep.sync.shards}</td><td>shards of the source, by {@code phase}</td></tr>
 * <tr><td>{@code lockstep.sync.hindered}</td><td>shards that do not go on at the moment, for a reason that
 *     {@link SyncProgress.Lane#trouble} tells</td></tr>
 * <tr><td>{@code lockstep.sync.in.step}</td><td>1 while the target holds all that the source was seen to have written</td></tr>
 * <tr><td>{@code lockstep.sync.keys}</td><td>keys of the latest snapshots that have been carried over</td></tr>
 * <tr><td>{@code lockstep.sync.units}</td><td>commands and transactions that have been applied since the start</td></tr>
 * </table>
 *
 * <p>Needs {@code io.micrometer:micrometer-core}, which this library does not bring along. Thread-safe.
 */
public final class SyncMeters implements MeterBinder {

    private final Supplier<SyncProgress> progress;

    SyncMeters(Supplier<SyncProgress> progress) {
        this.progress = progress;
    }

    /** Those of this copy, for as long as somebody reads them. */
    public static SyncMeters of(Sync sync) {
        return new SyncMeters(sync::progress);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "lockstep.sync.lag.bytes", "bytes", now -> sum(now, SyncProgress.Lane::lagBytes));
        gauge(registry, "lockstep.sync.lag.seconds", "seconds", SyncMeters::lagSeconds);
        for (SyncProgress.Phase phase : SyncProgress.Phase.values()) {
            Gauge.builder("lockstep.sync.shards", () -> count(phase))
                    .tag("phase", phase.name().toLowerCase(java.util.Locale.ROOT))
                    .register(registry);
        }
        gauge(
                registry,
                "lockstep.sync.hindered",
                "",
                now -> sum(now, lane -> lane.trouble().isEmpty() ? 0 : 1));
        gauge(registry, "lockstep.sync.in.step", "", now -> now.isInStep() ? 1 : 0);
        gauge(registry, "lockstep.sync.keys", "", now -> sum(now, SyncProgress.Lane::keys));
        counter(registry, "lockstep.sync.units", SyncProgress.Lane::units);
    }

    private void gauge(MeterRegistry registry, String name, String unit, ToDoubleFunction<SyncProgress> value) {
        Gauge.builder(name, () -> value.applyAsDouble(progress.get()))
                .baseUnit(unit.isEmpty() ? null : unit)
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, ToLongFunction<SyncProgress.Lane> value) {
        FunctionCounter.builder(name, progress, source -> sum(source.get(), value))
                .register(registry);
    }

    private static long sum(SyncProgress now, ToLongFunction<SyncProgress.Lane> value) {
        return now.lanes().stream().mapToLong(value).sum();
    }

    private static double lagSeconds(SyncProgress now) {
        return now.lanes().stream()
                        .mapToLong(SyncProgress.Lane::lagMillis)
                        .max()
                        .orElse(0)
                / 1_000.0;
    }

    private long count(SyncProgress.Phase phase) {
        return progress.get().lanes().stream()
                .filter(lane -> lane.phase() == phase)
                .count();
    }
}
