package dev.lockstep.sync;

import java.io.IOException;

/** Why a byte in a snapshot ends the walk over it: what it stands for, if that is known, and what to do. */
final class RdbUnknown {

    private static final String MODULE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final String UPGRADE =
            "Upgrade the source to the release, or delete what was made before it, and start" + " the copy again.";

    private RdbUnknown() {}

    /** @param window stands behind the byte */
    static String of(int code, RdbFormat format, RdbWindow window) throws IOException, InterruptedException {
        return switch (code) {
            case 6 -> "type byte 6, a module's value as release candidates of Redis 4.0 wrote it. " + UPGRADE;
            case 22, 23 ->
                "type byte " + code + ", "
                        + (format.isValkey()
                                ? "which Valkey keeps for later. "
                                : "a hash with field TTLs as release candidates of Redis 7.4 wrote it. ")
                        + UPGRADE;
            case 243 ->
                format.isValkey()
                        ? "byte 243, slots that are being imported. Wait until CLUSTER GETSLOTMIGRATIONS shows none under"
                                + " way, and start the copy again."
                        : "byte 243, notes of a module on the key behind it, which RESTORE cannot carry everywhere. Unload"
                                + " the module at the source, or copy without it.";
            case 246 -> "byte 246, a function library as release candidates of Redis 7.0 wrote it. " + UPGRADE;
            case 247 ->
                "byte 247, data that the module '" + moduleName(window.number())
                        + "' keeps beside its keys, which"
                        + " RESTORE cannot carry. Empty or unload the module at the source, and start the copy again.";
            default ->
                (code < 240 ? "type byte " : "byte ") + code + ", which is unknown in snapshots of "
                        + format.servers()
                        + ". Its length is unknown too, so nothing behind it can be read. Use a version of"
                        + " Lockstep that knows it.";
        };
    }

    /** Nine letters of six bits, and ten bits for the version of the module's encoding. */
    static String moduleName(long id) {
        StringBuilder name = new StringBuilder();
        for (int shift = 58; shift >= 10; shift -= 6) {
            name.append(MODULE_LETTERS.charAt((int) (id >>> shift) & 63));
        }
        return name.toString();
    }
}
