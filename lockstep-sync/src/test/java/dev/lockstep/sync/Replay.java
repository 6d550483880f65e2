package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A stream's commands carried out on a target, as their effects say, step by step and with nothing that guards against
 * crashes. Every reply has to be as expected.
 */
final class Replay implements AutoCloseable {

    private final TargetShape shape;
    private final IntUnaryOperator portOfSlot;
    private final Map<Integer, RespSocket> nodes = new HashMap<>();
    private final Map<Integer, RespSocket> bySlot = new HashMap<>();
    private int database;

    /** By how much later everything is to expire. */
    long grace;

    /** Whether everything that is said to be repeatable is repeated. */
    boolean repeating;

    /** The commands that there were. */
    final Set<ReplicatedCommand> commands = EnumSet.noneOf(ReplicatedCommand.class);

    /** The kinds of effects that there were. */
    final Map<String, Integer> kinds = new LinkedHashMap<>();

    Replay(TargetShape shape, List<Integer> ports, IntUnaryOperator portOfSlot) {
        this.shape = shape;
        this.portOfSlot = portOfSlot;
        ports.forEach(port -> nodes.put(port, new RespSocket(port)));
    }

    void apply(Words sent) {
        Effect effect = EffectDecision.of(sent, database, shape, System.currentTimeMillis());
        commands.add(Objects.requireNonNull(ReplicatedCommand.of(sent)));
        kinds.merge(effect.getClass().getSimpleName(), 1, Integer::sum);
        if (effect instanceof Effect.OneSlot one) {
            carryOut(one.command());
        } else if (effect instanceof Effect.Import imported) {
            carryOut(imported.command());
        } else if (effect instanceof Effect.Split split) {
            split.commands().forEach(this::carryOut);
        } else if (effect instanceof Effect.Relocation relocation) {
            relocate(relocation);
        } else if (effect instanceof Effect.Transfer transfer) {
            byte[] element = transfer.element();
            Object peeked = ok(transfer.fromSlot(), transfer.peek());
            ok(transfer.toSlot(), transfer.put(element == null ? (byte[]) Objects.requireNonNull(peeked) : element));
            ok(transfer.fromSlot(), transfer.take());
        } else if (effect instanceof Effect.Computation computation) {
            compute(computation);
        } else if (effect instanceof Effect.Flush flush) {
            everywhere(flush.words());
        } else if (effect instanceof Effect.SwapDatabases swap) {
            everywhere(swap.words());
        } else if (effect instanceof Effect.ToDatabase move) {
            carryOut(move.command());
        } else if (effect instanceof Effect.Functions functions) {
            everywhere(functions.words());
        } else if (effect instanceof Effect.Select select) {
            database = select.database();
            everywhere(Words.of("SELECT", Integer.toString(database)));
        } else if (effect instanceof Effect.Refused refused) {
            throw new AssertionError(CommandText.text(sent) + " is refused: " + refused.reason());
        } else if (!(effect instanceof Effect.Nothing
                || effect instanceof Effect.Message
                || effect instanceof Effect.Begin
                || effect instanceof Effect.End)) {
            throw new AssertionError(CommandText.text(sent) + " is not expected to be " + effect);
        }
    }

    /** Whether a command on one slot is answered as expected. */
    boolean isAnsweredAsExpected(Words sent) {
        SlotCommand command =
                ((Effect.OneSlot) EffectDecision.of(sent, database, shape, System.currentTimeMillis())).command();
        return isExpected(command, node(command.slot()).call(command.words()));
    }

    private void carryOut(SlotCommand plain) {
        SlotCommand command = plain.withGrace(grace);
        Object reply = ok(command.slot(), command.words());
        if (!isExpected(command, reply)) {
            throw new AssertionError(CommandText.text(command.words()) + " is answered " + reply);
        }
        if (repeating && command.isRepeatable()) {
            ok(command.slot(), command.words());
        }
    }

    private static boolean isExpected(SlotCommand command, @Nullable Object reply) {
        if (reply == null) {
            return command.reply().allowsNull();
        } else if (reply instanceof Long integer) {
            return command.reply().allows(integer);
        } else if (reply instanceof List<?> elements) {
            long positive = elements.stream()
                    .filter(element -> element instanceof Long integer && integer > 0)
                    .count();
            return command.reply().allowsArray(elements.size(), (int) positive);
        }
        return !(reply instanceof RespSocket.ErrorReply);
    }

    private void relocate(Effect.Relocation relocation) {
        copy(relocation.from(), relocation.to().bytes(), relocation.to().slot());
        if (!relocation.keepsSource()) {
            ok(relocation.from().slot(), command("DEL", relocation.from().bytes()));
        }
    }

    /** Copies a value with its expiry; nothing if there is none. */
    private boolean copy(Effect.SlotKey from, byte[] to, int slot) {
        byte[] payload = (byte[]) ok(from.slot(), command("DUMP", from.bytes()));
        if (payload == null) {
            return false;
        }
        long expiry = (Long) Objects.requireNonNull(ok(from.slot(), command("PEXPIRETIME", from.bytes())));
        ok(
                slot,
                command(
                        "RESTORE",
                        to,
                        ascii(Long.toString(Math.max(0, expiry))),
                        payload,
                        ascii("REPLACE"),
                        ascii("ABSTTL")));
        return true;
    }

    private void compute(Effect.Computation computation) {
        Map<Integer, byte[]> names = new HashMap<>();
        for (int place : computation.strangers()) {
            String name = "copy" + place + "{" + computation.words().text(computation.destination()) + "}";
            names.put(place, name.getBytes(StandardCharsets.UTF_8));
            copy(
                    new Effect.SlotKey(computation.words(), place, shape.slot(computation.words(), place)),
                    names.get(place),
                    computation.slot());
        }
        ok(computation.slot(), computation.with(names));
        names.values().forEach(name -> ok(computation.slot(), command("DEL", name)));
    }

    private void everywhere(Words words) {
        nodes.values().forEach(node -> ok(node.call(words), words));
    }

    private @Nullable Object ok(int slot, Words words) {
        return ok(node(slot).call(words), words);
    }

    private static @Nullable Object ok(@Nullable Object reply, Words words) {
        if (reply instanceof RespSocket.ErrorReply error) {
            throw new AssertionError(CommandText.text(words) + ": " + error.text());
        }
        return reply;
    }

    private RespSocket node(int slot) {
        return bySlot.computeIfAbsent(slot, s -> Objects.requireNonNull(nodes.get(portOfSlot.applyAsInt(s))));
    }

    private static Words command(String name, byte[]... arguments) {
        List<byte[]> words = new ArrayList<>();
        words.add(ascii(name));
        words.addAll(List.of(arguments));
        return Words.of(words.toArray(byte[][]::new));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        nodes.values().forEach(RespSocket::close);
    }
}
