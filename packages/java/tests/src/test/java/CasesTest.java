import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.fauxidp.Fauxidp;
import dev.fauxidp.Match;
import dev.fauxidp.Names;
import dev.fauxidp.SignIn;
import dev.fauxidp.Times;
import dev.fauxidp.World;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Plays packages/cases.json with the built package. */
class CasesTest {
    private static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .registerModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance));
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static Fauxidp server;
    private static JsonNode table;

    @BeforeAll
    static void start() throws Exception {
        server = Fauxidp.start();
        table = JSON.readTree(Path.of(System.getenv("FAUXIDP_CASES")).toFile());
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return StreamSupport.stream(table.get("cases").spliterator(), false)
                .map(played -> DynamicTest.dynamicTest(played.get("name").asText(), () -> play(played.get("steps"))));
    }

    @Test
    void namesOfWorldsFollowFromNamesOfTests() {
        table.get("names").forEach(row -> assertEquals(row.get("name").asText(), Names.clean(row.get("id").asText())));
    }

    private static void play(JsonNode steps) throws Exception {
        World world = server.world();
        Map<String, World> worlds = new HashMap<>(Map.of("main", world));
        ObjectNode saved = JSON.createObjectNode().put("server", server.url());
        try {
            for (JsonNode raw : steps) {
                JsonNode step = JSON.readTree(filled(raw.toString(), saved.put("world", world.name())));
                String verb = step.fieldNames().next();
                World current = world;
                if (verb.equals("world")) {
                    world = worlds.computeIfAbsent(step.get("world").asText(), alias -> server.world());
                } else if (verb.equals("fork")) {
                    worlds.put(step.get("fork").asText(), world.fork());
                } else if (step.has("fails")) {
                    String message = assertThrows(Throwable.class, () -> done(verb, current, step)).getMessage();
                    step.get("fails").forEach(part -> assertTrue(message.contains(part.asText()), message));
                } else {
                    JsonNode found = JSON.valueToTree(done(verb, world, step));
                    if (step.has("expect")) {
                        assertHas(found, step.get("expect"), step.toString());
                    }
                    if (step.has("save")) {
                        saved.set(step.get("save").asText(), found);
                    }
                }
            }
        } finally {
            worlds.values().forEach(World::drop);
        }
        assertEquals(List.of("default"), server.worlds());
    }

    /** What a step does, by its first member. */
    private static Object done(String verb, World world, JsonNode step) throws Exception {
        JsonNode value = step.get(verb);
        switch (verb) {
            case "call":
                return call(step);
            case "endpoints":
                return world.endpoints().get(value.asText());
            case "credential":
                return world.credential(value.asText());
            case "fault":
                return world.fault(value.asText(), match(step.get("match")));
            case "faults":
                return world.faults();
            case "clear_faults":
                world.clearFaults();
                return null;
            case "verify":
                world.verify(match(value), times(step.path("times")));
                return null;
            case "verify_sequence":
                world.verifySequence(StreamSupport.stream(value.spliterator(), false)
                        .map(CasesTest::match)
                        .toArray(Match[]::new));
                return null;
            case "verify_rules_fired":
                world.verifyRulesFired();
                return null;
            case "report":
                String report = value.isTextual() ? world.report(value.asText()) : world.report();
                return report.lines().findFirst().orElseThrow();
            case "requests":
                return world.requests(match(value));
            case "clear_requests":
                world.clearRequests();
                return null;
            case "clock":
                return clock(world, value).truncatedTo(ChronoUnit.SECONDS).toString();
            case "sign_in":
                ObjectNode signedIn = JSON.valueToTree(world.signIn(signIn(value)));
                return signedIn.set("storage_state", JSON.readTree(signedIn.get("storage_state").asText()));
            case "tokens":
                return world.tokens(signIn(value));
            case "outbox":
                return world.outbox();
            case "event":
                world.event(value.get("vendor").asText(), value.get("user").asText(), value.get("event").asText());
                return null;
            case "set":
                value.fields().forEachRemaining(setting -> world.set(setting.getKey(), setting.getValue().asText()));
                return null;
            case "reset":
                world.reset();
                return null;
            case "drop":
                world.drop();
                return null;
            default:
                throw new IllegalArgumentException("no step " + verb);
        }
    }

    private static Match match(JsonNode members) {
        Match match = Match.all();
        for (Map.Entry<String, JsonNode> member : (Iterable<Map.Entry<String, JsonNode>>) members::fields) {
            match = match.with(member.getKey(), JSON.convertValue(member.getValue(), Object.class));
        }
        return match;
    }

    private static Times times(JsonNode times) {
        return times.path("no_other").asBoolean() ? count(times).noOther() : count(times);
    }

    private static Times count(JsonNode times) {
        if (times.has("times")) {
            return Times.exactly(times.get("times").asInt());
        }
        int least = times.path("at_least").asInt(times.has("at_most") ? 0 : 1);
        return times.has("at_most") ? Times.between(least, times.get("at_most").asInt()) : Times.atLeast(least);
    }

    private static Instant clock(World world, JsonNode change) {
        if (change.has("set")) {
            return world.clock().set(Instant.parse(change.get("set").asText()));
        }
        if (change.has("advance")) {
            return world.clock().advance(Duration.ofMillis(change.get("advance").asLong()));
        }
        return switch (change.asText()) {
            case "run" -> world.clock().run();
            case "freeze" -> world.clock().freeze();
            default -> world.clock().now();
        };
    }

    private static SignIn signIn(JsonNode value) {
        SignIn request = SignIn.at(value.get("vendor").asText(), value.get("user").asText());
        if (value.has("state")) {
            request.state(value.get("state").asText());
        }
        return value.has("client_id") ? request.client(value.get("client_id").asText()) : request;
    }

    private static Object call(JsonNode step) throws Exception {
        String[] line = step.get("call").asText().split(" ");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + line[1]));
        step.path("headers").fields().forEachRemaining(header -> request.header(header.getKey(), header.getValue().asText()));
        if (step.has("form")) {
            List<String> pairs = new ArrayList<>();
            step.get("form").fields().forEachRemaining(pair ->
                    pairs.add(pair.getKey() + "=" + URLEncoder.encode(pair.getValue().asText(), StandardCharsets.UTF_8)));
            request.method(line[0], BodyPublishers.ofString(String.join("&", pairs)));
        } else if (step.has("body")) {
            request.header("Content-Type", "application/json");
            request.method(line[0], BodyPublishers.ofString(step.get("body").toString()));
        } else {
            request.method(line[0], BodyPublishers.noBody());
        }
        HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("status", answer.statusCode());
        result.put("body", JSON.readTree(answer.body()));
        return result;
    }

    /** {@code {a.b}} in a text is the member {@code b} of what was saved as {@code a}. */
    private static String filled(String text, JsonNode saved) {
        return Pattern.compile("\\{([a-z_]\\w*(?:\\.\\w+)*)\\}")
                .matcher(text)
                .replaceAll(found -> saved.at("/" + found.group(1).replace('.', '/')).asText());
    }

    /** Every member that is expected is there; of a list, every item. */
    private static void assertHas(JsonNode found, JsonNode expected, String where) {
        if (expected.isObject()) {
            expected.fields().forEachRemaining(member -> {
                JsonNode inner = found.get(member.getKey());
                assertHas(inner == null ? NullNode.instance : inner, member.getValue(), where + "." + member.getKey());
            });
        } else if (expected.isArray()) {
            assertEquals(expected.size(), found.size(), where);
            for (int i = 0; i < expected.size(); i++) {
                assertHas(found.get(i), expected.get(i), where);
            }
        } else {
            assertEquals(expected.asText(), found.asText(), where);
        }
    }
}
