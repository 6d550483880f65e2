package dev.lockstep.client;

/**
 * Which connection of which server process: what it takes to have it killed there, and only it.
 *
 * @param runId the process's id, new at each start of a server
 * @param connectionId the server's id of the connection, never used twice by one process
 */
record LinkIdentity(String runId, long connectionId) {}
