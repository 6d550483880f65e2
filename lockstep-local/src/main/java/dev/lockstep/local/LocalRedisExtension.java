package dev.lockstep.local;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension (5 and 6) that runs a deployment for the tests of a class.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LocalRedisExtension redis = LocalRedisExtension.running(LocalRedis.sentinel().password("secret"));
 *
 * @Test
 * void survivesAFailover(LocalDeployment deployment) { … }
 * }</pre>
 *
 * <p>A static field starts it before all tests and stops it after all; {@link #freshForEachTest} (or a field that is not
 * static) gives each test its own. With {@code @ExtendWith(LocalRedisExtension.class)} it is one standalone server. When a
 * test fails, the ends of the servers' logs hang on its exception as a suppressed one. Tests that share it must not run
 * in parallel when each has its own deployment.
 */
public final class LocalRedisExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final int LINES = 50;

    private final LocalRedis plan;
    private boolean fresh;
    private int classesInside;
    private @Nullable LocalDeployment deployment;

    /** One standalone server; for {@code @ExtendWith}. */
    public LocalRedisExtension() {
        this(LocalRedis.standalone());
    }

    private LocalRedisExtension(LocalRedis plan) {
        this.plan = plan;
    }

    /** Any deployment. */
    public static LocalRedisExtension running(LocalRedis plan) {
        return new LocalRedisExtension(plan);
    }

    /** One standalone server. */
    public static LocalRedisExtension standalone() {
        return running(LocalRedis.standalone());
    }

    /** One primary, 2 replicas and 3 Sentinels. */
    public static LocalRedisExtension sentinel() {
        return running(LocalRedis.sentinel());
    }

    /** 3 shards, each of one primary and 1 replica. */
    public static LocalRedisExtension cluster() {
        return running(LocalRedis.cluster());
    }

    /** Gives every test a deployment of its own, which its faults cannot spoil for the next. */
    public LocalRedisExtension freshForEachTest() {
        fresh = true;
        return this;
    }

    /**
     * The deployment of the running test.
     *
     * @throws IllegalStateException when none runs
     */
    public synchronized LocalDeployment deployment() {
        if (deployment == null) {
            throw new IllegalStateException("The deployment runs only "
                    + (fresh ? "during a test: ask for it in the test method, not before" : "while tests do"));
        }
        return deployment;
    }

    /** The URI of the deployment of the running test, passwords included. */
    public String uri() {
        return deployment().uri();
    }

    @Override
    public synchronized void beforeAll(ExtensionContext context) {
        classesInside++; // a nested class comes here too
        if (!fresh && deployment == null) {
            deployment = plan.start();
        }
    }

    @Override
    public synchronized void beforeEach(ExtensionContext context) {
        if (deployment == null) {
            deployment = plan.start();
        }
    }

    @Override
    public synchronized void afterEach(ExtensionContext context) {
        LocalDeployment running = deployment;
        if (running != null) {
            context.getExecutionException().ifPresent(failure -> failure.addSuppressed(new ServerLogs(running)));
        }
        if (fresh || classesInside == 0) {
            stop();
        }
    }

    @Override
    public synchronized void afterAll(ExtensionContext context) {
        if (--classesInside == 0) {
            stop();
        }
    }

    private void stop() {
        if (deployment != null) {
            deployment.close();
            deployment = null;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LocalDeployment.class;
    }

    @Override
    public LocalDeployment resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return deployment();
    }

    /** What the servers of a failed test wrote last; has no stack trace, since it is not a failure of its own. */
    private static final class ServerLogs extends Exception {
        ServerLogs(LocalDeployment deployment) {
            super(text(deployment), null, false, false);
        }

        private static String text(LocalDeployment deployment) {
            StringBuilder text = new StringBuilder("The last lines of the servers' logs:");
            for (LocalServer server : deployment.servers()) {
                text.append("\n--- ")
                        .append(server)
                        .append(server.isAlive() ? "" : ", dead")
                        .append('\n')
                        .append(server.logTail(LINES));
            }
            return text.toString();
        }
    }
}
