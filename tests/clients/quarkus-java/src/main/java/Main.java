import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

/** Quarkus' OIDC, unmodified, as web application and as service: java Main URL, with the variables of `fauxidp env URL`. */
final class Main {
    private static String app;

    /** Opens a page of the application, signs in where it asks for it, and answers what is shown then. */
    private static SignIn.Browser.Page open(SignIn.Browser browser, String tenant, String user) throws Exception {
        URI page = URI.create(app + "/" + tenant + "/me");
        var shown = browser.get(page, "none:");
        return shown.text().contains("name=\"fauxidp_user\"") ? browser.press(shown, "none:", "fauxidp_user", user) : shown;
    }

    private static HttpResponse<String> api(String name, String token) throws Exception {
        var ask = HttpRequest.newBuilder(URI.create(app + "/" + name + "/me")).header("Authorization", "Bearer " + token).build();
        return HttpClient.newHttpClient().send(ask, HttpResponse.BodyHandlers.ofString());
    }

    private static void story(String vendor, String user) throws Exception {
        SignIn.reset();
        var browser = new SignIn.Browser();
        var page = open(browser, vendor, user);
        SignIn.that(SignIn.member(page.text(), "sub").equals(user), "%s: %s", vendor, page);
        SignIn.that(SignIn.member(page.text(), "name").equals("Ada Active"), "%s: %s", vendor, page);
        String first = SignIn.member(page.text(), "token");
        String second = SignIn.member(open(browser, vendor, user).text(), "token");
        SignIn.that(!first.equals(second), "%s: the same token again", vendor);

        var other = new SignIn.Browser();
        page = other.get(URI.create(app + "/" + vendor + "/me"), "none:");
        page = other.press(page, "none:", "deny", "1");
        SignIn.that(page.text().equals("error: access_denied"), "%s: denied: %s", vendor, page);

        SignIn.stop(vendor, user);
        page = open(browser, vendor, user);
        SignIn.that(page.status() >= 400 || !page.text().contains(user + "\", \"name\""), "%s: a stopped user: %s", vendor, page);

        SignIn.reset();
        browser = new SignIn.Browser();
        open(browser, vendor, user);
        page = browser.get(URI.create(app + "/" + vendor + "/logout"), "none:");
        SignIn.that(page.text().equals("bye"), "%s: sign-out: %s", vendor, page);
        page = browser.get(URI.create(app + "/" + vendor + "/me"), "none:");
        SignIn.that(page.text().contains("name=\"fauxidp_user\""), "%s: the session goes on: %s", vendor, page);
    }

    private static void apis() throws Exception {
        SignIn.reset();
        String token = SignIn.accessToken();
        var shown = api("api", token);
        SignIn.that(shown.body().contains("user-active"), "a JWT: %s %s", shown, shown.body());
        SignIn.that(api("api", "nonsense").statusCode() == 401, "no token");

        token = SignIn.member(open(new SignIn.Browser(), "zitadel", "human-active").text(), "token");
        shown = api("opaque", token);
        SignIn.that(shown.body().contains("human-active"), "an opaque token: %s %s", shown, shown.body());
        SignIn.stop("zitadel", "human-active");
        SignIn.that(api("opaque", token).statusCode() == 401, "a stopped user's token");
    }

    private static void test(String url) throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        app = "http://127.0.0.1:" + port;
        Path target = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI()).getParent();
        var server = new ProcessBuilder("java", "-Dprovider=" + url, "-Dquarkus.http.port=" + port, "-jar",
            target.resolve("quarkus-app/quarkus-run.jar").toString()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
        try {
            await(server);
            story("monocloud", "user-active");
            story("zitadel", "human-active");
            apis();
            SignIn.defects("Quarkus-web", SignIn.TOKEN_DEFECTS, defect -> {
                // Userinfo is asked for its own defect alone: the server would refuse some of its own wrong tokens itself.
                var page = open(new SignIn.Browser(), defect.startsWith("userinfo") ? "monocloud" : "plain", "user-active");
                if (page.status() != 200) {
                    throw new IllegalStateException(String.valueOf(page.status()));
                }
            });
            var names = SignIn.TOKEN_DEFECTS.stream().filter(name -> !SignIn.NOT_OF_APIS.contains(name)).toList();
            SignIn.defects("Quarkus-API", names, defect -> {
                var answer = api("api", SignIn.accessToken());
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException(answer.headers().firstValue("WWW-Authenticate").orElse(""));
                }
            });
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    /** Waits until the application answers. */
    private static void await(Process server) throws Exception {
        for (int n = 0; n < 300 && server.isAlive(); n++) {
            try {
                HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(app + "/bye")).build(), HttpResponse.BodyHandlers.discarding());
                return;
            } catch (java.io.IOException error) {
                Thread.sleep(200);
            }
        }
        throw new AssertionError("Quarkus did not start");
    }

    public static void main(String[] arguments) {
        try {
            test(arguments[0]);
            String version = io.quarkus.oidc.UserInfo.class.getProtectionDomain().getCodeSource().getLocation().getPath();
            System.out.println("quarkus-oidc " + version.replaceAll(".*quarkus-oidc-(.*)\\.jar", "$1") + ": " + SignIn.checks + " checks");
            System.exit(0);
        } catch (Throwable error) {
            error.printStackTrace();
            System.exit(1);
        }
    }
}
