package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a deployment URI. Its own exception type, since picocli quotes the text, password included, for any other. */
final class DeploymentConverter implements ITypeConverter<Deployment> {
    private static final String USUAL_PASSWORD = "REDISCLI_AUTH";

    @Override
    public Deployment convert(String uri) {
        return read(uri, System.getenv());
    }

    private static Deployment read(String uri, Map<String, String> environment) {
        try {
            return Deployment.parse(uri, environment);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** With the password of this variable, where the URI has none; else with that of {@code REDISCLI_AUTH}. */
    static Deployment read(String uri, String variable, Map<String, String> environment) {
        Map<String, String> own = new HashMap<>(environment);
        String password = environment.get(variable);
        if (password != null && !password.isEmpty()) {
            own.put(USUAL_PASSWORD, password);
        }
        return read(uri, own);
    }

    /** Reads the URI of what is copied or compared from. */
    static final class OfSource implements ITypeConverter<Deployment> {
        @Override
        public Deployment convert(String uri) {
            return read(uri, "LOCKSTEP_SOURCE_AUTH", System.getenv());
        }
    }

    /** Reads the URI of what is copied or compared to. */
    static final class OfTarget implements ITypeConverter<Deployment> {
        @Override
        public Deployment convert(String uri) {
            return read(uri, "LOCKSTEP_TARGET_AUTH", System.getenv());
        }
    }
}
