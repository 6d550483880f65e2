package dev.lockstep.sync;

/**
 * One command of a replication stream, or one whole transaction, with the place that it takes there. Immutable.
 *
 * <p>Everything between two units belongs to the latter: what selects a database, what keeps the connection alive. So
 * {@link #to} of one is {@link #from} of the next, and no byte is in none.
 */
final class Unit {

    private static final Words[] NO_COMMANDS = {};
    private static final int[] NO_DATABASES = {};

    private final long from;
    private final long to;
    private final Words[] commands;
    private final int[] databases;
    private final int databaseAfter;
    private final boolean transaction;

    Unit(long from, long to, Words[] commands, int[] databases, int databaseAfter, boolean transaction) {
        this.from = from;
        this.to = to;
        this.commands = commands;
        this.databases = databases;
        this.databaseAfter = databaseAfter;
        this.transaction = transaction;
    }

    static Unit empty(long from, long to, int databaseAfter) {
        return new Unit(from, to, NO_COMMANDS, NO_DATABASES, databaseAfter, false);
    }

    /** The offset that it begins at: the one before its first byte. */
    long from() {
        return from;
    }

    /** The offset that it ends at: once it is applied, the copy stands there. */
    long to() {
        return to;
    }

    /** Whether there is nothing to apply, and only the offset moves on. */
    boolean isEmpty() {
        return commands.length == 0;
    }

    /** Whether it was a transaction, whose commands take effect at once. */
    boolean isTransaction() {
        return transaction;
    }

    int count() {
        return commands.length;
    }

    Words command(int index) {
        return commands[index];
    }

    /** The database that a command acts on. */
    int database(int index) {
        return databases[index];
    }

    /** The database that is selected at its end: with {@link #to} what is needed to go on from there. */
    int databaseAfter() {
        return databaseAfter;
    }

    /** Offsets and names of commands; values may be secret. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(from).append("..").append(to);
        for (Words command : commands) {
            text.append(' ').append(command.name());
        }
        return text.toString();
    }
}
