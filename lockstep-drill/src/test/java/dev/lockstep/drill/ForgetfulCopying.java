package dev.lockstep.drill;

import dev.lockstep.sync.Sync;
import dev.lockstep.sync.SyncProgress;
import dev.lockstep.topology.Deployment;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that copies as if its checkpoints were written apart from the data: once it is live, it stops, puts back those of a
 * while ago, and goes on from there.
 */
final class ForgetfulCopying {

    private static final Duration TELLS_EVERY = Duration.ofMillis(10);
    private static final long APART_MILLIS = 700;

    private ForgetfulCopying() {}

    public static void main(String... none) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Deployment source = Deployment.parse(input.readLine());
        Deployment target = Deployment.parse(input.readLine());
        Path spool = Path.of(input.readLine());
        Thread parent = new Thread(() -> {
            try {
                while (input.readLine() != null) {}
            } catch (java.io.IOException e) {
                // ended
            }
            Runtime.getRuntime().halt(0);
        });
        parent.setDaemon(true);
        parent.start();
        RedisClient client = RedisClient.create(target.dataNode(target.seeds().get(0)));
        RedisCommands<String, byte[]> node = client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE))
                .sync();
        Map<String, byte[]> before;
        try (Sync sync = Sync.from(source).to(target).spool(spool).start()) {
            while (sync.progress().lanes().stream().anyMatch(lane -> lane.phase() != SyncProgress.Phase.LIVE)) {
                TimeUnit.MILLISECONDS.sleep(TELLS_EVERY.toMillis());
            }
            before = checkpoints(node);
            TimeUnit.MILLISECONDS.sleep(APART_MILLIS);
        }
        before.forEach((key, dump) -> node.restore(key, dump, RestoreArgs.Builder.ttl(0).replace()));
        try (Sync sync = Sync.from(source).to(target).spool(spool).start()) {
            sync.await(
                    TELLS_EVERY,
                    progress -> System.out.println(CopierState.of(progress).line()));
        }
    }

    private static Map<String, byte[]> checkpoints(RedisCommands<String, byte[]> node) {
        Map<String, byte[]> dumps = new HashMap<>();
        for (String key : node.scan(KeyScanArgs.Builder.matches("lockstep:ck:*").limit(100_000))
                .getKeys()) {
            if (!key.endsWith(":owner") && !key.endsWith(":epoch")) {
                dumps.put(key, node.dump(key));
            }
        }
        return dumps;
    }
}
