package dev.fauxidp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Selects calls; a call has to fit all members that are given. */
public final class Match {
    private final Map<String, Object> members;

    private Match(Map<String, Object> members) {
        this.members = members;
    }

    /** All calls. */
    public static Match all() {
        return new Match(Map.of());
    }

    /** Those of one operation, such as {@code disable_user}: its name is the same on every protocol. */
    public static Match operation(String name) {
        return all().with("operation", name);
    }

    /** Only those of that vendor: {@code monocloud}, {@code zitadel} or {@code jitsudo}. */
    public Match vendor(String name) {
        return with("vendor", name);
    }

    /** Only those with that method. */
    public Match method(String method) {
        return with("method", method);
    }

    /** Only those with that path, without its query unless it has a {@code ?}. A {@code *} at the end stands for any rest. */
    public Match path(String path) {
        return with("path", path);
    }

    /** Only those about the user of that id. */
    public Match user(String id) {
        return with("user", id);
    }

    /** Only those with that credential, with or without the name of the world. */
    public Match credential(String credential) {
        return with("credential", credential);
    }

    /** Only those over {@code http/1.1}, {@code http/2}, {@code grpc}, {@code grpc-web} or {@code connect}; not for rules. */
    public Match protocol(String protocol) {
        return with("protocol", protocol);
    }

    /** Only those with that status; not for rules. */
    public Match status(int status) {
        return with("status", status);
    }

    /** Only those with a status of that class, such as {@code 4xx}; not for rules. */
    public Match status(String statusClass) {
        return with("status", statusClass);
    }

    /** Only those that the {@code vendor}, a {@code fault} or {@code fauxidp} refused; not for rules. */
    public Match refusedBy(String who) {
        return with("refused_by", who);
    }

    /** Only those with a higher number; not for rules. */
    public Match after(long n) {
        return with("after", n);
    }

    /** Only those with that parameter in the query; only for a verification, as are the next two. */
    public Match query(String name, String value) {
        return inner("query", name, value);
    }

    /** Only those with that header. A {@code *} at the end of the value stands for any rest. */
    public Match header(String name, String value) {
        return inner("headers", name, value);
    }

    /** Only those whose JSON body has that member, or whose form has that field. Of a map, only the given members. */
    public Match body(String name, Object value) {
        return inner("body", name, value);
    }

    private Match inner(String member, String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(Json.object(members.getOrDefault(member, Map.of())));
        more.put(name, value);
        return with(member, more);
    }

    /** Only those with that member, by the name that the control API has for it. */
    public Match with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(member, value);
        return new Match(Collections.unmodifiableMap(more));
    }

    Map<String, Object> members() {
        return members;
    }
}
