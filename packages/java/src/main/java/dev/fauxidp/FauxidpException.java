package dev.fauxidp;

import java.util.Map;

/** A call of the control API that was refused. */
public class FauxidpException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;
    private final transient Map<String, Object> problem;

    FauxidpException(String message, int status, Map<String, Object> problem) {
        super(message);
        this.status = status;
        this.problem = problem;
    }

    /** The status of the answer; 0 where nobody answered. */
    public int status() {
        return status;
    }

    /** The answer, which is a problem as RFC 9457 has it. */
    public Map<String, Object> problem() {
        return problem;
    }
}
