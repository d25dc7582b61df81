package dev.fauxidp;

import java.time.Instant;
import java.util.Map;

/**
 * A call as the journal has it. Secrets are cut to their first four characters.
 *
 * @param n its number in the world, from 1
 * @param at when it came, by the world's clock
 * @param vendor null where no vendor has the path
 * @param operation null where the path names none
 * @param method the method
 * @param path with its query
 * @param protocol {@code http/1.1} for example
 * @param user the id of the user that it was about
 * @param credential the credential
 * @param status null where the client had left
 * @param fault what was injected
 * @param refusedBy {@code vendor}, {@code fault} or {@code fauxidp}
 * @param body maps, lists, texts, numbers, as JSON has them
 */
public record RecordedCall(
        long n,
        Instant at,
        String vendor,
        String operation,
        String method,
        String path,
        String protocol,
        String user,
        String credential,
        Integer status,
        String fault,
        String refusedBy,
        Object body) {
    static RecordedCall of(Map<String, Object> shown) {
        Long status = (Long) shown.get("status");
        return new RecordedCall(
                (Long) shown.get("n"),
                Instant.parse((String) shown.get("at")),
                (String) shown.get("vendor"),
                (String) shown.get("operation"),
                (String) shown.get("method"),
                (String) shown.get("path"),
                (String) shown.get("protocol"),
                (String) shown.get("user"),
                (String) shown.get("credential"),
                status == null ? null : status.intValue(),
                (String) shown.get("fault"),
                (String) shown.get("refused_by"),
                shown.get("body"));
    }
}
