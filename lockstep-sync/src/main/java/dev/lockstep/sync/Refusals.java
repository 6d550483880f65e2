package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import java.util.Locale;

/** What a server's refusal to replicate means, and what to do about it. */
final class Refusals {

    private Refusals() {}

    /** The server's own words, and what they ask for. */
    static String explain(NodeAddress node, String answer) {
        String kind = answer.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        String meaning = switch (kind) {
            case "NOAUTH", "WRONGPASS" -> "it does not accept the user and password; correct those of the URI";
            case "NOPERM" -> "the user may not replicate; allow it with ACL SETUSER … +ping +replconf +psync +role";
            case "LOADING" -> "it is loading its data; it is tried again";
            case "NOMASTERLINK", "MASTERDOWN" ->
                "it is a replica without a connection to its primary; it is tried again, or another node is";
            default ->
                answer.toLowerCase(Locale.ROOT).contains("unknown command")
                        ? "it does not offer replication, as some managed services do not; ask the provider for PSYNC"
                        : "";
        };
        return meaning.isEmpty()
                ? answer.startsWith("no ") ? answer : node + " refuses: " + answer
                : node + ": " + meaning + ". It says: " + answer;
    }
}
