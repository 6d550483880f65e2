package dev.lockstep.sync;

/** The key under which one run hashes all that it compares. */
public record HashKey(long first, long second) {

    public SipHash hash() {
        return new SipHash(first, second);
    }
}
