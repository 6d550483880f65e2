package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Tls;
import io.lettuce.core.SslVerifyMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** One connection to a real server: who may make it, what comes back on it, and how it ends. */
class LinkIT {

    private static final EventLoopGroup LOOPS = LinkOpener.loops("link", 2);

    private final List<String> lost = new CopyOnWriteArrayList<>();
    private final AtomicInteger writable = new AtomicInteger();
    private final Link.Fate fate = new Link.Fate() {
        @Override
        public void writable() {
            writable.incrementAndGet();
        }

        @Override
        public void lost(String why) {
            lost.add(why);
        }
    };

    @AfterAll
    static void end() {
        LOOPS.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Link open(String uri, LocalDeployment servers) {
        return new LinkOpener(Deployment.parse(uri))
                .open(LOOPS, Received.at(servers.primary()), "link-test", fate)
                .join();
    }

    private static String text(CompletableFuture<Reply> reply) {
        return reply.join().toString();
    }

    @Test
    void callsAndBatchesAreAnsweredInOrder() {
        try (LocalDeployment servers =
                LocalRedis.standalone().password("secret").start()) {
            Link link = open(servers.uri(), servers);
            assertThat(link.node()).isEqualTo(Received.at(servers.primary()));
            assertThat(text(link.call(Words.of("SET", "a", "1")))).contains("OK");
            assertThat(text(link.call(Words.of("LPUSH", "a", "1")))).contains("WRONGTYPE");
            assertThat(String.valueOf(servers.primary().command("CLIENT", "LIST")))
                    .contains("name=link-test");
            List<String> replies = new CopyOnWriteArrayList<>();
            List<CompletableFuture<Reply>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                ByteBuf batch = link.buffer(100);
                Words.of("MULTI").writeTo(batch);
                Words.of("INCR", "n").writeTo(batch);
                Words.of("SET", "b", "x").writeTo(batch);
                Words.of("EXEC").writeTo(batch);
                link.send(batch, 4, reply -> replies.add(reply.toString()));
                calls.add(link.call(Words.of("GET", "n")));
            }
            CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
            for (int i = 0; i < 100; i++) {
                assertThat(((Reply.Bulk) calls.get(i).join()).bytes())
                        .asString()
                        .isEqualTo(Integer.toString(i + 1));
                assertThat(replies.subList(4 * i, 4 * i + 3))
                        .allMatch(text -> text.contains("OK") || text.contains("QUEUED"));
                assertThat(replies.get(4 * i + 3))
                        .isEqualTo("Many[elements=[Count[value=" + (i + 1) + "], Status[text=OK]]]");
            }
            servers.primary().kill();
            Received.until("the loss", () -> !lost.isEmpty());
            assertThat(link.isLost()).isTrue();
            assertThatThrownBy(() -> link.call(Words.of("PING")).join()).hasMessageContaining("No answer from");
            link.close();
            assertThat(lost).hasSize(1);
        }
    }

    @Test
    void whatIsUnansweredEndsWithTheLossWhichIsToldOnce() {
        try (LocalDeployment servers = LocalRedis.standalone().start()) {
            LocalServer server = servers.primary();
            Link link = open(servers.uri(), servers);
            server.pause();
            CompletableFuture<Reply> call = link.call(Words.of("PING"));
            AtomicInteger replies = new AtomicInteger();
            link.send(
                    link.buffer(1).writeBytes("*1\r\n$4\r\nPING\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                    1,
                    reply -> replies.incrementAndGet());
            link.close();
            assertThatThrownBy(call::join)
                    .hasMessageContaining("No answer from")
                    .hasMessageContaining("closed");
            server.resume();
            assertThat(lost).hasSize(1);
            assertThat(replies).hasValue(0);
        }
    }

    @Test
    void aServerThatDoesNotReadMakesItNotWritable() {
        try (LocalDeployment servers = LocalRedis.standalone().start()) {
            LocalServer server = servers.primary();
            Link link = open(servers.uri(), servers);
            server.pause();
            int sent = 0;
            for (; link.isWritable() && sent < 10_000; sent++) {
                ByteBuf batch = link.buffer(100);
                Words.of("SET", "a", "x".repeat(100_000)).writeTo(batch);
                int written = sent;
                link.send(batch, 1, reply -> {});
                Received.until("batch " + written + " is with the event loop", () -> {
                    CompletableFuture<Boolean> there = new CompletableFuture<>();
                    link.run(() -> there.complete(true));
                    return there.join();
                });
            }
            assertThat(sent).isLessThan(10_000);
            assertThat(writable).hasValue(0);
            server.resume();
            Received.until("it is writable again", () -> writable.get() > 0);
            assertThat(link.isWritable()).isTrue();
            link.close();
        }
    }

    @Test
    void whoMayNotIsToldWhyWithoutTheSecret() {
        try (LocalDeployment servers = LocalRedis.standalone().password("right").start()) {
            String at = "127.0.0.1:" + servers.primary().port();
            assertThatThrownBy(() -> open("redis://:wr0ng@" + at, servers))
                    .hasMessageContaining("refuses user 'default'")
                    .hasMessageContaining("WRONGPASS")
                    .hasMessageNotContaining("wr0ng");
            assertThatThrownBy(() -> open("redis://" + at, servers))
                    .hasMessageContaining("asks for a password, and none is given");
            assertThat(lost).isEmpty();
        }
    }

    @Test
    void whoDoesNotAnswerInTime() throws IOException {
        LinkOpener opener = new LinkOpener(Deployment.parse("redis://:secret@127.0.0.1").toBuilder()
                .connectTimeout(Duration.ofMillis(200))
                .build());
        NodeAddress node;
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            node = new NodeAddress("127.0.0.1", silent.getLocalPort());
            assertThatThrownBy(() -> opener.open(LOOPS, node, "x", fate).join())
                    .hasMessageContaining("no answer within 200 ms");
        }
        assertThatThrownBy(() -> opener.open(LOOPS, node, "x", fate).join())
                .hasMessageContaining("no connection to " + node)
                .hasMessageContaining("refused");
        assertThat(lost).isEmpty();
    }

    @Test
    void encryptedAndVerified() {
        LocalDeployment started;
        try {
            started = LocalRedis.standalone().tls(true).password("secret").start();
        } catch (LocalRedisException e) {
            assumeFalse(e.getMessage().contains("without TLS"), e.getMessage());
            throw e;
        }
        try (LocalDeployment servers = started) {
            Link link = open(servers.uri(), servers);
            assertThat(text(link.call(Words.of("SET", "a", "x".repeat(1000))))).contains("OK");
            assertThat(((Reply.Bulk) link.call(Words.of("GET", "a")).join()).bytes())
                    .hasSize(1000);
            link.close();
            Deployment sound = Deployment.parse(servers.uri());
            assertThatThrownBy(() -> open(sound, new Tls(SslVerifyMode.FULL, null, null, null), servers))
                    .hasMessageContaining("TLS failed");
            open(sound, new Tls(SslVerifyMode.NONE, null, null, null), servers).close();
            open(sound, new Tls(SslVerifyMode.CA, servers.caFile(), null, null), servers)
                    .close();
            assertThatThrownBy(() -> open(sound, null, servers)).hasMessageContaining("no use of");
        }
    }

    private Link open(Deployment deployment, @org.jspecify.annotations.Nullable Tls tls, LocalDeployment servers) {
        return new LinkOpener(deployment.toBuilder().tls(tls).build())
                .open(LOOPS, Received.at(servers.primary()), "link-test", fate)
                .join();
    }
}
