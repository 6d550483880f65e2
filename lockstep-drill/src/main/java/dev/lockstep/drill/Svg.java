package dev.lockstep.drill;

import java.util.Locale;

/** Text of SVG and HTML, built piece by piece; everything that is not markup is escaped. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    /** Appends markup; {@code %s} arguments are escaped, {@code %.1f} are numbers. */
    Svg add(String markup, Object... arguments) {
        Object[] safe = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            safe[i] = arguments[i] instanceof String string ? escaped(string) : arguments[i];
        }
        text.append(String.format(Locale.ROOT, markup, safe)).append('\n');
        return this;
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
