package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox outbox = new Outbox();

    private static Attempt attempt() {
        RedisCommand<String, String, String> ping =
                new Command<>(CommandType.PING, new StatusOutput<>(StringCodec.UTF8));
        return new Attempt(ping, null, null);
    }

    private List<Attempt> taken() {
        List<Attempt> taken = new ArrayList<>();
        outbox.takeAll(taken);
        return taken;
    }

    @Test
    void givesOutInTheOrderOfAdding() {
        Attempt first = attempt();
        Attempt second = attempt();
        Attempt third = attempt();
        outbox.add(first);
        outbox.add(second);
        assertThat(taken()).containsExactly(first, second);
        assertThat(outbox.add(third)).isTrue();
        assertThat(taken()).containsExactly(third);
        assertThat(taken()).isEmpty();
    }

    @Test
    void refusesWhatComesAfterTheEndAndGivesOutWhatCameBefore() {
        Attempt before = attempt();
        outbox.add(before);
        List<Attempt> left = new ArrayList<>();
        outbox.close(left);
        assertThat(left).containsExactly(before);
        assertThat(outbox.add(attempt())).isFalse();
    }

    @Test
    void everyAttemptIsTakenOnceInItsThreadsOrderOrRefused() throws Exception {
        int threads = 4;
        int each = 20_000;
        List<List<Attempt>> accepted = new ArrayList<>();
        List<Thread> adders = new ArrayList<>();
        var started = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            List<Attempt> own = new ArrayList<>();
            accepted.add(own);
            adders.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    Attempt attempt = attempt();
                    if (outbox.add(attempt)) {
                        own.add(attempt);
                    }
                    if (i == each / 10) {
                        started.countDown();
                    }
                }
            }));
        }
        adders.forEach(Thread::start);
        List<Attempt> all = new ArrayList<>();
        while (started.getCount() > 0) {
            all.addAll(taken());
        }
        List<Attempt> last = new ArrayList<>();
        outbox.close(last); // while they are still adding, unless the machine is very slow
        all.addAll(last);
        for (Thread adder : adders) {
            adder.join();
        }

        assertThat(all).hasSize(accepted.stream().mapToInt(List::size).sum());
        for (List<Attempt> own : accepted) {
            var mine = new HashSet<>(own);
            assertThat(all.stream().filter(mine::contains).toList()).isEqualTo(own);
        }
    }
}
