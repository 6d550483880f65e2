package dev.lockstep.sync;

/** Where among a command's words its keys stand. Word 0 is the name. */
enum KeyPlaces {
    NONE,
    FIRST,
    SECOND,
    FIRST_TWO,
    ALL,
    ALL_BUT_FIRST,
    /** {@code key value [key value …]}. */
    EVERY_OTHER,
    /** {@code numkeys key value [key value …] [options]}. */
    COUNTED_PAIRS,
    /** {@code destination numkeys key [key …] [options]}. */
    DESTINATION_AND_COUNTED,
    /** {@code key … [STORE destination]}: the destination comes last. */
    SORT_AND_STORE,
    /** {@code key, three words or more, [STORE|STOREDIST destination]}: the destination comes last. */
    RADIUS_AND_STORE;

    /**
     * The places of the keys, in order.
     *
     * @throws IndexOutOfBoundsException if there are fewer words than the command says
     * @throws NumberFormatException if the number of keys is not one
     */
    int[] of(Words words) {
        int count = words.count();
        return switch (this) {
            case NONE -> new int[0];
            case FIRST -> range(1, 1, 1, count);
            case SECOND -> range(2, 1, 1, count);
            case FIRST_TWO -> range(1, 2, 1, count);
            case ALL -> range(1, count - 1L, 1, count);
            case ALL_BUT_FIRST -> range(2, count - 2L, 1, count);
            case EVERY_OTHER -> range(1, count / 2, 2, count);
            case COUNTED_PAIRS -> range(2, words.number(1), 2, count);
            case DESTINATION_AND_COUNTED -> {
                int[] operands = range(3, words.number(2), 1, count);
                int[] places = new int[operands.length + 1];
                places[0] = 1;
                System.arraycopy(operands, 0, places, 1, operands.length);
                yield places;
            }
            case SORT_AND_STORE -> stored(lastStoreOfSort(words));
            case RADIUS_AND_STORE -> stored(lastStoreOfRadius(words));
        };
    }

    /** As {@link #of}; none if the words do not add up, of which whoever carries the command out has to tell. */
    int[] ifAny(Words words) {
        try {
            return of(words);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return new int[0];
        }
    }

    /** Which of the places, as {@link #of} gives them, is the destination of a command that has one. */
    int destination(int[] places) {
        return this == SORT_AND_STORE || this == RADIUS_AND_STORE ? places[places.length - 1] : places[0];
    }

    private static int[] range(int from, long keys, int step, int count) {
        if (keys < 1 || from + (keys - 1) * step >= count || keys > count) {
            throw new IndexOutOfBoundsException("Expected " + keys + " keys among " + count + " words");
        }
        int[] places = new int[(int) keys];
        for (int i = 0; i < places.length; i++) {
            places[i] = from + i * step;
        }
        return places;
    }

    private static int[] stored(int destination) {
        return destination < 0 ? new int[] {1} : new int[] {1, destination};
    }

    private static int lastStoreOfSort(Words words) {
        int store = -1;
        for (int i = 2; i < words.count(); i++) {
            if (words.is(i, "LIMIT")) {
                i += 2;
            } else if (words.is(i, "GET") || words.is(i, "BY")) {
                i++;
            } else if (words.is(i, "STORE")) {
                store = ++i;
            }
        }
        return within(store, words);
    }

    private static int lastStoreOfRadius(Words words) {
        int store = -1;
        for (int i = 5; i < words.count(); i++) {
            if (words.is(i, "STORE") || words.is(i, "STOREDIST")) {
                store = ++i;
            }
        }
        return within(store, words);
    }

    private static int within(int place, Words words) {
        if (place >= words.count()) {
            throw new IndexOutOfBoundsException("Expected a key behind STORE");
        }
        return place;
    }
}
