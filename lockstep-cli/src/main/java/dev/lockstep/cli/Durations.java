package dev.lockstep.cli;

import java.time.Duration;
import java.util.Stack;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Reads a time such as {@code 250ms}, {@code 2s}, {@code 1.5}, {@code 5m}; a number alone is seconds. */
final class Durations implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)(ms|s|m|h|)");

    @Override
    public Duration convert(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw wrong(text);
        }
        double millis = Double.parseDouble(matcher.group(1))
                * switch (matcher.group(2)) {
                    case "ms" -> 1;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> 1_000;
                };
        if (millis < 1) {
            throw wrong(text);
        }
        return Duration.ofMillis(Math.round(millis));
    }

    private static TypeConversionException wrong(String text) {
        return new TypeConversionException(
                "'" + text + "' is not a time above zero; expected a number of seconds or one with ms, s, m or h,"
                        + " such as 500ms");
    }

    /** Takes the next argument as the option's value only if it is a time: in {@code --watch URI} it is not. */
    static final class IfOneFollows implements IParameterConsumer {
        static final String USUAL = "1s";

        @Override
        public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
            boolean follows = !args.isEmpty() && FORM.matcher(args.peek()).matches();
            try {
                option.setValue(new Durations().convert(follows ? args.pop() : USUAL));
            } catch (TypeConversionException e) {
                // What else is thrown here, picocli decorates with all arguments, passwords included.
                throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
            }
        }
    }
}
