package dev.lockstep.cli;

import static org.jline.utils.AttributedStyle.BOLD;
import static org.jline.utils.AttributedStyle.DEFAULT;
import static org.jline.utils.AttributedStyle.GREEN;
import static org.jline.utils.AttributedStyle.RED;
import static org.jline.utils.AttributedStyle.YELLOW;

import dev.lockstep.cli.DeploymentStatus.NodeStatus;
import dev.lockstep.cli.DeploymentStatus.SentinelStatus;
import dev.lockstep.cli.DeploymentStatus.ShardStatus;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/** What {@code status} shows, as lines for people. Colour only repeats what a word says. */
final class StatusText {
    private static final String UNKNOWN = "-";

    private StatusText() {}

    static List<AttributedString> lines(DeploymentStatus status) {
        List<AttributedString> lines = new ArrayList<>();
        lines.add(new AttributedString(status.uri() + "  at " + status.observedAt()));
        if (isCluster(status)) {
            coverage(status, lines);
        }
        lines.add(AttributedString.EMPTY);
        shards(status, lines);
        if (!status.sentinels().isEmpty()) {
            lines.add(AttributedString.EMPTY);
            lines.addAll(sentinels(status.sentinels()).lines());
        }
        return lines;
    }

    private static boolean isCluster(DeploymentStatus status) {
        return status.kind().equals("cluster");
    }

    /** Whether every slot has an owner, and every owner answers. */
    private static void coverage(DeploymentStatus status, List<AttributedString> lines) {
        lines.add(new AttributedString(number((long) status.coveredSlots(), "") + " of "
                + number((long) DeploymentStatus.SLOTS, "") + " slots are covered"));
        if (!status.uncoveredSlots().isEmpty()) {
            lines.add(warning("no shard owns slots " + String.join(" ", status.uncoveredSlots())));
        }
        for (ShardStatus shard : status.shards()) {
            if (!shard.slots().isEmpty()
                    && (shard.primary() == null || !shard.primary().reachable())) {
                lines.add(warning("no primary answers for slots " + String.join(" ", shard.slots())));
            }
        }
    }

    private static AttributedString warning(String text) {
        return Table.styled("WARNING: " + text, DEFAULT.foreground(RED));
    }

    /** One table, so that the columns of all shards stand below each other; in a cluster each has a line of its own. */
    private static void shards(DeploymentStatus status, List<AttributedString> lines) {
        boolean cluster = isCluster(status);
        String title = cluster ? "SHARD" : status.shards().get(0).name();
        Table table = new Table(
                title, "ADDRESS", "STATE", "HISTORY", ">OFFSET", ">LAG", ">ACKED", "LINK", "SERVER", "PROBLEM");
        status.shards().forEach(shard -> nodes(shard, table));
        Iterator<AttributedString> rows = table.lines().iterator();
        lines.add(rows.next());
        for (ShardStatus shard : status.shards()) {
            if (cluster) {
                lines.add(owner(shard));
            }
            for (int i = 0; i <= shard.replicas().size(); i++) {
                lines.add(rows.next());
            }
        }
    }

    private static AttributedString owner(ShardStatus shard) {
        String slots = shard.slots().isEmpty()
                ? "no slots"
                : "slots " + String.join(" ", shard.slots()) + " (" + number((long) shard.slotCount(), "") + ")";
        return Table.styled(shard.name() + "  " + slots + ", epoch " + shard.epoch(), BOLD);
    }

    /** As many rows as it has replicas, and one for its primary. */
    private static void nodes(ShardStatus shard, Table table) {
        if (shard.primary() == null) {
            table.row(Table.styled("no primary", DEFAULT.foreground(RED)), "", "", "", "", "", "", "", "", "");
        } else {
            table.row(node("primary", shard.primary()));
        }
        shard.replicas().forEach(replica -> table.row(node("replica", replica)));
    }

    private static List<CharSequence> node(String place, NodeStatus node) {
        boolean primary = place.equals("primary");
        return List.of(
                Table.styled(place, primary ? BOLD : DEFAULT),
                node.address(),
                state(place, node),
                node.history() == null
                        ? UNKNOWN
                        : node.history().substring(0, Math.min(8, node.history().length())),
                number(node.offsetBytes(), ""),
                primary ? "" : number(node.lagBytes(), " B"),
                primary ? "" : number(node.lagSeconds(), " s ago"),
                link(node),
                node.version() == null ? UNKNOWN : node.version(),
                node.problem() == null ? "" : node.problem());
    }

    private static AttributedString state(String place, NodeStatus node) {
        if (!node.reachable()) {
            return Table.styled("down", DEFAULT.foreground(RED));
        }
        return place.equals(node.role())
                ? Table.styled("up", DEFAULT.foreground(GREEN))
                : Table.styled("says " + node.role(), DEFAULT.foreground(YELLOW));
    }

    private static AttributedString link(NodeStatus node) {
        if (node.link() == null || !node.reachable()) {
            return AttributedString.EMPTY;
        }
        String since = node.linkDownSeconds() == null ? "" : " " + node.linkDownSeconds() + " s";
        return Table.styled(node.link() + since, node.link().equals("up") ? DEFAULT : DEFAULT.foreground(YELLOW));
    }

    private static Table sentinels(List<SentinelStatus> sentinels) {
        Table table = new Table(
                "SENTINEL", "STATE", "NAMES AS PRIMARY", ">EPOCH", "FLAGS", ">REPLICAS", ">OTHER SENTINELS", "PROBLEM");
        for (SentinelStatus sentinel : sentinels) {
            boolean doubts = !sentinel.flags().equals("master");
            table.row(
                    sentinel.address(),
                    sentinel.reachable()
                            ? Table.styled("up", DEFAULT.foreground(GREEN))
                            : Table.styled("down", DEFAULT.foreground(RED)),
                    sentinel.primary() == null ? UNKNOWN : sentinel.primary(),
                    number(sentinel.configEpoch(), ""),
                    Table.styled(sentinel.flags(), doubts ? DEFAULT.foreground(YELLOW) : DEFAULT),
                    String.valueOf(sentinel.replicas()),
                    String.valueOf(sentinel.otherSentinels()),
                    sentinel.problem() == null ? "" : sentinel.problem());
        }
        return table;
    }

    private static String number(@Nullable Long number, String unit) {
        return number == null ? UNKNOWN : String.format(Locale.ROOT, "%,d", number) + unit;
    }
}
