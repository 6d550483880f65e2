package dev.lockstep.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {
            "lockstep " + (version == null ? "(built from source)" : version) + ", Java "
                    + System.getProperty("java.version")
        };
    }
}
