package dev.lockstep.topology;

import io.lettuce.core.SslVerifyMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The text form of a {@link Deployment}: reads a URI, prints one with masked passwords. */
record DeploymentUri(String uri) {
    /* java.net.URI is of no use here: it refuses several hosts in one authority. No message quotes the user info, nor
     * any part of a text that may be a piece of a password with an unescaped delimiter in it. */

    private static final Pattern SCHEME = Pattern.compile("(?:redis|valkey)(s?)(?:[-+](sentinel|cluster))?");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private static final Set<String> TLS_OPTIONS = Set.of("caFile", "certFile", "keyFile", "verifyPeer");
    private static final List<String> OPTIONS = List.of(
            "timeout",
            "socketTimeout",
            "connectTimeout",
            "clientName",
            "passwordFile",
            "sentinelMasterId",
            "sentinelUsername",
            "sentinelPassword",
            "sentinelPasswordFile",
            "caFile",
            "certFile",
            "keyFile",
            "verifyPeer");

    private static final String FORMS = "redis://host:6379, redis-sentinel://host:26379,host:26379#mymaster or"
            + " redis-cluster://host:6379 (rediss… for TLS; valkey… is the same)";

    Deployment read(Map<String, String> environment) {
        int colon = uri.indexOf("://");
        String scheme = colon < 0 ? "" : uri.substring(0, colon).toLowerCase(Locale.ROOT);
        Matcher kind = SCHEME.matcher(scheme);
        if (!kind.matches()) {
            throw bad((colon < 0 ? "it has no scheme" : "its scheme is " + printable(scheme)) + "; expected " + FORMS);
        }
        boolean tls = !kind.group(1).isEmpty();
        Deployment.Mode mode = kind.group(2) == null
                ? Deployment.Mode.STANDALONE
                : Deployment.Mode.valueOf(kind.group(2).toUpperCase(Locale.ROOT));

        String rest = uri.substring(colon + 3);
        String fragment = after(rest, '#');
        String query = after(before(rest, '#'), '?');
        String location = before(before(rest, '#'), '?');
        String path = after(location, '/');
        String authority = before(location, '/');
        int at = authority.lastIndexOf('@');
        Set<String> names = names(query);
        if (at < 0 && (path + fragment + (OPTIONS.containsAll(names) ? "" : query)).indexOf('@') >= 0) {
            throw bad("a password seems to contain one of / ? #; write these as %2F, %3F, %23");
        }

        Deployment.Builder builder = Deployment.builder(mode);
        builder.seeds(hosts(authority.substring(at + 1), mode == Deployment.Mode.SENTINEL ? 26379 : 6379));
        Map<String, String> options = options(query);
        credentials(builder, at < 0 ? null : authority.substring(0, at), options, environment);
        builder.sentinelCredentials(options.get("sentinelUsername"), secret(options, "sentinelPassword"));
        primaryAndDatabase(builder, mode, path, decoded(fragment, "#name"), options.get("sentinelMasterId"));
        builder.timeout(duration(options, "timeout", Deployment.Builder.TIMEOUT));
        builder.socketTimeout(duration(options, "socketTimeout", Deployment.Builder.SOCKET_TIMEOUT));
        builder.connectTimeout(duration(options, "connectTimeout", Deployment.Builder.CONNECT_TIMEOUT));
        builder.clientName(options.get("clientName"));
        builder.tls(tls(tls, options));
        return builder.build();
    }

    private void credentials(
            Deployment.Builder builder,
            @Nullable String userInfo,
            Map<String, String> options,
            Map<String, String> environment) {
        String user = null;
        String password = null;
        if (userInfo != null && !userInfo.isEmpty()) {
            int colon = userInfo.indexOf(':');
            user = colon <= 0 ? null : decoded(userInfo.substring(0, colon), "user");
            password = decoded(userInfo.substring(colon + 1), "password");
            // user:@host names a user whose password comes from elsewhere
            password = password == null || password.isEmpty() ? null : password;
        }
        if (options.containsKey("passwordFile")) {
            if (password != null) {
                throw bad("it has both a password and passwordFile; give one of them");
            }
            password = secretFile("passwordFile", options);
        }
        builder.credentials(user, password != null ? password : environment.get("REDISCLI_AUTH"));
    }

    private @Nullable String secret(Map<String, String> options, String name) {
        String value = options.get(name);
        String file = secretFile(name + "File", options);
        if (value != null && file != null) {
            throw bad("it has both " + name + " and " + name + "File; give one of them");
        }
        return value != null ? value : file;
    }

    /** The first line of a file that only its owner may read. */
    private static @Nullable String secretFile(String option, Map<String, String> options) {
        String name = options.get(option);
        if (name == null) {
            return null;
        }
        Path file = path(option, name);
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
                if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER_"))) {
                    throw new IllegalArgumentException(option + " " + file + " has permissions "
                            + PosixFilePermissions.toString(permissions)
                            + "; only its owner may have access: chmod 600 " + file);
                }
            }
            String text = Files.readString(file, StandardCharsets.UTF_8);
            String secret = text.lines().findFirst().orElse("");
            if (secret.isEmpty()) {
                throw new IllegalArgumentException(
                        option + " " + file + " is empty; expected a password on its first line");
            }
            return secret;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    option + " " + file + " cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    private void primaryAndDatabase(
            Deployment.Builder builder,
            Deployment.Mode mode,
            String path,
            @Nullable String fragment,
            @Nullable String option) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            String text = decoded(segment, "path");
            if (text != null && !text.isEmpty()) {
                segments.add(text);
            }
        }
        String name = null;
        if (mode == Deployment.Mode.SENTINEL && !segments.isEmpty()) {
            // redis+sentinel://host/mymaster/0 is the spelling of several other clients
            boolean named =
                    segments.size() == 2 || !NUMBER.matcher(segments.get(0)).matches();
            name = named ? segments.remove(0) : null;
        }
        if (segments.size() > 1
                || (!segments.isEmpty() && !NUMBER.matcher(segments.get(0)).matches())) {
            throw bad("its path is not /number of a database"
                    + (mode == Deployment.Mode.SENTINEL ? ", /name or /name/number" : ""));
        }
        if (!segments.isEmpty()) {
            builder.database(Integer.parseInt(segments.get(0)));
        }
        for (String other : new String[] {fragment, option}) {
            if (other != null && !other.isEmpty()) {
                if (name != null && !name.equals(other)) {
                    throw bad("it names two primaries, " + name + " and " + other + "; give one");
                }
                name = other;
            }
        }
        builder.primaryName(name);
    }

    private List<NodeAddress> hosts(String text, int defaultPort) {
        List<NodeAddress> hosts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            hosts.add(host(part.strip(), defaultPort));
        }
        return hosts;
    }

    private NodeAddress host(String text, int defaultPort) {
        String host;
        String port;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0 || (end + 1 < text.length() && text.charAt(end + 1) != ':')) {
                throw bad("an IPv6 address in it has no closing bracket or no colon after it; expected [::1]:6379");
            }
            host = text.substring(1, end);
            port = end + 1 < text.length() ? text.substring(end + 2) : "";
        } else {
            int colon = text.indexOf(':');
            if (colon >= 0 && colon != text.lastIndexOf(':')) {
                throw bad("a host in it has more than one colon; write IPv6 addresses in brackets: [::1]:6379");
            }
            host = before(text, ':');
            port = after(text, ':');
        }
        if (host.isEmpty()) {
            throw bad("a host in it is empty; expected " + FORMS);
        }
        if (!port.isEmpty() && !NUMBER.matcher(port).matches()) {
            throw bad("the port of host " + printable(host) + " is not a number from 1 to 65535");
        }
        return new NodeAddress(host, port.isEmpty() ? defaultPort : Integer.parseInt(port));
    }

    private static Set<String> names(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(part -> !part.isEmpty())
                .map(part -> before(part, '='))
                .collect(Collectors.toSet());
    }

    private Map<String, String> options(String query) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String part : query.split("&", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            String name = before(part, '=');
            if (!OPTIONS.contains(name)) {
                throw bad("it has an unknown option " + printable(name) + "; known are " + String.join(", ", OPTIONS));
            }
            String value = decoded(after(part, '='), name);
            if (value == null || value.isEmpty()) {
                throw bad("its option " + name + " has no value");
            }
            if (options.put(name, value) != null) {
                throw bad("its option " + name + " is given twice");
            }
        }
        return options;
    }

    private Duration duration(Map<String, String> options, String name, Duration otherwise) {
        String text = options.get(name);
        if (text == null) {
            return otherwise;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches() || matcher.group(1).chars().allMatch(c -> c == '0')) {
            throw bad("its option " + name + " is " + printable(text)
                    + "; expected a number above zero with a unit of ms, s, m or h, such as 250ms");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private @Nullable Tls tls(boolean wanted, Map<String, String> options) {
        if (!wanted) {
            for (String option : options.keySet()) {
                if (TLS_OPTIONS.contains(option)) {
                    throw bad("its option " + option + " is about TLS, but its scheme is not; use rediss…://");
                }
            }
            return null;
        }
        String verify = options.getOrDefault("verifyPeer", "full").toUpperCase(Locale.ROOT);
        if (!Set.of("FULL", "CA", "NONE").contains(verify)) {
            throw bad("its option verifyPeer is " + printable(verify) + "; expected full, ca or none");
        }
        return new Tls(
                SslVerifyMode.valueOf(verify),
                readable(options, "caFile"),
                readable(options, "certFile"),
                readable(options, "keyFile"));
    }

    private static @Nullable Path readable(Map<String, String> options, String option) {
        String name = options.get(option);
        if (name == null) {
            return null;
        }
        Path file = path(option, name);
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(option + " " + file + " cannot be read; expected a PEM file");
        }
        return file;
    }

    private static Path path(String option, String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(option + " is not a file name: " + e.getReason(), e);
        }
    }

    private @Nullable String decoded(String text, String part) {
        if (text.isEmpty()) {
            return null;
        }
        // Not URLDecoder: it turns + into a space, and passwords do contain +
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%') {
                int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw bad("a % in its " + part + " is not followed by two hexadecimal digits; write % as %25");
                }
                out[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                out[length++] = bytes[i];
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    private static String before(String text, char delimiter) {
        int at = text.indexOf(delimiter);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String after(String text, char delimiter) {
        int at = text.indexOf(delimiter);
        return at < 0 ? "" : text.substring(at + 1);
    }

    /** Short and without control characters, for a message. */
    private static String printable(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return "'" + (clean.length() > 60 ? clean.substring(0, 60) + "…" : clean) + "'";
    }

    private static IllegalArgumentException bad(String why) {
        return new IllegalArgumentException("The deployment URI cannot be read: " + why);
    }

    static String print(Deployment deployment) {
        StringBuilder text = new StringBuilder(deployment.tls() == null ? "redis" : "rediss");
        if (deployment.mode() != Deployment.Mode.STANDALONE) {
            text.append('-').append(deployment.mode().name().toLowerCase(Locale.ROOT));
        }
        text.append("://");
        if (deployment.password() != null) {
            text.append(deployment.username() == null ? "" : deployment.username())
                    .append(":***@");
        }
        StringJoiner hosts = new StringJoiner(",");
        deployment.seeds().forEach(seed -> hosts.add(seed.toString()));
        text.append(hosts);
        if (deployment.database() != 0) {
            text.append('/').append(deployment.database());
        }
        StringJoiner options = new StringJoiner("&", "?", "").setEmptyValue("");
        add(options, "timeout", deployment.timeout(), Deployment.Builder.TIMEOUT);
        add(options, "socketTimeout", deployment.socketTimeout(), Deployment.Builder.SOCKET_TIMEOUT);
        add(options, "connectTimeout", deployment.connectTimeout(), Deployment.Builder.CONNECT_TIMEOUT);
        if (deployment.sentinelPassword() != null) {
            if (deployment.sentinelUsername() != null) {
                options.add("sentinelUsername=" + deployment.sentinelUsername());
            }
            options.add("sentinelPassword=***");
        }
        if (deployment.clientName() != null) {
            options.add("clientName=" + deployment.clientName());
        }
        text.append(options);
        if (deployment.primaryName() != null) {
            text.append('#').append(deployment.primaryName());
        }
        return text.toString();
    }

    private static void add(StringJoiner options, String name, Duration value, Duration usual) {
        if (!value.equals(usual)) {
            options.add(name + "=" + value.toMillis() + "ms");
        }
    }
}
