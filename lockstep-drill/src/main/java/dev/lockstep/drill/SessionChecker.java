package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session reads its own writes, never goes back in time, and is told when a failover makes that impossible.
 *
 * <p>One pass over the history in the order of time. Every key has one writer and growing values, so what a session may
 * still read is one number per session and key: its floor. Calls that overlap bind nobody: a floor counts only for
 * reads invoked after the call that set it had returned.
 */
final class SessionChecker implements Checker {

    @Override
    public List<Finding> check(History history) {
        Pass pass = new Pass(history);
        long judged = 0;
        for (Call read : history.calls()) {
            if (read.op().isSessionRead() && read.ok() && read.value() != Call.FOREIGN) {
                judged++;
                pass.check(read);
            }
        }
        List<Finding> findings = new ArrayList<>();
        for (Anomaly anomaly :
                List.of(Anomaly.OWN_WRITE_NOT_READ, Anomaly.READ_WENT_BACK, Anomaly.ROLLBACK_NOT_REPORTED)) {
            findings.add(new Finding(
                    anomaly,
                    judged,
                    pass.violations.stream().filter(v -> v.anomaly() == anomaly).toList()));
        }
        return findings;
    }

    private record Seat(int session, int key) {}

    private record Scope(int session, int shard) {}

    /** The newest call by which a session wrote, and by which it read, one key. */
    private static final class Floor {
        @Nullable
        Call written;

        @Nullable
        Call read;

        long since() {
            return Math.min(
                    written == null ? Long.MAX_VALUE : written.invoked(),
                    read == null ? Long.MAX_VALUE : read.invoked());
        }
    }

    private static final class Pass {
        private final History history;
        private final LossWindows losses;
        private final List<Call> byReturn;
        private final Map<Seat, Floor> floors = new HashMap<>();
        private final Map<Scope, Long> lastTold = new HashMap<>();
        private final List<Violation> violations = new ArrayList<>();
        private int nextReturn;
        private int nextTold;

        Pass(History history) {
            this.history = history;
            this.losses = new LossWindows(history);
            this.byReturn = history.callsByReturn();
        }

        void check(Call read) {
            advanceTo(read.invoked());
            Floor floor = floors.get(new Seat(read.actor().session(), read.key()));
            if (floor == null || toldDuring(read, floor)) {
                return;
            }
            if (floor.written != null && read.value() < floor.written.value()) {
                violate(read, floor.written, Anomaly.OWN_WRITE_NOT_READ, "had written");
            } else if (floor.read != null && read.value() < floor.read.value()) {
                violate(read, floor.read, Anomaly.READ_WENT_BACK, "had read");
            }
        }

        private void violate(Call read, Call floor, Anomaly anomaly, String how) {
            int slot = history.key(read).slot();
            if (losses.mayBeUndone(slot, floor.returned(), read.returned())) {
                return;
            }
            boolean rolledBack = losses.mayBeLost(slot, floor.returned(), read.returned());
            violations.add(new Violation(
                    rolledBack ? Anomaly.ROLLBACK_NOT_REPORTED : anomaly,
                    read.returned(),
                    Evidence.of(read, history.key(read)) + ", although "
                            + floor.actor().label() + " " + how + " "
                            + floor.value() + " at " + Evidence.at(floor.returned())
                            + (rolledBack ? "; a failover undid it and nobody said so" : "")));
        }

        private void advanceTo(long now) {
            List<Told> told = history.told();
            for (; nextTold < told.size() && told.get(nextTold).at() <= now; nextTold++) {
                Told one = told.get(nextTold);
                lastTold.put(new Scope(one.session(), one.shard()), one.at());
                floors.entrySet()
                        .removeIf(seat -> seat.getKey().session == one.session()
                                && concerns(one, history.keys().get(seat.getKey().key), seat.getValue(), one.at()));
            }
            for (; nextReturn < byReturn.size() && byReturn.get(nextReturn).returned() < now; nextReturn++) {
                raise(byReturn.get(nextReturn));
            }
        }

        private void raise(Call call) {
            boolean write = call.op() == Op.WRITE;
            if (!call.ok() || !(write || call.op().isSessionRead())) {
                return;
            }
            int session = call.actor().session();
            for (int shard = 0; shard < history.placement().shards(); shard++) {
                Long told = lastTold.get(new Scope(session, shard));
                if (told != null
                        && call.invoked() <= told
                        && history.placement().mayHold(shard, history.key(call).slot(), call.invoked(), told)) {
                    return; // it may have stood on what the session was told is gone
                }
            }
            Floor floor = floors.computeIfAbsent(new Seat(session, call.key()), seat -> new Floor());
            if (write) {
                floor.written = newer(floor.written, call);
            } else {
                floor.read = newer(floor.read, call);
            }
        }

        private static Call newer(@Nullable Call known, Call call) {
            return known == null || call.value() > known.value() ? call : known;
        }

        private boolean toldDuring(Call read, Floor floor) {
            List<Told> told = history.told();
            for (int i = nextTold; i < told.size() && told.get(i).at() <= read.returned(); i++) {
                if (told.get(i).session() == read.actor().session()
                        && concerns(told.get(i), history.key(read), floor, read.returned())) {
                    return true;
                }
            }
            return false;
        }

        /** Whether the shard of which the session was told may have had the key since it was seen. */
        private boolean concerns(Told told, Key key, Floor floor, long until) {
            return history.placement().mayHold(told.shard(), key.slot(), floor.since(), until);
        }
    }
}
