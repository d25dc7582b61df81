import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the tests of several Java clients share: a browser without a screen, users' states, faults, the table of defects. */
final class SignIn {
    static final String PASSWORD = "Correct-Horse-Battery-9";
    static final String PLAIN = System.getenv("ZITADEL_URL");

    /** The defects of tokens and of the answer that brings them. */
    static final List<String> TOKEN_DEFECTS = List.of(
        ("alg-none bad-signature unknown-kid no-kid expired not-yet-valid iat-in-future wrong-issuer no-issuer wrong-audience "
            + "no-audience wrong-azp no-subject wrong-nonce no-nonce no-exp wrong-at-hash hs256-with-public-key "
            + "userinfo-other-subject wrong-type no-expires-in string-expires-in no-token not-json").split(" "));

    /** What is of an ID token, of userinfo, or of the token endpoint's answer: an API does not meet it. */
    static final List<String> NOT_OF_APIS = List.of("wrong-azp", "wrong-nonce", "no-nonce", "wrong-at-hash", "userinfo-other-subject",
        "no-expires-in", "string-expires-in", "no-token", "not-json");

    static int checks = 0;

    /** Ends the test where a claim does not hold. */
    static void that(boolean holds, String format, Object... values) {
        if (!holds) {
            throw new AssertionError(String.format(format, values));
        }
        checks++;
    }

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    static String call(String method, String path, String header, String value, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(PLAIN + path)).header("Content-Type", "application/json")
            .header(header, value).method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        var answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new AssertionError(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    /** A call of the control API for the default world. */
    static String control(String method, String path, String body) throws Exception {
        return call(method, "/__fauxidp/worlds/default/" + path, "Accept", "*/*", body);
    }

    static void reset() throws Exception {
        control("POST", "reset", "");
    }

    /** Makes the next calls of an operation have that fault. */
    static void fault(String operation, String spec) throws Exception {
        control("POST", "faults", "{\"fault\": \"" + spec + "\", \"match\": {\"operation\": \"" + operation + "\"}}");
    }

    /** A call at MonoCloud's management API. */
    static void monocloud(String path, String body) throws Exception {
        call("POST", path, "X-API-KEY", System.getenv("MONOCLOUD_MANAGEMENT_API_KEY"), body);
    }

    static String zitadel(String path, String token, String body) throws Exception {
        return call("POST", path, "Authorization", "Bearer " + token, body);
    }

    /** What an administrator does to keep a user out. */
    static void stop(String vendor, String user) throws Exception {
        if (vendor.equals("monocloud")) {
            monocloud("/api/users/" + user + "/disable", "{}");
        } else {
            zitadel("/v2/users/" + user + "/deactivate", System.getenv("ZITADEL_TOKEN"), "{}");
        }
    }

    /** A token of MonoCloud by which a program calls the API. */
    static String accessToken() throws Exception {
        String form = "grant_type=password&client_id=monocloud-device&username=ada.active%40example.com&scope=openid+read&password=";
        var ask = HttpRequest.newBuilder(URI.create(PLAIN + "/monocloud/connect/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form + PASSWORD)).build();
        return member(CLIENT.send(ask, HttpResponse.BodyHandlers.ofString()).body(), "access_token");
    }

    /** A text member of a JSON object. */
    static String member(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
        if (!found.find()) {
            throw new AssertionError("no " + name + " in " + json);
        }
        return found.group(1).replace("\\u0026", "&");
    }

    /** Keeps cookies, sends forms, and runs no script. */
    static final class Browser {
        private final HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
        /** By name; Java's own jar writes cookies in the form of RFC 2965, which no browser does. */
        private final Map<String, String> cookies = new TreeMap<>();

        private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
            var own = HttpRequest.newBuilder(request, (name, value) -> true);
            if (!cookies.isEmpty()) {
                own.setHeader("Cookie", cookies.entrySet().stream().map(Object::toString).collect(Collectors.joining("; ")));
            }
            var answer = client.send(own.build(), HttpResponse.BodyHandlers.ofString());
            for (String line : answer.headers().allValues("Set-Cookie")) {
                String[] pair = line.split(";")[0].split("=", 2);
                if (line.contains("Max-Age=0;") || line.endsWith("Max-Age=0")) {
                    cookies.remove(pair[0]);
                } else {
                    cookies.put(pair[0], pair[1]);
                }
            }
            return answer;
        }

        /** What is shown in the end, or the URL that leads back to the application. */
        record Page(URI url, int status, String text, URI back) {}

        private Page follow(HttpRequest request, String callback) throws IOException, InterruptedException {
            for (int n = 0; n < 10; n++) {
                var answer = send(request);
                var location = answer.headers().firstValue("Location");
                if (location.isEmpty()) {
                    return new Page(answer.uri(), answer.statusCode(), answer.body(), null);
                }
                URI next = answer.uri().resolve(location.get());
                if (next.toString().startsWith(callback)) {
                    return new Page(answer.uri(), answer.statusCode(), "", next);
                }
                request = HttpRequest.newBuilder(next).build();
            }
            throw new AssertionError("too many redirects");
        }

        Page get(URI url, String callback) throws Exception {
            return follow(HttpRequest.newBuilder(url).build(), callback);
        }

        /** Presses a button of the application that posts nothing. */
        Page post(URI url, String callback) throws Exception {
            return follow(HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.noBody()).build(), callback);
        }

        /** Sends the form of a page that is posted, with what is hidden in it and one member. */
        Page press(Page page, String callback, String name, String value) throws Exception {
            Matcher form = Pattern.compile("<form method=\"post\" action=\"([^\"]*)\".*?</form>", Pattern.DOTALL).matcher(page.text);
            if (!form.find()) {
                throw new AssertionError("no form: " + page.status + " " + page.text);
            }
            StringBuilder body = new StringBuilder(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            Matcher hidden = Pattern.compile("type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"").matcher(form.group());
            while (hidden.find()) {
                body.append('&').append(hidden.group(1)).append('=').append(URLEncoder.encode(hidden.group(2), StandardCharsets.UTF_8));
            }
            var request = HttpRequest.newBuilder(page.url.resolve(form.group(1))).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())).build();
            return follow(request, callback);
        }

        /** Signs a user in by the vendor's page, and answers the URL that leads back to the application. */
        URI signIn(URI url, String callback, String user) throws Exception {
            Page page = get(url, callback);
            if (page.back == null) {
                page = press(page, callback, "fauxidp_user", user);
            }
            if (page.back == null) {
                throw new AssertionError("not led back: " + page.status + " " + page.text);
            }
            return page.back;
        }
    }

    /** Gets and checks tokens, and throws the client's own error. */
    interface Story {
        void tell(String defect) throws Exception;
    }

    /** Tries a sign-in without a defect and with each of these; prints what scripts/client-tests collects. */
    static void defects(String client, List<String> names, Story story) throws Exception {
        reset();
        story.tell("");
        System.out.println("defect " + client + " none accepted");
        for (String name : names) {
            reset();
            fault(name.startsWith("userinfo") ? "userinfo" : "token", "token;defect=" + name);
            String verdict = "accepted";
            try {
                story.tell(name);
            } catch (Exception error) {
                verdict = "refused " + error.getClass().getSimpleName() + " " + String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
            }
            System.out.println("defect " + client + " " + name + " " + verdict);
            checks++;
        }
        reset();
    }

    private SignIn() {}
}
