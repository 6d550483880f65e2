package dev.lockstep.sync;

import java.util.Random;

/** Values of every type as they stand in snapshots, made by hand: as many elements and bytes as wanted. */
final class RdbSamples {

    private final Random random;
    private final int elements;
    private final int size;

    /**
     * @param elements how many elements a value has
     * @param size how many bytes an element or a blob has
     */
    RdbSamples(long seed, int elements, int size) {
        this.random = new Random(seed);
        this.elements = elements;
        this.size = size;
    }

    /** A snapshot that has every type of its form. */
    byte[] snapshot(RdbFormat format, boolean checksum) {
        String magic = format.isValkey() ? "VALKEY0" : format.version() < 10 ? "REDIS000" : "REDIS00";
        RdbBytes out = RdbBytes.of(magic + format.version());
        out.note("redis-ver", "7.0.15").octets(250).string("ctime").int32(1_700_000_000);
        out.octets(245).raw(value(RdbType.FUNCTION));
        int db = 0;
        for (RdbType type : RdbType.values()) {
            if (RdbType.of(type.code, format) != null && type != RdbType.FUNCTION) {
                out.selectDb(db++ / 5).octets(251).length(1).length(0);
                out.value(type, "key-" + type.name(), value(type));
            }
        }
        return checksum ? out.end() : out.endWithoutChecksum();
    }

    byte[] value(RdbType type) {
        RdbBytes out = new RdbBytes();
        switch (type) {
            case STRING, HASH_ZIPMAP, LIST_ZIPLIST, SET_INTSET, ZSET_ZIPLIST, HASH_ZIPLIST -> blob(out);
            case HASH_LISTPACK, ZSET_LISTPACK, FUNCTION -> blob(out);
            case SET_LISTPACK -> listpack(out);
            case LIST, SET, LIST_QUICKLIST -> each(out, () -> element(out));
            case LIST_QUICKLIST_2 -> each(out, () -> element(out.length(1 + random.nextInt(2))));
            case HASH -> each(out, () -> element(element(out)));
            case ZSET -> each(out, () -> score(element(out)));
            case ZSET_2 -> each(out, () -> element(out).eight(random.nextLong()));
            case HASH_2 -> each(out, () -> element(element(out)).eight(-1));
            case HASH_METADATA -> each(out.eight(1), () -> element(element(out.length(random.nextInt()))));
            case HASH_LISTPACK_EX -> blob(out.eight(random.nextLong()));
            case MODULE_2 -> module(out);
            case STREAM -> stream(out, 1);
            case STREAM_2 -> stream(out, 2);
            case STREAM_3 -> stream(out, 3);
            case STREAM_4 -> {
                stream(out, 3);
                out.length(100).length(1000);
                each(out, () -> {
                    element(out);
                    each(out, () -> element(out).length(random.nextLong()).length(7));
                });
                out.length(3).length(4);
            }
        }
        return out.bytes();
    }

    private void each(RdbBytes out, Runnable part) {
        out.length(elements);
        for (int i = 0; i < elements; i++) {
            part.run();
        }
    }

    private void blob(RdbBytes out) {
        out.string(text(elements * size));
    }

    private void listpack(RdbBytes out) {
        ListpackBytes listpack = new ListpackBytes();
        for (int i = 0; i < elements; i++) {
            listpack.text(text(size)).number(random.nextLong() >> random.nextInt(64));
        }
        byte[] bytes = listpack.bytes();
        out.length(bytes.length).raw(bytes);
    }

    private RdbBytes element(RdbBytes out) {
        return switch (random.nextInt(5)) {
            case 0 -> out.int8(random.nextInt());
            case 1 -> out.int16(random.nextInt());
            case 2 -> out.int32(random.nextInt());
            case 3 -> out.compressed('x', Math.max(size, 4));
            default -> out.string(text(size));
        };
    }

    private void score(RdbBytes out) {
        int kind = random.nextInt(4);
        if (kind == 0) {
            out.octets(3).text("1.5");
        } else {
            out.octets(252 + kind);
        }
    }

    private void module(RdbBytes out) {
        out.length(random.nextLong());
        for (int i = 0; i < elements; i++) {
            out.length(1).length(random.nextInt()).length(2).length(random.nextLong());
            out.length(3).four(1).length(4).eight(2).length(5);
            element(out);
        }
        out.length(0);
    }

    private void stream(RdbBytes out, int form) {
        each(out, () -> {
            out.length(16).raw(new byte[16]);
            element(out);
        });
        for (int i = form == 1 ? 3 : 8; i > 0; i--) {
            out.length(random.nextLong());
        }
        each(out, () -> {
            element(out).length(1).length(2);
            if (form > 1) {
                out.length(-1);
            }
            each(out, () -> out.raw(new byte[16]).eight(5).length(random.nextInt(100)));
            each(out, () -> {
                element(out).eight(6);
                if (form > 2) {
                    out.eight(7);
                }
                each(out, () -> out.raw(new byte[16]));
            });
        });
    }

    private String text(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }
}
