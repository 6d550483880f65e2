package dev.lockstep.local;

/**
 * The ports of one server. With a proxy before it, others are told the proxy's; without, both are the same.
 *
 * @param told what clients and other servers are told
 * @param own where the process itself listens
 * @param toldBus what the other nodes of a cluster are told; 0 when it is not a node of a cluster
 * @param ownBus where the process itself listens to them; 0 when it is not a node of a cluster
 */
record Ports(int told, int own, int toldBus, int ownBus) {}
