import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;

/** Spring Boot as client and as resource server, unmodified: java Main URL, with the variables of `fauxidp env URL`. */
final class Main {
    private static String app;

    private static Map<String, Object> settings(String url) {
        var all = new HashMap<String, Object>();
        all.put("server.port", "0");
        all.put("server.address", "127.0.0.1");
        all.put("logging.level.root", "warn");
        all.put("spring.main.banner-mode", "off");
        all.put("api.issuer", url + "/monocloud");
        all.put("api.introspection", url + "/oauth/v2/introspect");
        provider(all, "monocloud", "monocloud-web", url + "/monocloud", "openid,profile,email,offline_access");
        provider(all, "plain", "monocloud-web", url + "/monocloud", "openid");
        provider(all, "zitadel", "zitadel-web", url,
            "openid,profile,email,offline_access,urn:zitadel:iam:org:project:id:69629023906488500:aud");
        return all;
    }

    private static void provider(Map<String, Object> all, String name, String client, String issuer, String scope) {
        String registration = "spring.security.oauth2.client.registration." + name + ".";
        all.put(registration + "client-id", client);
        all.put(registration + "client-secret", client + "-secret");
        all.put(registration + "scope", scope);
        all.put(registration + "redirect-uri", "{baseUrl}/login/oauth2/code/{registrationId}");
        all.put(registration + "authorization-grant-type", "authorization_code");
        all.put("spring.security.oauth2.client.provider." + name + ".issuer-uri", issuer);
    }

    /** Signs in to the application; answers what it shows then. */
    private static SignIn.Browser.Page signIn(SignIn.Browser browser, String registration, String user) throws Exception {
        String callback = app + "/login/oauth2/code/" + registration;
        URI back = browser.signIn(URI.create(app + "/oauth2/authorization/" + registration), callback, user);
        return browser.get(back, "none:");
    }

    private static String show(SignIn.Browser browser, String path) throws Exception {
        return browser.get(URI.create(app + path), "none:").text();
    }

    /** What an API answers to a bearer token. */
    private static HttpResponse<String> api(String name, String token) throws Exception {
        var ask = HttpRequest.newBuilder(URI.create(app + "/" + name + "/me")).header("Authorization", "Bearer " + token).build();
        return HttpClient.newHttpClient().send(ask, HttpResponse.BodyHandlers.ofString());
    }

    private static void story(String vendor, String user, String invalid) throws Exception {
        SignIn.reset();
        var browser = new SignIn.Browser();
        var page = signIn(browser, vendor, user);
        SignIn.that(SignIn.member(page.text(), "sub").equals(user), "%s: %s", vendor, page);
        SignIn.that(SignIn.member(page.text(), "name").equals("Ada Active"), "%s: %s", vendor, page);
        String first = SignIn.member(page.text(), "token");
        String second = SignIn.member(show(browser, "/refresh"), "token");
        SignIn.that(!first.equals(second), "%s: the same token again", vendor);

        String callback = app + "/login/oauth2/code/" + vendor;
        var other = new SignIn.Browser();
        page = other.get(URI.create(app + "/oauth2/authorization/" + vendor), callback);
        page = other.get(other.press(page, callback, "deny", "1").back(), "none:");
        SignIn.that(page.text().startsWith("OAuth2AuthenticationException access_denied"), "%s: denied: %s", vendor, page);
        page = new SignIn.Browser().get(URI.create(callback + "?code=none&state=none"), "none:");
        SignIn.that(page.text().contains("authorization_request_not_found"), "%s: a code of somebody else: %s", vendor, page);

        URI back = other.signIn(URI.create(app + "/oauth2/authorization/" + vendor), callback, user);
        SignIn.stop(vendor, user);
        page = other.get(back, "none:");
        SignIn.that(page.text().contains("OAuth2AuthenticationException " + invalid), "%s: a stopped user's code: %s", vendor, page);
        String refused = show(browser, "/refresh");
        SignIn.that(refused.contains("ClientAuthorizationException " + invalid), "%s: a stopped user's refresh: %s", vendor, refused);

        SignIn.reset();
        browser = new SignIn.Browser();
        signIn(browser, vendor, user);
        page = browser.post(URI.create(app + "/logout"), "http://localhost:3000/");
        SignIn.that(page.back() != null, "%s: sign-out: %s", vendor, page);
        page = browser.get(URI.create(app + "/oauth2/authorization/" + vendor), callback);
        SignIn.that(page.back() == null, "%s: the session goes on", vendor);
    }

    private static void apis() throws Exception {
        SignIn.reset();
        String token = SignIn.accessToken();
        var shown = api("jwt", token);
        SignIn.that(shown.body().contains("user-active"), "a JWT: %s %s", shown, shown.headers().map());
        SignIn.that(api("jwt", "nonsense").statusCode() == 401, "no token");
        SignIn.stop("monocloud", "user-active");
        SignIn.that(api("jwt", token).statusCode() == 200, "a JWT outlives its user at an API that does not ask");

        var browser = new SignIn.Browser();
        token = SignIn.member(signIn(browser, "zitadel", "human-active").text(), "token");
        SignIn.that(api("opaque", token).body().contains("human-active"), "an opaque token");
        SignIn.that(api("opaque", "nonsense").statusCode() == 401, "no token");
        SignIn.stop("zitadel", "human-active");
        var answer = api("opaque", token);
        String challenge = answer.headers().firstValue("WWW-Authenticate").orElse("");
        SignIn.that(answer.statusCode() == 401 && challenge.contains("invalid_token"), "a stopped user: %s", challenge);
    }

    /** Sessions of the application that MonoCloud's back channel ends, and logout tokens that do not. */
    private static void backChannel() throws Exception {
        String uri = "\"" + app + "/logout/connect/back-channel/monocloud\"";
        for (String name : List.of("", "with-nonce", "no-events", "wrong-event", "no-sub-sid")) {
            SignIn.reset();
            // The first application is the one that signs in.
            String state = SignIn.call("GET", "/__fauxidp/worlds/default/state", "Accept", "*/*", "");
            SignIn.control("PUT", "state", state.replaceFirst("\"back_channel_logout_uri\":\\s*null", "\"back_channel_logout_uri\":" + uri));
            var browser = new SignIn.Browser();
            signIn(browser, "monocloud", "user-active");
            if (!name.isEmpty()) {
                SignIn.fault("disable_user", "token;defect=" + name);
            }
            SignIn.monocloud("/api/users/user-active/disable", "{\"revoke_sessions\": true}");
            boolean isIn = true;
            for (int n = 0; n < (name.isEmpty() ? 100 : 10) && isIn; n++) {
                Thread.sleep(100);
                isIn = show(browser, "/me").contains("user-active");
            }
            if (name.isEmpty()) {
                SignIn.that(!isIn, "the back channel signs a user out");
            } else {
                System.out.println("defect Spring-client " + name + (isIn ? " refused, the session goes on" : " accepted"));
                SignIn.checks++;
            }
        }
    }

    public static void main(String[] arguments) {
        try {
            test(arguments[0]);
            System.exit(0);
        } catch (Throwable error) {
            error.printStackTrace();
            System.exit(1); // the application's threads would go on
        }
    }

    private static void test(String url) throws Exception {
        var context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(Web.class).properties(settings(url)).run();
        app = "http://127.0.0.1:" + context.getWebServer().getPort();
        story("monocloud", "user-active", "invalid_grant");
        story("zitadel", "human-active", "invalid_request");
        apis();
        backChannel();
        SignIn.defects("Spring-client", SignIn.TOKEN_DEFECTS, defect -> {
            // Userinfo is asked for its own defect alone: the server would refuse some of its own wrong tokens itself.
            String registration = defect.startsWith("userinfo") ? "monocloud" : "plain";
            var page = signIn(new SignIn.Browser(), registration, "user-active");
            if (page.status() != 200) {
                throw new IllegalStateException(page.text());
            }
        });
        SignIn.defects("Spring-API", SignIn.TOKEN_DEFECTS.stream().filter(name -> !SignIn.NOT_OF_APIS.contains(name)).toList(), defect -> {
            var answer = api("jwt", SignIn.accessToken());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.headers().firstValue("WWW-Authenticate").orElse(""));
            }
        });
        System.out.println("spring-boot " + SpringBootVersion.getVersion() + ": " + SignIn.checks + " checks");
        context.close();
    }
}
