package dev.fauxidp;

import java.time.Instant;
import java.util.Map;

/**
 * What a vendor would have mailed or texted.
 *
 * @param n its number in the world, from 1
 * @param at when, by the world's clock
 * @param vendor who would have sent it
 * @param user the id of the user
 * @param by {@code email} for example
 * @param to the address
 * @param about {@code password_reset} for example
 * @param code the code in it, or null
 */
public record Message(
        long n, Instant at, String vendor, String user, String by, String to, String about, String code) {
    static Message of(Map<String, Object> shown) {
        return new Message(
                (Long) shown.get("n"),
                Instant.parse((String) shown.get("at")),
                (String) shown.get("vendor"),
                (String) shown.get("user"),
                (String) shown.get("by"),
                (String) shown.get("to"),
                (String) shown.get("about"),
                (String) shown.get("code"));
    }
}
