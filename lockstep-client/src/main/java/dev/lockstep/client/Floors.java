package dev.lockstep.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What one session, or all views of one Lockstep together, have seen: a {@link Floor} per shard. Thread-safe. */
final class Floors {

    private final @Nullable Session session;
    private final int buckets;
    private final Map<ShardRoute, Floor> byShard = new ConcurrentHashMap<>();

    /** The floors that views share, fine-grained since many callers write at once. */
    static Floors shared() {
        return new Floors(null, Floor.SHARED_BUCKETS);
    }

    static Floors of(Session session) {
        return new Floors(session, 1);
    }

    private Floors(@Nullable Session session, int buckets) {
        this.session = session;
        this.buckets = buckets;
    }

    /** The bucket of the keys that {@code request} touches; the same in every shard. */
    int bucketOf(CommandTraits traits, Request request) {
        if (!traits.singleKey()) {
            return buckets;
        }
        if (buckets == 1) {
            return 0;
        }
        int spread = request.keyHash() * 0x9E3779B9;
        return (spread >>> 16) & (buckets - 1);
    }

    Floor of(ShardRoute shard) {
        Floor floor = byShard.get(shard);
        return floor != null ? floor : byShard.computeIfAbsent(shard, this::watched);
    }

    /** The shard is no more. */
    void forget(ShardRoute shard) {
        byShard.remove(shard);
    }

    private Floor watched(ShardRoute shard) {
        Floor floor = new Floor(session, this, buckets);
        shard.watch(floor);
        return floor;
    }
}
