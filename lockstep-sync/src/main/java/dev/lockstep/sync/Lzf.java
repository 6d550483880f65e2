package dev.lockstep.sync;

/** The compression of strings in snapshots: runs of plain bytes, and references to what was decompressed before. */
final class Lzf {

    private Lzf() {}

    /**
     * Decompresses {@code in} from {@code at} to {@code end} to the start of {@code out}.
     *
     * @return whether that gave exactly {@code length} bytes; if not, the bytes are damaged
     */
    static boolean decompress(byte[] in, int at, int end, byte[] out, int length) {
        int to = 0;
        while (at < end) {
            int control = in[at++] & 0xff;
            if (control < 32) {
                int run = control + 1;
                if (run > end - at || run > length - to) {
                    return false;
                }
                System.arraycopy(in, at, out, to, run);
                at += run;
                to += run;
                continue;
            }
            int run = (control >>> 5) + 2;
            if (control >>> 5 == 7) {
                if (at == end) {
                    return false;
                }
                run += in[at++] & 0xff;
            }
            if (at == end) {
                return false;
            }
            int back = (control & 31) * 256 + (in[at++] & 0xff) + 1;
            if (back > to || run > length - to) {
                return false;
            }
            // byte by byte: it may refer to what it is just writing
            for (int i = 0; i < run; i++, to++) {
                out[to] = out[to - back];
            }
        }
        return to == length;
    }
}
