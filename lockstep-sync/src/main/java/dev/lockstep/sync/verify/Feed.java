package dev.lockstep.sync.verify;

import dev.lockstep.sync.HashKey;
import dev.lockstep.sync.SipHash;
import java.nio.ByteBuffer;

/** Makes elements of names and bodies as they arrive, each in one or more pieces. Not thread-safe. */
final class Feed {

    private final SipHash name;
    private final SipHash body;
    private Elements elements;
    private boolean positioned;
    private long position;

    Feed(HashKey key, Elements elements) {
        this.name = key.hash();
        this.body = key.hash();
        this.elements = elements;
    }

    /** Who takes the elements from now on. */
    void into(Elements next) {
        elements = next;
    }

    /** A piece of the name. */
    Feed name(ByteBuffer piece) {
        name.add(piece.remaining());
        name.add(piece);
        return this;
    }

    /** The element's place, which is its whole name. */
    Feed position(long place) {
        positioned = true;
        position = place;
        return this;
    }

    /** A piece of the body. */
    Feed body(ByteBuffer piece) {
        body.add(piece.remaining());
        body.add(piece);
        return this;
    }

    /** A number in the body. */
    Feed body(long number) {
        body.add(number);
        return this;
    }

    /** The element is complete. */
    void end(Part part) {
        name.finish();
        body.finish();
        elements.add(part, positioned ? 0 : name.high(), positioned ? position : name.low(), body.high(), body.low());
        name.reset();
        body.reset();
        positioned = false;
    }
}
