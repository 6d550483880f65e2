package dev.lockstep.sync.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stream: what it says of itself, its entries, its groups, their consumers and what is pending. Not idle times. */
final class StreamContent implements Content {

    static final List<String> MARKS = List.of("last-generated-id", "max-deleted-entry-id", "entries-added");

    private static final Set<String> OLD_MARKS = Set.of("last-generated-id");
    private static final int PENDING_PAGE = 1_000;

    private final byte[] key;
    private final ServerTraits server;
    private final Size size;
    private final Feed feed;

    private boolean begun;
    private long told;
    private String from = "-";
    private boolean more = true;
    private final Deque<Group> groups = new ArrayDeque<>();

    StreamContent(byte[] key, ServerTraits server, Size size, Feed feed) {
        this.key = key;
        this.server = server;
        this.size = size;
        this.feed = feed;
    }

    @Override
    public List<Ask> next() {
        if (!begun) {
            begun = true;
            return List.of(
                    Ask.of(
                            new Marks(0, server.streamCounters() ? Set.copyOf(MARKS) : OLD_MARKS),
                            "XINFO",
                            "STREAM",
                            key),
                    Ask.of(new Groups(), "XINFO", "GROUPS", key),
                    entries());
        }
        if (more) {
            return List.of(entries());
        }
        while (!groups.isEmpty()) {
            List<Ask> asks = groups.peek().next();
            if (!asks.isEmpty()) {
                return asks;
            }
            groups.poll();
        }
        return List.of();
    }

    private Ask entries() {
        long page = size.page();
        more = false;
        return Ask.of(new Entries(page), "XRANGE", key, from, "+", "COUNT", page);
    }

    @Override
    public long told() {
        return told;
    }

    @Override
    public long expectedBytes() {
        return size.expectedBytes();
    }

    /** Entries: an id and, one level deeper, fields and values. */
    private final class Entries implements Reply.Tokens {
        private final long page;

        Entries(long page) {
            this.page = page;
        }

        @Override
        public void text(@Nullable ByteBuffer bytes, int depth, int index) {
            if (bytes == null) {
                return;
            }
            if (depth == 2) {
                from = "(" + NodeReads.text(bytes);
                feed.name(bytes);
            } else {
                feed.body(bytes);
            }
        }

        @Override
        public void end(int depth, int index) {
            if (depth == 1) {
                feed.end(Part.VALUE);
                told++;
                more = index + 1 == page;
            }
        }
    }

    /** What a stream says of itself, as names and values at one depth. */
    private final class Marks implements Reply.Tokens {
        private final int outer;
        private final Set<String> wanted;
        private String name = "";

        Marks(int outer, Set<String> wanted) {
            this.outer = outer;
            this.wanted = wanted;
        }

        @Override
        public void text(@Nullable ByteBuffer bytes, int depth, int index) {
            if (depth != outer + 1 || bytes == null) {
                return;
            }
            if (index % 2 == 0) {
                name = NodeReads.text(bytes);
            } else if (wanted.contains(name)) {
                feed.name(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)))
                        .body(bytes)
                        .end(Part.STREAM);
            }
        }

        @Override
        public void number(long number, int depth, int index) {
            if (depth == outer + 1 && index % 2 == 1 && wanted.contains(name)) {
                feed.name(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)))
                        .body(number)
                        .end(Part.STREAM);
            }
        }
    }

    /** The groups: of each its name, how far it has read and, if known, how many entries that were. */
    private final class Groups implements Reply.Tokens {
        private static final long UNKNOWN = -1;
        private String field = "";
        private byte[] group = {};
        private long read = UNKNOWN;

        @Override
        public void text(@Nullable ByteBuffer bytes, int depth, int index) {
            if (depth != 2) {
                return;
            }
            if (index % 2 == 0) {
                field = NodeReads.text(bytes);
            } else if (field.equals("name") && bytes != null) {
                group = copy(bytes);
                groups.add(new Group(group));
                feed.name(bytes);
            } else if (field.equals("last-delivered-id") && bytes != null) {
                feed.body(bytes);
            }
        }

        @Override
        public void number(long number, int depth, int index) {
            if (depth == 2 && server.readCounts() && field.equals("entries-read")) {
                read = number;
            }
        }

        @Override
        public void end(int depth, int index) {
            if (depth == 1) {
                feed.end(Part.GROUP);
                if (read != UNKNOWN) {
                    feed.name(ByteBuffer.wrap(group)).body(read).end(Part.READ_COUNT);
                    feed.name(ByteBuffer.wrap(group)).end(Part.COUNTED);
                }
                read = UNKNOWN;
            }
        }
    }

    /** One group: its consumers, and page by page what is pending. */
    private final class Group {
        private final byte[] name;
        private boolean begun;
        private String after = "-";
        private boolean morePending = true;

        Group(byte[] name) {
            this.name = name;
        }

        List<Ask> next() {
            List<Ask> asks = new ArrayList<>();
            if (!begun) {
                begun = true;
                asks.add(Ask.of(new Consumers(name), "XINFO", "CONSUMERS", key, name));
            }
            if (morePending) {
                morePending = false;
                asks.add(Ask.of(new Pending(this), "XPENDING", key, name, after, "+", PENDING_PAGE));
            }
            return asks;
        }
    }

    private final class Consumers implements Reply.Tokens {
        private final byte[] group;
        private String field = "";

        Consumers(byte[] group) {
            this.group = group;
        }

        @Override
        public void text(@Nullable ByteBuffer bytes, int depth, int index) {
            if (index % 2 == 0) {
                field = NodeReads.text(bytes);
            } else if (field.equals("name") && bytes != null) {
                feed.name(ByteBuffer.wrap(group)).name(bytes).end(Part.CONSUMER);
            }
        }

        @Override
        public void number(long number, int depth, int index) {}
    }

    /** Pending entries: the id, the consumer, how long ago, how often. */
    private final class Pending implements Reply.Tokens {
        private static final int ID = 0;
        private static final int TIMES = 3;
        private final Group group;

        Pending(Group group) {
            this.group = group;
        }

        @Override
        public void text(@Nullable ByteBuffer bytes, int depth, int index) {
            if (bytes == null) {
                return;
            }
            if (index == ID) {
                group.after = "(" + NodeReads.text(bytes);
                feed.name(ByteBuffer.wrap(group.name)).name(bytes);
            } else {
                feed.body(bytes);
            }
        }

        @Override
        public void number(long number, int depth, int index) {
            if (index == TIMES) {
                feed.body(number);
            }
        }

        @Override
        public void end(int depth, int index) {
            if (depth == 1) {
                feed.end(Part.PENDING);
                group.morePending = index + 1 == PENDING_PAGE;
            }
        }
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }
}
