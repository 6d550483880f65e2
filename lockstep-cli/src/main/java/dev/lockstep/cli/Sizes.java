package dev.lockstep.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as people write it: {@code 512M} or {@code 8G}, in powers of 1024; a number alone is bytes. */
final class Sizes implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15})([KMGT]?)(?:I?B)?");
    private static final String UNITS = "KMGT";
    private static final int STEP = 1024;

    @Override
    public Long convert(String text) {
        Matcher matcher = FORM.matcher(text.toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw wrong(text);
        }
        long bytes = Long.parseLong(matcher.group(1));
        try {
            int steps = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
            for (int i = 0; i < steps; i++) {
                bytes = Math.multiplyExact(bytes, STEP);
            }
        } catch (ArithmeticException e) {
            throw wrong(text);
        }
        if (bytes < 1) {
            throw wrong(text);
        }
        return bytes;
    }

    private static TypeConversionException wrong(String text) {
        return new TypeConversionException("'" + text
                + "' is not a size above zero; expected a number of bytes or one with K, M, G or T, such as 8G");
    }

    /** A number of bytes for people: with one decimal, in the largest unit that leaves something before the point. */
    static String text(long bytes) {
        if (bytes < STEP) {
            return bytes + " B";
        }
        double amount = bytes;
        int unit = -1;
        while (unit < UNITS.length() - 1 && Math.round(amount * 10) >= STEP * 10L) {
            amount /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", amount, UNITS.charAt(unit));
    }
}
