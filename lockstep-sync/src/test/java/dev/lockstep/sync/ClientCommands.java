package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * What clients do to a source in a test: one of nearly every command that changes something.
 *
 * <p>A line is a command; words in quotes are one. {@code ?} before it: the server may not know it. {@code A || B}: A waits
 * until B wakes it. {@code RESTORED a b …}: b is restored with the payload of a and these options. {@code IMPORTED}: as a
 * server that moves slots does it. {@code GONE a}: waits until a has expired
 * and the server has told its replicas; {@code GONE a COMMAND} only if the server knows that.
 */
final class ClientCommands implements AutoCloseable {

    static final String ONE_DATABASE = """
            SET a 1
            SET a 2 EX 100
            SET b 2 NX
            SET b 3 XX GET
            SET b 3 XX KEEPTTL
            SET b 3 PX 500000 GET
            SET b 4 KEEPTTL
            SET c 1 PXAT 1000
            GONE c
            SET ie 3
            ?SET ie 4 IFEQ 3
            ?DELIFEQ ie 4
            ?DELEX ie IFEQ 4
            SETNX sn 1
            SETEX sx 100 v
            PSETEX sy 100000 v
            GETSET sx w
            SET ge 1
            GETEX ge EX 100
            GETEX sy PERSIST
            SET gp 1
            GETEX gp PXAT 1000
            SET gd 1
            GETDEL gd
            MSET ma 1 mb 2 mc 3 ma 4
            MSETNX m1 1 m2 2 m3 3
            ?MSETEX 2 me1 1 me2 2 NX EX 100
            INCRBYFLOAT m1 1.5
            INCRBYFLOAT b 0.25
            APPEND m1 x
            INCR m2
            INCRBY m2 10
            DECR m2
            DECRBY m2 3
            SETRANGE m3 5 x
            SETBIT bm 7 1
            BITFIELD bm SET u8 0 3 INCRBY u8 8 5 GET u8 0
            BITOP NOT bn bm
            BITOP OR bo bm bn a nope
            BITOP AND bm bm bn
            SET e 1
            EXPIRE e 100 NX
            EXPIRE e 200 GT
            EXPIRE e 100 LT
            PEXPIREAT e 99999999999999 XX
            PERSIST e
            EXPIREAT e 4000000000
            SET e2 1
            EXPIRE e2 -1
            SET e3 1 PX 1
            GONE e3
            PFADD pf a b c
            PFCOUNT pf
            PFADD pf2 d e
            PFMERGE pf3 pf pf2
            PFMERGE pf3 pf2
            PFDEBUG TODENSE pf
            SADD s 1 2 3 4 5 6
            SPOP s
            SPOP s 2
            SADD s2 x y
            SPOP s2 10
            SADD t 2 3 4 9
            SADD u 1 2 3 9 10
            SMOVE t s 9
            SMOVE t u 2
            SREM u 1 77
            SUNIONSTORE su s t nope u
            SINTERSTORE si t u
            SDIFFSTORE t t u
            SINTERSTORE u nope su
            LPUSH l a b c d e f g h i j
            LPOP l 2
            RPOP l
            LMPOP 2 nol l LEFT COUNT 2
            BLPOP nol l 1
            BLMPOP 1 2 nol l RIGHT COUNT 1
            RPUSH l 1 2 3 4 2
            LINSERT l BEFORE 3 2.5
            LSET l 0 zero
            LREM l 1 2
            LTRIM l 0 -2
            LMOVE l l2 LEFT RIGHT
            LMOVE l l2 RIGHT LEFT
            LMOVE l l LEFT RIGHT
            BLMOVE l l2 LEFT RIGHT 1
            RPOPLPUSH l l2
            BRPOPLPUSH l2 l3 1
            LPUSHX l3 x
            RPUSHX l3 y
            BLPOP q1 10 || RPUSH q1 x y
            BRPOP q2 10 || LPUSH q2 x
            BRPOPLPUSH q3 q4 10 || RPUSH q3 x y
            BLMOVE q5 q6 LEFT LEFT 10 || RPUSH q5 x y
            BLMPOP 10 2 q7 q8 LEFT COUNT 2 || RPUSH q8 x y z
            BZPOPMIN z1 10 || ZADD z1 1 a 2 b
            BZMPOP 10 1 z2 MAX COUNT 2 || ZADD z2 1 a 2 b 3 c
            ZADD z 1 a 2 b 3 c 4 d 5 e 6 f
            ZADD z GT CH 5 a
            ZADD z NX 7 n
            ZADD z XX INCR 1 n
            ZADD z LT 0.5 b
            ZINCRBY z 0.1 n
            ZPOPMIN z
            ZPOPMAX z
            BZPOPMAX z 1
            ZMPOP 1 z MIN COUNT 1
            ZREM z d
            ZADD zr 1 a 2 b 3 c 4 d 5 e 6 f
            ZREMRANGEBYRANK zr 0 0
            ZREMRANGEBYSCORE zr 2 2
            ZREMRANGEBYLEX zr [c [c
            ZRANGESTORE zs zr 0 1
            ZUNIONSTORE zu 3 z zr nope WEIGHTS 1 2 3
            ZUNIONSTORE zu 2 zu zr
            ZINTERSTORE zi 2 zr zu AGGREGATE MAX
            ZDIFFSTORE zd 2 zr zs
            ZINTERSTORE zs 1 nope
            GEOADD g 13.361389 38.115556 P 15.087269 37.502669 C
            GEOADD g NX 13.5 38.2 Q
            GEORADIUS g 15 37 200 km STORE g1
            GEORADIUS g 15 37 200 km COUNT 2 STOREDIST g2
            GEORADIUSBYMEMBER g P 200 km STORE g3
            GEOSEARCHSTORE g4 g FROMLONLAT 15 37 BYRADIUS 400 km ASC
            GEOSEARCHSTORE g5 g FROMMEMBER P BYBOX 100 100 km STOREDIST
            RPUSH nums 3 1 2 30
            SORT nums STORE sd
            SORT nums BY nosort LIMIT 1 2 STORE sd2
            SORT su ALPHA DESC STORE sd3
            SORT nope STORE sd
            HSET h f 1 g 2 k 3 l 4 m 5
            HSETNX h n 1
            HINCRBYFLOAT h f 1.5
            HINCRBY h f2 1
            HMSET h z 1
            HDEL h z nope
            ?HPEXPIRE h 100000 FIELDS 1 f
            ?HEXPIRE h 100 NX FIELDS 3 f g nope
            ?HEXPIRE h 300 GT FIELDS 2 f g
            ?HPEXPIREAT h 4000000000000 FIELDS 2 nope g
            ?HPERSIST h FIELDS 2 f k
            ?HINCRBYFLOAT h g 1
            ?HEXPIRE h 0 FIELDS 2 f nope
            ?HGETEX h EX 100 FIELDS 2 k l
            ?HGETEX h PERSIST FIELDS 2 k g
            ?HGETEX h PXAT 1000 FIELDS 1 n
            ?HGETDEL h FIELDS 2 m nope
            ?HSETEX h FNX EX 100 FIELDS 2 n1 1 n2 2
            ?HSETEX h FXX KEEPTTL FIELDS 1 n1 3
            ?HSETEX h EXAT 4000000000 FIELDS 1 n1 4
            ?HSETEX h PXAT 1000 FIELDS 1 n9 1
            ?HSET h1 f 1
            ?HPEXPIRE h1 1 FIELDS 1 f
            GONE h1 HPEXPIRE
            XADD x * f v
            XADD x 99999999999999-* f v
            XADD x NOMKSTREAM MAXLEN ~ 100 * f v
            XADD x MAXLEN ~ 2 LIMIT 5 * f v
            XADD x MAXLEN 3 * f v
            XADD x MINID 99999999999999-1 * f v
            XTRIM x MAXLEN ~ 100
            XADD y 5-* f v
            XTRIM y MAXLEN 0
            XGROUP CREATE x g $
            XGROUP CREATE w g0 0 MKSTREAM
            XGROUP CREATE x g0 0
            XGROUP SETID x g 99999999999999-2
            XREADGROUP GROUP g0 c1 COUNT 1 STREAMS x >
            XREADGROUP GROUP g0 c2 NOACK COUNT 1 STREAMS x >
            XADD x * f w
            XADD x * f w2
            XREADGROUP GROUP g0 c1 STREAMS x >
            XREADGROUP GROUP g0 c1 STREAMS x 0
            XREADGROUP GROUP g0 c9 BLOCK 10000 STREAMS x w > > || XADD w * f v
            XCLAIM x g0 c3 0 99999999999999-3 99999999999999-5
            XAUTOCLAIM x g0 c4 0 0 COUNT 2
            XDEL x 99999999999999-5
            XAUTOCLAIM x g0 c4 0 0 COUNT 10
            XACK x g0 99999999999999-4 1-1
            XGROUP CREATECONSUMER x g0 cc
            XGROUP CREATECONSUMER x g0 cd
            XGROUP DELCONSUMER x g0 cd
            XGROUP CREATE x gx 0
            XGROUP DESTROY x gx
            XSETID x 99999999999999-99
            ?XACKDEL x g0 IDS 1 99999999999999-3
            ?XDELEX x IDS 1 99999999999999-2
            ?VADD vs VALUES 3 1 2 3 el
            ?VADD vs VALUES 3 2 2 3 el2 SETATTR {}
            ?VADD vr REDUCE 2 VALUES 3 2 2 3 el3
            ?VSETATTR vs el {"a":1}
            ?VREM vs el2
            COPY a ca
            SET r1 v EX 1000
            COPY r1 ca REPLACE
            RENAME r1 r2
            SET r3 w
            RENAME r3 r2
            RENAMENX r2 r4
            RPUSH r5 a b c
            RENAME r5 l3
            RESTORED b rb
            RESTORED b rb REPLACE
            RESTORED b rc REPLACE IDLETIME 5
            RESTORED h rh
            IMPORTED h ri
            DEL a b nope c
            UNLINK m1 m2 nope
            DEL nope
            TOUCH ma
            EVAL 'redis.call("SET","a",1);redis.call("INCR","a");return redis.call("EXPIRE","a",100)' 0
            EVAL 'redis.call("SPOP","s");redis.call("SADD","s","p","q");redis.call("RENAME","ma","mz")' 0
            FUNCTION LOAD '#!lua name=lib\\nredis.register_function("f",function(keys,args) redis.call("SET","q",1) return redis.call("INCR","q") end)'
            FCALL f 0
            FUNCTION LOAD '#!lua name=lib2\\nredis.register_function("g",function() return 0 end)'
            FUNCTION LOAD REPLACE '#!lua name=lib2\\nredis.register_function("g",function() return 1 end)'
            FUNCTION DELETE lib2
            FUNCTIONS FLUSHED AND RESTORED
            PUBLISH ch m
            SPUBLISH ch m
            MULTI
            INCR tx
            LMOVE l2 l4 LEFT LEFT
            DEL tx2 mc
            EXEC""";

    static final String SEVERAL_DATABASES = """
            COPY a cdb DB 1
            COPY b cdb DB 1 REPLACE
            MOVE ma 1
            MOVE mz 2
            SELECT 3
            SET three 3
            SELECT 1
            RPUSH one 1 2
            COPY one other DB 1
            FLUSHDB
            RPUSH one 1 2
            SWAPDB 1 2
            SELECT 0
            RPUSH nums 1 2 3
            MSET w_1 3 w_2 2 w_3 1
            SORT nums BY w_* GET # GET w_* STORE sd4
            SELECT 3
            EVAL 'redis.call("SET","x",1); redis.call("SELECT",5); redis.call("SET","x",2)' 0""";

    static final String THE_END = """
            SELECT 0
            SET gone 1
            FLUSHALL
            SET last 1""";

    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    private final RespSocket client;
    private final int port;

    ClientCommands(int port) {
        this.port = port;
        this.client = new RespSocket(port);
    }

    /** Does all of it; a command that is not known where it may be unknown is passed over, any other error is one. */
    void run(String script) {
        script.lines().forEach(this::line);
    }

    private void line(String line) {
        if (line.contains(" || ")) {
            int bar = line.indexOf(" || ");
            wake(words(line.substring(0, bar)), words(line.substring(bar + 4)));
        } else if (line.startsWith("RESTORED ") || line.startsWith("IMPORTED ")) {
            restore(line.split(" ", -1));
        } else if (line.startsWith("FUNCTIONS ")) {
            byte[] libraries = (byte[]) Objects.requireNonNull(client.ok("FUNCTION", "DUMP"));
            client.ok("FUNCTION", "FLUSH");
            checked(line, client.call(Words.of("FUNCTION", "RESTORE", "").with(2, libraries)));
        } else if (line.startsWith("GONE ")) {
            gone(line.split(" ", -1));
        } else {
            boolean maybeUnknown = line.startsWith("?");
            Object reply = client.call(words(maybeUnknown ? line.substring(1) : line));
            if (!(maybeUnknown && reply instanceof RespSocket.ErrorReply error && isUnknown(error.text()))) {
                checked(line, reply);
            }
        }
    }

    private static boolean isUnknown(String error) {
        return error.startsWith("ERR unknown command") || error.equals("ERR syntax error");
    }

    private void wake(Words blocking, Words waking) {
        try (RespSocket waiting = new RespSocket(port)) {
            waiting.send(blocking);
            Awaitility.await()
                    .until(() -> new String((byte[]) Objects.requireNonNull(client.ok("INFO", "clients")), UTF_8)
                            .contains("blocked_clients:1"));
            checked("what woke it", client.call(waking));
            checked("what waited", waiting.receive());
        }
    }

    private void gone(String[] line) {
        if (line.length < 3
                || ((List<?>) Objects.requireNonNull(client.ok("COMMAND", "INFO", line[2]))).get(0) != null) {
            Awaitility.await().until(() -> Objects.equals(client.ok("EXISTS", line[1]), 0L));
        }
    }

    private void restore(String[] line) {
        byte[] payload = (byte[]) Objects.requireNonNull(client.ok("DUMP", line[1]));
        List<String> restore = new ArrayList<>(List.of("RESTORE", line[2], "100000", "payload"));
        if (line[0].equals("IMPORTED")) {
            restore.set(0, "RESTORE-ASKING");
        }
        restore.addAll(List.of(line).subList(3, line.length));
        Words words = Words.of(restore.toArray(String[]::new)).with(3, payload);
        checked(String.join(" ", line), client.call(words));
    }

    private static void checked(String line, @Nullable Object reply) {
        if (reply instanceof RespSocket.ErrorReply error) {
            throw new AssertionError(line + ": " + error.text());
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private static Words words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(
                    matcher.group(1) == null
                            ? matcher.group(2)
                            : matcher.group(1).replace("\\n", "\n"));
        }
        return Words.of(words.toArray(String[]::new));
    }
}
