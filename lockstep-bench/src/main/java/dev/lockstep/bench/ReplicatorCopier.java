package dev.lockstep.bench;

import com.moilioncircle.redis.replicator.Configuration;
import com.moilioncircle.redis.replicator.RedisReplicator;
import com.moilioncircle.redis.replicator.Replicator;
import com.moilioncircle.redis.replicator.event.Event;
import com.moilioncircle.redis.replicator.event.PostRdbSyncEvent;
import com.moilioncircle.redis.replicator.rdb.dump.DumpRdbVisitor;
import com.moilioncircle.redis.replicator.rdb.dump.datatype.DumpKeyValuePair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.RestoreParams;

/**
 * A process that copies one server to another as a user of redis-replicator would write it: each value as the payload that the
 * library makes of it, by RESTORE, many in a pipeline of Jedis. It ends when the snapshot has been carried over. Arguments: the
 * two ports.
 */
final class ReplicatorCopier {

    private static final int TOGETHER = 1_000;

    private final Replicator source;
    private final Pipeline target;
    private final List<Response<String>> sent = new ArrayList<>();

    private ReplicatorCopier(Replicator source, Pipeline target) {
        this.source = source;
        this.target = target;
    }

    public static void main(String... ports) throws IOException {
        long began = System.currentTimeMillis();
        try (Jedis jedis = new Jedis("127.0.0.1", Integer.parseInt(ports[1]), 60_000);
                Replicator source =
                        new RedisReplicator("127.0.0.1", Integer.parseInt(ports[0]), Configuration.defaultSetting())) {
            source.setRdbVisitor(new DumpRdbVisitor(source));
            ReplicatorCopier copier = new ReplicatorCopier(source, jedis.pipelined());
            source.addEventListener((replicator, event) -> copier.take(event));
            source.open();
            System.out.println(OwnUse.since(began));
        }
    }

    private void take(Event event) {
        if (event instanceof DumpKeyValuePair pair) {
            Long expires = pair.getExpiredMs();
            RestoreParams how = RestoreParams.restoreParams().replace();
            sent.add(target.restore(
                    pair.getKey(),
                    expires == null ? 0 : expires,
                    pair.getValue(),
                    expires == null ? how : how.absTtl()));
            if (sent.size() == TOGETHER) {
                sync();
            }
        } else if (event instanceof PostRdbSyncEvent) {
            sync();
            try {
                source.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private void sync() {
        target.sync();
        sent.forEach(Response::get); // throws what was refused
        sent.clear();
    }
}
