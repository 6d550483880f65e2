package dev.lockstep.sync;

import dev.lockstep.topology.SlotRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The decision how a command of a replication stream is carried out on a target. A pure function. */
final class EffectDecision {

    private static final int MAX_NAME = 40;

    private EffectDecision() {}

    /**
     * Decides on one command, whatever it is: what is not known, or makes no sense, is refused.
     *
     * @param database in which it stands, as SELECT said last
     * @param now the time at the source when it was carried out there, as well as it is known, in milliseconds since 1970.
     *     Only servers before 7.0 need it, which send times relative to it
     */
    static Effect of(Words words, int database, TargetShape target, long now) {
        ReplicatedCommand command = ReplicatedCommand.of(words);
        if (command == null) {
            return new Effect.Refused(
                    name(words) + " is not a command that is known to be sent to replicas, so nobody can"
                            + " tell which keys it changes. If it is a module's, the copy has to do without that module");
        }
        Effect effect;
        try {
            effect = of(command, words, database, target, now);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            // A stream may be of a server that is newer than this table, or corrupted: then its words do not add up.
            effect = new Effect.Refused(command.words() + " with " + words.count() + " words is not as it is known: "
                    + (e instanceof NumberFormatException ? "a word is not a number" : e.getMessage())
                    + ". Is the source newer than this program?");
        }
        return effect instanceof Effect.Refused refused
                ? new Effect.Refused(refused.reason(), firstKey(command, words))
                : effect;
    }

    private static int firstKey(ReplicatedCommand command, Words words) {
        int[] keys = command.keys().ifAny(words);
        return keys.length == 0 ? -1 : keys[0];
    }

    private static Effect of(ReplicatedCommand command, Words words, int database, TargetShape target, long now) {
        String instead = command.sentInstead();
        if (instead != null) {
            return new Effect.Refused(command.words() + " was sent as it is, where servers send " + instead
                    + ". What it does elsewhere need not be what it did at the source. A script or a function: set"
                    + " lua-replicate-commands to yes at the source. Then copy anew");
        }
        return switch (command) {
            case PING, REPLCONF, OPINFO, SCRIPT_LOAD, SCRIPT_FLUSH -> new Effect.Nothing();
            case MULTI -> new Effect.Begin();
            case EXEC -> new Effect.End();
            case SELECT -> new Effect.Select(Math.toIntExact(words.number(1)));
            case PUBLISH, SPUBLISH -> new Effect.Message(words);
            case FLUSHALL -> new Effect.Flush(words, true);
            case FLUSHDB -> new Effect.Flush(words, false);
            case SFLUSH -> new Effect.FlushSlots(slotRanges(words));
            case CLUSTER_FLUSHSLOT -> new Effect.FlushSlots(List.of(slots(words.number(2), words.number(2))));
            case TRIMSLOTS, CLUSTER_SYNCSLOTS -> new Effect.SlotNews(words);
            case SWAPDB -> swap(words, target);
            case FUNCTION_LOAD, FUNCTION_RESTORE, FUNCTION_FLUSH ->
                new Effect.Functions(PlainForm.of(command, words, database, now), false);
            case FUNCTION_DELETE -> new Effect.Functions(words, true);
            default -> onKeys(command, words, target, PlainForm.of(command, words, database, now));
        };
    }

    private static Effect swap(Words words, TargetShape target) {
        int one = Math.toIntExact(words.number(1));
        int other = Math.toIntExact(words.number(2));
        if (target.sharded() || Math.max(one, other) >= target.databases()) {
            return new Effect.Refused("SWAPDB exchanges the databases " + one + " and " + other
                    + ", and the target cannot do that. Copy anew to one that has them, or one database only");
        }
        return new Effect.SwapDatabases(words, one, other);
    }

    private static List<SlotRange> slotRanges(Words words) {
        List<SlotRange> ranges = new ArrayList<>();
        for (int i = 1; i < words.count() && !words.is(i, "ASYNC") && !words.is(i, "SYNC"); i += 2) {
            ranges.add(slots(words.number(i), words.number(i + 1)));
        }
        return List.copyOf(ranges);
    }

    private static SlotRange slots(long first, long last) {
        return new SlotRange(Math.toIntExact(first), Math.toIntExact(last));
    }

    private static Effect onKeys(ReplicatedCommand sent, Words words, TargetShape target, Words plain) {
        ReplicatedCommand command = plain == words ? sent : known(plain);
        int[] keys = command.keys().of(plain);
        Expiry.of(command, plain); // a time that is no number is noticed now
        int slot = target.slot(plain, keys[0]);
        boolean together = true;
        for (int i = 1; i < keys.length; i++) {
            together &= target.slot(plain, keys[i]) == slot;
        }
        if (command == ReplicatedCommand.SORT && target.sharded() && looksElsewhere(plain)) {
            return new Effect.Refused(
                    "SORT with BY or GET reads keys that it does not name, and a sharded target does not"
                            + " do that. Copy anew, to a target that is not sharded if the source goes on with it");
        }
        if (!together) {
            return overSlots(command, plain, keys, target);
        }
        SlotCommand one = new SlotCommand(command, plain, slot);
        int other = otherDatabase(command, plain);
        if (other >= target.databases()) {
            return new Effect.Refused(command.words() + " to database " + other + ", and the target has "
                    + target.databases() + ". Copy anew to a target that has it");
        }
        if (other >= 0) {
            return new Effect.ToDatabase(one, other);
        }
        return sent == ReplicatedCommand.RESTORE_ASKING ? new Effect.Import(one) : new Effect.OneSlot(one);
    }

    private static ReplicatedCommand known(Words plain) {
        ReplicatedCommand command = ReplicatedCommand.of(plain);
        if (command == null) {
            throw new IllegalArgumentException("its plain form is not known");
        }
        return command;
    }

    /** The database that a MOVE or COPY names; -1 if there is none. */
    static int otherDatabase(ReplicatedCommand command, Words plain) {
        return switch (command) {
            case MOVE -> Math.toIntExact(plain.number(2));
            case COPY -> {
                int database = -1;
                for (int i = 3; i + 1 < plain.count(); i++) {
                    database = plain.is(i, "DB") ? Math.toIntExact(plain.number(i + 1)) : database;
                }
                yield database;
            }
            default -> -1;
        };
    }

    /** Whether a SORT reads keys that it does not name. */
    static boolean looksElsewhere(Words sort) {
        for (int i = 2; i < sort.count(); i++) {
            if (sort.is(i, "LIMIT")) {
                i += 2;
            } else if (sort.is(i, "STORE")) {
                i++;
            } else if (sort.is(i, "GET") && sort.is(i + 1, "#")) {
                i++;
            } else if (sort.is(i, "GET") || (sort.is(i, "BY") && sort.text(++i).indexOf('*') >= 0)) {
                return true;
            }
        }
        return false;
    }

    private static Effect overSlots(ReplicatedCommand command, Words plain, int[] keys, TargetShape target) {
        return switch (command.span()) {
            case INDEPENDENT -> split(command, plain, keys, target);
            case RELOCATED -> relocation(plain, keys, target, false);
            case DUPLICATED ->
                otherDatabase(command, plain) < 0
                        ? relocation(plain, keys, target, true)
                        : refusedOverSlots(command.words() + " to another database");
            case TRANSFERRED -> new Effect.Transfer(plain, target.slot(plain, keys[0]), target.slot(plain, keys[1]));
            case COMPUTED -> computation(command, plain, keys, target);
            case ONE_SLOT -> refusedOverSlots(command.words());
        };
    }

    private static Effect refusedOverSlots(String what) {
        return new Effect.Refused(what + " has keys in several slots of the target. Copy anew, to a target that is not"
                + " sharded if the source goes on with it");
    }

    private static Effect relocation(Words plain, int[] keys, TargetShape target, boolean keepsSource) {
        return new Effect.Relocation(
                new Effect.SlotKey(plain, keys[0], target.slot(plain, keys[0])),
                new Effect.SlotKey(plain, keys[1], target.slot(plain, keys[1])),
                keepsSource);
    }

    private static Effect computation(ReplicatedCommand command, Words plain, int[] keys, TargetShape target) {
        int destination = command.keys().destination(keys);
        int slot = target.slot(plain, destination);
        List<Integer> strangers = new ArrayList<>();
        for (int key : keys) {
            if (target.slot(plain, key) != slot) {
                strangers.add(key);
            }
        }
        return new Effect.Computation(plain, slot, destination, List.copyOf(strangers));
    }

    /** The same command once for each slot, with what lies there, in order. */
    private static Effect split(ReplicatedCommand command, Words plain, int[] keys, TargetShape target) {
        Map<Integer, List<Integer>> bySlot = new TreeMap<>();
        for (int key : keys) {
            bySlot.computeIfAbsent(target.slot(plain, key), slot -> new ArrayList<>())
                    .add(key);
        }
        List<SlotCommand> commands = new ArrayList<>();
        bySlot.forEach(
                (slot, its) -> commands.add(new SlotCommand(command, Portion.of(command, plain, keys, its), slot)));
        return new Effect.Split(List.copyOf(commands));
    }

    /** A name for people; a stream that is corrupted may have anything in its place. */
    private static String name(Words words) {
        String name = words.name();
        return name.length() <= MAX_NAME && name.matches("[\\w.|-]+")
                ? name
                : "A word that cannot be a command's name, of " + words.view(0).remaining() + " bytes,";
    }
}
