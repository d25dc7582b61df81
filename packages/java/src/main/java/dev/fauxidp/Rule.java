package dev.fauxidp;

import java.util.Map;

/**
 * A fault rule of a world.
 *
 * @param id by which it can be removed
 * @param fault what happens
 * @param match the calls that it is for
 * @param seen how many calls matched
 * @param fired how many of them it applied to
 */
public record Rule(long id, String fault, Map<String, Object> match, long seen, long fired) {
    static Rule of(Map<String, Object> shown) {
        return new Rule(
                (Long) shown.get("id"),
                (String) shown.get("fault"),
                Json.object(shown.get("match")),
                (Long) shown.get("seen"),
                (Long) shown.get("fired"));
    }
}
