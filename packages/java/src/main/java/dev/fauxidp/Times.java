package dev.fauxidp;

import java.util.HashMap;
import java.util.Map;

/** How many calls are expected. */
public final class Times {
    private final Map<String, Object> members;

    private Times(Map<String, Object> members) {
        this.members = members;
    }

    /** Exactly so many. */
    public static Times exactly(long calls) {
        return new Times(Map.of("times", calls));
    }

    /** So many or more. */
    public static Times atLeast(long calls) {
        return new Times(Map.of("at_least", calls));
    }

    /** So many or fewer. */
    public static Times atMost(long calls) {
        return new Times(Map.of("at_most", calls));
    }

    /** So many, both ends included. */
    public static Times between(long least, long most) {
        return new Times(Map.of("at_least", least, "at_most", most));
    }

    /** The same, and no other calls may have been made. */
    public Times noOther() {
        Map<String, Object> more = new HashMap<>(members);
        more.put("no_other", true);
        return new Times(more);
    }

    Map<String, Object> members() {
        return members;
    }
}
