package dev.lockstep.topology;

import dev.lockstep.topology.TopologyException.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why one server cannot be used, in words for people.
 *
 * @param lasting whether trying again soon is no use
 */
record Problem(Kind kind, String text, boolean lasting) {

    /** What an exception of Lettuce says about a server that was expected to be a data node or a sentinel. */
    static Problem of(Throwable failure, boolean sentinel, boolean tls) {
        Throwable root = failure;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            root = at;
            if (at instanceof RedisCommandExecutionException) {
                return ofReply(String.valueOf(at.getMessage()), sentinel);
            }
            if (at instanceof UnknownHostException || at instanceof UnresolvedAddressException) {
                return new Problem(Kind.UNREACHABLE, "its host name does not resolve", true);
            }
            if (at instanceof ConnectException
                    && String.valueOf(at.getMessage()).contains("refused")) {
                return new Problem(Kind.UNREACHABLE, "nothing listens there (connection refused)", true);
            }
            if (at instanceof TimeoutException) { // of the JDK, without a message
                return silence(tls);
            }
            if (at instanceof SSLException && !String.valueOf(at.getMessage()).contains("timed out")) {
                return ofTls(String.valueOf(at.getMessage()));
            }
        }
        String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        if (text.contains("timed out")) {
            return silence(tls);
        }
        if (!tls && text.contains("nvalid first byte")) {
            return new Problem(
                    Kind.TLS,
                    "it does not speak the Redis protocol in plain text; if it wants TLS, use rediss…://",
                    true);
        }
        if (text.contains("closed prematurely") || text.contains("Connection reset")) {
            return new Problem(
                    Kind.UNREACHABLE,
                    "it closes new connections; "
                            + (tls ? "if that port has no TLS, use redis…://" : "if it wants TLS, use rediss…://"),
                    false);
        }
        return new Problem(Kind.UNREACHABLE, text, false);
    }

    private static Problem ofTls(String text) {
        String why = text.contains("not an SSL/TLS record")
                ? "it does not speak TLS; use redis…:// without the second s, or its TLS port"
                : "the TLS handshake failed (" + text + "); check caFile, certFile, keyFile and verifyPeer";
        return new Problem(Kind.TLS, why, true);
    }

    /** What an error reply means. */
    static Problem ofReply(String reply, boolean sentinel) {
        Kind authentication = sentinel ? Kind.SENTINEL_AUTHENTICATION : Kind.AUTHENTICATION;
        String give =
                sentinel ? "sentinelPassword (and sentinelUsername)" : "the password (and user) of the data nodes";
        if (reply.startsWith("NOAUTH")) {
            return new Problem(authentication, "it wants a password and none was given; give " + give, true);
        }
        if (reply.startsWith("WRONGPASS") || reply.startsWith("ERR invalid password")) {
            return new Problem(
                    authentication, "it refuses the credentials (" + firstWords(reply) + "); check " + give, true);
        }
        if (reply.startsWith("NOPERM")) {
            return new Problem(
                    authentication,
                    "its user may not run what Lockstep needs (" + firstWords(reply) + "); grant "
                            + (sentinel
                                    ? "+sentinel +psubscribe +hello"
                                    : "+info +hello, and in a cluster +cluster|nodes"),
                    true);
        }
        if (sentinel
                && reply.startsWith("ERR unknown command")
                && reply.toLowerCase(Locale.ROOT).contains("sentinel")) {
            return new Problem(
                    Kind.WRONG_SERVER,
                    "it is a data node, not a sentinel; give the address of a sentinel (usually port 26379)"
                            + " or use redis:// for a single server",
                    true);
        }
        return new Problem(Kind.UNREACHABLE, "it answers " + firstWords(reply), false);
    }

    /** What stands there instead of the data node that was expected; null if it is one, or does not say what it is. */
    static @Nullable Problem ofMode(@Nullable String mode, boolean cluster) {
        String text = null;
        if ("sentinel".equals(mode)) {
            text = "it is a sentinel, not a data node; use redis-sentinel://host:26379#name for sentinels";
        } else if ("cluster".equals(mode) && !cluster) {
            text = "it is a node of a Redis Cluster; use redis-cluster:// for a cluster";
        } else if (cluster && mode != null && !mode.equals("cluster")) {
            text = "it is no node of a Redis Cluster (its cluster support is disabled); use redis://host:port for a"
                    + " single server or redis-sentinel://host:26379#name for sentinels";
        }
        return text == null ? null : new Problem(Kind.WRONG_SERVER, text, true);
    }

    /** It was asked and has not answered. */
    static Problem silence(boolean tls) {
        // A server without TLS takes the handshake for an unfinished command and waits for the rest of it
        String hint = tls ? "; if that port has no TLS, use redis…:// without the second s" : "";
        return new Problem(Kind.UNREACHABLE, "it does not answer in time" + hint, false);
    }

    static Problem late(String what) {
        return new Problem(Kind.UNREACHABLE, what, false);
    }

    private static String firstWords(String reply) {
        return reply.length() > 120 ? reply.substring(0, 120) + "…" : reply;
    }
}
