package dev.fauxidp;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A complete private copy of everything: users, settings, faults, journal, outbox, clock. */
public final class World implements AutoCloseable {
    private final String base;
    private final String name;
    private final Map<String, Endpoint> endpoints;

    World(String base, String name) {
        this.base = base;
        this.name = name;
        call("PUT", "", Map.of());
        List<Map<String, Object>> shown = Json.objects(call("GET", "/endpoints", null).get("endpoints"));
        this.endpoints = shown.stream().map(Endpoint::of).collect(Collectors.toMap(Endpoint::vendor, found -> found));
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** What leads into the world by its path: for calls that carry no credential, such as a sign-in. */
    public String url() {
        return name.equals("default") ? base : base + "/~" + name;
    }

    /** How each vendor's clients reach it. */
    public Map<String, Endpoint> endpoints() {
        return endpoints;
    }

    /** How MonoCloud's clients reach it. */
    public Endpoint monocloud() {
        return endpoints.get("monocloud");
    }

    /** How ZITADEL's clients reach it. */
    public Endpoint zitadel() {
        return endpoints.get("zitadel");
    }

    /** How jitsudo's clients reach it. */
    public Endpoint jitsudo() {
        return endpoints.get("jitsudo");
    }

    /** Makes a credential one of this world: any that the seed has, such as {@code monocloud-readonly}. */
    public String credential(String secret) {
        return name.equals("default") ? secret : secret + "~" + name;
    }

    /** The issuer of a vendor's tokens in this world, by which OpenID clients find everything else. */
    public String issuer(String vendor) {
        return url() + "/" + vendor;
    }

    /** Adds a fault rule for all calls, such as {@code 503;retry-after=2;first=2}. */
    public Rule fault(String fault) {
        return fault(fault, Match.all());
    }

    /** Adds a fault rule for the calls that match. */
    public Rule fault(String fault, Match match) {
        return Rule.of(call("POST", "/faults", Map.of("fault", fault, "match", match.members())));
    }

    /** Every rule, with how often it fired. */
    public List<Rule> faults() {
        return Json.objects(call("GET", "/faults", null).get("faults")).stream().map(Rule::of).toList();
    }

    /** Removes every rule. */
    public void clearFaults() {
        call("DELETE", "/faults", null);
    }

    /** Removes one rule. */
    public void clearFault(Rule rule) {
        call("DELETE", "/faults/" + rule.id(), null);
    }

    /** Fails unless at least one call matched. */
    public void verify(Match match) {
        verify(match, Times.atLeast(1));
    }

    /** Fails unless exactly so many calls matched. */
    public void verify(Match match, int times) {
        verify(match, Times.exactly(times));
    }

    /** Fails unless as many calls matched as expected. */
    public void verify(Match match, Times times) {
        Map<String, Object> expected = new LinkedHashMap<>(times.members());
        expected.put("match", match.members());
        call("POST", "/verify", expected);
    }

    /** Fails unless calls were made that match these, one each, in that order. Others may be between them. */
    public void verifySequence(Match... matches) {
        call("POST", "/verify", Map.of("sequence", Stream.of(matches).map(Match::members).toList()));
    }

    /** Fails unless every fault rule has fired. */
    public void verifyRulesFired() {
        call("POST", "/verify", Map.of("rules_fired", true));
    }

    /** What the client did wrong, for people. Fails if something of it is an error, or if no call was made. */
    public String report() {
        return report("error");
    }

    /** What the client did wrong, for people. Fails if something of it is as bad as that: error, or warning. */
    public String report(String failOn) {
        return (String) answer("GET", "/report?format=text&fail_on=" + encoded(failOn), null);
    }

    /** All calls, the newest last. */
    public List<RecordedCall> requests() {
        return requests(Match.all());
    }

    /** The calls that match, the newest last. */
    public List<RecordedCall> requests(Match match) {
        String query = match.members().entrySet().stream()
                .map(member -> member.getKey() + "=" + encoded(member.getValue().toString()))
                .collect(Collectors.joining("&"));
        List<Map<String, Object>> shown = Json.objects(call("GET", "/requests?" + query, null).get("requests"));
        return shown.stream().map(RecordedCall::of).toList();
    }

    /** Empties the journal. */
    public void clearRequests() {
        call("DELETE", "/requests", null);
    }

    /** Its clock. */
    public Clock clock() {
        return new Clock(this);
    }

    /** Signs a user in without a page: the code for the application, and the cookies of the browser. */
    public SignedIn signIn(SignIn request) {
        return SignedIn.of(call("POST", "/sign-in", request.members()));
    }

    /** Signs a user in, and answers what the token endpoint would. */
    public Map<String, Object> tokens(SignIn request) {
        return call("POST", "/tokens", request.members());
    }

    /** What the vendors would have mailed or texted, the oldest first. */
    public List<Message> outbox() {
        return Json.objects(call("GET", "/outbox", null).get("outbox")).stream().map(Message::of).toList();
    }

    /** Reports what happens outside the API, such as {@code failed_sign_in}. */
    public void event(String vendor, String user, String event) {
        call("POST", "/events", Map.of("vendor", vendor, "user", user, "event", event));
    }

    /** Changes a setting, such as {@code monocloud.era}. */
    public void set(String key, String value) {
        call("PUT", "", Map.of("settings", Map.of(key, value)));
    }

    /** Copies this world, as it is now. */
    public World fork() {
        return fork(Names.forWorld(name));
    }

    /** Copies this world, as it is now, to that name. */
    public World fork(String to) {
        call("POST", "/fork", Map.of("to", to));
        return new World(base, to);
    }

    /** Puts everything back to how the world was born. */
    public void reset() {
        call("POST", "/reset", null);
    }

    /** Drops the world. One that is gone already is fine; the world {@code default} is reset. */
    public void drop() {
        if (name.equals("default")) {
            reset();
            return;
        }
        try {
            call("DELETE", "", null);
        } catch (FauxidpException error) {
            if (error.status() != 404) {
                throw error;
            }
        }
    }

    @Override
    public void close() {
        drop();
    }

    @Override
    public String toString() {
        return "World(" + name + ")";
    }

    Map<String, Object> call(String method, String path, Object body) {
        return Json.object(answer(method, path, body));
    }

    private Object answer(String method, String path, Object body) {
        return Control.call(base, method, "worlds/" + encoded(name) + path, body);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
