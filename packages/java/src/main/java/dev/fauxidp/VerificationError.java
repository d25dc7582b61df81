package dev.fauxidp;

import java.util.List;

/**
 * A verification that failed: says what was expected, what was found, and which calls came nearest. Or a report with
 * something as bad as was asked for, which is what it says.
 */
public class VerificationError extends AssertionError {
    private static final long serialVersionUID = 1;
    private final transient List<String> nearest;

    VerificationError(String message, List<String> nearest) {
        super(message);
        this.nearest = nearest;
    }

    /** The calls that came nearest, each with what differs; none after a report. */
    public List<String> nearest() {
        return nearest;
    }
}
