package dev.lockstep.topology;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a deployment is and how it is spoken to. Immutable; never prints a password.
 *
 * <p>{@link #parse(String)} reads a URI such as {@code redis-sentinel://:secret@10.0.0.1,10.0.0.2?timeout=5s#mymaster};
 * {@link #builder(Mode)} and {@link #toBuilder()} set what a URI cannot say.
 */
public final class Deployment {

    /** What kind of deployment the seeds belong to. */
    public enum Mode {
        /** One data node and the replicas that follow it; the seed is its primary. */
        STANDALONE,
        /** One primary name of a group of sentinels; the seeds are sentinels. */
        SENTINEL,
        /** A Redis Cluster; the seeds are any of its data nodes. */
        CLUSTER
    }

    private final Builder settings;

    private Deployment(Builder settings) {
        this.settings = settings;
    }

    /**
     * Reads a URI; the password comes from {@code REDISCLI_AUTH} of the process environment if the URI has none.
     *
     * @throws IllegalArgumentException if it cannot be understood, with what was expected and without its password
     */
    public static Deployment parse(String uri) {
        return parse(uri, System.getenv());
    }

    /** As {@link #parse(String)} with the given environment. */
    public static Deployment parse(String uri, Map<String, String> environment) {
        return new DeploymentUri(uri).read(environment);
    }

    /** A builder with every default and no seed. */
    public static Builder builder(Mode mode) {
        return new Builder(mode);
    }

    /** A builder that starts from this deployment. */
    public Builder toBuilder() {
        return new Builder(settings);
    }

    public Mode mode() {
        return settings.mode;
    }

    /** The first addresses to ask, in the order given: sentinels in mode SENTINEL, else data nodes. */
    public List<NodeAddress> seeds() {
        return settings.seeds;
    }

    /** The number of the database that data connections select; default 0. */
    public int database() {
        return settings.database;
    }

    /** The user of the data nodes; null: the default user. */
    public @Nullable String username() {
        return settings.username;
    }

    /** The password of the data nodes; null: none is sent. */
    public @Nullable String password() {
        return settings.password;
    }

    /** The user of the sentinels; null: their default user. */
    public @Nullable String sentinelUsername() {
        return settings.sentinelUsername;
    }

    /** The password of the sentinels, which never get that of the data nodes; null: none is sent. */
    public @Nullable String sentinelPassword() {
        return settings.sentinelPassword;
    }

    /** The name under which the sentinels know the primary; null unless the mode is SENTINEL. */
    public @Nullable String primaryName() {
        return settings.primaryName;
    }

    /** How long a whole call may take, waiting out a failover included; default 15 s. */
    public Duration timeout() {
        return settings.timeout;
    }

    /** How long a node may take to answer before it is suspected; default 250 ms. */
    public Duration socketTimeout() {
        return settings.socketTimeout;
    }

    /** How long one attempt to connect may take, handshake included; default 1 s. */
    public Duration connectTimeout() {
        return settings.connectTimeout;
    }

    /** How often a healthy data node is asked where it stands; default 250 ms. */
    public Duration heartbeat() {
        return settings.heartbeat;
    }

    /** The name that connections give themselves ({@code CLIENT LIST} shows it); null: none. */
    public @Nullable String clientName() {
        return settings.clientName;
    }

    /** How connections are encrypted; null: they are not. */
    public @Nullable Tls tls() {
        return settings.tls;
    }

    /** From the address that servers tell of each other to the one by which this process reaches it. */
    public UnaryOperator<NodeAddress> addressTranslation() {
        return settings.addressTranslation;
    }

    /** How many sentinels must have answered before their word counts at start; default 1. */
    public int minimumSentinels() {
        return settings.minimumSentinels;
    }

    /** What Lettuce needs to connect to one data node of this deployment. */
    public RedisURI dataNode(NodeAddress address) {
        return uri(address, settings.username, settings.password, settings.database);
    }

    /** What Lettuce needs to connect to one sentinel of this deployment. */
    public RedisURI sentinelNode(NodeAddress address) {
        return uri(address, settings.sentinelUsername, settings.sentinelPassword, 0);
    }

    private RedisURI uri(NodeAddress address, @Nullable String user, @Nullable String password, int database) {
        // The timeout of a RedisURI bounds the handshake: a frozen server accepts connections and never answers.
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(address.host())
                .withPort(address.port())
                .withDatabase(database)
                .withTimeout(settings.connectTimeout);
        if (settings.clientName != null) {
            uri.withClientName(settings.clientName);
        }
        if (settings.tls != null) {
            uri.withSsl(true).withVerifyPeer(settings.tls.verifyPeer());
        }
        if (password != null) {
            uri.withAuthentication(user == null ? "default" : user, password.toCharArray());
        }
        return uri.build();
    }

    /**
     * The options of every Lettuce client that speaks to this deployment.
     *
     * <p>Lettuce neither reconnects nor repeats a command by itself: what it would repeat after a reconnect may have
     * been executed. It sets no time limits of its own either, since a call's limit spans several attempts.
     */
    public ClientOptions clientOptions() {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.create())
                .useHashIndexQueue(false) // only pays for taking commands out of the middle, which nobody does
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                // HELLO was answered already; PING would keep a node that is loading its data from being observed
                .pingBeforeActivateConnection(false)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(settings.connectTimeout)
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build());
        if (settings.tls != null) {
            options.sslOptions(sslOptions(settings.tls));
        }
        return options.build();
    }

    private SslOptions sslOptions(Tls tls) {
        SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider().handshakeTimeout(settings.connectTimeout);
        if (tls.caFile() != null) {
            ssl.trustManager(tls.caFile().toFile());
        }
        if (tls.certFile() != null && tls.keyFile() != null) {
            ssl.keyManager(tls.certFile().toFile(), tls.keyFile().toFile(), new char[0]);
        }
        return ssl.build();
    }

    /** The URI of this deployment, passwords masked; settings that only a builder has are left out. */
    @Override
    public String toString() {
        return DeploymentUri.print(this);
    }

    /** Collects the settings of a {@link Deployment}. Not thread-safe. */
    public static final class Builder {

        static final Duration TIMEOUT = Duration.ofSeconds(15);
        static final Duration SOCKET_TIMEOUT = Duration.ofMillis(250);
        static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

        private final Mode mode;
        private List<NodeAddress> seeds = List.of();
        private int database;
        private @Nullable String username;
        private @Nullable String password;
        private @Nullable String sentinelUsername;
        private @Nullable String sentinelPassword;
        private @Nullable String primaryName;
        private Duration timeout = TIMEOUT;
        private Duration socketTimeout = SOCKET_TIMEOUT;
        private Duration connectTimeout = CONNECT_TIMEOUT;
        private Duration heartbeat = Duration.ofMillis(250);
        private @Nullable String clientName;
        private @Nullable Tls tls;
        private UnaryOperator<NodeAddress> addressTranslation = UnaryOperator.identity();
        private int minimumSentinels = 1;

        private Builder(Mode mode) {
            this.mode = mode;
        }

        private Builder(Builder other) {
            mode = other.mode;
            seeds = other.seeds;
            database = other.database;
            username = other.username;
            password = other.password;
            sentinelUsername = other.sentinelUsername;
            sentinelPassword = other.sentinelPassword;
            primaryName = other.primaryName;
            timeout = other.timeout;
            socketTimeout = other.socketTimeout;
            connectTimeout = other.connectTimeout;
            heartbeat = other.heartbeat;
            clientName = other.clientName;
            tls = other.tls;
            addressTranslation = other.addressTranslation;
            minimumSentinels = other.minimumSentinels;
        }

        /** The first addresses to ask; at least one. */
        public Builder seeds(List<NodeAddress> seeds) {
            this.seeds = List.copyOf(seeds);
            return this;
        }

        /** See {@link #seeds(List)}. */
        public Builder seed(String host, int port) {
            return seeds(List.of(new NodeAddress(host, port)));
        }

        public Builder database(int database) {
            if (database < 0) {
                throw new IllegalArgumentException("Database " + database + " is negative");
            }
            this.database = database;
            return this;
        }

        /** User and password of the data nodes; a null user is the default user, a null password sends none. */
        public Builder credentials(@Nullable String username, @Nullable String password) {
            this.username = username;
            this.password = password;
            return this;
        }

        /** User and password of the sentinels; as {@link #credentials}. */
        public Builder sentinelCredentials(@Nullable String username, @Nullable String password) {
            this.sentinelUsername = username;
            this.sentinelPassword = password;
            return this;
        }

        public Builder primaryName(@Nullable String primaryName) {
            this.primaryName = primaryName;
            return this;
        }

        public Builder timeout(Duration timeout) {
            this.timeout = positive("timeout", timeout);
            return this;
        }

        public Builder socketTimeout(Duration socketTimeout) {
            this.socketTimeout = positive("socketTimeout", socketTimeout);
            return this;
        }

        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = positive("heartbeat", heartbeat);
            return this;
        }

        public Builder clientName(@Nullable String clientName) {
            if (clientName != null && !clientName.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new IllegalArgumentException(
                        "clientName contains a space or another character that servers refuse; use printable ASCII");
            }
            this.clientName = clientName;
            return this;
        }

        public Builder tls(@Nullable Tls tls) {
            this.tls = tls;
            return this;
        }

        /** For servers behind NAT: maps what they announce to what this process reaches. Must be pure and quick. */
        public Builder addressTranslation(UnaryOperator<NodeAddress> addressTranslation) {
            this.addressTranslation = addressTranslation;
            return this;
        }

        public Builder minimumSentinels(int minimumSentinels) {
            if (minimumSentinels < 1) {
                throw new IllegalArgumentException(
                        "minimumSentinels is " + minimumSentinels + "; at least 1 must answer");
            }
            this.minimumSentinels = minimumSentinels;
            return this;
        }

        /**
         * The deployment of these settings.
         *
         * @throws IllegalArgumentException if settings are missing or do not go together
         */
        public Deployment build() {
            if (seeds.isEmpty()) {
                throw new IllegalArgumentException("A deployment needs at least one address to ask first");
            }
            boolean sentinel = mode == Mode.SENTINEL;
            if (sentinel && (primaryName == null || primaryName.isBlank())) {
                throw new IllegalArgumentException(
                        "The name of the primary is missing; add the name that the sentinels monitor, such as #mymaster");
            }
            if (!sentinel && (primaryName != null || sentinelPassword != null || sentinelUsername != null)) {
                throw new IllegalArgumentException("A primary name or sentinel credentials are given, but the mode is "
                        + mode + "; sentinels are addressed with redis-sentinel://");
            }
            if (mode == Mode.STANDALONE && seeds.size() > 1) {
                throw new IllegalArgumentException("redis:// takes one server, but " + seeds.size()
                        + " are given; use redis-sentinel:// for sentinels or redis-cluster:// for a cluster");
            }
            if (mode == Mode.CLUSTER && database != 0) {
                throw new IllegalArgumentException("A cluster has only database 0, but " + database + " is given");
            }
            if (username != null && password == null) {
                throw new IllegalArgumentException("User " + username + " has no password");
            }
            if (sentinelUsername != null && sentinelPassword == null) {
                throw new IllegalArgumentException("Sentinel user " + sentinelUsername + " has no password");
            }
            return new Deployment(new Builder(this));
        }

        private static Duration positive(String name, Duration duration) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(name + " is " + duration + "; expected more than zero");
            }
            return duration;
        }
    }
}
