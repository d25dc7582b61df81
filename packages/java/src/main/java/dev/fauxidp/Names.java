package dev.fauxidp;

import java.security.SecureRandom;

/** Names of worlds, made from the names of tests. */
public final class Names {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Names() {}

    /** The part of a name that comes from the test: at most 48 characters that a world's name may have. */
    public static String clean(String test) {
        String clean = test.replaceAll("[^A-Za-z0-9_.]+", "-");
        String end = clean.substring(Math.max(0, clean.length() - 48)).replaceAll("^[-.]+|[-.]+$", "");
        return end.isEmpty() ? "test" : end;
    }

    /** A name for a world that no other test has, also not in another run on the same server. */
    public static String forWorld(String test) {
        return String.format("%s-%012x", clean(test), RANDOM.nextLong() & 0xffffffffffffL);
    }
}
