package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on its way to a slot: how it is written, and what its replies mean.
 *
 * <p>Written by one thread; then told the replies on the connection's event loop.
 */
final class Executed implements Consumer<Reply> {
    /* MULTI, the commands, the checkpoint, EXEC. A command that is refused when it is queued has the whole transaction
     * refused, and nothing has happened. One that fails when it is executed does not keep the others from being executed:
     * then its keys differ from the source's, and the checkpoint does not say so. */

    private static final byte[] MULTI = ascii("MULTI");
    private static final byte[] EXEC = ascii("EXEC");
    private static final byte[] HSET = ascii("HSET");
    private static final byte[] SELECT = ascii("SELECT");

    /** Who is told how it ended, on the event loop. */
    interface Outcome {
        void committed(Executed transaction);

        /** A command has had another effect than at the source; told before the end. */
        void differed(Applied command, String why);

        /** Nothing of it was executed. */
        void refused(Executed transaction, Reply.Failure why);

        /** It was executed, and what is not a command of the source has failed. */
        void diverged(Executed transaction, String why);
    }

    private final ApplyQueue.Transaction transaction;
    private final Outcome outcome;
    private final int replies;

    // Of the event loop.
    private int seen;
    private Reply.@Nullable Failure failure;

    Executed(ApplyQueue.Transaction transaction, Outcome outcome) {
        this.transaction = transaction;
        this.outcome = outcome;
        int count = 3;
        int database = 0;
        for (Applied command : transaction.commands()) {
            count += command.database() == database ? 1 : 2;
            database = command.database();
        }
        this.replies = count + (database == 0 ? 0 : 1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    ApplyQueue.Transaction transaction() {
        return transaction;
    }

    /** How many replies there will be. */
    int replies() {
        return replies;
    }

    /** Appends the requests, on a connection that has database 0 selected, and will have again. */
    void writeTo(ByteBuf out, byte[] field, long generation) {
        word(out, MULTI);
        int database = 0;
        for (Applied command : transaction.commands()) {
            if (command.database() != database) {
                database = command.database();
                select(out, database);
            }
            command.words().writeTo(out);
        }
        if (database != 0) {
            select(out, 0);
        }
        Resp.header(out, '*', 4);
        Resp.bulk(out, HSET);
        Resp.bulk(out, ascii(Checkpoint.key(transaction.slot())));
        Resp.bulk(out, field);
        Resp.bulk(out, ascii(new Checkpoint(generation, transaction.end()).toString()));
        word(out, EXEC);
    }

    private static void word(ByteBuf out, byte[] name) {
        Resp.header(out, '*', 1);
        Resp.bulk(out, name);
    }

    private static void select(ByteBuf out, int database) {
        Resp.header(out, '*', 2);
        Resp.bulk(out, SELECT);
        Resp.bulk(out, database);
    }

    @Override
    public void accept(Reply reply) {
        if (reply instanceof Reply.Failure refused && failure == null) {
            failure = refused;
        }
        if (++seen < replies) {
            return;
        }
        Reply.Failure why = failure;
        if (why != null) {
            outcome.refused(this, why);
        } else if (reply instanceof Reply.Many many) {
            judge(many.elements());
        } else {
            outcome.refused(this, new Reply.Failure("ERR unexpected reply to EXEC: " + reply));
        }
    }

    private void judge(List<Reply> results) {
        if (results.size() != replies - 2) {
            outcome.diverged(this, "it had " + results.size() + " answers; expected " + (replies - 2));
            return;
        }
        String trouble = null;
        int at = 0;
        int database = 0;
        for (Applied command : transaction.commands()) {
            if (command.database() != database) {
                database = command.database();
                trouble = results.get(at++) instanceof Reply.Failure why ? why.text() : trouble;
            }
            String why = command.objection(results.get(at++));
            if (why != null) {
                outcome.differed(command, why);
            }
        }
        for (; at < results.size(); at++) {
            trouble = results.get(at) instanceof Reply.Failure why ? why.text() : trouble;
        }
        if (trouble != null) {
            outcome.diverged(this, trouble);
        } else {
            outcome.committed(this);
        }
    }
}
