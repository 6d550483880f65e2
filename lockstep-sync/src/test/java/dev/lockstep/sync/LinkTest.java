package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.topology.Deployment;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a link makes of somebody who answers as no server would. */
class LinkTest {

    private final EventLoopGroup loops = LinkOpener.loops("link", 1);
    private final List<String> lost = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Link open(Peer peer) {
        return new LinkOpener(Deployment.parse("redis://127.0.0.1"))
                .open(loops, peer.address(), "link-test", lost::add)
                .join();
    }

    private static String answer(String command, String toPing) {
        return command.equals("PING") ? toPing : "+OK\r\n";
    }

    @Test
    void aReplyToNothingEndsIt() throws IOException {
        try (Peer peer = new Peer(command -> answer(command, "+PONG\r\n:1\r\n"))) {
            Link link = open(peer);
            assertThat(link.call(Words.of("PING")).join()).isEqualTo(new Reply.Status("PONG"));
            Received.until("the loss", () -> !lost.isEmpty());
            assertThat(lost).singleElement().asString().contains("nobody had asked for");
        }
    }

    @Test
    void whatIsNoReplyEndsItAndAllCalls() throws IOException {
        try (Peer peer = new Peer(command -> answer(command, "HTTP/1.1 200 OK\r\n"))) {
            Link link = open(peer);
            assertThatThrownBy(() -> link.call(Words.of("PING")).join())
                    .hasMessageContaining("No answer from " + peer.address())
                    .hasMessageContaining("in RESP2");
            Received.until("the loss", () -> !lost.isEmpty()); // told after the calls have been
            assertThat(lost).singleElement().asString().contains("in RESP2");
        }
    }

    @Test
    void allBytesBehindTheRepliesThatAreDueGoToWhoAskedForThem() throws IOException {
        StringBuffer bytes = new StringBuffer();
        try (Peer peer = new Peer(command -> answer(command, "+PONG\r\n"))) {
            Link link = open(peer);
            List<Reply> replies = new CopyOnWriteArrayList<>();
            link.ask(Words.of("PING"), replies::add);
            link.stream(Words.of("X"), some -> bytes.append(some.toString(StandardCharsets.UTF_8)));
            link.ask(Words.of("PING"), replies::add);
            Received.until("all of it", () -> bytes.toString().equals("+OK\r\n+PONG\r\n"));
            assertThat(replies).containsExactly(new Reply.Status("PONG"));
            link.close();
            Received.until("the loss", () -> lost.size() == 1);
        }
    }
}
