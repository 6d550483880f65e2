package dev.lockstep.bench;

import java.time.Duration;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param rounds how many are counted, per shape and contender
 * @param time how long each takes
 * @param warmups how many go before and are not counted
 * @param shapes the loads
 * @param servers what both contenders talk to
 */
record Settings(int rounds, Duration time, int warmups, List<Shape> shapes, Servers servers) {

    static final String USAGE = """
            Usage: java -jar lockstep-bench.jar [--rounds N] [--millis N] [--warmups N] [--shape N] [--replicas N] [--shards N]
              --rounds N   counted rounds per load and client (9)
              --millis N   how long a round takes, in milliseconds (2000)
              --warmups N  rounds before, not counted (5)
              --shape N    only the N-th load (1-4; of a cluster 1-6)
              --shards N   shards of a cluster; 0 for a Sentinel group or one server (0)
              --replicas N replicas of each primary; 0 without shards for one server without Sentinel (2)""";

    static Settings parse(String... arguments) {
        int rounds = 9;
        int millis = 2_000;
        int warmups = 5;
        int shape = 0;
        int shards = 0;
        int replicas = 2;
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i];
            int number = number(name, i + 1 < arguments.length ? arguments[i + 1] : "nothing");
            switch (name) {
                case "--rounds" -> rounds = number;
                case "--millis" -> millis = number;
                case "--warmups" -> warmups = number;
                case "--replicas" -> replicas = number;
                case "--shards" -> shards = number;
                case "--shape" -> shape = number;
                default -> throw new IllegalArgumentException("Unknown option " + name + "\n" + USAGE);
            }
        }
        var servers = new Servers(shards, replicas);
        List<Shape> shapes = Shape.on(servers);
        if (shape > 0) {
            shapes = List.of(shapes.get(Math.min(shape, shapes.size()) - 1));
        }
        return new Settings(rounds, Duration.ofMillis(millis), warmups, shapes, servers);
    }

    private static int number(String option, String text) {
        String least = option.equals("--replicas") || option.equals("--shards") ? "0" : "1";
        if (!text.matches("0|[1-9][0-9]{0,6}") || text.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    option + " expects a number from " + least + ", got " + text + "\n" + USAGE);
        }
        return Integer.parseInt(text);
    }
}
