package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a deployment URI. Its own exception type, since picocli quotes the text, password included, for any other. */
final class DeploymentConverter implements ITypeConverter<Deployment> {

    @Override
    public Deployment convert(String uri) {
        try {
            return Deployment.parse(uri);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
