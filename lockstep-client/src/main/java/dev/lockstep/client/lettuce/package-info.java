/**
 * Everything here that extends a Lettuce class, and nothing that decides anything.
 *
 * <p>Promise: {@link dev.lockstep.client.lettuce.Facade} gives Lettuce's typed API over any {@link
 * dev.lockstep.client.lettuce.Dispatcher}; {@link dev.lockstep.client.lettuce.NodeClient} opens plain connections that
 * never reconnect, buffer or replay by themselves. For the inside of the client; not an API for users.
 */
@NullMarked
package dev.lockstep.client.lettuce;

import org.jspecify.annotations.NullMarked;
