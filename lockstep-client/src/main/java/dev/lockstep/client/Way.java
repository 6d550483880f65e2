package dev.lockstep.client;

/** Where the calls to a slot go: to the shard that owns it, or to a {@link Crossing} while it changes hands. */
interface Way {

    /** Takes the call over. */
    void submit(Call call);

    /** Why calls do not get further, for the text of an exception. */
    String trouble();
}
