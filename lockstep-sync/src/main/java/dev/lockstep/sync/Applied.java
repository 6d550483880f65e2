package dev.lockstep.sync;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command as it is carried out on the target.
 *
 * @param database in which
 * @param expected what its reply has to look like if the target is what the source was
 */
record Applied(int database, Words words, ExpectedReply expected) {

    int bytes() {
        return words.bytes();
    }

    /** What is wrong with a reply to it, for people; null if nothing is. */
    @Nullable
    String objection(Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            return failure.text();
        }
        if (reply instanceof Reply.Count number) {
            return expected.allows(number.value()) ? null : "it changed nothing";
        }
        if (reply instanceof Reply.Nil) {
            return expected.allowsNull() ? null : "it found nothing";
        }
        if (reply instanceof Reply.Many many) {
            List<Reply> elements = many.elements();
            int positive = (int) elements.stream()
                    .filter(element -> element instanceof Reply.Count number && number.value() > 0)
                    .count();
            return expected.allowsArray(elements.size(), positive) ? null : "it changed nothing";
        }
        return null;
    }
}
