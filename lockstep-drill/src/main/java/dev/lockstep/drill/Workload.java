package dev.lockstep.drill;

import java.util.SplittableRandom;

/** Decides call by call what one actor does next, from a seed and nothing else. Not thread-safe. */
final class Workload {
    private final Actor actor;
    private final Crew crew;
    private final Keyspace keyspace;
    private final SplittableRandom random;
    private final long[] written = new long[Keyspace.REGISTERS];
    private long appended;
    private long appendedDurably;
    private long appendedToOne;
    private int last;

    /**
     * @param value for a write or an append what to write; 0 otherwise
     * @param handOver whether the session is to be handed over before the call
     */
    record Next(Op op, Key key, long value, boolean handOver) {}

    Workload(Actor actor, Crew crew, Keyspace keyspace, long seed) {
        this.actor = actor;
        this.crew = crew;
        this.keyspace = keyspace;
        this.random = new SplittableRandom(seed * 31 + actor.thread());
    }

    Next next() {
        if (actor.boundNanos() > 0) {
            return read(random.nextBoolean() ? Op.READ_BOUNDED : Op.READ_NEAR_BOUNDED, anyRegister());
        }
        int dice = random.nextInt(100);
        if (!crew.writes(actor)) {
            return read(dice < 50 ? Op.READ_REPLICA : dice < 75 ? Op.READ_SESSION : Op.READ_NEAR, anyRegister());
        }
        int me = actor.thread();
        if (dice < 26) {
            last = random.nextInt(Keyspace.REGISTERS);
            return new Next(Op.WRITE, keyspace.register(me, last), ++written[last], random.nextInt(100) == 0);
        } else if (dice < 31) {
            return new Next(Op.INCREMENT, keyspace.counter(me), 0, false);
        } else if (dice < 36) {
            return new Next(Op.APPEND, keyspace.list(me), ++appended, false);
        } else if (dice < 38) {
            return new Next(Op.APPEND_DURABLE, keyspace.durableList(me), ++appendedDurably, false);
        } else if (dice < 40) {
            return new Next(Op.APPEND_TO_ONE, keyspace.listOnOne(me), ++appendedToOne, false);
        }
        Op how = dice < 68 ? Op.READ_REPLICA : dice < 80 ? Op.READ_SESSION : dice < 91 ? Op.READ_NEAR : Op.READ_PRIMARY;
        return read(how, register());
    }

    private Next read(Op how, Key key) {
        return new Next(how, key, 0, random.nextInt(200) == 0);
    }

    /** Mostly what was written last, which a replica is least likely to have; else what a peer or somebody else writes. */
    private Key register() {
        int dice = random.nextInt(100);
        if (dice < 55) {
            return keyspace.register(actor.thread(), last);
        } else if (dice < 85) {
            int peer = crew.firstPeer(actor) + random.nextInt(crew.peers(actor));
            return keyspace.register(peer, random.nextInt(Keyspace.REGISTERS));
        }
        return anyRegister();
    }

    private Key anyRegister() {
        return keyspace.register(random.nextInt(keyspace.writers()), random.nextInt(Keyspace.REGISTERS));
    }
}
