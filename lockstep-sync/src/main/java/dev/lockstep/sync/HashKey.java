package dev.lockstep.sync;

/** The key under which one run hashes all that it compares. */
record HashKey(long first, long second) {

    SipHash hash() {
        return new SipHash(first, second);
    }
}
