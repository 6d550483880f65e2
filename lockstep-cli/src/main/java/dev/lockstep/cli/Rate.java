package dev.lockstep.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * So much per second: {@code 5000} are keys, {@code 20M} bytes.
 *
 * @param keys 0 if it is bytes
 * @param bytes 0 if it is keys
 */
record Rate(long keys, long bytes) {

    static final Rate NONE = new Rate(0, 0);

    /** Reads what was typed. */
    static final class Converter implements ITypeConverter<Rate> {
        @Override
        public Rate convert(String text) {
            long number;
            try {
                number = new Sizes().convert(text);
            } catch (TypeConversionException e) {
                throw new TypeConversionException(
                        "'" + text + "' is not a rate above zero; expected keys per second, such"
                                + " as 5000, or bytes per second with K, M, G or T, such as 20M");
            }
            return text.chars().allMatch(Character::isDigit) ? new Rate(number, 0) : new Rate(0, number);
        }
    }
}
