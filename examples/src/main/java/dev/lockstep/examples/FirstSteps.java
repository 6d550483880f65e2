package dev.lockstep.examples;

import dev.lockstep.client.Consistency;
import dev.lockstep.client.Durability;
import dev.lockstep.client.Lockstep;
import dev.lockstep.client.Session;
import dev.lockstep.client.SessionToken;
import dev.lockstep.client.View;
import dev.lockstep.nearcache.NearCache;
import dev.lockstep.nearcache.NearCacheSpec;
import java.io.PrintStream;
import java.time.Duration;

/** The first code of the README: write, read from any copy, hand a session over, keep a copy of what is read. */
public final class FirstSteps {

    private FirstSteps() {}

    /** Takes the URI of a deployment, such as the first line of {@code lockstep up sentinel}. */
    public static void main(String[] args) {
        run(args[0], System.out);
    }

    static void run(String uri, PrintStream out) {
        // [readme]
        try (Lockstep cache = Lockstep.connect(uri)) { // redis-sentinel://:mypassword@127.0.0.1:26379#mymaster
            cache.primary().sync().set("foo", "bar");
            out.println(cache.replica().sync().get("foo")); // bar: always, not usually
            cache.primary().writing(Durability.replicas(1)).sync().incr("orders"); // returns once a replica holds it

            Session alice = cache.newSession();
            alice.primary().sync().set("cart:alice", "3 apples");
            String token = alice.token().toString(); // for an HTTP header, a message, another process

            Session later = cache.newSession(SessionToken.parse(token));
            out.println(later.session().sync().get("cart:alice")); // 3 apples, from whichever copy has it now

            View<String, String> recent = cache.session().reading(Consistency.boundedStaleness(Duration.ofMillis(50)));
            out.println(recent.sync().get("foo")); // bar: no acknowledged write older than 50 ms is missed
            var near = NearCache.over(cache.session(), NearCacheSpec.entries(100_000)); // of lockstep-nearcache
            out.println(near.get("foo")); // bar: from the heap the next time, until somebody writes it
        }
        // [/readme]
    }
}
