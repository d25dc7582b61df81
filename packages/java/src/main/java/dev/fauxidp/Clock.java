package dev.fauxidp;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The clock of a world. Tokens, locks and codes follow it. */
public final class Clock {
    private final World world;

    Clock(World world) {
        this.world = world;
    }

    /** The time there. */
    public Instant now() {
        return turned("GET", null);
    }

    /** Sets and freezes it. */
    public Instant set(Instant time) {
        return turned("PUT", Map.of("now", time.toString()));
    }

    /** Moves it on. A frozen one stays frozen. */
    public Instant advance(Duration time) {
        return turned("PUT", Map.of("advance_ms", time.toMillis()));
    }

    /** Freezes it where it is. */
    public Instant freeze() {
        return turned("PUT", Map.of("run", false));
    }

    /** Lets it run from the time that it shows. */
    public Instant run() {
        return turned("PUT", Map.of("run", true));
    }

    private Instant turned(String method, Object change) {
        return Instant.parse((String) world.call(method, "/clock", change).get("now"));
    }
}
