package dev.lockstep.sync;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** Who decides how units are carried out on one target. Confined to one thread. */
final class Planner {

    /** Keys that the copy itself has in database 0, and that have to stay there. */
    private static final List<String> OWN_KEYS = List.of(
            Checkpoint.key(0), TargetStore.RECORDS, Ownership.KEY, Ownership.EPOCHS, Replicated.key(0), DoubtStore.KEY);

    /** What expires here is a field of a hash. A payload of RESTORE has such times without grace too. */
    private static final Set<ReplicatedCommand> OF_FIELDS =
            Set.of(ReplicatedCommand.HPEXPIREAT, ReplicatedCommand.HSETEX);

    private final TargetShape target;
    private final RdbFormat format;
    private final LongSupplier wallClock;
    private boolean graceful;

    /**
     * @param format in which the target writes values itself
     * @param wallClock milliseconds since 1970
     */
    Planner(TargetShape target, RdbFormat format, LongSupplier wallClock) {
        this.target = target;
        this.format = format;
        this.wallClock = wallClock;
    }

    /** Whether times of expiry are written with {@link Expiries#GRACE grace} from now on. */
    void graceful(boolean on) {
        graceful = on;
    }

    boolean isGraceful() {
        return graceful;
    }

    /**
     * Decides on a unit.
     *
     * @throws SyncException if it has something that cannot be carried out
     */
    Plan plan(Unit unit) {
        List<Plan.Step> steps = new ArrayList<>();
        Map<Integer, List<Applied>> local = new LinkedHashMap<>();
        for (int i = 0; i < unit.count(); i++) {
            int database = unit.database(i);
            Effect effect = EffectDecision.of(unit.command(i), database, target, wallClock.getAsLong());
            if (effect instanceof Effect.OneSlot one) {
                add(local, one.command(), database);
            } else if (effect instanceof Effect.Import one) {
                add(local, one.command(), database);
            } else if (effect instanceof Effect.ToDatabase one) {
                add(local, one.command(), database);
            } else if (effect instanceof Effect.Split split) {
                for (SlotCommand command : split.commands()) {
                    add(local, command, database);
                }
            } else if (effect instanceof Effect.SwapDatabases swap) {
                swap(local.computeIfAbsent(0, slot -> new ArrayList<>()), swap);
            } else if (effect instanceof Effect.Refused refused) {
                throw new SyncException(
                        "The copy stops before offset " + unit.to() + " of the source's stream: " + refused.reason());
            } else if (effect instanceof Effect.SlotNews) {
                throw new SourceMoved("the source moves whole slots at once (offset " + unit.to() + ")");
            } else if (!(effect instanceof Effect.Nothing || effect instanceof Effect.Message)) {
                if (!local.isEmpty()) {
                    steps.add(new Plan.Step.Local(local));
                    local = new LinkedHashMap<>();
                }
                steps.add(new Plan.Step.Crossing(
                        effect instanceof Effect.Functions functions ? restored(functions) : effect, database));
            }
        }
        if (!local.isEmpty()) {
            steps.add(new Plan.Step.Local(local));
        }
        return new Plan(steps);
    }

    private void add(Map<Integer, List<Applied>> local, SlotCommand command, int database) {
        if (target.sharded() && database != 0) {
            throw new SyncException("The source writes to database " + database
                    + ", and a Redis Cluster has database 0 only; copy to a target that is no cluster");
        }
        if (database >= target.databases()) {
            throw new SyncException("The source writes to database " + database + ", and the target has "
                    + target.databases() + ". Set databases in its configuration to more");
        }
        if (database == 0 && isOwn(command)) {
            return;
        }
        SlotCommand written = command.command() == ReplicatedCommand.RESTORE ? restored(command) : command;
        written = graceful && !OF_FIELDS.contains(command.command()) ? written.withGrace(Expiries.GRACE) : written;
        local.computeIfAbsent(command.slot(), slot -> new ArrayList<>())
                .add(new Applied(database, written.words(), command.reply()));
    }

    /** With its payload in a form that the target takes. */
    private SlotCommand restored(SlotCommand command) {
        byte[] payload = command.words().bytes(3);
        byte[] form = form(
                payload,
                "the key '"
                        + KeyText.of(
                                command.words().bytes(1), 0, command.words().bytes(1).length) + "'");
        return form == payload
                ? command
                : new SlotCommand(command.command(), command.words().with(3, form), command.slot());
    }

    private Effect.Functions restored(Effect.Functions functions) {
        return functions.words().is(1, "RESTORE")
                ? new Effect.Functions(
                        functions.words().with(2, form(functions.words().bytes(2), "the function libraries")),
                        functions.mayFail())
                : functions;
    }

    private byte[] form(byte[] payload, String what) {
        try {
            return DumpPayload.forTarget(payload, format);
        } catch (SyncException e) {
            throw new SyncException("The copy stops before a RESTORE of " + what + ": " + e.getMessage(), e);
        }
    }

    /** What another copy keeps in the source, because that is its target. */
    private static boolean isOwn(SlotCommand command) {
        for (int place : command.command().keys().of(command.words())) {
            if (Checkpoint.isOwn(command.words(), place)) {
                return true;
            }
        }
        return false;
    }

    /** What the copy keeps for itself goes back to where it was. */
    private static void swap(List<Applied> into, Effect.SwapDatabases swap) {
        into.add(new Applied(0, swap.words(), ExpectedReply.ANY));
        if (swap.one() != swap.other() && (swap.one() == 0 || swap.other() == 0)) {
            int away = Math.max(swap.one(), swap.other());
            OWN_KEYS.forEach(key -> into.add(new Applied(away, Words.of("MOVE", key, "0"), ExpectedReply.ANY)));
        }
    }
}
