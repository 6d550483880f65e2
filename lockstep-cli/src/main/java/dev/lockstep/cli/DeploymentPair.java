package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import picocli.CommandLine.Option;

/** The options that say from which deployment to which other one. */
final class DeploymentPair {

    @Option(
            names = "--from",
            paramLabel = "URI",
            required = true,
            description = "The source; best in quotes.",
            converter = DeploymentConverter.OfSource.class,
            order = 1)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Deployment from;

    @Option(
            names = "--to",
            paramLabel = "URI",
            required = true,
            description = "The target, which shall hold the same.",
            converter = DeploymentConverter.OfTarget.class,
            order = 2)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Deployment to;

    Deployment from() {
        return from;
    }

    Deployment to() {
        return to;
    }
}
